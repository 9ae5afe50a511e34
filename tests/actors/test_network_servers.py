"""The servers of the network: how they are named, and where they take what is for them."""

import pytest

from actors.administration import NotPossible
from actors.network import add_server, find_inbox, find_inboxes, server_name
from tests.support.fediverse import LocalNode, Network


async def test_the_inbox_of_a_node_of_ours_is_found_under_its_name(network: Network) -> None:
    node, other = await network.node("greta"), await network.node("cfa")
    for host in (other.host, "silent.example"):
        await add(node, host)
    await find_inboxes(node.store, node.services.remote)
    servers = await node.store.query(lambda tx: tx.network.servers())
    assert {server.host: server.inbox for server in servers} == {
        "cfa.example": other.shared_inbox,
        "silent.example": "",
    }


async def add(node: LocalNode, host: str) -> None:
    """Make a server part of the network."""
    await node.store.write(lambda tx: add_server(tx, "test", host, "", node.host, node.clock.ms))


async def test_an_actor_of_another_server_does_not_speak_for_it(network: Network) -> None:
    node = await network.node("greta")
    stranger = network.wires.person("https://evil.example/users/good.example")
    network.wires.redirects["https://good.example/.well-known/webfinger"] = stranger.url
    await add(node, "good.example")
    assert await find_inbox(node.store, node.services.remote, "good.example") == ""


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        (" Far.Example. ", "far.example"),
        ("https://far.example/about", "far.example"),
        ("@marie@far.example", "far.example"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_server_is_named_in_many_ways(typed: str, host: str) -> None:
    assert server_name(typed) == host


@pytest.mark.parametrize("typed", ["", "a b", "https://", "far.example/about"])
def test_what_is_no_server_is_refused(typed: str) -> None:
    with pytest.raises(NotPossible):
        server_name(typed)
