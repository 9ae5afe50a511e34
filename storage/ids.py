"""Ids: 63-bit integers that sort by time and are minted without asking the database.

`milliseconds << 16 | sequence << 10 | worker`: 64 ids per millisecond and process; a process
that needs more borrows from the next millisecond. Processes differ by their worker bits.
"""

import os
import random
import threading
import time

LOW_BITS = 16
WORKERS = 1024
SEQUENCE_STEP = WORKERS
LATEST_MS = (1 << (63 - LOW_BITS)) - 1
SECOND_MS = 1000


class IdMint:
    """Mints ids for one process; safe to use from several threads."""

    def __init__(self, worker: int) -> None:
        self._lock = threading.Lock()
        self._worker = worker % WORKERS
        self._last = 0

    def take_worker(self, worker: int) -> None:
        """Use these worker bits from now on (a number that no other living process has)."""
        with self._lock:
            self._worker = worker % WORKERS

    def now(self) -> int:
        """An id of this moment, greater than every id minted here for this moment before."""
        start = time.time_ns() // 1_000_000 << LOW_BITS
        with self._lock:
            base = max(start, self._last + SEQUENCE_STEP)
            self._last = base - base % SEQUENCE_STEP
            return self._last | self._worker


_mint = IdMint(random.SystemRandom().randrange(WORKERS))


def new_id(at_ms: int | None = None) -> int:
    """A new id: of this moment, or of `at_ms` (milliseconds since the epoch).

    Ids of this moment strictly increase within a process. Ids of a given time keep the order in
    which they were asked for as well: those of a whole second, the usual precision on the wire,
    for a quarter of an hour, others for a second.
    """
    minted = _mint.now()
    if at_ms is None:
        return minted
    ms = min(max(at_ms, 0), LATEST_MS)
    if ms % SECOND_MS == 0 and ms + SECOND_MS <= LATEST_MS:
        return (ms << LOW_BITS) + (minted // SEQUENCE_STEP) % (SECOND_MS << LOW_BITS)
    return ms << LOW_BITS | (minted // SEQUENCE_STEP) & (1 << LOW_BITS) - 1


def first_id_at(ms: int) -> int:
    """The smallest id of a time in milliseconds; for ranges such as "older than a month"."""
    return min(max(ms, 0), LATEST_MS) << LOW_BITS


def take_worker(worker: int) -> None:
    """Tell processes that share a database apart by a number which that database gave."""
    _mint.take_worker(worker)


os.register_at_fork(after_in_child=lambda: take_worker(random.SystemRandom().randrange(WORKERS)))
