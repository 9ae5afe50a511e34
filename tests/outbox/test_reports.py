"""Reports: kept here, and passed on in the node's name alone."""

import pytest

from outbox.acts.report import Reproach, report
from tests.outbox.desk import GRETA, Desk

LUC = "https://far.example/users/luc"


@pytest.mark.parametrize("forward", [True, False])
async def test_a_report_is_kept_and_its_author_stays_unknown(desk: Desk, forward: bool) -> None:
    luc = await desk.knows(desk.wires.person(LUC))
    author = await desk.author()
    objects, told = [f"{LUC}/notes/1"], [luc] if forward else []
    await report(desk.node.outbox, author, luc, objects, Reproach("Insultes"), forward=told)
    await desk.settle()
    (kept,) = await desk.node.store.query(lambda tx: tx.ledger.reports())
    assert (kept.actor_id, kept.target_id, kept.comment) == (author.id, luc.id, "Insultes")
    sent = desk.wires.delivered(f"{LUC}/inbox")
    assert [one["type"] for one in sent] == (["Flag"] if forward else [])
    assert GRETA not in str(sent)


async def test_a_report_about_a_neighbour_stays_here(desk: Desk) -> None:
    paul = await desk.node.person("paul")
    author = await desk.author()
    await report(desk.node.outbox, author, paul, [], Reproach("Insultes"), forward=[paul])
    assert await desk.node.count("activities") == 0
