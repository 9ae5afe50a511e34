"""Keys in memory over the database."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from actors.keys import ActorKeys, HostSchemes, KeyPairs, generate
from federation.documents import Document
from federation.keys import keys_of, load_public
from tests.actors.conftest import Node
from tests.actors.neighbours import remote_document

BOB = "https://atelier.example/users/bob"


def document(pairs: KeyPairs, **changes: object) -> Document:
    return Document(remote_document(BOB, "bob", pairs, **changes))


def fresh(node: Node) -> ActorKeys:
    """Another process with the same database."""
    return ActorKeys(node.store, node.identifiers, node.clock)


def test_new_pairs_are_rsa_2048_and_ed25519_and_not_shown() -> None:
    pairs = generate()
    public = load_public(pairs.rsa.public_pem)
    assert isinstance(public, RSAPublicKey)
    assert public.key_size == 2048
    assert "PRIVATE" not in repr(pairs)


async def test_our_own_keys_sign_and_verify(node: Node) -> None:
    greta = node.people["greta"]
    private = await node.keys.signing_key(greta.id)
    public = await node.keys.key(private.key_id)
    assert public is not None
    assert public.owner == greta.url
    assert public.verify(b"text", private.sign(b"text"))


async def test_the_node_key_is_known_before_the_first_request(node: Node) -> None:
    key = await node.keys.node_key()
    assert key.key_id == "https://node.example/actor#main-key"
    assert node.keys.loaded_node_key() == key
    assert fresh(node).loaded_node_key() is None


async def test_strangers_have_no_key_to_sign_with(node: Node) -> None:
    bob = await node.stranger(BOB, "bob")
    with pytest.raises(KeyError):
        await node.keys.signing_key(bob.id)


async def test_a_remembered_key_survives_a_restart(node: Node, other_pairs: KeyPairs) -> None:
    assert await node.keys.key(BOB + "#main-key") is None
    actor = document(other_pairs)
    await node.keys.remember(actor, keys_of(actor))
    for keys in (node.keys, fresh(node)):
        found = await keys.key(BOB + "#main-key")
        assert found is not None
        assert (found.owner, found.pem) == (BOB, other_pairs.rsa.public_pem)
    async with node.store.read() as tx:
        bob = await tx.actors.by_url(BOB)
    assert bob is not None
    assert bob.fetched_at == 0


async def test_a_looked_up_key_costs_no_second_query(node: Node) -> None:
    await node.stranger(BOB, "bob")
    assert await node.keys.key(BOB + "#main-key") is not None
    async with node.store.transaction() as tx:
        await tx.connection.execute("delete from keys where key_id = $1", BOB + "#main-key")
    assert await node.keys.key(BOB + "#main-key") is not None
    node.clock.now += 600
    assert await node.keys.key(BOB + "#main-key") is None


async def test_a_new_key_takes_the_place_of_the_old(
    node: Node, pairs: KeyPairs, other_pairs: KeyPairs
) -> None:
    for current in (pairs, other_pairs):
        actor = document(current)
        await node.keys.remember(actor, keys_of(actor))
    found = await fresh(node).key(BOB + "#main-key")
    assert found is not None
    assert found.pem == other_pairs.rsa.public_pem


async def test_a_forgotten_key_is_gone_but_never_one_of_ours(node: Node) -> None:
    await node.stranger(BOB, "bob")
    await node.keys.key(BOB + "#main-key")
    await node.keys.forget(BOB + "#main-key")
    assert await node.keys.key(BOB + "#main-key") is None
    ours = node.people["greta"].url + "#main-key"
    await node.keys.forget(ours)
    assert await node.keys.key(ours) is not None


async def test_a_key_of_somebody_else_is_not_taken_from_a_document(
    node: Node, other_pairs: KeyPairs
) -> None:
    actor = document(other_pairs)
    foreign = keys_of(Document(remote_document(BOB + "2", "bob2", other_pairs)))
    await node.keys.remember(actor, foreign)
    assert await node.keys.key(BOB + "2#main-key") is None


async def test_a_document_about_one_of_us_changes_nothing(
    node: Node, other_pairs: KeyPairs
) -> None:
    url = node.people["greta"].url
    forged = Document(remote_document(url, "greta", other_pairs))
    await node.keys.remember(forged, keys_of(forged))
    found = await fresh(node).key(url + "#main-key")
    assert found is not None
    assert found.pem == node.pairs.rsa.public_pem


async def test_a_stub_brings_keys_and_leaves_the_profile(node: Node, other_pairs: KeyPairs) -> None:
    bob = await node.stranger(BOB, "bob", summary="<p>about</p>")
    stub = document(other_pairs, outbox=None, summary=None)
    await node.keys.remember(stub, keys_of(stub))
    assert (await node.reload(bob)).summary == "<p>about</p>"
    found = await fresh(node).key(BOB + "#main-key")
    assert found is not None
    assert found.pem == other_pairs.rsa.public_pem


async def test_a_renewed_profile_keeps_the_name_that_webfinger_confirmed(node: Node) -> None:
    node.neighbours.serve_actor(remote_document(BOB, "bob", node.pairs), acct="bob@short.example")
    node.neighbours.serve_name("bob@atelier.example", BOB, subject="bob@short.example")
    bob = await node.remote.by_url(BOB)
    assert bob.host == "short.example"
    actor = document(node.pairs, name="Robert")
    await node.keys.remember(actor, keys_of(actor))
    again = await node.reload(bob)
    assert (again.name, again.host, again.fetched_at) == (
        "Robert",
        "short.example",
        bob.fetched_at,
    )


async def test_the_scheme_of_a_host_is_remembered_across_processes(node: Node) -> None:
    schemes = HostSchemes(node.store, node.clock)
    assert await schemes.scheme("atelier.example") is None
    await schemes.remember("atelier.example", "cavage")
    assert await schemes.scheme("atelier.example") == "cavage"
    assert await HostSchemes(node.store, node.clock).scheme("atelier.example") == "cavage"
    await schemes.remember("atelier.example", "rfc9421")
    assert await HostSchemes(node.store, node.clock).scheme("atelier.example") == "rfc9421"
