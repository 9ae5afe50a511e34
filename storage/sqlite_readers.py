"""Which thread a reading goes to: one for the many short ones, others beside it for the long.

Threads that all want the interpreter's lock cost more than they bring: with eight requests side
by side, a home timeline took 1.18 ms of processor time with its readings on three threads, 0.75 ms
on one. So one reader takes them in turn, unless what it does takes long.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

SLOW_S: Final = 0.01
"""A reading that takes longer does not hold others up."""

Seat = TypeVar("Seat")
T = TypeVar("T")


@dataclass(slots=True)
class Readers(Generic[Seat]):
    """The readers of one database: the first is shared, the others are for one at a time.

    `since` tells when a reader began what it does (seconds, `time.monotonic`), 0 when it is idle.
    """

    seats: Sequence[Seat]
    since: Callable[[Seat], float]
    _free: "asyncio.LifoQueue[Seat]" = field(default_factory=asyncio.LifoQueue)

    def __post_init__(self) -> None:
        for seat in self.seats[1:] or self.seats:
            self._free.put_nowait(seat)

    async def alone(self) -> Seat:
        """A reader for a whole block; `give_back` it."""
        return await self._free.get()

    def give_back(self, seat: Seat) -> None:
        """Let others have a reader again."""
        self._free.put_nowait(seat)

    def shared(self) -> Seat | None:
        """The reader that everybody shares; None while it does something that takes long."""
        if len(self.seats) < 2:
            return None
        began = self.since(self.seats[0])
        return None if began and time.monotonic() - began > SLOW_S else self.seats[0]
