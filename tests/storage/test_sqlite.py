"""What is particular to SQLite."""

import asyncio
import stat
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from storage.ports import Busy, StorageError
from storage.sqlite import SqliteEngine
from storage.sqlite_statements import RawStatements
from storage.sqlite_writer import MAX_OPERATIONS, Job, run_group
from storage.store import Store, Tx, open_store, sqlite_path
from tests.storage.conftest import SHELF, add_tables

ADD = "insert into books (id, title) values ($1, $2)"


@pytest.fixture
async def shop(sqlite_store: Store) -> Store:
    """A SQLite store that has `shelves` and `books`."""
    await add_tables(sqlite_store, SHELF)
    return sqlite_store


async def _pragma(store: Store, name: str) -> object:
    async with store.transaction() as tx:
        return await tx.connection.fetch_value(f"pragma {name}")


async def test_a_finished_write_is_meant_to_survive_a_power_cut(sqlite_store: Store) -> None:
    assert await _pragma(sqlite_store, "journal_mode") == "wal"
    assert await _pragma(sqlite_store, "synchronous") == 2
    assert await _pragma(sqlite_store, "foreign_keys") == 1


async def test_an_administrator_may_choose_speed(tmp_path: Path) -> None:
    store = await open_store(f"sqlite://{tmp_path}/fast.db", synchronous="normal")
    assert await _pragma(store, "synchronous") == 1
    await store.close()


def _modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


async def test_only_the_owner_may_read_the_file_with_its_private_keys(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    store = await open_store(f"sqlite://{path}")
    async with store.transaction() as tx:
        await tx.connection.execute("create table a (id integer)")
    modes = _modes(tmp_path)
    await store.close()
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///tmp/a.db", "/tmp/a.db"),
        ("sqlite:////tmp/a.db", "/tmp/a.db"),
        ("sqlite:///tmp/a%20b.db", "/tmp/a b.db"),
    ],
)
def test_a_url_names_a_file(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///", "sqlite://host/a.db", "sqlite:///tmp/a.db?mode=ro", "mysql://x"],
)
async def test_a_url_that_names_no_file_is_refused_with_advice(url: str) -> None:
    with pytest.raises(StorageError, match="sqlite:///"):
        await open_store(url)


async def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="missing"):
        await open_store(f"sqlite://{tmp_path}/nowhere/a.db")
    (tmp_path / "text.db").write_text("This is no database, but long enough to be mistaken." * 30)
    with pytest.raises(StorageError, match=r"text\.db cannot be opened"):
        await open_store(f"sqlite://{tmp_path}/text.db")
    assert not [each for each in threading.enumerate() if each.name.startswith("database-")]


async def test_a_column_takes_only_its_own_type(shop: Store) -> None:
    async with shop.transaction() as tx:
        await tx.connection.execute(ADD, 1, "one")
    with pytest.raises(StorageError, match="INTEGER column"):
        async with shop.transaction() as tx:
            await tx.connection.execute("update books set pages = 'many'")


async def test_an_operation_may_wait_for_nothing_but_the_database(shop: Store) -> None:
    async def sleeping(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1, "one")
        await asyncio.sleep(0.01)

    async def yielding(tx: Tx) -> None:
        async with tx.connection.savepoint():
            await tx.connection.execute(ADD, 2, "two")
            await asyncio.sleep(0)

    async def nesting(tx: Tx) -> None:
        await shop.write(sleeping)

    for operation in (sleeping, yielding, nesting):
        for door in (shop.write, shop.query):
            with pytest.raises(StorageError):
                await door(operation)
    with pytest.raises(StorageError, match="await nothing but its transaction"):
        await shop.write(sleeping)
    async with shop.read() as tx:
        assert await tx.connection.fetch_value("select count(*) from books") == 0


async def test_a_task_that_would_wait_for_itself_is_told(shop: Store) -> None:
    async def operation(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1, "one")

    async with shop.transaction():
        with pytest.raises(StorageError, match="waits for itself"):
            await shop.write(operation)
        with pytest.raises(StorageError, match="waits for itself"):
            async with shop.transaction():
                pass
    await shop.write(operation)


