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

FIRST_HOST_DELAY = 30.0
MAX_HOST_DELAY = 6 * HOUR
GIVE_UP_AFTER = 30 * DAY

Verdict = Literal["done", "retired", "refused", "later", "host-later"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try: an HTTP status, or a reason why there was none; `retry_after` in seconds.

    `ours` is the verdict when the fault lies here and the other server was not even asked.
    """

    status: int | None
    error: str = ""
    retry_after: float | None = None
    ours: Verdict | None = None

    @property
    def answered(self) -> bool:
        """Whether the other server lives: it gave an answer that does not say otherwise."""
        return self.status is not None and judge(self) != "host-later"


def judge(outcome: Outcome) -> Verdict:
    """What to do after one try.

    done: 2xx; retired: the inbox is gone (404, 410); host-later: the server is away or
    overloaded, everything for it waits; later: this activity is tried again (redirects too,
    which maintenance pages like); refused: it never will be taken.
    """
    status = outcome.status
    if outcome.ours is not None:
        return outcome.ours
    if status is None or status in (429, 502, 503, 504):
        return "host-later"
    if 200 <= status < 300:
        return "done"
    if status in (404, 410):
        return "retired"
    if status < 400 or status in (401, 408, 425) or (status >= 500 and status != 501):
        return "later"
    return "refused"


def row_delay(attempts: int) -> float | None:
    """Seconds until one activity is tried again; None when `attempts` were enough."""
    if attempts > len(ROW_DELAYS):
        return None
    return jitter(ROW_DELAYS[max(attempts, 1) - 1])


def host_delay(failures: int, failing_for: float, retry_after: float | None) -> float:
    """Seconds until a closed host is asked again; once a day after a week of silence.

    `failures` counts from 1; `failing_for` in seconds. The server's own `Retry-After` is
    obeyed up to a week; one that asks us back at once for hours is not taken at its word.
    """
    if failing_for > WEEK:
        own = DAY
    else:
        own = min(FIRST_HOST_DELAY * 2 ** min(failures - 1, 20), MAX_HOST_DELAY)
    if retry_after is None:
        return jitter(own)
    asked = min(max(retry_after, 1.0), WEEK)
    return asked if failing_for < HOUR else max(asked, jitter(own))


def jitter(seconds: float) -> float:
    """Up to a fifth more, so that retries of many activities do not arrive together."""
    return seconds * random.uniform(1.0, 1.2)
