"""Ids sort by time and do not collide."""

import multiprocessing
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ids import LATEST_MS, LOW_BITS, WORKERS, IdMint, first_id_at, new_id


def test_ids_of_this_moment_strictly_increase_and_fit_63_bits() -> None:
    minted = [new_id() for _ in range(50_000)]
    assert all(first < second for first, second in pairwise(minted))
    assert minted[-1] < 1 << 63


def test_an_id_tells_when_it_was_minted() -> None:
    before = time.time_ns() // 1_000_000
    moment = IdMint(1).now() >> LOW_BITS
    assert before <= moment <= time.time_ns() // 1_000_000


def test_threads_of_one_process_never_get_the_same_id() -> None:
    minted: list[int] = []

    def work() -> None:
        minted.extend([new_id() for _ in range(5_000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(minted)) == 20_000


def test_different_workers_never_get_the_same_id() -> None:
    mints = [IdMint(worker) for worker in range(20)]
    minted = [mint.now() for _ in range(500) for mint in mints]
    assert len(set(minted)) == len(minted)
    assert {number % WORKERS for number in minted} == set(range(20))


def test_a_forked_process_takes_other_worker_bits() -> None:
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    processes = [context.Process(target=lambda: queue.put(new_id() % WORKERS)) for _ in range(8)]
    for process in processes:
        process.start()
    workers = {queue.get() for _ in processes}
    for process in processes:
        process.join()
    assert len(workers) > 1


@given(st.integers(min_value=0, max_value=LATEST_MS))
def test_an_id_of_an_old_time_keeps_it_to_the_second(ms: int) -> None:
    assert ms // 1_000 == (new_id(ms) >> LOW_BITS) // 1_000
    if ms % 1_000:
        assert new_id(ms) >> LOW_BITS == ms
    assert first_id_at(ms) <= new_id(ms) < 1 << 63


@pytest.mark.parametrize("absurd", [-5, -(1 << 80), 1 << 80])
def test_an_absurd_time_still_gives_an_id_that_the_database_can_hold(absurd: int) -> None:
    assert 0 <= new_id(absurd) < 1 << 63
    assert 0 <= first_id_at(absurd) < 1 << 63


def test_posts_dated_to_the_same_second_get_different_ids() -> None:
    minted = {new_id(1_700_000_000_000) for _ in range(200)}
    assert len(minted) == 200


@pytest.mark.parametrize("ms", [1_700_000_000_000, 1_700_000_000_123])
def test_posts_of_one_old_moment_keep_the_order_in_which_they_came(ms: int) -> None:
    minted = [new_id(ms) for _ in range(50)]
    turns = sum(second < first for first, second in pairwise(minted))
    assert turns <= 1  # the counter behind them begins anew from time to time
