"""What a process remembers for a while, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """The values used last, each for at most `ttl_s` seconds, and no more than `size`."""

    def __init__(self, clock: Callable[[], float], *, size: int, ttl_s: float) -> None:
        self._clock = clock
        self._size = size
        self._ttl_s = ttl_s
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, unless it is unknown or too old."""
        found = self._values.get(key)
        if found is None:
            return None
        if found[0] <= self._clock():
            del self._values[key]
            return None
        self._values.move_to_end(key)
        return found[1]

    def put(self, key: K, value: V) -> None:
        """Remember a value; the one that nobody asked for longest makes room."""
        self._values[key] = (self._clock() + self._ttl_s, value)
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a value."""
        self._values.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
