"""Rule 10 for what is for the network or for this node alone: no side door shows it.

The doors through which other platforms leaked what was restricted: outboxes of tags, aliases of
WebFinger, profiles and their counts, JSON of objects, collections, bodies of Undo, names of tags
and of people, somebody else's authorisation, deliveries.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from federation.errors import Gone
from federation.signing import sign_cavage
from federation.vocabulary import ACTIVITY_JSON, NETWORK, ORGANISATION, PUBLIC
from objects.experiences.fields import Contributor, Reach
from outbox.acts.change import withdraw
from outbox.acts.experiences import change_experience
from outbox.acts.pin import pin
from outbox.acts.react import find_useful, share, take_back
from outbox.context import ActRefused
from storage.network import NetworkServerRecord
from storage.records import ObjectRecord
from storage.store import Tx
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import PLAIN, adapt, belongs, found, publish, told
from tests.support.signing import Remote

WORD = "Tamponnoir"
SECRET = replace(
    PLAIN, title=f"{WORD} au chantier", summary=f"{WORD} en bref", context=f"{WORD} partout"
)
ACCEPTED = ("text/html", ACTIVITY_JSON, "text/turtle", "application/ld+json", "*/*")


@dataclass
class Place:
    """Anne's node, Lea's of the network, Oscar's outside it; both follow Anne."""

    network: Network
    node: LocalNode
    listed: LocalNode
    outsider: LocalNode

    async def secret(self, reach: Reach, **changes: Any) -> ObjectRecord:
        """A restricted experience of Anne's, delivered wherever it goes."""
        record = await publish(self.node, "anne", replace(SECRET, reach=reach, **changes))
        await self.network.settle()
        return record

    async def ask(self, path: str, accept: str) -> tuple[int, bytes]:
        """What a stranger is answered."""
        client = self.node.app.test_client()
        answer = await client.get(path, headers={"Accept": accept, "Host": self.node.host})
        body = await answer.get_data()
        location = answer.headers.get("Location", "")
        return answer.status_code, (body if isinstance(body, bytes) else body.encode()) + (
            location.encode()
        )

    async def whole(self, path: str, accept: str) -> bytes:
        """What a stranger is answered, the first page of a collection included."""
        _, body = await self.ask(path, accept)
        found = re.search(rb'"first":"https://[^/"]+([^"]+)"', body)
        return body + (await self.ask(found[1].decode(), accept))[1] if found else body

    async def fetched(self, reader: LocalNode, url: str) -> dict[str, Any] | int:
        """What a server is answered that signs its request; a number: the status of a refusal."""
        try:
            return (await reader.services.fetcher.document(url)).raw
        except Gone as gone:
            return gone.status


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


async def test_nothing_for_this_node_alone_ever_leaves(place: Place) -> None:
    lea, yves = await place.listed.person("lea"), await place.node.person("yves")
    anne = await place.node.person("anne")
    sent = len(place.network.wires.log)
    together = (Contributor(lea.url), Contributor(yves.url))
    record = await place.secret("organisation", contributors=together)
    comment = await place.node.write("yves", f"{WORD} @lea@cfa.example", reply_to=record.url)
    seen = await place.node.outbox.objects.visible(record.url, yves)
    await find_useful(place.node.outbox, yves, seen)
    place.network.clock.pass_by(60)
    changed = replace(SECRET, reach="organisation", title=f"{WORD} changé", contributors=together)
    await change_experience(place.node.outbox, anne, record, changed)
    await withdraw(place.node.outbox, anne, record)
    await place.network.settle()
    posted = [one for one in place.network.wires.log[sent:] if one.method == "POST"]
    assert [one.url for one in posted] == []
    answer = await place.node.object(comment)
    assert answer is not None
    assert answer.visibility == "organisation"
    assert ("coauthor", record.url) not in await told(place.listed, "lea")


async def test_what_is_for_the_network_goes_to_its_servers_alone(place: Place) -> None:
    lea, oscar = await place.listed.person("lea"), await place.outsider.person("oscar")
    sent = len(place.network.wires.log)
    together = (Contributor(lea.url), Contributor(oscar.url))
    record = await place.secret("network", contributors=together)
    await place.listed.write("lea", f"{WORD} vu", reply_to=record.url)
    await place.network.settle()
    await withdraw(place.node.outbox, await place.node.person("anne"), record)
    await place.network.settle()
    posted = [one for one in place.network.wires.log[sent:] if one.method == "POST"]
    assert {httpx_host(one.url) for one in posted} == {"cfa.example", "greta.example"}
    gone = await place.listed.object(record.url)
    assert gone is not None
    assert gone.deleted_at is not None


def httpx_host(url: str) -> str:
    """The host of a URL."""
    return url.partition("://")[2].partition("/")[0]


