"""When to try a received activity again; pure."""

import random
from typing import Final

DELAYS: Final = (90.0, 5 * 60.0, 30 * 60.0, 2 * 3600.0, 8 * 3600.0)
"""Seconds before each further try; after the last the activity is parked."""
IN_ORDER_TRIES: Final = 2
"""So many tries hold the actor's later activities back; then they may pass."""
CROWDED_SECONDS: Final = 5.0
JITTER: Final = 0.25


def delay(attempts: int, retry_after: float | None = None) -> float | None:
    """Seconds to wait after `attempts` tries, spread by a quarter; None: give up.

    `retry_after` is what the other server asked for; it never shortens the wait.
    """
    if attempts > len(DELAYS):
        return None
    wait = max(DELAYS[max(attempts, 1) - 1], retry_after or 0.0)
    return wait * random.uniform(1 - JITTER, 1 + JITTER)


def crowded_delay() -> float:
    """Seconds before an activity comes back that found no place to fetch."""
    return CROWDED_SECONDS * random.uniform(1, 3)


def moment() -> float:
    """Seconds after which what only stood in another's way may be done."""
    return random.uniform(0.05, 0.3)
