"""Who may see what: one rule, alone and in batches, on both databases."""

from collections.abc import Sequence

import pytest

from federation.documents import Document
from federation.vocabulary import PUBLIC
from objects.visibility import (
    Visibility,
    addressing,
    filter_visible,
    may_see,
    may_see_activity,
    of_document,
    visible_by_ids,
)
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import HERE, NOW, arrive, block, follow, person, post, publish

FOLLOWERS = "https://far.example/users/a/followers"
MENTIONED = "https://far.example/users/b"


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public"])
def test_the_public_audience_is_known_in_every_spelling(spelling: str) -> None:
    assert of_document(Document({"to": spelling}), FOLLOWERS) == "public"
    assert of_document(Document({"to": [FOLLOWERS], "cc": [spelling]}), FOLLOWERS) == "unlisted"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"to": [FOLLOWERS]}, "followers"),
        ({"to": [MENTIONED], "cc": FOLLOWERS}, "followers"),
        ({"to": MENTIONED}, "direct"),
        ({"to": ["https://other.example/users/x/followers"]}, "direct"),
        ({}, "direct"),
        ({"to": None, "cc": 7}, "direct"),
        ({"to": [{"id": PUBLIC}]}, "public"),
    ],
)
def test_visibility_is_read_from_the_audience(document: dict[str, object], expected: str) -> None:
    assert of_document(Document(document), FOLLOWERS) == expected


def test_an_actor_without_followers_address_addresses_no_followers() -> None:
    assert of_document(Document({"to": [""]}), "") == "direct"


def test_an_object_without_audience_takes_that_of_its_activity() -> None:
    activity = Document({"to": [PUBLIC]})
    assert of_document(Document({}), FOLLOWERS, fallback=activity) == "public"
    assert of_document(Document({"to": [MENTIONED]}), FOLLOWERS, fallback=activity) == "direct"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "followers", "direct"])
def test_what_we_write_is_what_we_read(visibility: Visibility) -> None:
    to, cc = addressing(visibility, FOLLOWERS, [MENTIONED, MENTIONED])
    assert of_document(Document({"to": to, "cc": cc}), FOLLOWERS) == visibility
    assert (to + cc).count(MENTIONED) == 1


def test_a_direct_post_goes_to_nobody_but_the_named() -> None:
    assert addressing("direct", FOLLOWERS, [MENTIONED]) == ([MENTIONED], [])


class Village:
    """An author, a follower, somebody asking to follow, somebody named, a stranger."""

    def __init__(self) -> None:
        self.author = person("jeanne")
        self.follower = person("paul", "far.example")
        self.asking = person("luc", "far.example")
        self.named = person("nora", "far.example")
        self.other = person("ines", "far.example")
        self.everyone: Sequence[ActorRecord | None] = (
            self.author, self.follower, self.asking, self.named, self.other, None,
        )  # fmt: skip

    async def settle(self, store: Store) -> None:
        await arrive(store, *(actor for actor in self.everyone if actor))
        await follow(store, self.follower, self.author)
        await follow(store, self.asking, self.author, "pending")

    async def seers(self, store: Store, record: ObjectRecord) -> set[str]:
        async with store.read() as tx:
            return {
                actor.username if actor else "anybody"
                for actor in self.everyone
                if await may_see(tx, record, actor)
            }


@pytest.fixture
async def village(store: Store) -> Village:
    found = Village()
    await found.settle(store)
    return found


EVERYBODY = {"jeanne", "paul", "luc", "nora", "ines", "anybody"}


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("public", EVERYBODY),
        ("unlisted", EVERYBODY),
        ("followers", {"jeanne", "paul", "nora"}),
        ("direct", {"jeanne", "nora"}),
    ],
)
async def test_each_visibility_has_its_readers(
    store: Store, village: Village, visibility: str, expected: set[str]
) -> None:
    record = await publish(store, post(village.author, visibility), to=(village.named,))
    assert await village.seers(store, record) == expected


