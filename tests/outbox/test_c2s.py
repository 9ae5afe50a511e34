"""What clients post, activity by activity, and what a repeat does: nothing more."""

import json
from typing import Any

import pytest

from actors.local import ProfileChanges, update_profile
from federation.vocabulary import PUBLIC
from outbox.c2s import ACTS
from outbox.context import ActRefused
from tests.outbox.desk import GRETA, ORIGIN, Desk
from tests.support.factories import Json, activity, note
from tests.support.signing import Remote

LUC = "https://far.example/users/luc"


@pytest.fixture
async def luc(desk: Desk) -> Remote:
    """Somebody elsewhere."""
    return desk.wires.person(LUC)


@pytest.fixture
async def theirs(desk: Desk, luc: Remote) -> str:
    """A public note by luc."""
    return desk.wires.serve(note(luc, "Une expérience"))


async def refused(desk: Desk, posted: Json, who: str = "greta") -> tuple[int, str]:
    """Status and code with which an act is refused."""
    with pytest.raises(ActRefused) as caught:
        await desk.act(posted, who)
    return caught.value.status, caught.value.code


def note_for(*to: str, **values: Any) -> Json:
    """A bare note as a client posts it."""
    return {"type": "Note", "content": "<p>Bonjour</p>", "to": list(to), **values}


async def test_a_bare_object_is_wrapped(desk: Desk) -> None:
    done = await desk.act(note_for(PUBLIC))
    assert (done["type"], done["actor"], done["to"]) == ("Create", GRETA, [PUBLIC])
    document = done["object"]
    assert document["attributedTo"] == GRETA
    assert (await desk.record(document["id"])).visibility == "public"


async def test_the_addresses_of_the_activity_count_for_the_object(desk: Desk) -> None:
    posted = {"type": "Create", "object": {"type": "Note", "content": "x"}, "to": ["as:Public"]}
    done = await desk.act(posted)
    assert done["object"]["to"] == done["to"] == [PUBLIC]


async def test_what_the_server_decides_is_not_the_client_s(desk: Desk) -> None:
    forged = note_for(
        PUBLIC,
        id="https://evil.example/1",
        attributedTo=LUC,
        published="1990-01-01T00:00:00Z",
        likes="https://evil.example/likes",
        proof={"type": "DataIntegrityProof"},
        context="https://evil.example/thread",
        url="https://evil.example/page",
    )
    document = (await desk.act(forged))["object"]
    assert document["id"].startswith(f"{ORIGIN}/objects/")
    assert document["attributedTo"] == GRETA
    assert not document["published"].startswith("1990")
    assert "evil" not in json.dumps(document)
    assert "proof" not in document


async def test_a_note_to_oneself_stays_with_oneself(desk: Desk) -> None:
    await desk.followed_by("fan.example")
    await desk.node.person("paul")
    done = await desk.act({"type": "Create", "object": {"type": "Note", "content": "Pense-bête"}})
    await desk.settle()
    url = done["object"]["id"]
    assert (await desk.record(url)).visibility == "direct"
    assert [sent for sent in desk.wires.log if sent.method == "POST"] == []
    assert (await desk.get(url)).status_code == 404
    assert (await desk.get(url, who="paul")).status_code == 404
    assert (await desk.read(url, who="greta"))["content"] == "Pense-bête"


async def test_who_is_mentioned_in_a_private_note_is_not_addressed(desk: Desk, luc: Remote) -> None:
    paul = await desk.node.person("paul")
    tags = [{"type": "Mention", "href": url, "name": "x"} for url in (luc.url, paul.url)]
    done = await desk.act(note_for(tag=tags))
    url = done["object"]["id"]
    await desk.settle()
    await desk.act({"type": "Update", "object": {"id": url, "content": "Y", "tag": tags}})
    await desk.settle()
    assert desk.wires.delivered(f"{luc.url}/inbox") == []
    assert done["object"]["tag"] == []
    assert (await desk.get(url, who="paul")).status_code == 404
    assert await desk.node.notified("paul") == []


