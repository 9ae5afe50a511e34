"""What had to wait does not take effect after what was said since."""

import pytest

from tests.attacks.test_project_membership import MALLORY, joining, shared, state
from tests.support.factories import activity
from tests.support.fediverse import Network
from tests.support.wires import Wires


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