async def test_concurrent_writes_share_commits(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []

    def counted(
        statements: RawStatements, group: Sequence[Job], after: Callable[[Sequence[str]], None]
    ) -> None:
        run_group(statements, group, after)
        commits.append(sum(job.tried for job in group))

    monkeypatch.setattr("storage.sqlite_writer.run_group", counted)

    def adding(number: int) -> Callable[[Tx], Awaitable[int]]:
        return lambda tx: tx.connection.execute(ADD, number, str(number))

    answers = await asyncio.gather(*[shop.write(adding(number)) for number in range(500)])
    assert answers == [1] * 500
    assert sum(commits) == 500
    assert 500 / MAX_OPERATIONS <= len(commits) < 500


async def test_whatever_goes_wrong_in_a_group_nobody_waits_for_ever(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def adding(number: int) -> Callable[[Tx], Awaitable[int]]:
        return lambda tx: tx.connection.execute(ADD, number, str(number))

    def unforeseen(*args: object) -> None:
        raise OSError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr("storage.sqlite_writer._commit", unforeseen)
        writes = [shop.write(adding(number)) for number in range(5)]
        results = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(result) for result in results} == {StorageError}
    assert await shop.write(adding(1)) == 1
    async with shop.read() as tx:
        assert await tx.connection.fetch_value("select count(*) from books") == 1


async def test_a_lock_of_another_process_is_waited_for_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite_statements.BUSY_TIMEOUT_MS", 50)
    first = await open_store(f"sqlite://{tmp_path}/a.db")
    second = await open_store(f"sqlite://{tmp_path}/a.db")

    async def operation(tx: Tx) -> None:
        await tx.connection.execute("create table b (id integer)")

    async with first.transaction() as tx:
        await tx.connection.execute("create table a (id integer)")
        with pytest.raises(Busy):
            await second.write(operation)
        with pytest.raises(Busy):
            async with second.transaction() as other:
                await other.connection.execute("create table b (id integer)")
    await second.write(operation)
    await first.close()
    await second.close()


async def test_readers_that_never_come_free_are_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.TURN_SECONDS", 0.05)
    store = await open_store(sqlite_url, readers=1)
    async with store.read():
        with pytest.raises(Busy):
            async with store.read():
                pass
    async with store.transaction():
        with pytest.raises(Busy):
            await asyncio.create_task(_transact(store))
    await store.close()


async def _transact(store: Store) -> None:
    async with store.transaction():
        pass


async def test_readers_use_what_analysing_found(shop: Store) -> None:
    async with shop.transaction() as tx:
        execute = tx.connection.execute
        await execute("create index books_pages on books (pages)")
        await execute("create index books_price on books (price)")
        rows = [(number, str(number), 1, float(number)) for number in range(3_000)]
        await tx.connection.execute_many(
            "insert into books (id, title, pages, price) values ($1, $2, $3, $4)", rows
        )

    async def plan(tx: Tx) -> str:
        steps = await tx.connection.fetch_all(
            "explain query plan select id from books where pages = 1 and price between 5 and 6"
        )
        return str(steps[0]["detail"])

    assert "books_pages" in await shop.query(plan)
    await shop.analyze()
    assert "books_price" in await shop.query(plan)
    with pytest.raises(StorageError):
        async with shop.read() as tx:
            await tx.connection.execute(ADD, 9_000, "readers still only read")


async def test_a_full_disk_fails_the_whole_group_and_is_survived(tmp_path: Path) -> None:
    store = await open_store(f"sqlite://{tmp_path}/small.db")
    async with store.transaction() as tx:
        await tx.connection.execute("create table a (id integer primary key, filling blob)")
        await tx.connection.fetch_value("pragma max_page_count = 20")

    async def large(tx: Tx) -> None:
        await tx.connection.execute("insert into a (filling) values (zeroblob(1000000))")

    async def small(tx: Tx) -> int:
        return await tx.connection.execute("insert into a (filling) values (x'00')")

    results = await asyncio.gather(
        store.write(small), store.write(large), store.write(small), return_exceptions=True
    )
    assert isinstance(results[1], StorageError)
    kept = [result for result in results if result == 1]
    async with store.read() as tx:
        assert await tx.connection.fetch_value("select count(*) from a") == len(kept)
    assert await store.write(small) == 1
    await store.close()


async def test_the_threads_end_with_the_store(tmp_path: Path) -> None:
    engine = await SqliteEngine.open(tmp_path / "a.db", readers=3, synchronous="full")
    names = {each.name for each in threading.enumerate()}
    assert {"database-writer", "database-reader-0", "database-reader-2"} <= names
    await engine.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("database-")]
