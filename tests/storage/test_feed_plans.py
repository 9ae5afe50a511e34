"""What the timelines and the search of apps read in a large database."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.feeds import PublicFeed, Tagged
from storage.post_search import PostSelection
from storage.search_terms import Term
from storage.spans import Span
from storage.store import Store, open_store
from tests.storage.large_database import NOW, SERIES, fill
from tests.storage.test_query_plans import Operation, plans, whole_tables
from tests.support.databases import PostgresServer, in_a_loop_of_its_own

PAGE = Span(20, max_id=19_000)
FEED = PublicFeed(viewer_id=3)
WORD = (Term(stems=("w7",)),)
EXTRA = {
    "mutes (id, actor_id, target_id, created_at) select i, 1 + i % 20, 200 + i, 1": 500,
    "follow_options (follower_id, followee_id) select 1 + i % 20, 300 + i": 300,
    "lists (id, actor_id, title, created_at) select i, 1 + i % 20, 'x', 1": 60,
    "list_accounts (list_id, actor_id, id) select 1 + i % 60, 21 + i % 1979, i": 1_900,
    "followed_tags (id, actor_id, name, created_at) select i, 1 + i % 20, 'tag' || i, 1": 60,
    "bookmarks (id, actor_id, object_id, created_at) select i, 1 + i % 20, i, 1": 5_000,
    """conversations (id, owner_id, conversation, participants, last_object_id)
        select i, 1 + i % 20, 'https://c/' || i, ' 300 ', 1 + i % 20000""": 5_000,
}
WORDS = {
    "sqlite": """post_words (rowid, words, marks)
        select i, 'w' || (i % 200) || ' w' || (i % 7), 'p a' || (i % 90)""",
    "postgres": """post_words (rowid, words)
        select i, cast('''w' || (i % 200) || ''':1 ''=p''' as tsvector)""",
}

# Name → operation, and the indexes that it must use on SQLite.
READINGS: dict[str, tuple[Operation, tuple[str, ...]]] = {
    "home": (lambda tx: tx.feeds.home(3, PAGE), ("timeline_home", "follows_")),
    "home upwards": (lambda tx: tx.feeds.home(3, Span(20, min_id=500)), ("timeline_home",)),
    "list": (lambda tx: tx.feeds.of_list(3, 2, "list", PAGE), ("list_accounts",)),
    "public": (lambda tx: tx.feeds.public(FEED, PAGE), ("o USING INTEGER PRIMARY KEY",)),
    "local": (
        lambda tx: tx.feeds.public(PublicFeed(local=True), PAGE), ("objects_local_public",)),
    "tag": (lambda tx: tx.feeds.tagged(Tagged(names=("tag7",)), FEED, PAGE), ("object_tags_",)),
    "tags": (
        lambda tx: tx.feeds.tagged(
            Tagged(names=("tag7", "tag8"), also=("tag9",), without=("tag1",)), FEED, PAGE
        ),
        ("object_tags_",)),
    "direct": (lambda tx: tx.feeds.direct(3, PAGE), ("objects_actor", "audience_actor")),
    "bookmarks": (lambda tx: tx.feeds.kept("bookmarks", 3, PAGE), ("bookmarks_actor",)),
    "favourites": (lambda tx: tx.feeds.kept("likes", 3, PAGE), ("likes_actor",)),
    "new follow": (lambda tx: tx.home_feeds.bring_along(3, 300), ("objects_actor", "shares_")),
    "end of a follow": (lambda tx: tx.home_feeds.leave(3, 300), ("timeline_",)),
    "end of a tag": (lambda tx: tx.home_feeds.leave_tag(3, "tag7"), ("timeline_",)),
    "followed tag": (lambda tx: tx.home_feeds.show_tagged(19_000, 300), ("followed_tags_name",)),
    "conversations": (lambda tx: tx.conversations.page(3, PAGE), ("conversations_owner",)),
    "end of a conversation": (
        lambda tx: tx.conversations.ending_with(300), ("conversations_object",)),
    "accounts of a list": (lambda tx: tx.lists.accounts(2, PAGE), ("list_accounts",)),
    "use of hashtags": (
        lambda tx: tx.tags.history(["tag7", "tag8"], NOW - 86_400_000), ("object_tags_",)),
    "own use of hashtags": (lambda tx: tx.tags.uses(3, ["tag7"]), ("object_tags_",)),
    "names of hashtags": (lambda tx: tx.tags.beginning_with("tag", 20), ("object_tags_",)),
    "trending hashtags": (lambda tx: tx.trends.tags(NOW, 20), ("object_tags_",)),
    "trending posts": (lambda tx: tx.trends.statuses(NOW, 20), ("likes", "shares")),
    "search": (
        lambda tx: tx.posts.find(PostSelection(viewer_id=3, terms=WORD)), ("VIRTUAL TABLE",)),
    "narrow search": (
        lambda tx: tx.posts.find(
            PostSelection(viewer_id=3, terms=WORD, marks=("a7",), after=10, before=19_000)
        ),
        ("VIRTUAL TABLE",)),
}  # fmt: skip


def _made(line: str, plan: str) -> bool:
    """Whether a step reads what the statement itself put together, or the index of words."""
    name = line.removeprefix("SCAN ")
    made = {f"CO-ROUTINE {name}", f"MATERIALIZE {name}"}
    return "VIRTUAL TABLE" in line or any(step.strip() in made for step in plan.splitlines())


async def _fill(url: str) -> None:
    store = await open_store(url)
    await fill(store)
    rows = {**EXTRA, WORDS[store.engine]: 20_000}
    for rows_of, number in rows.items():
        # a virtual table knows no conflicts
        series = SERIES.replace(" where true on conflict do nothing", "")
        async with store.transaction() as tx:
            await tx.connection.execute(series.format(number, rows_of))
    async with store.transaction() as tx:  # rows as wide as real ones: reading all of them costs
        await tx.connection.execute("update objects set document = $1", "x" * 1_500)
    await store.analyze()
    await store.close()


@pytest.fixture(scope="module")
def filled_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a filled SQLite file."""
    path = tmp_path_factory.mktemp("feeds") / "feeds.db"
    shutil.copyfile(sqlite_template, path)
    in_a_loop_of_its_own(_fill(f"sqlite://{path}"))
    return f"sqlite://{path}"


@pytest.fixture(scope="module")
def filled_postgres(postgres_server: PostgresServer) -> str:
    """The URL of a filled PostgreSQL database."""
    in_a_loop_of_its_own(postgres_server.run("create database feeds template communotic_template"))
    in_a_loop_of_its_own(_fill(postgres_server.uri("feeds")))
    return postgres_server.uri("feeds")


@pytest.fixture(params=["sqlite", "postgres"])
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store on a large database of either engine."""
    store = await open_store(request.getfixturevalue(f"filled_{request.param}"))
    yield store
    await store.close()


@pytest.mark.parametrize("name", READINGS)
async def test_no_reading_of_an_app_goes_through_a_whole_table(filled: Store, name: str) -> None:
    operation, indexes = READINGS[name]
    plan = await plans(filled, operation)
    assert [line for line in whole_tables(filled.engine, plan) if not _made(line, plan)] == [], plan
    if filled.engine == "sqlite":
        missing = [i for i in indexes if not any(part in plan for part in i.split("|"))]
        assert missing == [], plan


@pytest.mark.parametrize("name", ["home", "public", "local", "tag", "favourites", "conversations"])
async def test_a_page_comes_in_the_order_of_an_index(filled_sqlite: str, name: str) -> None:
    store = await open_store(filled_sqlite)
    try:
        plan = await plans(store, READINGS[name][0])
    finally:
        await store.close()
    assert "TEMP B-TREE" not in plan, plan
