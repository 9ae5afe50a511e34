"""Rule 10: every door asks the one function, and unauthorised looks like 404."""

from pathlib import Path

import orjson
import pytest

from objects import reactions
from objects.timelines import home, show_activity
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx
from tests.objects.doors import Doors
from tests.objects.people import HERE, NOW, arrive, block, follow, person, post, publish

SECRET = "ce que les abonnés seuls lisent"
COLLECTIONS = ("", "/replies", "/likes", "/shares", "/context")


class Secrets:
    """A public post and three private things around it, and those who may or may not know."""

    def __init__(self, store: Store, doors: Doors) -> None:
        self.store, self.doors = store, doors
        self.jeanne = person("jeanne")
        self.follower = person("luc", "far.example")
        self.named = person("nora", "far.example")
        self.stranger = person("ines", "far.example")
        self.blocked = person("marc", "far.example")
        self.open = self._post("public")
        self.private = self._post("followers")
        self.direct = self._post("direct")
        self.create = self._activity("Create", self.private)
        self.undo = self._activity("Undo", self.private)

    def _post(self, visibility: str) -> ObjectRecord:
        number = new_id()
        text = f'{{"id":"{HERE.object(number)}","type":"Note","content":"{SECRET}"}}'
        return post(
            self.jeanne,
            visibility,
            id=number,
            url=HERE.object(number),
            document=text,
            content=SECRET,
            conversation=HERE.conversation(number),
        )

    def _activity(self, kind: str, record: ObjectRecord) -> ActivityRecord:
        number = new_id()
        document = {"id": HERE.activity(number), "type": kind, "object": {"content": SECRET}}
        return ActivityRecord(
            number, HERE.activity(number), kind, self.jeanne.id, 1, record.visibility, record.url,
            record.id, orjson.dumps(document).decode(), NOW,
        )  # fmt: skip

    async def settle(self) -> None:
        people = (self.jeanne, self.follower, self.named, self.stranger, self.blocked)
        await arrive(self.store, *people)
        for actor in people[1:]:
            self.doors.knows(actor)
        await follow(self.store, self.follower, self.jeanne)
        await publish(self.store, self.open, self.private)
        await publish(self.store, self.direct, to=(self.named,))
        await block(self.store, self.jeanne, self.blocked)

        async def operation(tx: Tx) -> None:
            await tx.activities.add(self.create)
            await tx.activities.add(self.undo)
            for record in (self.open, self.private):
                await tx.activities.feature(self.jeanne.id, record.id, NOW)
                await tx.objects.add_tags(record.id, ["secret"])

        await self.store.write(operation)


@pytest.fixture
async def secrets(sqlite_store: Store, tmp_path: Path) -> Secrets:
    found = Secrets(sqlite_store, Doors(sqlite_store, tmp_path))
    await found.settle()
    return found


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_no_address_of_a_private_post_opens_to_others(
    secrets: Secrets, collection: str
) -> None:
    private, direct = secrets.private.url + collection, secrets.direct.url + collection
    expected: list[tuple[ActorRecord | None, int, int]] = [
        (None, 404, 404),
        (secrets.stranger, 404, 404),
        (secrets.blocked, 404, 404),
        (secrets.follower, 200, 404),
        (secrets.named, 404, 200),
    ]
    for viewer, for_private, for_direct in expected:
        assert await secrets.doors.status(private, viewer) == for_private
        assert await secrets.doors.status(direct, viewer) == for_direct


async def test_unauthorised_looks_exactly_like_unknown(secrets: Secrets) -> None:
    unknown = HERE.object(new_id())
    for viewer in (None, secrets.stranger):
        hidden = await secrets.doors.get(secrets.private.url, viewer)
        missing = await secrets.doors.get(unknown, viewer)
        assert hidden.status_code == missing.status_code == 404
        assert await hidden.get_data() == await missing.get_data()
        assert hidden.headers.get("Cache-Control") == missing.headers.get("Cache-Control")


async def test_a_wrong_signature_tells_no_difference_either(secrets: Secrets) -> None:
    forged = person("luc", "evil.example")
    for url in (secrets.private.url, HERE.object(new_id())):
        assert await secrets.doors.status(url, forged) == 503
    signature = {"Signature": 'keyId="https://far.example/users/luc#main-key",signature="AA=="'}
    for url in (secrets.private.url, HERE.object(new_id())):
        assert (await secrets.doors.get(url, headers=signature)).status_code == 401


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/n-triples"])
async def test_no_other_format_shows_more(secrets: Secrets, accept: str) -> None:
    answer = await secrets.doors.get(secrets.private.url, accept=accept)
    assert answer.status_code == 404
    assert SECRET not in await answer.get_data(as_text=True)


async def test_a_page_is_for_everybody_even_if_a_follower_asks(secrets: Secrets) -> None:
    answer = await secrets.doors.get(secrets.private.url, secrets.follower, accept="text/html")
    assert answer.status_code == 404


async def test_activities_hide_what_they_are_about(secrets: Secrets) -> None:
    for url in (secrets.create.url, secrets.undo.url):
        assert await secrets.doors.status(url) == 404
        assert await secrets.doors.status(url, secrets.stranger) == 404
        assert await secrets.doors.status(url, secrets.follower) == 200


