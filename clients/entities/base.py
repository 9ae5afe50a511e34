"""The base of all entities, and how ids, moments and visibilities are written."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from objects.visibility import Visibility


class Entity(msgspec.Struct, kw_only=True):
    """A JSON object; every documented field is there, null where it is empty."""


SHOWN: Final[dict[str, str]] = {
    "public": "public",
    "unlisted": "unlisted",
    "followers": "private",
    "network": "private",
    "organisation": "private",
    "project": "private",
    "direct": "direct",
}
"""How our visibilities are called in apps: what few may read never looks more public."""
MEANT: Final[dict[str, Visibility]] = {
    "public": "public",
    "unlisted": "unlisted",
    "private": "followers",
    "direct": "direct",
}
"""What the visibilities of apps mean here."""


def moment(ms: int) -> str:
    """`2026-11-28T22:00:00.000Z`: Swift's decoders insist on the milliseconds."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def day(ms: int) -> str:
    """`2026-11-28`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")
