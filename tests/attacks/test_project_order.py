"""What had to wait does not take effect after what was said since."""

import pytest

from federation.proofs import with_proof
from federation.vocabulary import CONTEXT
from storage.store import Tx
from tests.attacks.test_project_announces import PROVEN, Pond, pond
from tests.attacks.test_project_membership import MALLORY, joining, shared, state
from tests.support.factories import activity
from tests.support.fediverse import Network
from tests.support.wires import Wires

__all__ = ["pond"]


@pytest.mark.parametrize("known", [False, True])
async def test_who_was_removed_while_their_server_was_silent_does_not_come_back(
    network: Network, wires: Wires, known: bool
) -> None:
    space, beta = await shared(network, joining="open", reach="project")
    mallory = wires.person(MALLORY)
    if known:
        await beta.services.remote.by_url(MALLORY)
        network.clock.pass_by(25 * 3600)
    await space.host.receive(mallory, joining(mallory, space))
    wires.silent.add("evil.example")
    await network.settle()
    for _ in range(4):  # beta cannot look at her, and lets others pass
        network.clock.pass_by(600)
        await network.settle()
    await space.host.receive(mallory, activity(mallory, "Leave", space.url))
    await network.settle()
    wires.silent.discard("evil.example")
    for _ in range(12):
        network.clock.pass_by(3 * 3600)
        await network.settle()
    standing = await state(space, beta, MALLORY)
    assert standing is None or standing[0] != "member"


async def test_what_was_deleted_while_its_author_was_silent_does_not_come_back(pond: Pond) -> None:
    written = pond.wrote("Vrai.")
    create, delete = (
        with_proof({"@context": CONTEXT, **done}, pond.chloe.ed_key, PROVEN)
        for done in (
            pond.did(written),
            activity(pond.chloe, "Delete", written["id"], to=written["to"]),
        )
    )
    keys = await pond.beta.services.remote.by_url(pond.chloe.url)  # her key is known
    assert keys is not None
    await pond.beta.store.write(lambda tx: forget_profile(tx, keys.id))
    pond.wires.silent.add("other.example")
    await pond.announce(create)
    for wait in (200, 600, 3_600):  # the next try is in hours
        pond.network.clock.pass_by(wait)
        await pond.network.settle()
    await pond.announce(delete)
    pond.wires.silent.discard("other.example")
    pond.network.clock.pass_by(300)  # the deletion is tried again before what it deletes
    await pond.network.settle()
    for _ in range(12):
        pond.network.clock.pass_by(3 * 3600)
        await pond.network.settle()
    assert await pond.entries() == []


async def forget_profile(tx: Tx, actor_id: int) -> None:
    """Somebody of whom no more than a key is known."""
    await tx.connection.execute("update actors set fetched_at = 0 where id = $1", actor_id)
