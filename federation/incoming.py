"""A request as it reached us, and the checks that come before any signature is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from federation.errors import Refused
from federation.keys import PublicKey, SignatureScheme

# Two copies of any of these let two readers see two different requests (request smuggling).
_ONCE: Final = frozenset(
    {
        "authorization", "content-digest", "content-length", "content-type", "date", "digest",
        "host", "signature", "signature-input", "transfer-encoding",
    }
)  # fmt: skip

MAX_HEADER_LENGTH: Final = 8_192


@dataclass(frozen=True)
class IncomingRequest:
    """One request to this node.

    `target` is path and query exactly as sent; `headers` have lower-case names and keep their
    duplicates; `scheme` and `host` are our own public ones from the settings, never read from
    the request: a signature made for another host cannot match.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    scheme: Literal["http", "https"]
    host: str

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Header values by name, repeated ones joined; raises `Refused` 400 for dangerous ones."""
        fields: dict[str, str] = {}
        for name, value in self.headers:
            if name not in fields:
                fields[name] = value.strip()
            elif name in _ONCE:
                raise Refused(400, "duplicate-header", f"two {name} headers")
            else:
                fields[name] += ", " + value.strip()
        return fields

    def check_length(self) -> None:
        """Raise `Refused` 400 unless `Content-Length` tells the length of the body."""
        fields = self.fields
        claimed = fields.get("content-length")
        if claimed is None:
            return
        if "transfer-encoding" in fields:
            raise Refused(400, "content-length-mismatch", "Content-Length beside chunks")
        if not (claimed.isascii() and claimed.isdigit()) or int(claimed[:20]) != len(self.body):
            raise Refused(
                400, "content-length-mismatch", f"{len(self.body)} bytes, said {claimed[:20]}"
            )

    def field(self, name: str) -> str:
        """A header's value; empty when it is missing; raises `Refused` when it is too long."""
        value = self.fields.get(name, "")
        if len(value) > MAX_HEADER_LENGTH:
            raise Refused(400, "header-too-long", name)
        return value


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request's signature says: this key signed one of these messages.

    `scheme` is None when the sender leaves the algorithm to the key (`hs2019`, no `alg`).
    """

    key_id: str
    scheme: SignatureScheme | None
    messages: tuple[bytes, ...]
    signature: bytes

    def signed_by(self, key: PublicKey) -> bool:
        """Whether `key` made the signature over one of the readings of the request."""
        return any(key.verify(text, self.signature, self.scheme) for text in self.messages)


@dataclass(frozen=True, slots=True)
class ClockWindow:
    """When a signature is fresh enough; seconds. Mastodon's numbers, so that clocks off by
    minutes and slow queues get through while replays do not live for ever.

    A signature lives `lifetime` seconds from its creation, or until its own signed `expires` if
    that is no later than `limit`; `skew` is granted on both sides.
    """

    skew: float = 3_600
    lifetime: float = 300
    limit: float = 43_200

    def check(self, created: float, expires: float | None, now: float) -> None:
        """Raise `Refused` 401 unless `now` is inside the window."""
        if created > now + self.skew:
            raise Refused(401, "clock-window", f"signed {created - now:.0f} s in the future")
        until = created + self.lifetime if expires is None else expires
        if now > min(until, created + self.limit) + self.skew:
            raise Refused(401, "clock-window", f"signed {now - created:.0f} s ago")
