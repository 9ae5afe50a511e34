"""Who asks to quote a post of ours gets an answer (FEP-044f)."""

import pytest

from tests.support.factories import Json, activity
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote


@pytest.fixture
def ada(network: Network) -> Remote:
    """Somebody on another server."""
    return network.wires.person("https://ada.example/users/ada")


def request(ada: Remote, quoted: str, **changes: object) -> Json:
    """A QuoteRequest as Mastodon sends it, with the quoting post in it."""
    quoting = {"id": f"{ada.url}/notes/9", "type": "Note", "attributedTo": ada.url, "quote": quoted}
    return activity(ada, "QuoteRequest", quoted, **{"instrument": quoting, **changes})


async def answers(network: Network, ada: Remote) -> list[Json]:
    """What reached the asker's inbox."""
    await network.settle()
    return network.wires.delivered(f"{ada.url}/inbox")


async def test_a_request_is_declined_once(network: Network, node: LocalNode, ada: Remote) -> None:
    quoted = await node.write("greta", "À citer ?")
    await network.settle()
    asked = request(ada, quoted)
    assert await node.receive(ada, asked, to=node.inbox("greta")) == "declined"
    await node.deliver(ada, asked, to=node.inbox("greta"))
    (answer,) = await answers(network, ada)
    assert answer["type"] == "Reject"
    assert answer["actor"] == "https://node.example/users/greta"
    assert answer["to"] == [ada.url]
    assert answer["object"]["id"] == asked["id"]
    assert answer["object"]["type"] == "QuoteRequest"
    assert answer["object"]["instrument"] == f"{ada.url}/notes/9"


async def test_what_one_may_not_see_is_not_there(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    for visibility in ("followers", "direct"):
        quoted = await node.write("greta", "pas pour tous", visibility=visibility)
        await network.settle()
        note = await node.receive(ada, request(ada, quoted), to=node.inbox("greta"))
        assert note == "ignored: the object is not known here"
    assert await answers(network, ada) == []


async def test_who_is_blocked_gets_no_answer(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted = await node.write("greta", "À citer ?")
    await node.act("greta", {"type": "Block", "object": ada.url})
    before = await answers(network, ada)
    await node.receive(ada, request(ada, quoted), to=node.inbox("greta"))
    assert await answers(network, ada) == before


async def test_nobody_asks_for_another_or_about_another_server_s_post(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted = await node.write("greta", "À citer ?")
    foreign = request(ada, quoted, instrument="https://eve.example/notes/1")
    assert (await node.receive(ada, foreign)).startswith("refused")
    elsewhere = request(ada, "https://eve.example/notes/2")
    assert (await node.receive(ada, elsewhere)).startswith("ignored")
    assert await answers(network, ada) == []