async def test_who_is_mentioned_in_a_public_note_gets_it(desk: Desk, luc: Remote) -> None:
    profile = desk.wires.serve(
        {**json.loads(desk.wires.served[luc.url][2])}, at="https://far.example/@luc"
    )
    done = await desk.act(note_for(PUBLIC, tag=[{"type": "Mention", "href": profile}]))
    assert done["object"]["tag"] == [
        {"type": "Mention", "name": "@luc@far.example", "href": luc.url}
    ]
    assert luc.url in done["cc"]
    await desk.settle()
    assert desk.wires.types_at(f"{luc.url}/inbox") == ["Create"]


@pytest.mark.parametrize("field", ["bto", "bcc"])
async def test_who_is_addressed_in_secret_gets_it_and_nobody_reads_of_it(
    desk: Desk, luc: Remote, field: str
) -> None:
    paul = await desk.node.person("paul")
    mona = desk.wires.person("https://mona.example/users/mona")
    posted = {"type": "Create", "object": note_for(mona.url), field: [luc.url, paul.url]}
    done = await desk.act(posted)
    await desk.settle()
    assert desk.wires.types_at(f"{luc.url}/inbox") == ["Create"]
    url = done["object"]["id"]
    assert url in await desk.node.home("paul") or "Create" in await desk.node.inbox_types("paul")
    sent = json.dumps([one.json for one in desk.wires.log if one.method == "POST"])
    shown = json.dumps(await desk.read(url, who="greta")) + json.dumps(done)
    listed = json.dumps(await desk.walk(f"{GRETA}/outbox", who="greta"))
    for text in (sent, shown, listed):
        assert field not in text
        assert luc.url not in text
        assert paul.url not in text
    assert (await desk.get(url, who="paul")).status_code == 200


async def test_an_edit_reaches_those_who_were_addressed_in_secret(desk: Desk, luc: Remote) -> None:
    done = await desk.act(note_for(bto=[luc.url]))
    await desk.settle()
    await desk.act({"type": "Update", "object": {"id": done["object"]["id"], "content": "2"}})
    await desk.settle()
    assert "Update" in desk.wires.types_at(f"{luc.url}/inbox")


async def test_hashtags_lead_to_our_own_pages(desk: Desk) -> None:
    tag = {"type": "Hashtag", "name": "#Vélo", "href": "https://tags.pub/tag/velo"}
    done = await desk.act(note_for(PUBLIC, tag=[tag]))
    assert done["object"]["tag"][0]["href"] == f"{ORIGIN}/tags/vélo"


async def test_texts_come_as_lists_of_words_and_leave_in_both_forms(desk: Desk) -> None:
    note_ = note_for(PUBLIC, content=["<p>Deux", "mots</p>"])
    document = (await desk.act(note_))["object"]
    assert document["content"] == "<p>Deux mots</p>"
    assert document["contentMap"] == {"fr": "<p>Deux mots</p>"}
    named = {"type": "Collection", "nameMap": {"fr": ["Mes", "ateliers"]}, "to": [], "cc": []}
    made = (await desk.act(named))["object"]
    assert (made["name"], made["nameMap"]) == ("Mes ateliers", {"fr": "Mes ateliers"})


async def test_html_is_made_safe(desk: Desk) -> None:
    document = (await desk.act(note_for(PUBLIC, content="<p onclick=x>a<script>b</script></p>")))[
        "object"
    ]
    assert document["content"] == "<p>a</p>"


async def test_a_reply_takes_the_conversation_of_what_it_answers(desk: Desk) -> None:
    question = (await desk.act(note_for(PUBLIC)))["object"]
    answer = (await desk.act(note_for(PUBLIC, inReplyTo=question["id"])))["object"]
    assert (answer["inReplyTo"], answer["context"]) == (question["id"], question["context"])
    items = (await desk.read(question["id"]))["replies"]["first"]["items"]
    assert items == [answer["id"]]


async def test_a_partial_update_keeps_the_rest(desk: Desk) -> None:
    url = (await desk.act(note_for(PUBLIC, summary="Attention", sensitive=True)))["object"]["id"]
    change = {"type": "Note", "id": url, "content": ["version", "relue"]}
    done = await desk.act({"type": "Update", "object": change})
    document = done["object"]
    assert document["content"] == "version relue"
    assert document["contentMap"] == {"fr": "version relue"}
    assert (document["summary"], document["sensitive"], document["to"]) == (
        "Attention",
        True,
        [PUBLIC],
    )
    assert document["updated"]
    await desk.act({"type": "Update", "object": {"id": url, "summary": None}})
    assert "summary" not in await desk.read(url)


