"""Likes, shares and pins, each once; votes in polls."""

import orjson
import pytest

from objects import polls, reactions
from objects.polls import PollDraft
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, block, follow, person, post, publish


class Scene:
    """Somebody here with a post, and two people elsewhere."""

    def __init__(self) -> None:
        self.jeanne = person("jeanne")
        self.luc, self.nora = person("luc", "far.example"), person("nora", "far.example")
        self.post = post(self.jeanne)


@pytest.fixture
async def scene(store: Store) -> Scene:
    found = Scene()
    await arrive(store, found.jeanne, found.luc, found.nora)
    await publish(store, found.post)
    return found


async def counts(store: Store, record: ObjectRecord) -> tuple[int, int]:
    found = await store.query(lambda tx: tx.objects.by_id(record.id))
    assert found is not None
    return found.likes_count, found.shares_count


async def told(store: Store, owner: ActorRecord) -> list[str]:
    found = await store.query(lambda tx: tx.activities.notifications(owner.id))
    return [notification.kind for notification in found]


async def test_a_like_counts_once_and_can_be_taken_back(store: Store, scene: Scene) -> None:
    url = "https://far.example/likes/1"
    for first in (True, False):
        added = await store.write(lambda tx: reactions.like(tx, scene.luc, scene.post, url, NOW))
        assert added is first
    assert await counts(store, scene.post) == (1, 0)
    assert await told(store, scene.jeanne) == ["like"]
    for first in (True, False):
        removed = await store.write(lambda tx: reactions.unlike(tx, scene.luc, scene.post))
        assert removed is first
    assert await counts(store, scene.post) == (0, 0)
    assert await told(store, scene.jeanne) == []


async def test_a_share_counts_once_and_can_be_taken_back(store: Store, scene: Scene) -> None:
    url = "https://far.example/shares/1"
    for first in (True, False):
        added = await store.write(lambda tx: reactions.share(tx, scene.luc, scene.post, url, NOW))
        assert added is first
    assert (await counts(store, scene.post), await told(store, scene.jeanne)) == ((0, 1), ["share"])
    assert await store.write(lambda tx: reactions.unshare(tx, scene.luc, scene.post))
    assert await counts(store, scene.post) == (0, 0)


async def test_two_people_like_the_same(store: Store, scene: Scene) -> None:
    for actor in (scene.luc, scene.nora):
        url = f"{actor.url}/likes/1"
        await store.write(lambda tx: reactions.like(tx, actor, scene.post, url, NOW))  # noqa: B023
    assert await counts(store, scene.post) == (2, 0)
    assert await told(store, scene.jeanne) == ["like", "like"]


async def test_nobody_is_told_of_their_own_like(store: Store, scene: Scene) -> None:
    assert await store.write(
        lambda tx: reactions.like(tx, scene.jeanne, scene.post, "https://node.example/l", NOW)
    )
    assert await told(store, scene.jeanne) == []


async def test_what_one_may_not_see_one_cannot_like(store: Store, scene: Scene) -> None:
    private = await publish(store, post(scene.jeanne, "followers"))
    await block(store, scene.jeanne, scene.nora)
    for actor, record in ((scene.luc, private), (scene.nora, scene.post)):
        url = f"{actor.url}/likes/2"
        done = await store.write(
            lambda tx: reactions.like(tx, actor, record, url, NOW)  # noqa: B023
        )
        assert not done
    assert await counts(store, private) == (0, 0)
    assert await counts(store, scene.post) == (0, 0)


async def test_only_authors_share_what_is_for_followers(store: Store, scene: Scene) -> None:
    await follow(store, scene.luc, scene.jeanne)
    private = await publish(store, post(scene.jeanne, "followers"))
    direct = await publish(store, post(scene.jeanne, "direct"), to=(scene.luc,))

    async def attempt(actor: ActorRecord, record: ObjectRecord) -> bool:
        url = f"{actor.url}/shares/{record.id}"
        return await store.write(lambda tx: reactions.share(tx, actor, record, url, NOW))

    assert not await attempt(scene.luc, private)
    assert not await attempt(scene.luc, direct)
    assert not await attempt(scene.jeanne, direct)
    assert await attempt(scene.jeanne, private)


