"""The addresses of actors, asked as others ask them."""

from typing import Any

import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.auth import issue_token
from actors.local import ProfileChanges, delete_actor, update_profile
from actors.relationships import accept_follow, block, receive_follow, request_follow
from federation.documents import Document
from federation.keys import keys_of
from federation.vocabulary import ACTIVITY_JSON, LD_JSON
from storage.records import ActorRecord
from tests.actors.conftest import Node
from tests.actors.neighbours import remote_document, signed_get, signing_key

GRETA = "https://node.example/users/greta"
BOB = "https://atelier.example/users/bob"
AS2 = {"Accept": ACTIVITY_JSON}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def fetch(
    node: Node, path: str, headers: dict[str, str] | None = None, *, secure: bool = False
) -> Any:
    return await node.web(secure_mode=secure).get(path, headers=headers or AS2)


def signed(node: Node, url: str, who: str = BOB) -> dict[str, str]:
    return AS2 | signed_get(url, signing_key(who, node.pairs), node.clock.now)


async def follow(node: Node, follower: ActorRecord, number: int) -> None:
    url = f"{follower.url}/follows/{number}"
    async with node.store.transaction() as tx:
        await receive_follow(tx, follower, node.people["greta"], url, node.clock.ms)
        await accept_follow(tx, node.people["greta"], url)