async def test_an_update_moves_nothing_to_another_thread(desk: Desk, theirs: str) -> None:
    url = (await desk.act(note_for(PUBLIC)))["object"]["id"]
    change = {"id": url, "inReplyTo": theirs, "type": "Article", "to": [], "content": "x"}
    document = (await desk.act({"type": "Update", "object": change}))["object"]
    assert (document["type"], document["to"]) == ("Note", [PUBLIC])
    assert "inReplyTo" not in document


async def test_what_is_deleted_leaves_a_tombstone(desk: Desk) -> None:
    url = (await desk.act(note_for(PUBLIC)))["object"]["id"]
    done = await desk.act({"type": "Delete", "object": url})
    assert (done["object"]["type"], done["to"]) == ("Tombstone", [PUBLIC])
    assert (await desk.get(url)).status_code == 410
    assert await refused(desk, {"type": "Delete", "object": url}) == (410, "gone")
    assert await refused(desk, {"type": "Update", "object": {"id": url}}) == (410, "gone")


@pytest.mark.parametrize("kind", ["Update", "Delete"])
async def test_others_objects_are_not_changed(desk: Desk, kind: str) -> None:
    url = await desk.node.write("paul", "À moi")
    posted = {"type": kind, "object": {"id": url, "content": "à moi"}}
    assert await refused(desk, posted) == (404, "not-found")


@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce", "Block"])
async def test_a_repeat_gives_the_activity_of_before(desk: Desk, theirs: str, kind: str) -> None:
    about = theirs if kind in ("Like", "Announce") else LUC
    first = await desk.act({"type": kind, "object": about})
    again = await desk.act({"type": kind, "object": about})
    assert again == first
    await desk.settle()
    assert desk.wires.types_at(f"{LUC}/inbox") == [kind]


@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce", "Block"])
@pytest.mark.parametrize("named", ["by id", "whole", "without id"])
async def test_what_was_done_is_undone_once(desk: Desk, theirs: str, kind: str, named: str) -> None:
    about = theirs if kind in ("Like", "Announce") else LUC
    done = await desk.act({"type": kind, "object": about})
    await desk.settle()
    shape = {"by id": done["id"], "whole": done, "without id": {"type": kind, "object": about}}
    undone = await desk.act({"type": "Undo", "object": shape[named]})
    assert (undone["type"], undone["object"]["id"]) == ("Undo", done["id"])
    await desk.settle()
    assert desk.wires.types_at(f"{LUC}/inbox") == [kind, "Undo"]
    if named == "by id":
        assert await desk.act({"type": "Undo", "object": done["id"]}) == undone


async def test_only_one_s_own_doings_are_undone(desk: Desk, theirs: str) -> None:
    done = await desk.act({"type": "Like", "object": theirs}, who="paul")
    assert await refused(desk, {"type": "Undo", "object": done["id"]}) == (404, "no-activity")
    created = await desk.act(note_for(PUBLIC))
    posted = {"type": "Undo", "object": created["id"]}
    assert await refused(desk, posted) == (422, "not-undoable")


@pytest.mark.parametrize("kind", ["Like", "Announce"])
async def test_what_cannot_be_seen_is_as_if_it_were_not_there(desk: Desk, kind: str) -> None:
    for visibility in ("followers", "direct"):
        url = await desk.node.write("paul", "Entre nous", visibility=visibility)
        answer = await desk.post({"type": kind, "object": url})
        assert answer.status_code == 404
    assert (await desk.post({"type": kind, "object": f"{ORIGIN}/objects/1"})).status_code == 404


async def test_what_is_not_public_is_not_shared(desk: Desk) -> None:
    url = await desk.node.write("paul", "@greta entre nous", visibility="direct")
    assert await refused(desk, {"type": "Announce", "object": url}) == (422, "not-public")


async def test_one_s_own_followers_only_post_is_shared_with_followers_only(desk: Desk) -> None:
    url = await desk.node.write("greta", "Entre nous", visibility="followers")
    done = await desk.act({"type": "Announce", "object": url})
    assert done["to"] == [f"{GRETA}/followers"]
    assert PUBLIC not in json.dumps(done["to"] + done["cc"])
    assert "proof" not in done


