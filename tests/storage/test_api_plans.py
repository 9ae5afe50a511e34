"""What the statements behind the API read in a large database, one by one."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.instance import WEEK_MS
from storage.notifications import Wanted
from storage.notifying import TYPES, unnotify
from storage.profiles import LineFilter
from storage.spans import Span
from storage.store import Store, open_store
from tests.storage.large_database import NOW, OLD, SERIES, fill
from tests.storage.test_query_plans import IDS, Operation, plans, whole_tables
from tests.support.databases import PostgresServer, in_a_loop_of_its_own

PAGE = Span(20, max_id=19_000)
EVERYTHING = Wanted(3, tuple(TYPES))
GROUPED = ("like", "share", "follow")
DAY_MS = 86_400_000
EXTRA = {
    f"oauth_apps (id, client_id, secret_hash, name, redirect_uris, scopes, created_at)"
    f" select i, 'c' || i, '', 'x', '[]', '', {OLD}": 1_000,
    f"tokens (id, token_hash, actor_id, scopes, created_at, app_id)"
    f" select i, 'h' || i, 1 + i % 20, '', {OLD}, i % 1000 + 1": 3_000,
    f"push_subscriptions (id, token_id, actor_id, endpoint, p256dh, auth, alerts, created_at)"
    f" select i, i, 1 + i % 20, 'https://p/' || i, '', '', ' mention ', {OLD}": 1_000,
    f"pushes (notification_id, subscription_id, due_at) select i, 1 + i % 1000, {NOW} + i": 5_000,
    "stream_events (id, kind, owner_id, actor_id, object_id, entry_id, detail)"
    " select i, 'post', 0, 30, i, i, ''": 10_000,
    f"cards (id, url, state, due_at) select i, 'https://l/' || i, 'ready',"
    f" case when i % 100 = 0 then {NOW} else null end": 5_000,
    "object_cards (object_id, card_id) select i, 1 + i % 5000": 10_000,
    f"quotes (object_id, quoted_url, quoted_id, state, created_at, due_at)"
    f" select i, 'https://o/' || (1 + i / 2), 1 + i / 2, 'accepted', {OLD},"
    f" case when i % 100 = 0 then {NOW} else null end": 10_000,
    f"scheduled (id, actor_id, parameters, scheduled_at, created_at)"
    f" select i, 1 + i % 20, '{{}}', {NOW} + i, {OLD}": 3_000,
    "scheduled_media (scheduled_id, media_id) select i, i": 2_000,
    f"bookmarks (id, actor_id, object_id, created_at) select i, 1 + i % 20, i, {OLD}": 10_000,
    f"mutes (id, actor_id, target_id, created_at) select i, 1 + i % 20, 200 + i, {OLD}": 500,
    "follow_options (follower_id, followee_id, notify) select 1 + i % 20, 300 + i, 1": 300,
    f"idempotency_keys (actor_id, key, result_id, created_at) select 1 + i % 20, 'k' || i, i,"
    f" {OLD} + i": 5_000,
    f"domain_blocks (id, actor_id, domain, created_at) select i, 1 + i % 20, 'h' || i, {OLD}": 400,
    "conversations (id, owner_id, conversation, participants, last_object_id)"
    " select i, 1 + i % 20, 'https://c/' || i, ' 300 ', 1 + i": 5_000,
    f"translations (object_id, language, edited_at, document, created_at)"
    f" select i, 'fr', 0, '', {OLD} + i": 5_000,
}
# Name → operation, and the indexes that it must use on SQLite.
STATEMENTS: dict[str, tuple[Operation, tuple[str, ...]]] = {
    "notifications": (
        lambda tx: tx.notifications.wanted(EVERYTHING, PAGE), ("notifications_",)),
    "groups": (
        lambda tx: tx.notifications.groups(EVERYTHING, GROUPED, PAGE),
        ("notifications_shown", "notifications_group")),
    "one group": (
        lambda tx: tx.notifications.of_group(3, "favourite-7-1", PAGE), ("notifications_group",)),
    "unread": (
        lambda tx: tx.notifications.count(EVERYTHING, GROUPED, 100), ("notifications_",)),
    "mark read": (lambda tx: tx.notifications.mark_read(3, 9_000, NOW), ("notifications_",)),
    "dismiss a group": (
        lambda tx: tx.notifications.dismiss_group(3, "favourite-7-1"), ("notifications_group",)),
    "take a notification back": (
        lambda tx: unnotify(tx.connection, 3, "like", 30, 19_000), ("notifications_",)),
    "requests": (
        lambda tx: tx.notification_policies.requests(3, PAGE), ("notifications_filtered",)),
    "waiting requests": (
        lambda tx: tx.notification_policies.summary(3), ("notifications_filtered",)),
    "accept requests": (
        lambda tx: tx.notification_policies.accept(3, [30]), ("notifications_filtered",)),
    "bonds": (lambda tx: tx.bonds.bonds(3, IDS), ("follows_", "mutes_", "blocks_")),
    "watchers": (lambda tx: tx.bonds.watchers(300, 19_000), ("follow_options",)),
    "ended mutes": (lambda tx: tx.bonds.end_mutes(NOW), ("mutes_expiry",)),
    "hide a domain": (lambda tx: tx.bonds.hide_domain(3, "h7.example"), ("notifications_",)),
    "follows of a domain": (lambda tx: tx.bonds.follows_with(3, "h7.example"), ("follows_",)),
    "blocked domains": (lambda tx: tx.bonds.blocked_domains(3, PAGE), ()),
    "looks at objects": (lambda tx: tx.peeks.objects(IDS, 3), ("INTEGER PRIMARY KEY",)),
    "looks at actors": (lambda tx: tx.peeks.actors(IDS), ("INTEGER PRIMARY KEY",)),
    "signs of objects": (lambda tx: tx.peeks.signs(3, IDS), ("likes_", "shares_", "bookmarks_")),
    "events": (lambda tx: tx.streams.since(5_000), ("INTEGER PRIMARY KEY",)),
    "old events": (lambda tx: tx.streams.prune(), ("INTEGER PRIMARY KEY",)),
    "event of a post": (lambda tx: tx.streams.shown(19_000, 19_000, 30), ()),
    "at home": (lambda tx: tx.stream_readers.at_home(IDS, [3, 4]), ("timeline",)),
    "hiding": (lambda tx: tx.stream_readers.hiding([3, 4], IDS), ("mutes_", "blocks_")),
    "seeing": (lambda tx: tx.stream_readers.seeing([3, 4], IDS), ("INTEGER PRIMARY KEY",)),
    "app by its id": (lambda tx: tx.oauth.app_by_client("c7"), ("oauth_apps",)),
    "tokens of a member": (lambda tx: tx.oauth.tokens_of(3), ("tokens_actor",)),
    "due pushes": (lambda tx: tx.pushes.claim(NOW, NOW + 1, 50), ("pushes_due",)),
    "pushes": (lambda tx: tx.pushes.pushes([(19, 20)]), ("pushes",)),
    "next push": (lambda tx: tx.pushes.next_due(), ()),
    "drop a subscription": (lambda tx: tx.pushes.drop([7]), ()),
    "due cards": (lambda tx: tx.cards.claim(NOW, NOW + 1, 5), ("cards_due",)),
    "cards of posts": (lambda tx: tx.apps.cards(IDS), ("INTEGER PRIMARY KEY",)),
    "card by its link": (lambda tx: tx.cards.by_urls(["https://l/7"]), ("cards",)),
    "quotes of a post": (lambda tx: tx.quotes.of(300, 3, PAGE), ("quotes_quoted",)),
    "due quotes": (lambda tx: tx.quotes.claim(NOW, NOW + 1, 5), ("quotes_due",)),
    "quoters here": (lambda tx: tx.quotes.local_quoters(300), ("quotes_quoted",)),
    "number of quotes": (lambda tx: tx.apps.quote_counts(IDS), ("quotes_quoted",)),
    "scheduled": (lambda tx: tx.scheduled.of_actor(3, PAGE), ("scheduled_actor",)),
    "due posts": (lambda tx: tx.scheduled.due(NOW + 99), ("scheduled_due",)),
    "reserved files": (lambda tx: tx.scheduled.reserved(IDS), ("scheduled_media",)),
    "upload to prepare": (lambda tx: tx.uploads.take(NOW, NOW + 1), ("media_waiting",)),
    "key of a post": (lambda tx: tx.statuses.keyed(3, "k7", OLD), ("idempotency_keys",)),
    "old keys": (lambda tx: tx.statuses.forget_keys(OLD), ("idempotency_keys_age",)),
    "who shared": (
        lambda tx: tx.statuses.reactors("shares", 20, 3, PAGE), ("shares_object",)),
    "sharers here": (lambda tx: tx.statuses.local_sharers(20), ("shares_object",)),
    "what is answered": (lambda tx: tx.statuses.ancestors(19_000, 40), ("INTEGER PRIMARY KEY",)),
    "answers": (lambda tx: tx.statuses.descendants(300, 20, 60), ("objects_replies",)),
    "posts of a profile": (
        lambda tx: tx.profiles.lines(300, 3, LineFilter(), PAGE),
        ("objects_actor", "activities_shares")),
    "last posts": (lambda tx: tx.apps.last_posts(IDS), ("objects_actor",)),
    "mentions": (lambda tx: tx.apps.mentioned(IDS), ("audience",)),
    "files": (lambda tx: tx.apps.media_of(IDS), ("media_",)),
    "own marks": (lambda tx: tx.apps.marks(3, IDS), ("likes_", "shares_")),
    "followers": (lambda tx: tx.people.followers(14, 3, PAGE), ("follows_",)),
    "directory": (lambda tx: tx.people.directory(3), ("actors_directory",)),
    "directory of here": (
        lambda tx: tx.people.directory(3, local=True), ("actors_directory",)),
    "private posts": (lambda tx: tx.feeds.direct(3, PAGE), ("audience_actor",)),
    "threatened follows": (lambda tx: tx.severances.threatened([30, 31]), ("follows_",)),
    "old translations": (lambda tx: tx.translations.forget(OLD), ("translations_age",)),
    "activity of weeks": (
        lambda tx: tx.instance.weeks(NOW - 2 * WEEK_MS, 2), ("INTEGER PRIMARY KEY|_outbox",)),
    "active members": (
        lambda tx: tx.measures.by_day("active_users", NOW - DAY_MS, NOW), ("activities_",)),
    "interactions": (
        lambda tx: tx.measures.whole("interactions", NOW - DAY_MS, NOW),
        ("likes_actor", "shares_actor", "objects_actor")),
    "uses of a hashtag": (
        lambda tx: tx.measures.by_day("tag_uses", NOW - DAY_MS, NOW, "tag7"), ("object_tags",)),
    "posts of a server": (
        lambda tx: tx.measures.whole("instance_statuses", NOW - DAY_MS, NOW, "h7.example"),
        ("actors_host", "objects_actor")),
    "deletion of an object": (
        lambda tx: tx.connection.execute("delete from objects where id = $1", 19_001), ()),
    "deletion of an actor": (
        lambda tx: tx.connection.execute("delete from actors where id = $1", 1_999), ()),
}  # fmt: skip


async def _fill(url: str) -> None:
    store = await open_store(url)
    await fill(store)
    for rows_of, number in EXTRA.items():
        async with store.transaction() as tx:
            await tx.connection.execute(SERIES.format(number, rows_of))
    async with store.transaction() as tx:
        await tx.connection.execute(
            "update notifications set group_key = 'favourite-' || object_id || '-1', kind = 'like' "
            "where id % 3 = 0"
        )
        await tx.connection.execute("update notifications set filtered = 1 where id % 50 = 0")
        await tx.connection.execute("update actors set last_post_id = id * 10")
    await store.analyze()
    await store.close()


@pytest.fixture(scope="module")
def api_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a filled SQLite file."""
    path = tmp_path_factory.mktemp("api") / "api.db"
    shutil.copyfile(sqlite_template, path)
    in_a_loop_of_its_own(_fill(f"sqlite://{path}"))
    return f"sqlite://{path}"