async def test_blocks_hide_posts_in_both_directions(store: Store, village: Village) -> None:
    record = await publish(store, post(village.author), to=(village.named,))
    await block(store, village.author, village.named)
    await block(store, village.other, village.author)
    assert await village.seers(store, record) == EVERYBODY - {"nora", "ines"}


async def test_nobody_sees_a_tombstone(store: Store, village: Village) -> None:
    record = await publish(store, post(village.author))
    await store.write(lambda tx: tx.objects.bury(record, NOW))
    assert await village.seers(store, record) == set()


async def test_nobody_else_sees_the_posts_of_the_suspended(store: Store, village: Village) -> None:
    record = await publish(store, post(village.author))
    await store.write(lambda tx: tx.actors.set_state(village.author.id, "suspended", NOW))
    assert await village.seers(store, record) == {"jeanne"}


class Counting:
    """A connection that counts what is asked of it."""

    def __init__(self, tx: Tx) -> None:
        self.inner = tx.connection
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        self.asked += name.startswith(("fetch", "execute"))
        return getattr(self.inner, name)


async def test_a_batch_costs_one_query_and_keeps_the_order(store: Store, village: Village) -> None:
    kinds = ("public", "followers", "direct", "unlisted") * 5
    records = [post(village.author, kind) for kind in kinds]
    await publish(store, *records)
    async with store.read() as tx:
        counting = Counting(tx)
        counted = Tx(counting)  # type: ignore[arg-type]
        seen = await filter_visible(counted, records, village.follower)
        assert counting.asked == 1
        rows = await visible_by_ids(counted, [record.id for record in records], None)
        assert counting.asked == 2
    assert seen == [record for record in records if record.visibility != "direct"]
    assert {row.visibility for row in rows.values()} == {"public", "unlisted"}


def activity(author: ActorRecord, kind: str, visibility: str, **changes: object) -> ActivityRecord:
    number = new_id()
    values: dict[str, object] = {
        "id": number, "url": HERE.activity(number), "type": kind, "actor_id": author.id,
        "local": 1, "visibility": visibility, "object_url": "", "object_id": None,
        "document": "{}", "created_at": NOW,
    }  # fmt: skip
    return ActivityRecord(**{**values, **changes})  # type: ignore[arg-type]


async def test_an_activity_is_never_more_visible_than_its_object(
    store: Store, village: Village
) -> None:
    record = await publish(store, post(village.author, "direct"), to=(village.named,))
    undo = activity(village.author, "Undo", "public", object_id=record.id)
    async with store.read() as tx:
        assert not await may_see_activity(tx, undo, village.other)
        assert not await may_see_activity(tx, undo, None)
        assert await may_see_activity(tx, undo, village.named)


async def test_a_private_activity_is_for_those_whom_it_names(
    store: Store, village: Village
) -> None:
    accept = activity(
        village.author,
        "Accept",
        "direct",
        document=f'{{"object":{{"type":"Follow","actor":"{village.asking.url}"}}}}',
    )
    async with store.read() as tx:
        assert await may_see_activity(tx, accept, village.asking)
        assert not await may_see_activity(tx, accept, village.follower)
        assert not await may_see_activity(tx, accept, None)


async def test_a_follow_can_be_fetched_unless_its_actor_hides_whom_they_follow(
    store: Store, village: Village
) -> None:
    shy = person("yann", hides_network=1)
    await arrive(store, shy)
    open_one = activity(village.author, "Follow", "direct", object_url=village.named.url)
    hidden = activity(shy, "Follow", "direct", object_url=village.named.url)
    elsewhere = person("x", "third.example")
    async with store.read() as tx:
        assert await may_see_activity(tx, open_one, None)
        assert not await may_see_activity(tx, hidden, None)
        assert not await may_see_activity(tx, hidden, elsewhere)
        assert await may_see_activity(tx, hidden, village.other)
