"""Addresses of members' files for apps, which load them without saying whose they are.

Whoever has such an address may read one file for some hours; it is made for members alone.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final

from federation.signing import SigningKey

WINDOW_S: Final = 6 * 3_600
"""An address lives between six and twelve hours, and stays the same for six: apps keep pictures."""
_LEAVE: Final = re.compile(r"([0-9a-f]{1,12})-([0-9a-f]{32})")


class FileLeaves:
    """Makes and reads leaves; the node's own key gives the key of the seals."""

    def __init__(self, key: Callable[[], SigningKey | None], clock: Callable[[], float]) -> None:
        self._node_key = key
        self._clock = clock
        self._secret: bytes | None = None

    def leave(self, number: int, file: str) -> str:
        """What goes into the address of a file; empty before the node has a key."""
        until = (int(self._clock()) // WINDOW_S + 2) * WINDOW_S
        seal = self._seal(until, number, file)
        return f"{until:x}-{seal}" if seal else ""

    def allows(self, leave: str, number: int, file: str) -> bool:
        """Whether this leave is ours, for this file, and not over."""
        found = _LEAVE.fullmatch(leave)
        if found is None:
            return False
        until = int(found[1], 16)
        seal = self._seal(until, number, file)
        return bool(seal) and until > self._clock() and hmac.compare_digest(seal, found[2])

    def _seal(self, until: int, number: int, file: str) -> str:
        if self._secret is None:
            key = self._node_key()
            if key is None:
                return ""
            self._secret = hashlib.sha256(b"member files\0" + key.private_pem.encode()).digest()
        text = f"{until}\0{number}\0{file}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]
