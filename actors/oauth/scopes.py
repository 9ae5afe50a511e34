"""What tokens may cover: Mastodon's scopes, wide ones and the narrower ones inside them."""

from collections.abc import Iterable, Set
from typing import Final

_READ: Final = (
    "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists",
    "mutes", "notifications", "search", "statuses",
)  # fmt: skip
_WRITE: Final = (
    "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters",
    "follows", "lists", "media", "mutes", "notifications", "reports", "statuses",
)  # fmt: skip
_ADMIN: Final = (
    "accounts", "canonical_email_blocks", "domain_allows", "domain_blocks", "email_domain_blocks",
    "ip_blocks", "reports",
)  # fmt: skip
SCOPES: Final[tuple[str, ...]] = (
    "profile", "read", "write", "push", "follow", "admin:read", "admin:write",
    *(f"read:{what}" for what in _READ),
    *(f"write:{what}" for what in _WRITE),
    *(f"admin:{way}:{what}" for way in ("read", "write") for what in _ADMIN),
)  # fmt: skip
# What Mastodon's old scope `follow` stands for.
FOLLOW: Final = frozenset(
    f"{way}:{what}" for way in ("read", "write") for what in ("blocks", "follows", "mutes")
)
DEFAULT: Final = "read"
_KNOWN: Final = frozenset(SCOPES)


class UnknownScope(ValueError):
    """A scope that this node does not have."""


def parse_scopes(text: str) -> tuple[str, ...]:
    """The scopes in a list separated by spaces or commas, each once. Raises `UnknownScope`."""
    wanted = tuple(dict.fromkeys(text.replace(",", " ").split()))
    unknown = [scope for scope in wanted if scope not in _KNOWN]
    if unknown or not wanted:
        said = " ".join(unknown)[:100] or "(none)"
        raise UnknownScope(f"Unknown scope {said}; there are: {', '.join(SCOPES)}.")
    return wanted


def covers(granted: Set[str], scope: str) -> bool:
    """Whether one of `granted` is this scope or a wider one; `read` covers `read:statuses`."""
    if scope in granted or ("follow" in granted and scope in FOLLOW):
        return True
    wider, _, narrower = scope.rpartition(":")
    return bool(narrower and wider) and covers(granted, wider)


def all_covered(granted: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether each of `wanted` is covered."""
    held = frozenset(granted)
    return all(covers(held, scope) for scope in wanted)


def widest(scopes: Iterable[str]) -> list[str]:
    """Scopes without those that others among them cover, as `SCOPES` orders them."""
    held = frozenset(scopes)
    return [scope for scope in SCOPES if scope in held and not covers(held - {scope}, scope)]
