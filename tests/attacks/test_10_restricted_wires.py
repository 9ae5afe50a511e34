"""Rule 10 for what is restricted in reach: what is sent, said and done about it."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from federation.signing import sign_cavage
from federation.vocabulary import ACTIVITY_JSON, NETWORK, ORGANISATION, PUBLIC
from objects.experiences.fields import Contributor, Reach
from outbox.acts.change import withdraw
from outbox.acts.experiences import change_experience
from outbox.acts.pin import pin
from outbox.acts.react import find_useful, share
from outbox.context import ActRefused
from storage.network import NetworkServerRecord
from storage.store import Tx
from tests.attacks.restricted import ACCEPTED, SECRET, WORD, Place
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode
from tests.support.shared_experiences import adapt, found, publish, told
from tests.support.signing import Remote


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
