"""Fixtures that several files of attacks share."""

import pytest

from objects.experiences.fields import Reach
from tests.attacks.restricted import Place
from tests.support.fediverse import Network
from tests.support.shared_experiences import belongs


@pytest.fixture
async def place(network: Network) -> Place:
    """Three nodes; the first two know each other as part of the network."""
    node, listed = await network.node("greta"), await network.node("cfa")
    outsider = await network.node("other")
    await node.person("anne")
    await node.person("yves")
    await belongs(node, listed)
    await belongs(listed, node)
    for reader, name in ((listed, "lea"), (outsider, "oscar")):
        await reader.person(name)
        await reader.ask_to_follow(name, "anne@greta.example")
    await network.settle()
    return Place(network, node, listed, outsider)


@pytest.fixture(params=["network", "organisation"])
def reach(request: pytest.FixtureRequest) -> Reach:
    """Each restricted reach."""
    chosen: Reach = request.param
    return chosen
