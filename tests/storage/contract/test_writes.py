"""`store.write`: small operations, many at once, each for itself."""

import asyncio
import contextvars

import pytest

from storage.ports import Conflict, StorageError
from storage.store import Store, Tx

ADD = "insert into books (id, title) values ($1, $2)"
who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


class Mistake(Exception):
    """Raised by an operation of ours."""


async def _ids(store: Store) -> list[int]:
    async with store.read() as tx:
        rows = await tx.connection.fetch_all("select id from books order by id")
    return [row["id"] for row in rows]


def _adding(store: Store, number: int) -> asyncio.Task[int]:
    async def operation(tx: Tx) -> int:
        await tx.connection.execute(ADD, number, str(number))
        return number

    return asyncio.create_task(store.write(operation))


async def test_many_operations_are_all_kept_and_answer_their_own_callers(library: Store) -> None:
    tasks = [_adding(library, number) for number in range(700)]
    assert await asyncio.gather(*tasks) == list(range(700))
    assert await _ids(library) == list(range(700))


async def test_an_operation_that_raises_hurts_no_other(library: Store) -> None:
    async def failing(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1_000, "never")
        tx.notify_on_commit("never")
        raise Mistake

    async def colliding(tx: Tx) -> None:
        await tx.connection.execute(ADD, 2_000, "never either")
        await tx.connection.execute(ADD, 0, "taken")

    never = library.listen("never")
    await _adding(library, 0)
    tasks: list[asyncio.Task[object]] = []
    for number in range(1, 60):
        tasks.append(asyncio.create_task(library.write(failing)))
        tasks.append(_adding(library, number))
        tasks.append(asyncio.create_task(library.write(colliding)))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [Mistake, int, Conflict] * 59
    assert await _ids(library) == list(range(60))
    if library.engine == "sqlite":  # the other wakes everyone once it is listening
        assert not await never.wait(0)


async def test_an_operation_that_fails_alone_leaves_nothing(library: Store) -> None:
    async def failing(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1, "never")
        raise Mistake

    with pytest.raises(Mistake):
        await library.write(failing)
    assert await _ids(library) == []
    assert await _adding(library, 1) == 1


async def test_a_caller_that_is_cancelled_loses_nothing_for_the_others(library: Store) -> None:
    tasks = [_adding(library, number) for number in range(300)]
    for round_ in range(10):
        await asyncio.sleep(0)
        for task in tasks[round_ * 30 : round_ * 30 + 15]:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    answered = [result for result in results if isinstance(result, int)]
    assert len(answered) >= 150
    assert set(answered) <= set(await _ids(library))
    assert await _adding(library, 1_000) == 1_000


async def test_a_transaction_gets_its_turn_between_groups(library: Store) -> None:
    busy = True

    async def keep_writing(worker: int) -> None:
        number = worker * 1_000_000 + 1
        while busy:
            await _adding(library, number)
            number += 1

    writers = [asyncio.create_task(keep_writing(worker)) for worker in range(16)]
    await _adding(library, 0)
    for number in range(5):
        async with library.transaction() as tx:
            await tx.connection.execute("insert into shelves (id, name) values ($1, '')", number)
    busy = False
    await asyncio.gather(*writers)
    async with library.read() as tx:
        assert await tx.connection.fetch_value("select count(*) from shelves") == 5


async def test_writes_get_their_turn_between_transactions(library: Store) -> None:
    busy = True

    async def keep_transacting(worker: int) -> None:
        while busy:
            async with library.transaction() as tx:
                await tx.connection.execute("update shelves set name = $1", str(worker))

    others = [asyncio.create_task(keep_transacting(worker)) for worker in range(4)]
    for number in range(20):
        await _adding(library, number)
    busy = False
    await asyncio.gather(*others)
    assert await _ids(library) == list(range(20))


async def test_an_error_may_be_caught_around_a_savepoint(library: Store) -> None:
    await _adding(library, 1)

    async def operation(tx: Tx) -> str:
        try:
            async with tx.connection.savepoint():
                await tx.connection.execute(ADD, 1, "again")
        except Conflict:
            await tx.connection.execute(ADD, 2, "instead")
        return "done"

    assert await library.write(operation) == "done"
    assert await _ids(library) == [1, 2]


async def test_an_error_swallowed_without_a_savepoint_is_never_a_silent_loss(
    library: Store,
) -> None:
    async def operation(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1, "one")
        with pytest.raises(Conflict):
            await tx.connection.execute(ADD, 1, "again")

    neighbour = _adding(library, 5)
    with pytest.raises(StorageError, match="savepoint"):
        await library.write(operation)
    await neighbour
    assert await _ids(library) == [5]


async def test_an_operation_sees_the_context_of_its_caller(library: Store) -> None:
    async def operation(tx: Tx) -> str:
        return who.get()

    async def call(name: str) -> str:
        who.set(name)
        return await library.write(operation)

    assert await asyncio.gather(*[call(name) for name in "abc"]) == ["a", "b", "c"]


async def test_closing_finishes_what_waits(library: Store, second: Store) -> None:
    tasks = [_adding(library, number) for number in range(50)]
    await asyncio.sleep(0)
    await library.close()
    await library.close()
    assert await asyncio.gather(*tasks) == list(range(50))
    with pytest.raises(StorageError):
        await _adding(library, 100)
    assert await _ids(second) == list(range(50))