async def bearer(node: Node, actor: ActorRecord) -> dict[str, str]:
    async with node.store.transaction() as tx:
        token = await issue_token(tx, actor.id, "read", "", node.clock.ms)
    return AS2 | {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", ["/users/greta", "/@greta", "/users/GRETA"])
async def test_an_actor_is_served_at_every_address_with_its_one_id(node: Node, path: str) -> None:
    answer = await fetch(node, path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == ACTIVITY_JSON
    assert "Accept" in answer.headers["Vary"]
    document = Document(await answer.get_json(force=True))
    assert document.id == GRETA
    assert len(keys_of(document)) == 2


async def test_the_representation_is_negotiated(node: Node) -> None:
    page = await fetch(node, "/users/greta", BROWSER)
    assert await page.get_data(as_text=True) == "<h1>GRETA</h1>"
    ld = await fetch(node, "/users/greta", {"Accept": LD_JSON})
    assert ld.headers["Content-Type"] == LD_JSON
    turtle = await fetch(node, "/users/greta", {"Accept": "text/turtle"})
    assert turtle.headers["Content-Type"].startswith("text/turtle")
    assert f"<{GRETA}>" in await turtle.get_data(as_text=True)
    triples = await fetch(node, "/users/greta", {"Accept": "application/n-triples"})
    assert f"<{GRETA}>" in await triples.get_data(as_text=True)
    expanded = await fetch(
        node,
        "/users/greta",
        {"Accept": 'application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded"'},
    )
    assert (await expanded.get_json(force=True))[0]["@id"] == GRETA
    picture = await fetch(node, "/users/greta", {"Accept": "image/png"})
    assert picture.status_code == 406


async def test_an_unknown_actor_is_a_problem_with_404(node: Node) -> None:
    answer = await fetch(node, "/users/nobody")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (await answer.get_json(force=True))["code"] == "not-found"


async def test_the_node_actor_has_one_address(node: Node) -> None:
    answer = await fetch(node, "/actor")
    document = await answer.get_json(force=True)
    assert document["id"] == "https://node.example/actor"
    assert (await fetch(node, "/users/node.example")).status_code == 404
    assert (await fetch(node, "/@node.example", BROWSER)).status_code == 404
    outbox = await fetch(node, "/actor/outbox")
    assert (await outbox.get_json(force=True))["orderedItems"] == []


async def test_an_edited_profile_is_served_at_once(node: Node) -> None:
    await fetch(node, "/users/greta")
    async with node.store.transaction() as tx:
        await update_profile(tx, node.people["greta"], ProfileChanges(name="New"), node.clock.ms)
    document = await (await fetch(node, "/users/greta")).get_json(force=True)
    assert document["name"] == "New"


@pytest.mark.parametrize("path", ["/users/amina", "/@amina", "/users/amina/followers"])
async def test_the_deleted_are_gone(node: Node, path: str) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await delete_actor(tx, amina, node.clock.ms)
    answer = await fetch(node, path)
    assert answer.status_code == 410
    if not path.endswith("followers"):
        document = await answer.get_json(force=True)
        assert (document["type"], document["formerType"]) == ("Tombstone", "Person")
        assert document["id"] == amina.url
        assert (await fetch(node, path, BROWSER)).status_code == 410


async def test_the_suspended_are_not_shown(node: Node) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await tx.actors.set_state(amina.id, "suspended", 1)
    assert (await fetch(node, "/users/amina", BROWSER)).status_code == 403
    assert (await fetch(node, "/users/amina/followers")).status_code == 403


async def test_other_servers_learn_that_somebody_is_suspended_and_nothing_else(
    node: Node,
) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await tx.actors.set_state(amina.id, "suspended", 1)
    document = await (await fetch(node, "/users/amina")).get_json(force=True)
    assert document["suspended"] is True
    assert (document["name"], document["summary"]) == ("", "")
    assert len(keys_of(Document(document))) == 2
    assert "attachment" not in document


async def test_a_secure_node_shows_strangers_the_keys_alone(node: Node) -> None:
    stub = await (await fetch(node, "/users/greta", secure=True)).get_json(force=True)
    assert len(keys_of(Document(stub))) == 2
    assert stub["inbox"] == GRETA + "/inbox"
    assert "name" not in stub
    assert "outbox" not in stub
    await node.stranger(BOB, "bob")
    whole = await fetch(node, "/users/greta", signed(node, GRETA), secure=True)
    assert (await whole.get_json(force=True))["name"] == "GRETA"
    assert whole.headers["Cache-Control"] == "private, no-store"
    refused = await fetch(node, "/users/greta/followers", secure=True)
    assert refused.status_code == 401


async def test_two_secure_nodes_do_not_lock_each_other_out(node: Node) -> None:
    unknown = signed(node, "https://node.example/actor", "https://silent.example/actor")
    for path in ("/actor", "/.well-known/nodeinfo", "/nodeinfo/2.1"):
        answer = await fetch(node, path, unknown, secure=True)
        assert answer.status_code == 200
    finger = "/.well-known/webfinger?resource=acct:greta@node.example"
    assert (await fetch(node, finger, secure=True)).status_code == 200
    assert node.neighbours.asked == []


async def test_first_contact_is_answered_without_asking_back(node: Node) -> None:
    node.neighbours.serve_actor(remote_document(BOB, "bob", node.pairs))
    answer = await fetch(node, "/users/greta", signed(node, GRETA))
    assert (await answer.get_json(force=True))["name"] == "GRETA"
    followers = await fetch(node, "/users/greta/followers", signed(node, GRETA + "/followers"))
    assert followers.status_code == 200
    assert node.neighbours.asked == []


async def test_keys_are_shown_even_while_the_askers_server_is_silent(node: Node) -> None:
    node.neighbours.serve(BOB, {}, status=503)
    answer = await fetch(node, "/users/greta", signed(node, GRETA), secure=True)
    assert answer.status_code == 200
    assert "name" not in await answer.get_json(force=True)


async def test_a_signature_that_does_not_hold_is_refused(node: Node) -> None:
    await node.stranger(BOB, "bob")
    answer = await fetch(node, "/users/greta", signed(node, GRETA + "/outbox"))
    assert answer.status_code == 401


async def test_the_blocked_see_keys_and_no_collections(node: Node) -> None:
    bob = await node.stranger(BOB, "bob")
    async with node.store.transaction() as tx:
        await block(tx, node.people["greta"], bob, "https://node.example/activities/1", 1)
    actor = await fetch(node, "/users/greta", signed(node, GRETA))
    assert "name" not in await actor.get_json(force=True)
    followers = await fetch(node, "/users/greta/followers", signed(node, GRETA + "/followers"))
    assert followers.status_code == 404


async def test_a_suspended_domain_is_turned_away(node: Node) -> None:
    await node.stranger(BOB, "bob")
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "atelier.example", "suspend", "", 1)
    answer = await fetch(node, "/users/greta", signed(node, GRETA))
    assert answer.status_code == 403
    assert (await answer.get_json(force=True))["code"] == "domain-suspended"


async def test_followers_are_paged_and_counted_right(node: Node) -> None:
    for number in range(45):
        url = f"https://atelier.example/users/p{number}"
        await follow(node, await node.stranger(url, f"p{number}"), number)
    root = await (await fetch(node, "/users/greta/followers")).get_json(force=True)
    assert root["totalItems"] == 45
    assert "orderedItems" not in root
    seen: list[str] = []
    next_url = root["first"]
    while next_url:
        document = await (
            await fetch(node, next_url.removeprefix("https://node.example"))
        ).get_json(force=True)
        assert document["type"] == "OrderedCollectionPage"
        assert document["id"] == next_url
        seen += document["orderedItems"]
        next_url = document.get("next")
    assert len(seen) == len(set(seen)) == 45
    assert seen[0].endswith("/p44")


async def test_a_page_number_that_we_did_not_give_is_refused(node: Node) -> None:
    for before in ("x", "-1", "9" * 30):
        answer = await fetch(node, f"/users/greta/followers?page=true&before={before}")
        assert answer.status_code == 400


async def test_hidden_followers_are_only_counted_except_by_their_owner(node: Node) -> None:
    bob = await node.stranger(BOB, "bob")
    await follow(node, bob, 1)
    greta = await node.reload(node.people["greta"])
    async with node.store.transaction() as tx:
        await update_profile(tx, greta, ProfileChanges(hides_network=True), node.clock.ms)
    for path in ("/users/greta/followers", "/users/greta/followers?page=true"):
        document = await (await fetch(node, path)).get_json(force=True)
        assert document["totalItems"] == 1
        assert "orderedItems" not in document
        assert "first" not in document
    mine = await fetch(node, "/users/greta/followers?page=true", await bearer(node, greta))
    assert (await mine.get_json(force=True))["orderedItems"] == [BOB]


async def test_a_server_is_shown_its_own_followers_and_no_others(node: Node) -> None:
    for host in ("atelier.example", "atelier.example.org", "other.example"):
        await follow(node, await node.stranger(f"https://{host}/users/x", "x"), 1)
    url = GRETA + "/followers_synchronization"
    path = "/users/greta/followers_synchronization"
    assert (await fetch(node, path)).status_code == 401
    asker = "https://atelier.example/users/x"
    answer = await fetch(node, path, signed(node, url, asker))
    document = await answer.get_json(force=True)
    assert document["orderedItems"] == [asker]
    assert document["totalItems"] == 1


async def test_only_the_owner_sees_who_waits(node: Node) -> None:
    bob, greta = await node.stranger(BOB, "bob"), node.people["greta"]
    async with node.store.transaction() as tx:
        await receive_follow(tx, bob, greta, BOB + "/follows/1", node.clock.ms)
        await request_follow(tx, greta, bob, "https://node.example/activities/1", node.clock.ms)
    owner = await bearer(node, greta)
    document = await (await fetch(node, "/users/greta", owner)).get_json(force=True)
    expected = {
        "pendingFollowers": (BOB, GRETA, BOB + "/follows/1"),
        "pendingFollowing": (GRETA, BOB, "https://node.example/activities/1"),
    }
    for name, (actor, target, url) in expected.items():
        path = document[name].removeprefix("https://node.example")
        assert (await fetch(node, path)).status_code == 404
        root = await (await fetch(node, path, owner)).get_json(force=True)
        assert root["totalItems"] == 1
        page = await (await fetch(node, path + "?page=true", owner)).get_json(force=True)
        item = page["orderedItems"][0]
        assert (item["actor"], item["object"], item["id"]) == (actor, target, url)
        assert item["type"] == "Follow"
        assert item["published"].endswith("Z")


async def test_somebody_elses_token_opens_nobodys_lists(node: Node) -> None:
    amina = await node.person("amina")
    token = await bearer(node, amina)
    assert (await fetch(node, "/users/greta/pendingFollowers", token)).status_code == 404
    document = await (await fetch(node, "/users/greta", token)).get_json(force=True)
    assert "pendingFollowers" not in document


async def test_what_is_liked_is_listed_to_its_owner_and_counted_for_others(node: Node) -> None:
    greta, url = node.people["greta"], "https://node.example/objects/1"
    async with node.store.transaction() as tx:
        await tx.connection.execute(
            "insert into objects (id, url, type, actor_id, local, visibility, document, "
            "published_at, created_at) values (1, $1, 'Note', $2, 1, 'direct', '{}', 1, 1)",
            url,
            greta.id,
        )
        await tx.connection.execute(
            "insert into likes (id, actor_id, object_id, url, created_at) "
            "values (1, $1, 1, 'https://node.example/activities/1', 1)",
            greta.id,
        )
    for path in ("/users/greta/liked", "/users/greta/liked?page=true"):
        seen = await (await fetch(node, path)).get_json(force=True)
        assert seen["totalItems"] == 1
        assert url not in str(seen)
        assert "first" not in seen
    owner = await bearer(node, greta)
    root = await (await fetch(node, "/users/greta/liked", owner)).get_json(force=True)
    page = root["first"].removeprefix("https://node.example")
    mine = await (await fetch(node, page, owner)).get_json(force=True)
    assert mine["orderedItems"] == [url]
