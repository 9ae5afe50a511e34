"""How often secrets may be tried: by address, and by account whatever its spelling."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Final

from federation.errors import Refused
from federation.policy import RateLimiter

# A household or a school shares an address; a person mistypes a few times.
BY_ADDRESS: Final = (20, 10 / 60)
BY_ACCOUNT: Final = (8, 1 / 30)
# Six digits are few: a guesser who knows the password gets some three hundred tries a day.
CODES_BY_ACCOUNT: Final = (5, 1 / 300)
MAILS_BY_ACCOUNT: Final = (3, 1 / 300)
IPV6_NETWORK_BITS: Final = 64


class TooOften(Refused):
    """Too many tries; `retry_after` says in how many seconds the next one is looked at."""

    def __init__(self, seconds: float) -> None:
        super().__init__(429, "too-often", "Too many tries; wait a moment.")
        self.retry_after = max(1, ceil(seconds))


def _limiter(limits: tuple[int, float], clock: Callable[[], float]) -> RateLimiter:
    burst, rate = limits
    return RateLimiter(rate=rate, burst=burst, clock=clock)


@dataclass(slots=True)
class Throttle:
    """The tries of one node; `clock` gives seconds that never go back."""

    clock: Callable[[], float] = monotonic
    _addresses: RateLimiter = field(init=False)
    _accounts: RateLimiter = field(init=False)
    _codes: RateLimiter = field(init=False)
    _mails: RateLimiter = field(init=False)

    def __post_init__(self) -> None:
        self._addresses = _limiter(BY_ADDRESS, self.clock)
        self._accounts = _limiter(BY_ACCOUNT, self.clock)
        self._codes = _limiter(CODES_BY_ACCOUNT, self.clock)
        self._mails = _limiter(MAILS_BY_ACCOUNT, self.clock)

    def by_address(self, address: str) -> None:
        """Count a try from an address; raises `TooOften`."""
        _spend(self._addresses, network(address))

    def by_account(self, key: str) -> None:
        """Count a try to guess an account's secret; raises `TooOften`."""
        _spend(self._accounts, key)

    def by_code(self, key: str) -> None:
        """Count a try to guess a second proof; raises `TooOften`."""
        _spend(self._codes, key)

    def mail(self, key: str) -> bool:
        """Count a mail that a stranger asks for; False when there were enough for now."""
        return self._mails.check(key) is None


def network(address: str) -> str:
    """What counts as one address: an IPv6 customer has a whole network of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address or "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> IPV6_NETWORK_BITS << IPV6_NETWORK_BITS)) + "/64"


def _spend(limiter: RateLimiter, key: str) -> None:
    wait = limiter.check(key)
    if wait is not None:
        raise TooOften(wait)
