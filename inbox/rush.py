"""Deliveries before processing: who knocks is answered first, as senders do not wait long."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

MANY: Final = 20
WITHIN_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 3.0


class Rush:
    """Notices when many deliveries come at once; the worker then lets them go first.

    Both share one interpreter. What waits is claimed in larger portions afterwards, which costs
    less for each activity; but nothing waits longer than `PATIENCE_SECONDS` because of this.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest: deque[float] = deque(maxlen=MANY)

    def note(self) -> None:
        """A delivery came to a door of this process."""
        self._latest.append(time.monotonic())

    async def give_way(self, since_ms: int) -> None:
        """Wait until fewer come; `since_ms` is when the oldest waiting row became due."""
        until = since_ms / 1000 + PATIENCE_SECONDS
        while self._clock() < until and self._is_on():  # noqa: ASYNC110 - time ends a rush
            await asyncio.sleep(WITHIN_SECONDS)

    def _is_on(self) -> bool:
        full = len(self._latest) == MANY
        return full and time.monotonic() - self._latest[0] < WITHIN_SECONDS