async def test_a_server_that_leaves_the_network_sees_nothing_from_then_on(place: Place) -> None:
    record = await place.secret("network")
    assert await found(place.listed, record.url, "lea") is not None
    await place.node.store.write(lambda tx: tx.network.remove("cfa.example"))
    assert await place.fetched(place.listed, record.url) == 404
    sent = len(place.network.wires.log)
    place.network.clock.pass_by(60)
    anne = await place.node.person("anne")
    await change_experience(place.node.outbox, anne, record, replace(SECRET, reach="network"))
    await place.network.settle()
    assert not [one for one in place.network.wires.log[sent:] if one.method == "POST"]
    await withdraw(place.node.outbox, anne, record)
    await place.network.settle()
    gone = await place.listed.object(record.url)
    assert gone is not None
    assert gone.deleted_at is not None


async def test_it_is_shared_by_nobody(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    yves, anne = await place.node.person("yves"), await place.node.person("anne")
    for person in (yves, anne):
        with pytest.raises(ActRefused) as refused:
            await share(place.node.outbox, person, record)
        assert refused.value.code == "not-public"
    with pytest.raises(ActRefused):
        await pin(place.node.outbox, anne, record)
    assert await place.node.count("shares") == await place.node.count("featured") == 0


async def test_a_share_from_elsewhere_has_no_effect(place: Place) -> None:
    record = await place.secret("network")
    insider = place.network.wires.person("https://cfa2.example/users/ida")
    await add(place.node, "cfa2.example")
    note_of = await place.node.receive(insider, activity(insider, "Announce", record.url))
    assert "what is not public cannot be shared" in note_of
    assert await place.node.count("shares") == 0


async def add(node: LocalNode, host: str) -> None:
    """Make a server part of the network."""
    server = NetworkServerRecord(host, "", "test", node.clock.ms)
    await node.store.write(lambda tx: tx.network.add(server))


async def test_outsiders_do_not_react_to_it(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    mallory = place.network.wires.person("https://outside.example/users/mallory")
    liked = await place.node.receive(mallory, activity(mallory, "Like", record.url))
    assert "not known here" in liked
    after = await place.node.object(record.url)
    assert after is not None
    assert after.likes_count == 0


async def test_members_see_it_and_others_do_not(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    assert await found(place.node, record.url, "yves") is not None
    assert await found(place.node, record.url) is None
    assert await found(place.outsider, record.url, "oscar") is None
    there = await found(place.listed, record.url, "lea")
    assert (there is not None) == (reach == "network")
    assert await found(place.listed, record.url) is None


async def test_home_timelines_keep_to_it(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    assert record.url in await place.node.home("anne")
    assert (record.url in await place.listed.home("lea")) == (reach == "network")
    assert await place.outsider.home("oscar") == []


def claimed(author: Remote, audience: str, **changes: Any) -> dict[str, Any]:
    """An experience that says that it is for a network or an organisation."""
    addressed = {"to": [audience], "cc": [f"{author.url}/followers"], **changes}
    terms = {"type": "Article", "name": WORD, "cmt:approach": WORD}
    article = note(author, WORD, **terms, **addressed)
    return create(author, article)


async def test_an_unknown_server_s_network_is_a_private_message_here(place: Place) -> None:
    writer = place.network.wires.person("https://unknown.example/users/writer")
    await place.node.befriend("yves", writer)
    anne = await place.node.person("anne")
    plain = claimed(writer, NETWORK)
    assert await place.node.receive(writer, plain) == "done"
    url = plain["object"]["id"]
    for name in ("yves", "anne"):
        assert await found(place.node, url, name) is None
        assert await place.node.inbox_types(name) == ["Follow", "Follow"] * (name == "anne")
    named = claimed(writer, NETWORK, cc=[anne.url])
    await place.node.receive(writer, named)
    assert await found(place.node, named["object"]["id"], "anne") is not None
    assert await found(place.node, named["object"]["id"], "yves") is None
    await add(place.node, "unknown.example")
    assert await found(place.node, named["object"]["id"], "yves") is not None


async def test_another_server_cannot_mean_the_members_of_this_one(place: Place) -> None:
    writer = place.network.wires.person("https://unknown.example/users/writer")
    await place.node.befriend("yves", writer)
    await add(place.node, "unknown.example")
    claim = claimed(writer, ORGANISATION)
    await place.node.receive(writer, claim)
    url = claim["object"]["id"]
    record = await place.node.object(url)
    assert record is None or record.visibility == "direct"
    assert await found(place.node, url, "yves") is None


async def test_answers_are_as_restricted_as_what_they_answer(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    comment = await place.node.write("yves", f"{WORD} bien vu", reply_to=record.url)
    await place.network.settle()
    answer = await place.node.object(comment)
    assert answer is not None
    assert answer.visibility == reach
    assert PUBLIC not in answer.document
    assert await place.fetched(place.outsider, comment) == 404
    with pytest.raises(ActRefused) as refused:
        await place.node.act(
            "yves",
            {"type": "Note", "content": WORD, "to": [PUBLIC], "inReplyTo": record.url},
        )
    assert refused.value.code == "too-wide"
    if reach == "network":
        replies = await place.fetched(place.listed, f"{record.url}/replies")
        assert isinstance(replies, dict)
        assert (replies["totalItems"], replies["first"]["items"]) == (1, [comment])


async def test_a_restricted_answer_stands_under_no_public_post(place: Place, reach: Reach) -> None:
    url = await place.node.write("anne", "Tout le monde lit ceci.")
    comment = await place.node.write("yves", WORD, reply_to=url, visibility=reach)
    await place.network.settle()
    path = url.removeprefix("https://greta.example")
    for part in ("", "/replies", "/replies?page=true", "/context", "/context?page=true"):
        for accept in ACCEPTED:
            _, body = await place.ask(path + part, accept)
            assert comment.encode() not in body
            assert WORD.encode() not in body
    _, counted_replies = await place.ask(f"{path}/replies", ACTIVITY_JSON)
    assert orjson.loads(counted_replies)["totalItems"] == 0
    post = await place.node.object(url)
    assert post is not None
    assert post.replies_count == 0


async def test_nothing_said_under_it_is_passed_on_to_followers(place: Place) -> None:
    record = await place.secret("network")
    mallory = place.network.wires.person("https://cfa2.example/users/ida")
    await add(place.node, "cfa2.example")
    anne = await place.node.person("anne")
    reply = note(mallory, WORD, inReplyTo=record.url, cc=[anne.followers_url, anne.url])
    sent = len(place.network.wires.log)
    answer = {**create(mallory, reply), "proof": {"type": "DataIntegrityProof"}}
    await place.node.receive(mallory, answer)
    await place.network.settle()
    assert not [one for one in place.network.wires.log[sent:] if one.method == "POST"]


async def test_who_wrote_in_the_organisation_s_name_stays_here(place: Place, reach: Reach) -> None:
    editor = await place.node.person("yves")
    written = replace(SECRET, reach=reach)
    record = await publish(place.node, "greta", written, editor=editor)
    await place.network.settle()
    bodies = [one.body for one in place.network.wires.log]
    assert all(editor.url.encode() not in body for body in bodies)
    assert editor.url not in record.document


async def test_another_member_changes_and_withdraws_nothing(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    yves = await place.node.person("yves")
    for attempt in (
        change_experience(place.node.outbox, yves, record, SECRET),
        withdraw(place.node.outbox, yves, record),
    ):
        with pytest.raises(ActRefused) as refused:
            await attempt
        assert refused.value.status == 403


async def test_a_key_on_an_internal_address_opens_nothing(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    spy = Remote("https://127.0.0.1/users/spy", rsa_name="spy", ed_name="spy")
    client = place.node.app.test_client()
    sent = len(place.network.wires.log)
    headers = sign_cavage("GET", record.url, None, spy.rsa_key, place.node.clock())
    answer = await client.get(
        record.url.removeprefix("https://greta.example"),
        headers={"Accept": ACTIVITY_JSON, "Host": place.node.host, **headers},
    )
    assert answer.status_code in {401, 404}
    assert WORD.encode() not in await answer.get_data()
    assert not [one for one in place.network.wires.log[sent:] if "127.0.0.1" in one.url]


async def test_a_withdrawn_one_is_unknown_and_not_gone(place: Place, reach: Reach) -> None:
    record = await place.secret(reach)
    await withdraw(place.node.outbox, await place.node.person("anne"), record)
    await place.network.settle()
    path = record.url.removeprefix("https://greta.example")
    for accept in ACCEPTED:
        assert (await place.ask(path, accept))[0] == 404
    assert await place.fetched(place.listed, record.url) == 404
    done = await place.node.store.query(lambda tx: tx.activities.about(record.id))
    assert "Delete" in {one.type for one in done}
    for one in done:
        assert await place.fetched(place.outsider, one.url) == 404


async def test_a_reuse_of_it_tells_no_more_than_its_address(place: Place) -> None:
    record = await place.secret("network")
    derived = await adapt(place.listed, "lea", record.url, "Adaptée")
    await place.network.settle()
    assert ("reuse", derived.url) in await told(place.node, "anne")
    client = place.listed.app.test_client()
    answer = await client.get(
        derived.url.removeprefix("https://cfa.example"),
        headers={"Accept": ACTIVITY_JSON, "Host": "cfa.example"},
    )
    body = await answer.get_data()
    assert record.url.encode() in body
    assert WORD.encode() not in body


async def test_what_members_found_useful_is_not_listed_for_strangers(
    place: Place, reach: Reach
) -> None:
    record = await place.secret(reach)
    yves = await place.node.person("yves")
    await find_useful(place.node.outbox, yves, record)
    for path in (
        "/users/yves/liked",
        "/users/yves/liked?page=true",
        "/users/yves/outbox?page=true",
    ):
        _, body = await place.ask(path, ACTIVITY_JSON)
        assert record.url.encode() not in body

    async def operation(tx: Tx) -> int:
        return int(await tx.connection.fetch_value("select count(*) from likes"))

    assert await place.node.store.query(operation) == 1