async def test_only_ones_own_posts_can_be_pinned(store: Store, scene: Scene) -> None:
    assert not await store.write(lambda tx: reactions.pin(tx, scene.luc, scene.post, NOW))
    assert await store.write(lambda tx: reactions.pin(tx, scene.jeanne, scene.post, NOW))
    assert not await store.write(lambda tx: reactions.pin(tx, scene.jeanne, scene.post, NOW))
    found = await store.query(lambda tx: tx.activities.featured(scene.jeanne.id))
    assert [record.id for record in found] == [scene.post.id]
    assert await store.write(lambda tx: reactions.unpin(tx, scene.jeanne, scene.post))
    assert not await store.write(lambda tx: reactions.unpin(tx, scene.jeanne, scene.post))


async def ask(store: Store, author: ActorRecord, draft: PollDraft) -> ObjectRecord:
    record = await publish(store, post(author, type="Question"))
    options = orjson.dumps([(name, 0) for name in draft.options]).decode()
    poll = PollRecord(record.id, int(draft.multiple), options, 0, draft.closes_at)
    await store.write(lambda tx: tx.objects.save_poll(poll))
    return record


async def vote(
    store: Store, record: ObjectRecord, voter: ActorRecord, choice: str, now: int = NOW
) -> bool:
    url = f"{voter.url}/votes/{record.id}/{choice}"

    async def operation(tx: Tx) -> bool:
        return await polls.vote(tx, record, voter, choice, url, now)

    return await store.write(operation)


async def results(store: Store, record: ObjectRecord) -> tuple[list[tuple[str, int]], int]:
    poll = await store.query(lambda tx: tx.objects.poll(record.id))
    assert poll is not None
    return polls.choices(poll), poll.voters_count


async def test_one_vote_for_one_person(store: Store, scene: Scene) -> None:
    question = await ask(store, scene.jeanne, PollDraft(("Mardi", "Jeudi")))
    assert await vote(store, question, scene.luc, "Mardi")
    assert not await vote(store, question, scene.luc, "Mardi")
    assert not await vote(store, question, scene.luc, "Jeudi")
    assert await vote(store, question, scene.nora, "Jeudi")
    assert await results(store, question) == ([("Mardi", 1), ("Jeudi", 1)], 2)


async def test_several_choices_are_one_voter(store: Store, scene: Scene) -> None:
    question = await ask(store, scene.jeanne, PollDraft(("a", "b", "c"), multiple=True))
    assert await vote(store, question, scene.luc, "a")
    assert await vote(store, question, scene.luc, "c")
    assert not await vote(store, question, scene.luc, "c")
    assert await results(store, question) == ([("a", 1), ("b", 0), ("c", 1)], 1)


async def test_votes_for_nothing_and_after_the_end_do_not_count(store: Store, scene: Scene) -> None:
    question = await ask(store, scene.jeanne, PollDraft(("a", "b"), closes_at=NOW + 1))
    assert not await vote(store, question, scene.luc, "autre")
    assert not await vote(store, question, scene.luc, "a", NOW + 1)
    assert not await vote(store, scene.post, scene.luc, "a")
    assert await vote(store, question, scene.luc, "a")
    assert await results(store, question) == ([("a", 1), ("b", 0)], 1)


async def test_our_vote_elsewhere_adds_to_the_counts_that_we_know(
    store: Store, scene: Scene
) -> None:
    question = await ask(store, scene.luc, PollDraft(("a", "b")))
    assert await vote(store, question, scene.jeanne, "b")
    assert await results(store, question) == ([("a", 0), ("b", 1)], 1)