async def test_a_block_stands_between_two(desk: Desk) -> None:
    paul = await desk.node.person("paul")
    url = await desk.node.write("greta", "Bonjour")
    await desk.act({"type": "Block", "object": paul.url})
    assert await refused(desk, {"type": "Follow", "object": GRETA}, "paul") == (403, "blocked")
    for kind in ("Like", "Announce"):
        with pytest.raises(LookupError):
            await desk.act({"type": kind, "object": url}, who="paul")
    with pytest.raises(LookupError):
        await desk.act(note_for(PUBLIC, inReplyTo=url), who="paul")


async def test_likes_and_shares_are_listed_with_who_did_them(desk: Desk) -> None:
    url = await desk.node.write("paul", "À aimer")
    for kind, name in (("Like", "likes"), ("Announce", "shares")):
        done = await desk.act({"type": kind, "object": url})
        (item,) = await desk.walk(f"{url}/{name}")
        assert (item["id"], item["type"], item["actor"]) == (done["id"], kind, GRETA)
        assert item["published"]
        undone = await desk.act({"type": "Undo", "object": item})
        assert undone["object"]["id"] == done["id"]
        assert await desk.walk(f"{url}/{name}") == []


class TestFollowers:
    """Requests to follow, and their answers."""

    async def locked(self, desk: Desk) -> None:
        """Greta wants to be asked."""
        actor = await desk.author()
        changes = ProfileChanges(locked=True)
        now = desk.node.clock.ms
        await desk.node.store.write(lambda tx: update_profile(tx, actor, changes, now))

    @pytest.mark.parametrize(("answer", "state"), [("Accept", "accepted"), ("Reject", "rejected")])
    async def test_a_request_is_answered(
        self, desk: Desk, luc: Remote, answer: str, state: str
    ) -> None:
        await self.locked(desk)
        asked = activity(luc, "Follow", GRETA)
        await desk.node.receive(luc, asked)
        (item,) = await desk.walk(f"{GRETA}/pendingFollowers", who="greta")
        assert (item["id"], item["actor"]) == (asked["id"], luc.url)
        inner = {"type": "Follow", "actor": luc.url, "id": asked["id"]}
        done = await desk.act({"type": answer, "object": inner, "to": [luc.url]})
        assert done["object"]["id"] == asked["id"]
        follow = await desk.node.follow(luc.url, GRETA)
        assert follow is not None
        assert follow.state == state
        await desk.act({"type": answer, "object": inner})
        await desk.settle()
        assert set(desk.wires.types_at(f"{luc.url}/inbox")) == {answer}

    async def test_whoever_did_not_ask_is_not_answered(self, desk: Desk, luc: Remote) -> None:
        asked = activity(luc, "Follow", f"{ORIGIN}/users/paul")
        await desk.node.person("paul")
        await desk.node.receive(luc, asked)
        posted = {"type": "Accept", "object": asked["id"]}
        assert await refused(desk, posted) == (404, "no-request")

    async def test_a_neighbour_is_followed(self, desk: Desk) -> None:
        paul = await desk.node.person("paul")
        done = await desk.act({"type": "Follow", "object": paul.url, "to": [paul.url]})
        assert done["object"] == paul.url
        await desk.settle()
        follow = await desk.node.follow(GRETA, paul.url)
        assert follow is not None
        assert follow.state == "accepted"

    async def test_nobody_follows_themselves(self, desk: Desk) -> None:
        assert await refused(desk, {"type": "Follow", "object": GRETA}) == (422, "follow-self")