@pytest.fixture(scope="module")
def api_postgres(postgres_server: PostgresServer) -> str:
    """The URL of a filled PostgreSQL database."""
    in_a_loop_of_its_own(postgres_server.run("create database api template communotic_template"))
    in_a_loop_of_its_own(_fill(postgres_server.uri("api")))
    return postgres_server.uri("api")


@pytest.fixture(params=["sqlite", "postgres"])
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store on a large database of either engine."""
    store = await open_store(request.getfixturevalue(f"api_{request.param}"))
    yield store
    await store.close()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_statement_of_the_api_goes_through_a_whole_table(filled: Store, name: str) -> None:
    operation, indexes = STATEMENTS[name]
    plan = await plans(filled, operation)
    assert [line for line in whole_tables(filled.engine, plan) if not _made(line, plan)] == [], plan
    if filled.engine == "sqlite":
        missing = [i for i in indexes if not any(part in plan for part in i.split("|"))]
        assert missing == [], plan


def _made(line: str, plan: str) -> bool:
    """Whether a step reads what the statement itself put together, or the members of a node."""
    name = line.removeprefix("SCAN ")
    steps = [step.strip() for step in plan.splitlines() if step != line]
    recursive = name == "t" and "RECURSIVE STEP" in steps
    return recursive or name == "members" or any(step.endswith(f" {name}") for step in steps)
