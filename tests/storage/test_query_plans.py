"""What the hot statements read in a large database: indexes, never a whole table."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from storage.activities import TimelineEntry
from storage.ids import new_id
from storage.ports import Connection, Value
from storage.records import DeliveryRecord, NotificationRecord, ReactionRecord
from storage.retention import Place, RetentionStatements
from storage.store import Store, Tx, open_store
from tests.storage.large_database import NOW, OLD, fill
from tests.support.databases import PostgresServer, in_a_loop_of_its_own

# Smaller tables PostgreSQL may well read whole: that is faster than any index.
LARGE = (
    "activities", "audience", "deliveries", "likes", "notifications", "object_tags", "objects",
    "reached", "received", "shares", "timeline",
)  # fmt: skip
IDS = list(range(19_000, 19_020))
ENTRY = TimelineEntry(new_id(), None, 19_999, 30, home=True)
DELIVERY = DeliveryRecord(
    new_id(), 300, 5, "https://h7.example/inbox7", "h7.example", "waiting", 0, NOW, 0, None, "",
    NOW, None,
)  # fmt: skip
NOTICE = NotificationRecord(new_id(), 1, "mention", 30, 19_999, NOW, None)


@dataclass
class Recorder:
    """A connection that notes the statements that pass through it."""

    inner: Connection
    seen: list[tuple[str, Sequence[Value]]] = field(default_factory=list)

    @property
    def engine(self) -> str:
        return self.inner.engine

    async def fetch_all(self, sql: str, *args: Value) -> Any:
        self.seen.append((sql, args))
        return await self.inner.fetch_all(sql, *args)

    async def fetch_one(self, sql: str, *args: Value) -> Any:
        self.seen.append((sql, args))
        return await self.inner.fetch_one(sql, *args)

    async def fetch_value(self, sql: str, *args: Value) -> Any:
        self.seen.append((sql, args))
        return await self.inner.fetch_value(sql, *args)

    async def execute(self, sql: str, *args: Value) -> int:
        self.seen.append((sql, args))
        return await self.inner.execute(sql, *args)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        listed = list(rows)
        self.seen += [(sql, args) for args in listed[:1]]
        await self.inner.execute_many(sql, listed)


Operation = Callable[[Tx], Awaitable[Any]]

# Name → operation, and the indexes that it must use on SQLite ("pk": the table's own key).
HOT: dict[str, tuple[Operation, tuple[str, ...]]] = {
    "home timeline": (
        lambda tx: tx.activities.home(3, before=19_000), ("timeline_home",)),
    "home rows": (
        lambda tx: tx.objects.visible_by_ids(IDS, 3),
        ("o USING INTEGER PRIMARY KEY|objects_1", "follows_", "audience_", "blocks_")),
    "home authors": (lambda tx: tx.actors.by_ids(IDS), ("actors",)),
    "personal inbox": (lambda tx: tx.activities.inbox(3, before=19_000), ("timeline_inbox",)),
    "inbox count": (lambda tx: tx.activities.count_inbox(3), ("timeline_",)),
    "outbox page": (lambda tx: tx.activities.outbox(3, before=19_000), ("activities_outbox",)),
    "outbox count": (lambda tx: tx.activities.count_outbox(3), ("activities_",)),
    "replies": (lambda tx: tx.objects.replies("https://o/300", after=1), ("objects_replies",)),
    "replies count": (lambda tx: tx.objects.count_replies("https://o/300"), ("objects_replies",)),
    "conversation": (
        lambda tx: tx.objects.conversation("https://c/300"), ("objects_conversation",)),
    "hashtag": (lambda tx: tx.objects.tagged("tag7", before=19_000), ("object_tags_",)),
    "posts of an actor": (lambda tx: tx.objects.of_actor(300), ("objects_actor",)),
    "local posts": (lambda tx: tx.objects.local_public(before=19_000), ("objects_local_public",)),
    "claim received": (
        lambda tx: tx.received.claim(NOW, NOW + 1, 50), ("received_due", "received_order")),
    "received next due": (lambda tx: tx.received.next_due(), ("received_due",)),
    "received failed": (lambda tx: tx.received.failed(), ("received_failed",)),
    "received put aside": (
        lambda tx: tx.received.put_aside("https://a.example/users/a", "Add", 300),
        ("received_aside", "received_failed")),
    "prune received": (lambda tx: tx.received.prune(OLD, 100), ("received_age",)),
    "followed here": (lambda tx: tx.received.followed([300, 301]), ("follows_followers",)),
    "claim deliveries": (
        lambda tx: tx.deliveries.claim(NOW, NOW + 1, 50, []),
        ("deliveries_due", "deliveries_order")),
    "add deliveries": (
        lambda tx: tx.deliveries.add_all([DELIVERY]), ("deliveries_order",)),
    "deliveries next due": (lambda tx: tx.deliveries.next_due(NOW), ("deliveries_due",)),
    "retire an inbox": (
        lambda tx: tx.deliveries.cancel_inbox("https://h1.example/inbox1", NOW, "gone"),
        ("deliveries_order",)),
    "probe a host": (lambda tx: tx.deliveries.probe("h100.example", NOW), ("deliveries_held",)),
    "release a host": (lambda tx: tx.deliveries.release("h100.example", NOW), ("deliveries_held",)),
    "stranded deliveries": (lambda tx: tx.deliveries.stranded(), ("deliveries_held",)),
    "deliveries of an object": (
        lambda tx: tx.deliveries.of_object(300), ("activities_object", "deliveries_")),
    "next fan-out due": (lambda tx: tx.deliveries.next_fanout_due(NOW), ("fanouts_due",)),
    "prune deliveries": (lambda tx: tx.deliveries.prune(OLD), ("deliveries_age",)),
    "reached inboxes": (lambda tx: tx.deliveries.reached(19_000), ("reached_",)),
    "follower inboxes": (
        lambda tx: tx.relationships.follower_inboxes(14), ("follows_followers",)),
    "local followers": (lambda tx: tx.relationships.local_followers(14), ("follows_followers",)),
    "followers page": (lambda tx: tx.relationships.followers(14, before=9_000), ("follows_",)),
    "following page": (
        lambda tx: tx.relationships.following(14, before=9_000), ("follows_following",)),
    "follow by activity": (
        lambda tx: tx.relationships.follow_by_url("https://f/9"), ("follows_url",)),
    "show to followers": (
        lambda tx: tx.activities.show_to_followers(ENTRY, 30), ("follows_followers", "blocks_")),
    "share with followers": (
        lambda tx: tx.activities.show_to_followers(ENTRY, 31),
        ("follows_followers", "timeline_object")),
    "show to the named": (
        lambda tx: tx.activities.show_to([1, 2], ENTRY, 30), ("follows_", "blocks_")),
    "likes": (lambda tx: tx.activities.reactions("likes", 18, before=9_000), ("likes_object",)),
    "like of an actor": (lambda tx: tx.activities.reaction("likes", 12, 18), ("likes_",)),
    "like by activity": (
        lambda tx: tx.activities.reaction_by_url("likes", "https://l/9"), ("likes_url",)),
    "like": (
        lambda tx: tx.activities.react("likes", ReactionRecord(new_id(), 1, 2, "x", NOW)), ()),
    "shares": (lambda tx: tx.activities.reactions("shares", 20), ("shares_object",)),
    "known object": (lambda tx: tx.objects.by_url("https://o/9"), ("objects_",)),
    "known activity": (lambda tx: tx.activities.by_url("https://a/9"), ("activities_",)),
    "known actor": (
        lambda tx: tx.actors.by_url("https://h9.example/users/9"), ("actors_",)),
    "actors by address": (
        lambda tx: tx.actors.by_urls(["https://h9.example/users/9", "x"]), ("actors_",)),
    "account": (lambda tx: tx.actors.by_account("U9", "h9.example"), ("actors_account",)),
    "local name": (lambda tx: tx.actors.local("U9"), ("actors_local",)),
    "key": (lambda tx: tx.actors.key("https://key/9"), ("keys_",)),
    "place in a thread": (lambda tx: tx.objects.place("https://o/9"), ("objects_",)),
    "awaited by replies": (lambda tx: tx.objects.awaited("https://o/9"), ("objects_replies",)),
    "audience": (lambda tx: tx.objects.audience(19_000), ("audience_",)),
    "address": (
        lambda tx: tx.objects.address(19_000, ["https://h9.example/users/9"], []), ("actors_",)),
    "concerned": (
        lambda tx: tx.objects.concerned(300),
        ("objects_replies", "likes_object", "shares_object")),
    "notifications": (lambda tx: tx.activities.notifications(3), ("notifications_shown",)),
    "unread of projects": (lambda tx: tx.project_lists.unread(3), ("notifications_unread",)),
    "journal of a project": (
        lambda tx: tx.project_journal.page(5, 3, ["progress", "decision"], before=900),
        ("project_entries_place",)),
    "what waits for the host": (
        lambda tx: tx.project_journal.waiting(5, 3, ["progress"]), ("project_entries_place",)),
    "journal in its order": (
        lambda tx: tx.project_entries.in_order(5, 3, (900, 1), 100), ("project_entries_place",)),
    "what a project passed on": (
        lambda tx: tx.project_entries.passed_on(5), ("activities_|project_entries_",)),
    "what came along with a project": (
        lambda tx: tx.project_entries.untold(5, 50), ("project_entries_untold",)),
    "what was done with an entry": (
        lambda tx: tx.project_entries.said(300, 3), ("activities_",)),
    "drafts of a project": (
        lambda tx: tx.project_drafts.of_project(3, 5), ("project_drafts_form",)),
    "draft of a form": (
        lambda tx: tx.project_drafts.of_form(3, 5, "window"), ("project_drafts_form",)),
    "own drafts of projects": (
        lambda tx: tx.project_drafts.of_person(3, 5), ("project_drafts_form",)),
    "drafts of a project that moved": (
        lambda tx: tx.project_drafts.move_all(5, 6), ("project_drafts_project",)),
    "files of a draft": (
        lambda tx: tx.project_drafts.media(7),
        ("sqlite_autoindex_project_draft_media", "INTEGER PRIMARY KEY")),
    "members among": (
        lambda tx: tx.projects.members_among(5, IDS), ("project_members",)),
    "deliveries of a past": (
        lambda tx: tx.deliveries.add_series([DELIVERY]), ("deliveries_order",)),
    "objects of a past": (
        lambda tx: tx.deliveries.note_history(new_id(), DELIVERY.inbox, IDS),
        ("reached_|inboxes",)),
    "organisations of partners": (
        lambda tx: tx.project_journal.organisations(["h1.example"]), ("actors_host",)),
    "coming events": (lambda tx: tx.events.upcoming(3, NOW, limit=21), ("events_start",)),
    "past events": (lambda tx: tx.events.past(3, NOW, limit=21), ("events_start",)),
    "events of a project": (
        lambda tx: tx.events.of_project(5, 3, 0, NOW), ("project_entries_",)),
    "who takes part": (lambda tx: tx.events.attendees(300, ["accepted"]), ("attendances_",)),
    "where one takes part": (
        lambda tx: tx.events.of_person(3, ["accepted"]), ("attendances_actor",)),
    "a registration": (lambda tx: tx.events.attendance_by_url("https://j"), ("attendances_url",)),
    "notify": (lambda tx: tx.activities.notify(NOTICE), ("notifications_",)),
    "blocks": (lambda tx: tx.relationships.blocked_by(300), ("blocks_target",)),
    "media by file": (
        lambda tx: tx.ledger.media_by_file("nothing"), ("media_file", "media_preview")),
    "orphaned media": (
        lambda tx: tx.ledger.orphans(NOW), ("media_orphans", "project_draft_media_media")),
    "old objects": (
        lambda tx: RetentionStatements(tx.connection).old_objects(NOW, Place(OLD, 5), 200),
        ("objects_remote_age",)),
    "untouched objects": (
        lambda tx: RetentionStatements(tx.connection).remove_untouched_objects(IDS),
        ("objects_replies", "objects_conversation", "likes_", "shares_", "audience_")),
    "old activities": (
        lambda tx: RetentionStatements(tx.connection).old_activities(NOW, Place(OLD, 5), 200),
        ("activities_remote_age",)),
    "spent activities": (
        lambda tx: RetentionStatements(tx.connection).remove_spent_activities(IDS), ()),
    "old actors": (
        lambda tx: RetentionStatements(tx.connection).old_actors(NOW, Place(OLD, 5), 200),
        ("actors_stale",)),
    "strangers": (
        lambda tx: RetentionStatements(tx.connection).remove_strangers(IDS),
        ("follows_", "objects_actor", "activities_", "audience_actor", "votes_actor")),
}  # fmt: skip


@pytest.fixture(scope="module")
def large_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a filled SQLite file."""
    path = tmp_path_factory.mktemp("large") / "large.db"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite://{path}"
    in_a_loop_of_its_own(_fill(url))
    return url


