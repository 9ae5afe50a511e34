"""Open calls, what is due, objections and what milestones hold, on both databases."""

from collections.abc import AsyncIterator

import pytest

from storage.store import Store, open_store

HOUR = 3_600_000
NOW = 1_795_000_000_000
ACTORS = (
    "insert into actors (id, url, type, local, username, host, created_at, updated_at, state) "
    "values "
)
PROJECTS = "insert into projects (actor_id, fields, created_at, updated_at) values "
MEMBERS = (
    "insert into project_members (project_id, actor_id, host, role, state, since, created_at) "
    "values "
)
OBJECTS = (
    "insert into objects (id, url, type, actor_id, local, visibility, in_reply_to_id, content, "
    "document, published_at, created_at) values "
)
ENTRIES = (
    "insert into project_entries (object_id, project_id, kind, position, state, due_at, milestone, "
    "created_at) values "
)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    found = await open_store(database_url)
    yield found
    await found.close()


async def fill(store: Store) -> None:
    """A project (1) of which actor 2 is a member: two calls, a milestone, a vote, an objection."""
    statements = [
        f"{ACTORS} (1, 'https://a/g', 'Group', 1, 'g', 'a', {NOW}, {NOW}, 'active')",
        f"{ACTORS} (2, 'https://a/p', 'Person', 1, 'p', 'a', {NOW}, {NOW}, 'active')",
        f"{PROJECTS} (1, '{{}}', {NOW}, {NOW})",
        f"{MEMBERS} (1, 2, 'a', 'partner', 'member', {NOW}, {NOW})",
    ]
    rows = [
        (10, "call", "open", NOW + HOUR, 1, "null", ""),
        (11, "call", "open", NOW - HOUR, 1, "null", ""),
        (12, "call", "open", None, 1, "null", ""),
        (13, "milestone", "planned", NOW - HOUR, 1, "null", ""),
        (14, "decision", "proposed", NOW - HOUR, 2, "null", ""),
        (15, "objection", "raised", None, 2, "14", ""),
        (16, "progress", "", None, 2, "null", "https://a/13"),
    ]
    for number, kind, state, due, actor, parent, milestone in rows:
        type_ = "Question" if kind == "decision" else "Note"
        of_kind = f"'{type_}', {actor}, 1, 'public', {parent}, '', '{{}}', {NOW}, {NOW}"
        day = "null" if due is None else due
        standing = f"'{kind}', {number}, '{state}', {day}, '{milestone}', {NOW}"
        statements += [
            f"{OBJECTS} ({number}, 'https://a/{number}', {of_kind})",
            f"{ENTRIES} ({number}, 1, {standing})",
        ]
    async with store.transaction() as tx:
        for statement in statements:
            await tx.connection.execute(statement)


async def test_open_calls_are_those_whose_day_is_not_over_the_nearest_first(store: Store) -> None:
    await fill(store)
    found = await store.query(lambda tx: tx.project_dates.open_calls(NOW))
    assert [entry.object_id for entry, _, _ in found] == [10, 12]
    assert {group.id for _, _, group in found} == {1}


async def test_what_is_due_is_found_until_its_state_changes(store: Store) -> None:
    await fill(store)
    assert await store.query(lambda tx: tx.project_dates.due("call", "open", NOW)) == [11]
    assert await store.query(lambda tx: tx.project_dates.due("decision", "proposed", NOW)) == [14]
    await store.write(lambda tx: tx.project_entries.set_state(14, "adopted"))
    assert await store.query(lambda tx: tx.project_dates.due("decision", "proposed", NOW)) == []
    await store.write(lambda tx: tx.project_dates.end_at(10, NOW))
    assert await store.query(lambda tx: tx.project_dates.due("call", "open", NOW)) == [11, 10]


async def test_objections_and_what_belongs_to_a_milestone_are_found(store: Store) -> None:
    await fill(store)
    objections = await store.query(lambda tx: tx.project_dates.objections([14], 0))
    assert [(record.id, author.id) for _, record, author in objections] == [(15, 2)]
    assert await store.query(lambda tx: tx.project_dates.held(["https://a/13"], 0)) == {
        "https://a/13": 1
    }
    belongs = await store.query(lambda tx: tx.project_dates.of_milestone("https://a/13", 0))
    assert [record.id for _, record in belongs] == [16]
