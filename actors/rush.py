"""What comes first when one process both answers and works: whoever waits for an answer."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

WITHIN_SECONDS: Final = 0.05
DELIVERIES: Final = 20
POSTS: Final = 3
PATIENCE_SECONDS: Final = 3.0


class Rush:
    """Notices when much is asked at once; the work behind then lets it go first.

    Both share one interpreter. What waits is claimed in larger portions afterwards, which costs
    less for each activity; but nothing waits longer than `PATIENCE_SECONDS` because of this.
    `many` requests within `WITHIN_SECONDS` are a rush.
    """

    def __init__(self, clock: Callable[[], float], many: int) -> None:
        self._clock = clock
        self._latest: deque[float] = deque(maxlen=many)
        self._many = many

    def note(self) -> None:
        """Something is asked of this process; may be called on any thread."""
        self._latest.append(time.monotonic())

    async def give_way(self, since_ms: int) -> None:
        """Wait until less is asked; `since_ms` is when the oldest work became due."""
        until = since_ms / 1000 + PATIENCE_SECONDS
        while self._clock() < until and self._is_on():  # noqa: ASYNC110 - time ends a rush
            await asyncio.sleep(WITHIN_SECONDS)

    def _is_on(self) -> bool:
        latest = list(self._latest)
        return len(latest) == self._many and time.monotonic() - latest[0] < WITHIN_SECONDS
