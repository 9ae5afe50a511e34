"""How often apps may ask: windows of five minutes, counted in this process, in bounded memory."""

import random
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Final

from quart import Blueprint, Response, g, request

from actors.sign_in.throttle import network
from clients.entities.base import moment
from federation.errors import Refused
from federation.policy import RateLimiter

WINDOW_S: Final = 300
MAX_KEYS: Final = 20_000
# A school shares an address, and an app registers once for all who use it there.
REGISTRATIONS: Final = (300, 1.0)
# Wrong tokens, codes and secrets from one address; all are too long to be guessed.
WRONG: Final = (600, 2.0)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9@_-]{1,128}")


class TooManyRequests(Refused):
    """More than is allowed; `retry_after` says in how many seconds to come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(429, "too-many-requests", "Too many requests")
        self.retry_after = max(1, ceil(seconds))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to somebody in the present window, which ends at `reset` (seconds)."""

    limit: int
    remaining: int
    reset: int


@dataclass(slots=True)
class Windows:
    """Requests of the present five minutes by token or address; full, the oldest is forgotten."""

    limit: int
    clock: Callable[[], float]
    max_keys: int = MAX_KEYS
    _counts: "OrderedDict[str, tuple[int, int]]" = field(default_factory=OrderedDict)

    def spend(self, key: str) -> Allowance:
        """Count a request."""
        now = int(self.clock())
        reset = now - now % WINDOW_S + WINDOW_S
        known, count = self._counts.pop(key, (reset, 0))
        count = count + 1 if known == reset else 1
        self._counts[key] = (reset, count)
        if len(self._counts) > self.max_keys:
            self._counts.popitem(last=False)
        return Allowance(self.limit, self.limit - count, reset)


class Limits:
    """What each app, and each address, may still ask of this process."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._windows = Windows(limit, clock)
        self._clock = clock
        self._registrations = _limiter(REGISTRATIONS)
        self._wrong = _limiter(WRONG)

    def spend(self, token_id: str = "") -> None:
        """Count this request, for its token or for its address. Raises `TooManyRequests`."""
        g.allowance = self._windows.spend(token_id or _address())
        if g.allowance.remaining < 0:
            raise TooManyRequests(g.allowance.reset - self._clock())

    def registration(self) -> None:
        """Count a new app from this address. Raises `TooManyRequests`."""
        _spend(self._registrations)

    def wrong(self) -> None:
        """Count a wrong token, code or secret from this address. Raises `TooManyRequests`."""
        _spend(self._wrong)

    def install(self, blueprint: Blueprint, is_for_clients: Callable[[str], bool]) -> None:
        """Say on every answer to an app what is left to it, and which request it answers."""

        @blueprint.after_app_request
        async def say(response: Response) -> Response:
            if not is_for_clients(request.path):
                return response
            left: Allowance = g.get("allowance") or self._windows.spend(_address())
            response.headers["X-RateLimit-Limit"] = str(left.limit)
            response.headers["X-RateLimit-Remaining"] = str(max(0, left.remaining))
            response.headers["X-RateLimit-Reset"] = moment(left.reset * 1000)
            response.headers["X-Request-Id"] = _request_id()
            return response


def _request_id() -> str:
    """The id that a proxy in front gave to this request, or a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def _address() -> str:
    return network(request.remote_addr or "unknown")


def _limiter(limits: tuple[int, float]) -> RateLimiter:
    burst, rate = limits
    return RateLimiter(rate=rate, burst=burst, clock=monotonic)


def _spend(limiter: RateLimiter) -> None:
    wait = limiter.check(_address())
    if wait is not None:
        raise TooManyRequests(wait)
