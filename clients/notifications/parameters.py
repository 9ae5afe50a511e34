"""What apps ask for among the notifications of a member."""

from collections.abc import Sequence
from typing import Final

import msgspec

from clients.door import Call, number
from clients.rendering.notifications import KINDS, Wording
from storage.notifications import Wanted
from storage.notifying import GROUPED, TYPES


class Chosen(msgspec.Struct):
    """Which notifications an app wants; no types stand for all."""

    types: list[str] | None = None
    exclude_types: list[str] = []
    account_id: str | None = None
    include_filtered: bool = False
    grouped_types: list[str] | None = None
    expand_accounts: str = "full"
    supported_types: list[str] | None = None

    def wanted(self, owner_id: int) -> Wanted:
        """The same for the database; those of one account are given whether they wait or not.

        Raises `Refused` 404 for an account that is none.
        """
        sender = number(self.account_id) if self.account_id else None
        return Wanted(
            owner_id,
            kinds_of(self.types, self.exclude_types),
            sender,
            self.include_filtered or sender is not None,
        )

    @property
    def grouped(self) -> tuple[str, ...]:
        """The kinds of which several are one line."""
        if self.grouped_types is None:
            return tuple(sorted(GROUPED))
        return tuple(kind for kind in sorted(GROUPED) if TYPES[kind] in self.grouped_types)

    def wording(self, call: Call) -> Wording | None:
        """How to tell in words of what the app does not know; None unless it said what it knows."""
        return wording(call, self.supported_types)


class Supported(msgspec.Struct):
    """Which types an app knows."""

    supported_types: list[str] | None = None


def wording(call: Call, supported: Sequence[str] | None) -> Wording | None:
    """Words in the member's language for types beyond those that are `supported`."""
    if supported is None:
        return None
    language = call.token.member.language or call.context.settings.language
    return Wording(frozenset(supported), call.context.texts(language))


def kinds_of(types: Sequence[str] | None, excluded: Sequence[str]) -> tuple[str, ...]:
    """Our kinds behind the types of apps; those that nobody knows stand for nothing."""
    chosen = set(types) if types else _ALL
    return tuple(kind for kind in KINDS if TYPES[kind] in chosen and TYPES[kind] not in excluded)


_ALL: Final = frozenset(TYPES.values())
