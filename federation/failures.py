"""What failed a moment ago and is not asked again yet, so that junk cannot buy endless requests."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from federation.errors import FederationError, Gone, Unreachable, Untrusted

CAPACITY: Final = 4_096
PASSING_S: Final = 60.0
LASTING_S: Final = 600.0
MAX_WAIT_S: Final = 3_600.0
HOST_PATIENCE: Final = 3
HOST_REST_S: Final = 30.0


@dataclass(slots=True)
class _Host:
    """Network failures of a host since its last answer, and until when it rests (seconds)."""

    failures: int = 0
    until: float = 0.0


class FailureMemory:
    """Remembers failures by URL, and hosts that do not answer at all; bounded in memory.

    `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._urls: OrderedDict[str, tuple[FederationError, float]] = OrderedDict()
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def check(self, url: str, host: str) -> None:
        """Raise again what `url` failed with lately, or `Unreachable` for a host at rest."""
        now = self._clock()
        known = self._urls.get(url)
        if known is not None and known[1] > now:
            raise _again(known[0])
        rest = self._hosts.get(host)
        if rest is not None and rest.until > now:
            wait = rest.until - now
            raise Unreachable(url, f"{host} is left alone for {wait:.0f} s", retry_after=wait)

    def note(self, url: str, host: str, error: FederationError) -> None:
        """Remember a failure."""
        now = self._clock()
        self._urls[url] = (_again(error), now + _how_long(error))
        self._urls.move_to_end(url)
        if len(self._urls) > self._capacity:
            self._urls.popitem(last=False)
        if isinstance(error, Unreachable):
            self._note_host(host, error, now)

    def _note_host(self, host: str, error: Unreachable, now: float) -> None:
        state = self._hosts.setdefault(host, _Host())
        self._hosts.move_to_end(host)
        if len(self._hosts) > self._capacity:
            self._hosts.popitem(last=False)
        if error.retry_after is not None:
            state.until = now + min(error.retry_after, MAX_WAIT_S)
        elif error.status is None:
            state.failures += 1
            if state.failures >= HOST_PATIENCE:
                state.until = now + HOST_REST_S

    def forget(self, url: str, host: str) -> None:
        """`url` was had: it and its host are well."""
        self._urls.pop(url, None)
        self._hosts.pop(host, None)


def _how_long(error: FederationError) -> float:
    if isinstance(error, Unreachable) and error.passing:
        return min(max(error.retry_after or 0.0, PASSING_S), MAX_WAIT_S)
    return LASTING_S


def _again(error: FederationError) -> FederationError:
    """The same error without its traceback, which would keep whole stacks alive."""
    match error:
        case Unreachable():
            return Unreachable(
                error.url,
                error.reason,
                status=error.status,
                retry_after=error.retry_after,
                passing=error.passing,
            )
        case Gone():
            return Gone(error.url, error.status)
        case Untrusted():
            return Untrusted(error.url, error.reason)
    return error
