"""Posts are indexed after the fact, and only as their authors want."""

import asyncio

import pytest

from objects.search.post_query import parse_post_query
from objects.search.posts import PostIndexer, index_some, marks_of, post_words
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode

ALICE = "https://mastodon.example/users/alice"


async def test_the_worker_indexes_what_waits_until_it_is_stopped(node: LocalNode) -> None:
    await node.write("amina", "Bonjour")
    await node.work_inbox()
    stop = asyncio.Event()

    class Once(PostIndexer):
        async def run_once(self) -> int:
            stop.set()
            return await super().run_once()

    await asyncio.wait_for(Once(node.store, node.clock).run_forever(stop), 60)
    assert await node.count("post_words") == 1


async def test_a_post_that_nobody_may_search_has_no_words(node: LocalNode) -> None:
    alice = node.wires.person(ALICE)
    await node.befriend("greta", alice)
    for who in (alice.url, "https://www.w3.org/ns/activitystreams#Public"):
        document = note(alice, "Bonjour", searchableBy=who)
        assert await node.receive(alice, create(alice, document)) == "done"
    assert await index_some(node.store) == 2
    assert await node.count("post_words") == 1
    assert await node.count("posts_to_index") == 0


async def test_what_goes_from_the_database_goes_from_the_index(node: LocalNode) -> None:
    await node.write("amina", "Bonjour")
    await index_some(node.store)

    async with node.store.transaction() as tx:
        await tx.connection.execute("delete from objects")
    assert await node.count("post_words") == 0


async def test_words_and_marks_of_a_post(node: LocalNode) -> None:
    record = await node.object(
        await node.write("amina", "Les formations", summary="Attention", language="fr")
    )
    assert record is not None
    assert list(post_words(record).stems) == ["attent", "formation"]
    assert set(marks_of(record)) == {f"a{record.actor_id}", "p", "s", "lfr"}


@pytest.mark.parametrize(
    ("text", "marks", "unmarked", "authors", "nothing"),
    [
        ("has:media HAS:poll is:reply", ["m", "q", "r"], [], [], False),
        ("-has:image language:FR-fr", ["lfr"], ["m"], [], False),
        ("from:me -from:@ada@ada.example", [], [], [("me", True), ("@ada@ada.example", False)],
         False),
        ("has:chien", [""], [], [], True),
        ("before:demain", [], [], [], True),
        ("http://has:media", [], [], [], False),
    ],
)  # fmt: skip
def test_operators_are_understood(
    text: str,
    marks: list[str],
    unmarked: list[str],
    authors: list[tuple[str, bool]],
    nothing: bool,
) -> None:
    query = parse_post_query(text)
    assert (query.marks, query.unmarked, query.authors) == (marks, unmarked, authors)
    assert query.nothing is nothing


def test_days_bound_the_ids() -> None:
    one_day = parse_post_query("during:2026-11-18")
    assert one_day.after is not None
    assert one_day.before is not None
    assert (one_day.before - one_day.after - 1) >> 16 == 86_400_000
    both = parse_post_query("after:2026-11-17 before:2026-11-19 mot")
    assert (both.after, both.before) == (one_day.after, one_day.before)
    assert len(both.terms) == 1
