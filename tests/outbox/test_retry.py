"""What an answer to a delivery means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.retry import (
    DAY,
    FIRST_HOST_DELAY,
    GIVE_UP_AFTER,
    HOUR,
    MAX_HOST_DELAY,
    ROW_DELAYS,
    WEEK,
    Outcome,
    host_delay,
    judge,
    row_delay,
)

VERDICTS = {
    "done": (200, 201, 202, 204),
    "retired": (404, 410),
    "host-later": (None, 429, 502, 503, 504),
    "later": (301, 302, 307, 308, 401, 408, 425, 500, 507, 520),
    "refused": (400, 403, 405, 406, 409, 413, 415, 422, 451, 501),
}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(status, verdict) for verdict, statuses in VERDICTS.items() for status in statuses],
)
def test_a_status_is_judged(status: int | None, verdict: str) -> None:
    assert judge(Outcome(status)) == verdict


@given(st.integers(100, 999))
def test_every_status_has_a_verdict(status: int) -> None:
    assert judge(Outcome(status)) in VERDICTS


def test_what_failed_here_says_nothing_about_the_other_server() -> None:
    ours = Outcome(None, "no key", ours="refused")
    assert judge(ours) == "refused"
    assert not ours.answered


@pytest.mark.parametrize(
    ("status", "answered"), [(202, True), (410, True), (401, True), (500, True), (503, False)]
)
def test_a_server_that_answers_lives_unless_it_says_otherwise(status: int, answered: bool) -> None:
    assert Outcome(status).answered is answered
    assert not Outcome(None).answered


def test_one_activity_is_tried_for_days_and_then_given_up() -> None:
    delays = [row_delay(attempt) for attempt in range(1, len(ROW_DELAYS) + 2)]
    assert delays[-1] is None
    found = [delay for delay in delays if delay is not None]
    assert all(low <= delay <= 1.2 * low for low, delay in zip(ROW_DELAYS, found, strict=True))
    assert 3 * DAY < sum(found) < GIVE_UP_AFTER


def test_a_row_that_was_given_back_untried_has_the_first_delay() -> None:
    delay = row_delay(0)
    assert delay is not None
    assert ROW_DELAYS[0] <= delay <= 1.2 * ROW_DELAYS[0]


@given(st.integers(1, 10_000))
def test_a_host_is_asked_ever_more_seldom(failures: int) -> None:
    assert FIRST_HOST_DELAY <= host_delay(failures, 0, None) <= 1.2 * MAX_HOST_DELAY


@given(st.integers(1, 10_000), st.floats(WEEK + 1, 10 * WEEK))
def test_a_host_that_fails_for_a_week_is_asked_once_a_day(failures: int, since: float) -> None:
    assert DAY <= host_delay(failures, since, None) <= 1.2 * DAY


@pytest.mark.parametrize(
    ("asked", "waits"), [(120, 120), (2 * DAY, 2 * DAY), (0, 1), (90 * DAY, WEEK)]
)
def test_retry_after_is_obeyed_within_reason(asked: float, waits: float) -> None:
    assert host_delay(1, 0, asked) == waits


def test_a_host_that_always_asks_us_back_at_once_is_not_taken_at_its_word() -> None:
    assert host_delay(50, 2 * HOUR, 1) >= MAX_HOST_DELAY
    assert host_delay(500, 2 * WEEK, 1) >= DAY