class TestCollections:
    """What is featured, and collections of one's own."""

    async def test_a_collection_holds_what_was_added(self, desk: Desk) -> None:
        made = (await desk.act({"type": "Collection", "name": "Ateliers", "to": [PUBLIC]}))[
            "object"
        ]
        assert (await desk.read(made["id"]))["items"] == []
        add = {"type": "Add", "target": made["id"], "object": "https://far.example/notes/1"}
        first = await desk.act(add)
        assert first["id"]
        assert await desk.act(add) == first
        document = await desk.read(made["id"])
        assert (document["items"], document["totalItems"]) == (["https://far.example/notes/1"], 1)
        assert "likes" not in document
        removed = await desk.act({**add, "type": "Remove"})
        assert removed["type"] == "Remove"
        assert await desk.walk(made["id"]) == []

    async def test_a_private_collection_is_read_by_its_owner(self, desk: Desk) -> None:
        made = (await desk.act({"type": "Collection", "name": "Privé", "to": [], "cc": []}))[
            "object"
        ]
        assert (await desk.get(made["id"])).status_code == 404
        assert (await desk.read(made["id"], who="greta"))["items"] == []

    async def test_others_collections_are_not_changed(self, desk: Desk) -> None:
        made = (await desk.act({"type": "Collection", "name": "x"}, who="paul"))["object"]["id"]
        posted = {"type": "Add", "target": made, "object": "https://o/1"}
        assert await refused(desk, posted) == (404, "not-found")

    async def test_a_note_is_no_collection(self, desk: Desk) -> None:
        url = await desk.node.write("greta", "x")
        posted = {"type": "Add", "target": url, "object": "https://o.example/1"}
        assert await refused(desk, posted) == (422, "no-collection")

    async def test_an_own_public_note_is_featured(self, desk: Desk) -> None:
        await desk.followed_by("fan.example")
        url = await desk.node.write("greta", "À la une")
        add = {"type": "Add", "target": f"{GRETA}/featured", "object": url}
        first = await desk.act(add)
        assert await desk.act(add) == first
        items = (await desk.read(f"{GRETA}/featured"))["orderedItems"]
        assert [item["id"] for item in items] == [url]
        await desk.act({**add, "type": "Remove"})
        assert (await desk.read(f"{GRETA}/featured"))["orderedItems"] == []
        await desk.settle()
        told = desk.wires.types_at("https://fan.example/users/fan/inbox")
        assert told == ["Create", "Add", "Remove"]

    async def test_at_most_five_are_featured(self, desk: Desk) -> None:
        urls = [await desk.node.write("greta", str(number)) for number in range(6)]
        adds = [{"type": "Add", "target": f"{GRETA}/featured", "object": url} for url in urls]
        for add in adds[:5]:
            await desk.act(add)
        await desk.act(adds[0])
        assert await refused(desk, adds[5]) == (422, "too-many")

    async def test_what_is_private_is_not_featured(self, desk: Desk) -> None:
        url = await desk.node.write("greta", "x", visibility="followers")
        posted = {"type": "Add", "target": f"{GRETA}/featured", "object": url}
        assert await refused(desk, posted) == (422, "not-yours")


async def test_a_changed_profile_reaches_the_followers(desk: Desk) -> None:
    await desk.followed_by("fan.example")
    change = {"type": "Person", "id": GRETA, "name": "Greta la Région", "summary": "<p>Bio</p>"}
    done = await desk.act({"type": "Update", "object": change})
    assert done["object"]["name"] == "Greta la Région"
    await desk.settle()
    told = desk.wires.last_at("https://fan.example/users/fan/inbox")
    assert (told["type"], told["object"]["id"]) == ("Update", GRETA)
    assert (told["object"]["summary"], told["proof"]["type"]) == (
        "<p>Bio</p>",
        "DataIntegrityProof",
    )
    assert (await desk.read(GRETA))["name"] == "Greta la Région"


async def test_the_actor_is_who_posts(desk: Desk) -> None:
    posted = {"type": "Follow", "actor": LUC, "object": f"{ORIGIN}/users/paul"}
    assert await refused(desk, posted) == (403, "other-actor")


@pytest.mark.parametrize("kind", ["Flag", "Travel", "View"])
async def test_what_we_do_not_publish_is_said(desk: Desk, kind: str) -> None:
    assert kind not in ACTS
    posted = {"type": kind, "object": LUC}
    assert await refused(desk, posted) == (422, "not-supported")


async def test_nobody_writes_to_a_thousand_addresses(desk: Desk) -> None:
    crowd = [f"https://h{number}.example/u" for number in range(101)]
    assert await refused(desk, note_for(*crowd)) == (422, "too-many-recipients")


async def test_an_address_that_leads_nowhere_does_not_stop_a_note(desk: Desk) -> None:
    done = await desk.act(note_for(PUBLIC, "https://nowhere.example/u", "no address"))
    assert done["to"] == [PUBLIC, "https://nowhere.example/u"]
