"""Token buckets and domain rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.policy import RateLimiter, matching_rule


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(rate=2.0, burst=3.0, clock=clock)
    assert [limiter.check("a") for _ in range(3)] == [None, None, None]
    assert limiter.check("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert limiter.check("a") is None
    assert limiter.check("a") == pytest.approx(0.5)


def test_a_refusal_spends_nothing() -> None:
    clock = Clock()
    limiter = RateLimiter(rate=1.0, burst=1.0, clock=clock)
    assert limiter.check("a") is None
    for _ in range(100):
        assert limiter.check("a") is not None
    clock.now += 1.0
    assert limiter.check("a") is None


def test_one_key_does_not_pay_for_another() -> None:
    limiter = RateLimiter(rate=1.0, burst=1.0, clock=Clock())
    assert limiter.check("a") is None
    assert limiter.check("b") is None
    assert limiter.check("a") is not None


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    limiter = RateLimiter(rate=10.0, burst=2.0, clock=clock)
    limiter.check("a")
    clock.now += 1_000.0
    assert [limiter.check("a") is None for _ in range(3)] == [True, True, False]


def test_dear_requests_cost_more() -> None:
    limiter = RateLimiter(rate=1.0, burst=10.0, clock=Clock())
    assert limiter.check("a", cost=8.0) is None
    assert limiter.check("a", cost=8.0) == pytest.approx(6.0)
    assert limiter.check("a", cost=2.0) is None


def test_memory_is_bounded_and_the_busy_stay_limited() -> None:
    limiter = RateLimiter(rate=0.001, burst=1.0, clock=Clock(), max_keys=10)
    limiter.check("flooder")
    for number in range(1_000):
        limiter.check(f"passer-by {number}")
        assert limiter.check("flooder") is not None
    assert len(limiter) == 10


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"burst": 0.5}, {"max_keys": 0}])
def test_impossible_limits_are_refused(wrong: dict[str, float]) -> None:
    limits = {"rate": 1.0, "burst": 1.0, "max_keys": 10, **wrong}
    with pytest.raises(ValueError, match="above zero"):
        RateLimiter(
            rate=limits["rate"],
            burst=limits["burst"],
            max_keys=int(limits["max_keys"]),
            clock=Clock(),
        )


@given(st.lists(st.floats(0.0, 10.0), max_size=60))
def test_no_more_than_burst_and_rate_ever_passes(pauses: list[float]) -> None:
    clock = Clock()
    limiter = RateLimiter(rate=0.5, burst=3.0, clock=clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += limiter.check("a") is None
    assert passed <= 3.0 + 0.5 * clock.now + 1e-6


def test_a_domain_rule_covers_its_subdomains_and_the_closest_one_wins() -> None:
    rules = {"bad.example": "suspend", "good.bad.example": "allow", "example.org": "limit"}
    assert matching_rule("bad.example", rules) == "suspend"
    assert matching_rule("a.b.bad.example", rules) == "suspend"
    assert matching_rule("a.good.bad.example", rules) == "allow"
    assert matching_rule("bad.example:8443", rules) == "suspend"
    assert matching_rule("notbad.example", rules) is None
    assert matching_rule("example", rules) is None
    assert matching_rule("bad.example.net", rules) is None


def test_addresses_have_rules_of_their_own() -> None:
    rules = {"127.0.0.1": "suspend", "[2001:db8::1]": "limit"}
    assert matching_rule("127.0.0.1:8081", rules) == "suspend"
    assert matching_rule("[2001:db8::1]:8081", rules) == "limit"
    assert matching_rule("[2001:db8::2]", rules) is None