@pytest.fixture(scope="module")
def large_postgres(postgres_server: PostgresServer) -> str:
    """The URL of a filled PostgreSQL database."""
    in_a_loop_of_its_own(postgres_server.run("create database large template communotic_template"))
    url = postgres_server.uri("large")
    in_a_loop_of_its_own(_fill(url))
    return url


async def _fill(url: str) -> None:
    store = await open_store(url)
    await fill(store)
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
async def large(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store on a large database of either engine."""
    store = await open_store(request.getfixturevalue(f"large_{request.param}"))
    yield store
    await store.close()


class Undo(Exception):
    """Ends a transaction without a trace."""


@asynccontextmanager
async def undone(store: Store) -> AsyncIterator[Connection]:
    """A transaction of which nothing stays."""
    try:
        async with store.transaction() as tx:
            yield tx.connection
            raise Undo
    except Undo:
        pass


async def plans(store: Store, operation: Operation) -> str:
    """The plans of every statement of an operation, one line for each step."""
    async with undone(store) as connection:
        recorder = Recorder(connection)
        await operation(Tx(recorder))  # type: ignore[arg-type]
    verb = "explain query plan" if store.engine == "sqlite" else "explain"
    lines: list[str] = []
    async with undone(store) as connection:
        for sql, args in recorder.seen:
            rows = await connection.fetch_all(f"{verb} {sql}", *args)
            lines += [str(row[-1]) for row in rows]
    assert recorder.seen
    return "\n".join(lines)


def whole_tables(engine: str, plan: str) -> list[str]:
    """The steps of a plan that read a large table from one end to the other."""
    if engine == "postgres":
        return [line for line in plan.splitlines() if "Seq Scan on " in line and _large(line)]
    scans = [line for line in plan.splitlines() if line.startswith("SCAN ")]
    return [line for line in scans if " USING " not in line and not line.startswith(HARMLESS)] + [
        line for line in plan.splitlines() if "AUTOMATIC" in line
    ]


# Of fan-outs only those of the last seconds exist; of hubs there is one for each web process.
HARMLESS = (
    "SCAN json_each", "SCAN CONSTANT ROW", "SCAN (", "SCAN fanouts", "SCAN behind",
    "SCAN stream_hubs",
)  # fmt: skip


def _large(line: str) -> bool:
    return line.split("Seq Scan on ")[1].split(maxsplit=1)[0] in LARGE


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_statement_reads_no_whole_table(large: Store, name: str) -> None:
    plan = await plans(large, HOT[name][0])
    assert whole_tables(large.engine, plan) == [], plan


@pytest.mark.parametrize("name", [name for name, (_, indexes) in HOT.items() if indexes])
async def test_a_hot_statement_uses_its_indexes(large_sqlite: str, name: str) -> None:
    store = await open_store(large_sqlite)
    try:
        plan = await plans(store, HOT[name][0])
    finally:
        await store.close()
    missing = [
        index for index in HOT[name][1] if not any(part in plan for part in index.split("|"))
    ]
    assert missing == [], plan


async def test_a_whole_table_would_be_noticed(large: Store) -> None:
    plan = await plans(
        large, lambda tx: tx.connection.fetch_all("select id from objects where content = $1", "y")
    )
    assert whole_tables(large.engine, plan) != []


PAGES = (
    "home timeline", "personal inbox", "outbox page", "likes", "local posts", "conversation",
    "notifications", "hashtag",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_read_in_the_order_of_its_index(large_sqlite: str, name: str) -> None:
    store = await open_store(large_sqlite)
    try:
        plan = await plans(store, HOT[name][0])
    finally:
        await store.close()
    assert "TEMP B-TREE" not in plan, plan


SMALL = {"fanouts"}
"""Tables whose rows go within seconds: a scan of them costs nothing."""


async def test_every_reference_has_an_index_for_the_end_of_what_it_refers_to(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.read() as tx:
        rows = await tx.connection.fetch_all(
            'select m.name, f."from" from sqlite_master m join pragma_foreign_key_list(m.name) f '
            "where m.type = 'table'"
        )
        indexed = await tx.connection.fetch_all(
            "select m.name, x.name, l.partial, l.name from sqlite_master m "
            "join pragma_index_list(m.name) l join pragma_index_info(l.name) x "
            "where m.type = 'table' and x.seqno = 0"
        )
        keys = await tx.connection.fetch_all(
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c "
            "where m.type = 'table' and c.pk = 1"
        )
        texts = await tx.connection.fetch_all(
            "select name, sql from sqlite_master where type = 'index' and sql is not null"
        )
    conditions = {row[0]: row[1].lower().partition(" where ")[2] for row in texts}
    useful = {(row[0], row[1]) for row in keys}
    for table, column, partial, index in indexed:
        if not partial or conditions[index] == f"{column} is not null":
            useful.add((table, column))
    missing = {(row[0], row[1]) for row in rows if row[0] not in SMALL} - useful
    assert missing == set()
