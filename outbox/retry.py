"""What the answer to a delivery means; pure, so that every rule has a small test."""

import random
from dataclasses import dataclass
from typing import Literal

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

ROW_DELAYS = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY, 2 * DAY)
"""Waiting times after an inbox disliked one activity; after the last one it is given up."""

MAX_HOST_DELAY = 6 * HOUR
GIVE_UP_AFTER = 30 * DAY

Verdict = Literal["done", "retired", "refused", "later", "host-later"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try: an HTTP status, or a reason why there was none; `retry_after` in seconds."""

    status: int | None
    error: str = ""
    retry_after: float | None = None


def judge(outcome: Outcome) -> Verdict:
    """What to do after one try.

    done: 2xx; retired: the inbox is gone (404, 410); host-later: the server is away or
    overloaded, everything for it waits; later: this activity is tried again; refused: it
    never will be taken.
    """
    status = outcome.status
    if status is None or status in (429, 502, 503, 504):
        return "host-later"
    if 200 <= status < 300:
        return "done"
    if status in (404, 410):
        return "retired"
    if status in (401, 408, 425) or status >= 500:
        return "later"
    return "refused"


def row_delay(attempts: int) -> float | None:
    """Seconds until one activity is tried again; None when `attempts` were enough."""
    if attempts > len(ROW_DELAYS):
        return None
    return jitter(ROW_DELAYS[attempts - 1])


def host_delay(failures: int, failing_for: float, retry_after: float | None) -> float:
    """Seconds until a closed host is asked again; once a day after a week of silence.

    `failures` counts from 1; `failing_for` in seconds; the server's own `Retry-After` is
    obeyed up to a day.
    """
    if retry_after is not None:
        return min(max(retry_after, 1.0), DAY)
    if failing_for > WEEK:
        return jitter(DAY)
    return jitter(min(30.0 * 2 ** min(failures - 1, 20), MAX_HOST_DELAY))


def jitter(seconds: float) -> float:
    """Up to a fifth more, so that retries of many activities do not arrive together."""
    return seconds * random.uniform(1.0, 1.2)
