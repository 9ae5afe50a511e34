"""Moments that no clock shows and numbers beyond counting break no page of a project."""

import pytest

from tests.attacks.test_project_edits import with_chloe, written
from tests.projects.dates import decision_on
from tests.support.apps import app_of
from tests.support.factories import Json, create
from tests.support.fediverse import Network
from tests.support.signed_in import signed_in
from tests.support.wires import Wires

CHOICES = [{"type": "Note", "name": name, "replies": {"totalItems": 2**63 - 1}} for name in "ab"]


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("name", ["endTime", "closed"])
async def test_a_vote_ends_at_a_moment_that_can_be_shown(
    network: Network, wires: Wires, end: str, name: str
) -> None:
    space, chloe = await with_chloe(network, wires)
    more: Json = {
        "type": "Question", "oneOf": CHOICES, name: end, "votersCount": 2**63 - 1,
        "cmt:kind": "cmt:Decision", "cmt:state": "proposed", "name": "Décider",
        "cmt:due": "9999-12-31", "cmt:happened": "0001-01-01", "cmt:quorum": 2**70,
    }  # fmt: skip
    said = written(space, chloe, **more)
    assert await space.host.receive(chloe, create(chloe, said)) == "done"
    await network.settle()
    found = await decision_on(space, space.host, "lea")
    group = await space.group(space.host)
    lea = await signed_in(space.host, "lea")
    for path in ("", "/decisions", f"/decisions/{found.record.id}", "/calendar.ics", "/report"):
        answer = await lea.get(f"/projects/{group.id}{path}")
        assert answer.status_code < 500, path
    app = await app_of(space.host, "lea")
    for path in ("/api/v1/timelines/home", f"/api/v1/statuses/{found.record.id}"):
        await app.ask("GET", path, expect=200)
    status = 422 if found.has_ended else 200
    votes = f"/api/v1/polls/{found.record.id}/votes"
    await app.ask("POST", votes, json={"choices": ["0"]}, expect=status)
