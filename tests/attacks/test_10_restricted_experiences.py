"""Rule 10 for what is for the network or for this node alone: no side door shows it.

The doors through which other platforms leaked what was restricted: outboxes of tags, aliases of
WebFinger, profiles and their counts, JSON of objects, collections, bodies of Undo, names of tags
and of people, somebody else's authorisation, deliveries.
"""

from dataclasses import replace

import orjson
import pytest

from federation.vocabulary import ACTIVITY_JSON, NETWORK, ORGANISATION
from objects.experiences.fields import Contributor, Reach
from outbox.acts.experiences import change_experience
from outbox.acts.react import find_useful, take_back
from tests.attacks.restricted import ACCEPTED, SECRET, WORD, Place
from tests.support.fediverse import LocalNode
from tests.support.shared_experiences import found, told


def paths(node: LocalNode, **values: object) -> list[str]:
    """Every address of a node that can be asked for with these values."""
    found: list[str] = []
    for rule in node.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= values.keys():
            built = rule.build({name: values[name] for name in rule.arguments})
            if built is not None:
                found.append(built[1])
    return found


async def test_no_address_with_its_number_tells_that_it_exists(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    unknown = record.id + 1
    tried = 0
    for path in paths(place.node, number=record.id, object_id=record.id):
        if str(record.id) not in path:
            continue
        for accept in ACCEPTED:
            other = path.replace(str(record.id), str(unknown))
            status, body = await place.ask(path, accept)
            bare_status, bare = await place.ask(other, accept)
            assert status == bare_status != 200, (path, accept)
            assert WORD.encode() not in body, (path, accept)
            known, missing = str(record.id).encode(), str(unknown).encode()
            assert body.replace(known, b"") == bare.replace(missing, b""), (path, accept)
            tried += 1
    assert tried > 50


async def test_no_other_address_shows_it(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    anne = await place.node.person("anne")
    values = {"name": "anne", "username": "anne", "actor_id": anne.id, "suffix": "jsonld"}
    tried = 0
    for path in paths(place.node, **values, scheme="theme", notation="tutorat", version="2.1"):
        for accept in ACCEPTED:
            body = await place.whole(path, accept)
            assert WORD.encode() not in body, (path, accept)
            assert record.url.encode() not in body, (path, accept)
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("door", ["/graph.nt", "/tags/tamponnoir", "/", "/users/anne/outbox"])
async def test_the_doors_that_matter_show_what_is_public(place: Place, door: str) -> None:
    url = await place.node.write("anne", f"{WORD} #tamponnoir")
    await place.network.settle()
    assert url.encode() in await place.whole(door, ACTIVITY_JSON if door != "/" else "text/html")


async def test_a_signed_fetch_from_outside_gets_404_and_not_403(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    for part in ("", "/likes", "/shares", "/replies", "/context"):
        assert await place.fetched(place.outsider, record.url + part) == 404, part
    inside = await place.fetched(place.listed, record.url)
    if reach == "network":
        assert isinstance(inside, dict)
        assert inside["name"] == SECRET.title
    else:
        assert inside == 404


async def test_a_member_of_an_unknown_server_who_is_named_gets_404_too(
    place: Place, reach: Reach
) -> None:
    oscar = await place.outsider.person("oscar")
    together = (Contributor(oscar.url),)
    record = await place.secret(reach, contributors=together)
    assert oscar.url not in orjson.loads(record.document)["cc"]
    assert await place.fetched(place.outsider, record.url) == 404
    assert await place.outsider.object(record.url) is None
    assert await told(place.outsider, "oscar") == []


async def test_an_outsider_whom_a_client_addresses_sees_nothing_either(
    place: Place, reach: Reach
) -> None:
    oscar = await place.outsider.person("oscar")
    audience = NETWORK if reach == "network" else ORGANISATION
    article = {"type": "Article", "name": WORD, "content": WORD, "to": [audience, oscar.url]}
    sent = await place.node.act("anne", {**article, "cmt:approach": WORD})
    await place.network.settle()
    assert await place.fetched(place.outsider, sent.object_url) == 404
    assert await place.fetched(place.outsider, sent.url) == 404
    assert await place.outsider.object(sent.object_url) is None
    assert await found(place.node, sent.object_url, "yves") is not None


async def test_no_search_feed_or_embedding_finds_it(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    unknown = record.url.replace(str(record.id), str(record.id + 1))
    for path in (
        f"/experiences?q={WORD}",
        f"/experiences.atom?q={WORD}",
        f"/experiences.rss?q={WORD}",
    ):
        status, body = await place.ask(path, "*/*")
        assert status == 200
        assert SECRET.title.encode() not in body
        assert record.url.encode() not in body
        assert str(record.id).encode() not in body
    for path in (
        "/oembed?url=",
        "/oembed?format=json&url=",
        "/authorize_interaction?uri=",
        "/follow?uri=",
    ):
        status, body = await place.ask(path + record.url, "*/*")
        bare_status, _ = await place.ask(path + unknown, "*/*")
        assert status == bare_status
        assert WORD.encode() not in body


async def test_outboxes_hashtags_and_pages_do_not_even_count_it(place: Place, reach: Reach) -> None:
    async def numbers() -> list[tuple[int, bytes]]:
        kinds = (ACTIVITY_JSON, "text/html")
        return [await place.ask(path, kind) for path in counted(place) for kind in kinds]

    before = await numbers()
    await place.secret(reach, themes=("https://communotic.normandie.fr/ns/theme/tutorat",))
    assert await numbers() == before


def counted(place: Place) -> list[str]:
    """Addresses that give a number of posts."""
    name = place.node.people["anne"].username
    users = [f"/users/{name}", f"/users/{name}/outbox", f"/users/{name}/featured"]
    lists = ["/", "/experiences", "/concepts/theme/tutorat", "/sitemap.xml", "/@anne"]
    return [*users, *lists, "/tags/tutorat", "/nodeinfo/2.0", "/nodeinfo/2.1"]


async def test_webfinger_knows_no_experience(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    for resource in (record.url, f"{record.url}/context"):
        path = f"/.well-known/webfinger?resource={resource}"
        status, body = await place.ask(path, "*/*")
        bare, _ = await place.ask(path.replace(str(record.id), str(record.id + 1)), "*/*")
        assert status == bare == 404
        assert WORD.encode() not in body


async def test_its_activities_are_for_the_same_readers(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    yves = await place.node.person("yves")
    await find_useful(place.node.outbox, yves, record)
    undone = await take_back(place.node.outbox, "likes", yves, record)
    assert undone is not None
    place.network.clock.pass_by(60)
    anne = await place.node.person("anne")
    changed = replace(SECRET, reach=reach, results=f"{WORD} encore")
    await change_experience(place.node.outbox, anne, record, changed)
    done = await place.node.store.query(lambda tx: tx.activities.about(record.id))
    assert {one.type for one in done} >= {"Create", "Update"}
    for one in [*done, undone]:
        status, body = await place.ask(one.url.removeprefix("https://greta.example"), ACTIVITY_JSON)
        assert status == 404, one.type
        assert WORD.encode() not in body
        assert await place.fetched(place.outsider, one.url) == 404, one.type
    created = next(one for one in done if one.type == "Create")
    expected = reach == "network"
    assert isinstance(await place.fetched(place.listed, created.url), dict) == expected
