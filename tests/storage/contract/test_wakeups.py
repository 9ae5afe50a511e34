"""Wake-ups reach every process, after the commit and not before."""

# ruff: noqa: PT012 - the block of a transaction is what may raise

import asyncio

import pytest

from storage.store import Store, Tx
from storage.wakeups import Wakeup

LONG = 30.0


async def _heard_across(sender: Store, wakeup: Wakeup) -> None:
    """Wait until calls of another process arrive, whatever was called while connecting."""
    for _ in range(200):
        await sender.notify("hello")
        if await wakeup.wait(0.1):
            return
    raise AssertionError("The other process was never heard")


async def test_a_call_before_the_wait_is_remembered_once(store: Store) -> None:
    wakeup = store.listen("inbox")
    await store.notify("inbox")
    assert await wakeup.wait(LONG)
    assert not await wakeup.wait(0.01) or store.engine == "postgres"


async def test_a_commit_wakes_every_listener_of_its_channel(store: Store) -> None:
    first, other = store.listen("inbox"), store.listen("inbox")
    async with store.transaction() as tx:
        tx.notify_on_commit("inbox")
    assert await first.wait(LONG)
    assert await other.wait(LONG)


async def test_a_small_write_wakes_after_its_commit(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        tx.notify_on_commit("inbox")

    wakeup = store.listen("inbox")
    await asyncio.gather(store.write(operation), store.write(operation))
    assert await wakeup.wait(LONG)


async def test_a_transaction_that_is_undone_wakes_nobody(sqlite_store: Store) -> None:
    wakeup = sqlite_store.listen("inbox")
    with pytest.raises(ZeroDivisionError):
        async with sqlite_store.transaction() as tx:
            tx.notify_on_commit("inbox")
            raise ZeroDivisionError
    async with sqlite_store.transaction() as tx:
        with pytest.raises(ZeroDivisionError):
            async with tx.connection.savepoint():
                tx.notify_on_commit("inbox")
                raise ZeroDivisionError
        tx.notify_on_commit("outbox")
    assert not await wakeup.wait(0.05)


async def test_a_listener_of_another_channel_sleeps_on(sqlite_store: Store) -> None:
    wakeup = sqlite_store.listen("outbox")
    await sqlite_store.notify("inbox")
    assert not await wakeup.wait(0.05)


async def test_a_commit_wakes_listeners_in_other_processes(library: Store, second: Store) -> None:
    wakeup = second.listen("hello")
    if library.engine == "postgres":
        await _heard_across(library, wakeup)
    else:
        await asyncio.sleep(0.1)
    async with library.transaction() as tx:
        await tx.connection.execute("insert into shelves (id, name) values (1, 'new')")
        tx.notify_on_commit("hello")
    assert await wakeup.wait(LONG)
