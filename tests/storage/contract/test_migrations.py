"""Migrations: from empty, once, in order, all or nothing, and never backwards."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.migrate import Migration, WrongSchema, known, migrate, pending
from storage.ports import StorageError
from storage.store import Store, open_store

NUMBER = max(migration.number for migration in known())
PARENTS = Migration(
    NUMBER + 1,
    "parents",
    """
    -- one; two
    create table parents (id bigint primary key, note text not null default ';');
    insert into parents (id, note) values (1, 'a;b'), (2, '-- only: sqlite');
    create table children (
        id bigint primary key,
        parent_id bigint references parents (id) on delete cascade
    );
    insert into children (id, parent_id) values (10, 1);
-- only: sqlite
    create table engines (name text not null);
    insert into engines values ('sqlite');
-- end
-- only: postgres
    create table engines (name text not null);
    insert into engines values ('postgres');
-- end
    """,
)
REBUILT = Migration(
    NUMBER + 2,
    "rebuilt",
    """
-- only: sqlite
    create table parents_new (id bigint primary key, note text not null, extra bigint);
    insert into parents_new (id, note) select id, note from parents;
    drop table parents;
    alter table parents_new rename to parents;
-- end
-- only: postgres
    alter table parents add column extra bigint;
-- end
    """,
)


@pytest.fixture
async def other(store: Store, database_url: str) -> AsyncIterator[Store]:
    """The same database in another process."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()


async def test_our_own_migrations_were_applied_from_empty(store: Store) -> None:
    assert known()
    assert await pending(store) == ()
    assert await migrate(store) == ()
    async with store.read() as tx:
        rows = await tx.connection.fetch_all("select number, name, applied_at from migrations")
    assert [row["number"] for row in rows] == [migration.number for migration in known()]
    assert all(row["applied_at"] > 1_700_000_000_000 for row in rows)


async def test_what_is_missing_is_applied_in_order(store: Store) -> None:
    later = (*known(), PARENTS, REBUILT)
    assert await pending(store, later) == (PARENTS, REBUILT)
    assert await migrate(store, later) == (PARENTS, REBUILT)
    assert await pending(store, later) == ()
    async with store.read() as tx:
        rows = await tx.connection.fetch_all("select id, note, extra from parents order by id")
        assert [tuple(row) for row in rows] == [(1, "a;b", None), (2, "-- only: sqlite", None)]
        assert await tx.connection.fetch_value("select name from engines") == store.engine


async def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(store: Store) -> None:
    await migrate(store, (*known(), PARENTS, REBUILT))
    async with store.transaction() as tx:
        assert await tx.connection.fetch_value("select count(*) from children") == 1
        await tx.connection.execute("delete from parents where id = 1")
        assert await tx.connection.fetch_value("select count(*) from children") == 0


async def test_a_migration_that_fails_changes_nothing(store: Store) -> None:
    broken = Migration(
        NUMBER + 2,
        "broken",
        "create table half (id bigint primary key); insert into nowhere values (1);",
    )
    with pytest.raises(StorageError, match=f"{NUMBER + 2:04}_broken"):
        await migrate(store, (*known(), PARENTS, broken))
    assert await pending(store, (*known(), PARENTS, broken)) == (broken,)
    async with store.read() as tx:
        with pytest.raises(StorageError):
            await tx.connection.fetch_all("select id from half")


async def test_rows_that_would_refer_to_nothing_are_refused(store: Store) -> None:
    orphan = Migration(NUMBER + 2, "orphan", "insert into children values (11, 99);")
    with pytest.raises(StorageError, match="orphan"):
        await migrate(store, (*known(), PARENTS, orphan))
    assert await pending(store, (*known(), PARENTS, orphan)) == (orphan,)


async def test_a_database_of_a_newer_version_is_refused_with_advice(store: Store) -> None:
    await migrate(store, (*known(), PARENTS))
    for check in (pending, migrate):
        with pytest.raises(WrongSchema, match="newer version"):
            await check(store)


async def test_a_released_file_may_not_be_changed(store: Store) -> None:
    await migrate(store, (*known(), PARENTS))
    respaced = Migration(PARENTS.number, PARENTS.name, PARENTS.sql.replace("\n", "\r\n"))
    assert await pending(store, (*known(), respaced)) == ()
    changed = Migration(PARENTS.number, PARENTS.name, PARENTS.sql.replace("10, 1", "10, 2"))
    with pytest.raises(WrongSchema, match="was changed"):
        await migrate(store, (*known(), changed))


async def test_two_processes_may_migrate_at_once(store: Store, other: Store) -> None:
    later = (*known(), PARENTS, REBUILT)
    done = await asyncio.gather(*[migrate(each, later) for each in (store, other, store)])
    assert sorted(each.number for each in sum(done, ())) == [NUMBER + 1, NUMBER + 2]
