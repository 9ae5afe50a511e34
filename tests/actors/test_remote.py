"""Actors of other servers, found and checked."""

import asyncio

import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.keys import KeyPairs
from federation.documents import Document
from federation.errors import FederationError, Gone, Refused, Unreachable, Untrusted
from federation.keys import keys_of
from tests.actors.conftest import Node
from tests.actors.neighbours import remote_document

BOB = "https://atelier.example/users/bob"
DAY = 24 * 3600


def serve_bob(node: Node, **changes: object) -> None:
    node.neighbours.serve_actor(remote_document(BOB, "bob", node.pairs, **changes))


def fetches(node: Node) -> int:
    return node.neighbours.asked.count(BOB)


async def test_an_unknown_actor_is_fetched_named_and_kept(node: Node) -> None:
    serve_bob(node)
    bob = await node.remote.by_url(BOB)
    assert bob.account == "bob@atelier.example"
    assert bob.fetched_at == node.clock.ms
    assert await node.remote.by_url(BOB) == bob
    assert fetches(node) == 1
    assert await node.keys.key(BOB + "#main-key") is not None


async def test_many_askers_cost_one_fetch(node: Node) -> None:
    serve_bob(node)
    found = await asyncio.gather(*(node.remote.by_url(BOB) for _ in range(20)))
    assert {bob.id for bob in found} == {found[0].id}
    assert len(node.neighbours.asked) == 2


async def test_an_old_record_is_renewed_in_place(node: Node) -> None:
    serve_bob(node)
    before = await node.remote.by_url(BOB)
    serve_bob(node, name="Robert")
    node.clock.now += DAY + 1
    after = await node.remote.by_url(BOB)
    assert (after.id, after.name) == (before.id, "Robert")


async def test_an_old_record_is_better_than_none_while_the_server_is_silent(node: Node) -> None:
    serve_bob(node)
    before = await node.remote.by_url(BOB)
    node.neighbours.serve(BOB, {}, status=503)
    node.clock.now += DAY + 1
    assert (await node.remote.by_url(BOB)).id == before.id
    with pytest.raises(Unreachable):
        await node.remote.by_url(BOB, refresh=True)


async def test_a_deleted_actor_is_gone_for_good_until_served_again(node: Node) -> None:
    serve_bob(node)
    bob = await node.remote.by_url(BOB)
    node.neighbours.serve(BOB, {"type": "Tombstone", "id": BOB}, status=410)
    with pytest.raises(Gone):
        await node.remote.by_url(BOB, refresh=True)
    assert (await node.reload(bob)).state == "gone"
    with pytest.raises(Gone):
        await node.remote.by_url(BOB)
    serve_bob(node)
    assert (await node.remote.by_url(BOB, refresh=True)).state == "active"
    assert (await node.reload(bob)).state == "active"


async def test_a_suspension_survives_a_renewal(node: Node) -> None:
    serve_bob(node)
    bob = await node.remote.by_url(BOB)
    async with node.store.transaction() as tx:
        await tx.actors.set_state(bob.id, "suspended", 1)
    assert (await node.remote.by_url(BOB, refresh=True)).state == "suspended"


async def test_a_page_leads_to_its_actor(node: Node) -> None:
    serve_bob(node)
    page = "https://atelier.example/@bob"
    node.neighbours.serve(page, remote_document(BOB, "bob", node.pairs))
    assert (await node.remote.by_url(page)).url == BOB


async def test_an_actor_is_found_by_name_in_any_spelling(node: Node) -> None:
    serve_bob(node)
    for acct in ("bob@atelier.example", "@bob@Atelier.Example", "acct:bob@atelier.example"):
        assert (await node.remote.by_acct(acct)).url == BOB
        assert (await node.remote.resolve(" " + acct + " ")).url == BOB
    assert (await node.remote.resolve(BOB)).url == BOB


async def test_people_of_our_own_are_found_without_a_request(node: Node) -> None:
    greta = node.people["greta"]
    for text in ("greta@node.example", "@GRETA@node.example", greta.url, greta.html_url):
        assert (await node.remote.resolve(text)).id == greta.id
    assert node.neighbours.asked == []
    for text in ("nobody@node.example", "https://node.example/users/nobody"):
        with pytest.raises(Gone):
            await node.remote.resolve(text)


async def test_the_name_may_live_on_another_host_that_agrees(node: Node) -> None:
    node.neighbours.serve_actor(remote_document(BOB, "bob", node.pairs), "bob@short.example")
    node.neighbours.serve_name("bob@atelier.example", BOB, subject="bob@short.example")
    assert (await node.remote.by_url(BOB)).account == "bob@short.example"
    assert (await node.remote.by_acct("bob@short.example")).url == BOB


async def test_webfinger_that_knows_nobody_makes_no_actor(node: Node) -> None:
    node.neighbours.serve(BOB, remote_document(BOB, "bob", node.pairs))
    with pytest.raises(Untrusted):
        await node.remote.by_url(BOB)
    async with node.store.read() as tx:
        assert await tx.actors.by_url(BOB) is None


async def test_webfinger_that_names_another_actor_is_believed_over_the_document(
    node: Node,
) -> None:
    node.neighbours.serve(BOB, remote_document(BOB, "bob", node.pairs))
    node.neighbours.serve_name("bob@atelier.example", "https://atelier.example/users/real")
    with pytest.raises(Untrusted):
        await node.remote.by_url(BOB)


async def test_a_suspended_domain_is_never_asked(node: Node) -> None:
    serve_bob(node)
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "example", "suspend", "", 1)
    for text in (BOB, "bob@atelier.example"):
        with pytest.raises(Refused):
            await node.remote.resolve(text)
    assert node.neighbours.asked == []


async def test_a_document_that_came_with_a_key_is_not_fetched_again(
    node: Node, other_pairs: KeyPairs
) -> None:
    document = Document(remote_document(BOB, "bob", other_pairs))
    node.neighbours.serve_actor(document.raw)
    await node.keys.remember(document, keys_of(document))
    bob = await node.remote.by_url(BOB)
    assert bob.fetched_at == node.clock.ms
    assert fetches(node) == 0
    assert len(node.neighbours.asked) == 1


async def test_a_stub_that_came_with_a_key_is_fetched_whole(node: Node) -> None:
    stub = Document(remote_document(BOB, "bob", node.pairs, outbox=None, name=None))
    await node.keys.remember(stub, keys_of(stub))
    serve_bob(node)
    assert (await node.remote.by_url(BOB)).name == "Bob"
    assert fetches(node) == 1


@pytest.mark.parametrize("text", ["", "bob", "@bob", "ftp://atelier.example/bob", "did:key:z6M"])
async def test_what_is_neither_name_nor_address_is_refused(node: Node, text: str) -> None:
    with pytest.raises(FederationError):
        await node.remote.resolve(text)


async def test_two_servers_cannot_share_a_name(node: Node) -> None:
    serve_bob(node)
    await node.remote.by_url(BOB)
    thief = "https://evil.example/users/bob"
    node.neighbours.serve(
        thief, remote_document(thief, "bob", node.pairs, webfinger="bob@atelier.example")
    )
    with pytest.raises(Untrusted):
        await node.remote.by_url(thief)