async def test_the_blocked_do_not_see_what_everybody_sees(secrets: Secrets) -> None:
    assert await secrets.doors.status(secrets.open.url, secrets.stranger) == 200
    assert await secrets.doors.status(secrets.open.url, secrets.blocked) == 404
    featured = await secrets.doors.json("/users/jeanne/featured", secrets.blocked)
    assert featured["orderedItems"] == []


async def test_collections_leave_private_posts_out_of_items_and_counts(secrets: Secrets) -> None:
    doors = secrets.doors
    reply = post(
        secrets.jeanne, "followers", in_reply_to=secrets.open.url,
        in_reply_to_id=secrets.open.id, conversation=secrets.open.conversation,
    )  # fmt: skip
    await publish(secrets.store, reply)
    for viewer in (None, secrets.stranger, secrets.follower):
        replies = await doors.json(f"{secrets.open.url}/replies", viewer)
        assert (replies["totalItems"], replies["first"]["items"]) == (0, [])
        document = await doors.json(secrets.open.url, viewer)
        assert document["replies"]["first"]["items"] == []
        assert secrets.open.conversation is not None
        context = await doors.json(secrets.open.conversation, viewer)
        assert (context["totalItems"], context["first"]["orderedItems"]) == (1, [secrets.open.url])
        tag = await doors.json("/tags/secret", viewer)
        assert tag["totalItems"] == 1
        assert (await doors.json(tag["first"], viewer))["orderedItems"] == [secrets.open.url]


async def test_pins_show_private_posts_to_those_who_may_see_them(secrets: Secrets) -> None:
    for viewer, expected in (
        (None, {secrets.open.url}),
        (secrets.stranger, {secrets.open.url}),
        (secrets.follower, {secrets.open.url, secrets.private.url}),
    ):
        found = await secrets.doors.json("/users/jeanne/featured", viewer)
        assert {item["id"] for item in found["orderedItems"]} == expected


async def test_shared_caches_keep_public_documents_only(secrets: Secrets) -> None:
    public = await secrets.doors.get(secrets.open.url)
    private = await secrets.doors.get(secrets.private.url, secrets.follower)
    assert public.headers["Cache-Control"].startswith("public")
    assert private.headers["Cache-Control"] == "private, no-store"
    assert "Signature" in private.headers["Vary"]


async def test_a_tombstone_of_a_private_post_is_unknown_too(secrets: Secrets) -> None:
    await secrets.store.write(lambda tx: tx.objects.bury(secrets.private, NOW))
    for viewer in (None, secrets.stranger):
        assert await secrets.doors.status(secrets.private.url, viewer) == 404
    page = await secrets.doors.get(secrets.private.url, accept="text/html")
    assert page.status_code == 404


async def test_a_member_reads_their_own_with_a_token_and_others_do_not(secrets: Secrets) -> None:
    other = person("paul")
    await arrive(secrets.store, other)
    for actor, expected in ((secrets.jeanne, 200), (other, 404)):
        headers = await secrets.doors.token(actor)
        answer = await secrets.doors.get(secrets.direct.url, headers=headers)
        assert answer.status_code == expected


async def test_nobody_shares_or_likes_what_they_may_not_see(secrets: Secrets) -> None:
    async def attempt(tx: Tx) -> list[bool]:
        done = []
        for actor in (secrets.stranger, secrets.follower):
            url = f"{actor.url}/1"
            done.append(await reactions.share(tx, actor, secrets.private, url, NOW))
        done.append(await reactions.like(tx, secrets.stranger, secrets.private, "x", NOW))
        return done

    assert await secrets.store.write(attempt) == [False, False, False]


async def test_a_forced_share_shows_a_private_post_to_nobody(secrets: Secrets) -> None:
    reader = person("paul")
    await arrive(secrets.store, reader)
    await follow(secrets.store, reader, secrets.stranger)
    announce = secrets._activity("Announce", secrets.private)

    async def operation(tx: Tx) -> None:
        reaction = ReactionRecord(
            new_id(), secrets.stranger.id, secrets.private.id, announce.url, NOW
        )
        await tx.activities.add(announce)
        await tx.activities.react("shares", reaction)
        await show_activity(
            tx, announce.id, secrets.stranger, secrets.private,
            addressed=set(), followers=True, home=True,
        )  # fmt: skip

    await secrets.store.write(operation)
    assert await secrets.store.query(lambda tx: home(tx, reader)) == []


async def test_secure_mode_shows_nothing_to_the_unsigned(
    sqlite_store: Store, tmp_path: Path
) -> None:
    secrets = Secrets(sqlite_store, Doors(sqlite_store, tmp_path, secure_mode=True))
    await secrets.settle()
    for collection in COLLECTIONS:
        assert await secrets.doors.status(secrets.open.url + collection) == 401
        assert await secrets.doors.status(secrets.open.url + collection, secrets.stranger) == 200
    for path in ("/users/jeanne/featured", "/tags/secret", secrets.create.url):
        assert await secrets.doors.status(path) == 401
    signed = await secrets.doors.get(secrets.open.url, secrets.stranger)
    assert signed.headers["Cache-Control"] == "private, no-store"
