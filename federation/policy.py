"""How much each server may ask of us, and which domain rule applies to it."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


class RateLimiter:
    """A token bucket for each key (host, actor, address), in bounded memory.

    Each key may spend `burst` at once and gains `rate` a second. Beyond `max_keys` the key
    used longest ago is forgotten; it then starts with a full bucket again, as does any that
    has been quiet for `burst / rate` seconds. `clock` gives seconds that never go back.
    """

    def __init__(
        self, *, rate: float, burst: float, clock: Callable[[], float], max_keys: int = 10_000
    ) -> None:
        if rate <= 0 or burst < 1 or max_keys < 1:
            raise ValueError("a rate above zero, a burst and a number of keys of at least one")
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str, cost: float = 1.0) -> float | None:
        """Spend `cost` and return None; or spend nothing and return the seconds to wait."""
        now = self._clock()
        tokens, since = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= cost
        self._buckets[key] = (tokens - cost if allowed else tokens, now)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        return None if allowed else (cost - tokens) / self._rate

    def __len__(self) -> int:
        return len(self._buckets)


def matching_rule(host: str, rules: Mapping[str, T]) -> T | None:
    """The rule for `host` or for the closest domain above it, if there is one.

    `host` is normalised (`normalise_host`), its port does not count; `rules` has normalised
    domains as keys, each standing for its subdomains too.
    """
    if host.startswith("["):
        return rules.get(host.partition("]")[0] + "]")
    name = host.partition(":")[0]
    while name:
        if name in rules:
            return rules[name]
        name = name.partition(".")[2]
    return None
