"""Who reads, by the signature of the request."""

import pytest

from actors.access import claimed_key, incoming_request, is_blocked
from actors.administration import COMMAND_LINE, set_domain_rule
from actors.identifiers import Identifiers
from actors.relationships import block
from federation.errors import Refused
from tests.actors.conftest import Node
from tests.actors.neighbours import asking, remote_document, signed_get, signing_key

BOB = "https://atelier.example/users/bob"
URL = "https://node.example/users/greta/followers?page=true"


def signed(node: Node, scheme: str = "cavage") -> dict[str, str]:
    return signed_get(URL, signing_key(BOB, node.pairs), node.clock.now, scheme=scheme)


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_the_signer_is_the_viewer(node: Node, scheme: str) -> None:
    await node.stranger(BOB, "bob")
    request = asking(node.identifiers, URL, signed(node, scheme))
    assert claimed_key(request) == BOB + "#main-key"
    assert await node.visitors().viewer(request) == BOB
    assert await node.visitors().known_viewer(request) == BOB


async def test_an_unsigned_request_is_anonymous_unless_the_node_is_secure(node: Node) -> None:
    request = asking(node.identifiers, URL)
    assert await node.visitors().viewer(request) is None
    for ask in (
        node.visitors(secure_mode=True).viewer,
        node.visitors(secure_mode=True).known_viewer,
    ):
        with pytest.raises(Refused) as refused:
            await ask(request)
        assert refused.value.status == 401


async def test_a_broken_signature_is_refused(node: Node) -> None:
    await node.stranger(BOB, "bob")
    headers = signed(node)
    other = asking(node.identifiers, "https://node.example/users/amina/followers", headers)
    for broken in (other, asking(node.identifiers, URL, {"Signature": "nonsense"})):
        with pytest.raises(Refused) as refused:
            await node.visitors().viewer(broken)
        assert refused.value.status in {400, 401}


async def test_an_unknown_key_is_fetched_for_what_is_private_only(node: Node) -> None:
    node.neighbours.serve_actor(remote_document(BOB, "bob", node.pairs))
    request = asking(node.identifiers, URL, signed(node))
    assert await node.visitors().known_viewer(request) is None
    assert node.neighbours.asked == []
    assert await node.visitors().viewer(request) == BOB
    assert node.neighbours.asked


async def test_a_suspended_domain_is_refused_before_anything_is_fetched(node: Node) -> None:
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "atelier.example", "suspend", "", 1)
    request = asking(node.identifiers, URL, signed(node))
    for ask in (node.visitors().viewer, node.visitors().known_viewer):
        with pytest.raises(Refused) as refused:
            await ask(request)
        assert refused.value.status == 403
    assert node.neighbours.asked == []


async def test_a_block_is_seen_from_the_readers_address(node: Node) -> None:
    bob, greta = await node.stranger(BOB, "bob"), node.people["greta"]
    async with node.store.transaction() as tx:
        assert not await is_blocked(tx, greta, BOB)
        await block(tx, greta, bob, "https://node.example/activities/1", 1)
        assert await is_blocked(tx, greta, BOB)
        assert not await is_blocked(tx, greta, None)
        assert not await is_blocked(tx, bob, greta.url)


def test_scheme_and_host_are_ours_whatever_the_request_says(identifiers: Identifiers) -> None:
    scope = {
        "method": "GET",
        "path": "/users/é",
        "raw_path": b"/users/%C3%A9",
        "query_string": b"a=%20b",
        "scheme": "http",
        "headers": [(b"Host", b"evil.example"), (b"X-A", b"1"), (b"x-a", b"2")],
    }
    request = incoming_request(scope, b"", identifiers)
    assert (request.scheme, request.host) == ("https", "node.example")
    assert request.target == "/users/%C3%A9?a=%20b"
    assert [name for name, _ in request.headers] == ["host", "x-a", "x-a"]
