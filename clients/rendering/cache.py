"""Statuses that were made a moment ago, kept as long as they look the same."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from clients.entities.accounts import Account
from clients.entities.statuses import Status
from storage.peeks import ActorMark, Peek
from storage.records import ObjectRecord

Kept = TypeVar("Kept")

MAX_STATUSES: Final = 2_000
MAX_ACCOUNTS: Final = 2_000
# What no mark tells of (a role, a custom emoji) is seen after this time at the latest.
KEPT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class KeptStatus:
    """A status as a stranger sees it, with its row and what it looked like."""

    record: ObjectRecord
    status: Status
    edited_at: int | None
    author: ActorMark
    card_id: int
    until: float


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account and what it looked like."""

    account: Account
    mark: ActorMark
    until: float


@dataclass(slots=True)
class RenderCache:
    """What this process rendered lately; nothing in it is ever changed, only replaced.

    Several threads use it: each step is one operation on a dictionary.
    """

    clock: Callable[[], float] = time.monotonic
    _statuses: OrderedDict[int, KeptStatus] = field(default_factory=OrderedDict)
    _accounts: OrderedDict[int, KeptAccount] = field(default_factory=OrderedDict)

    def status(self, peek: Peek, card_id: int) -> KeptStatus | None:
        """The status of an object, if it still looks as it did."""
        kept = self._statuses.get(peek.id)
        if kept is None or kept.until < self.clock():
            return None
        same = kept.edited_at == peek.edited_at and kept.author == peek.author
        return kept if same and kept.card_id == card_id else None

    def keep_status(
        self, record: ObjectRecord, status: Status, author: ActorMark, card_id: int
    ) -> KeptStatus:
        """Keep a status as a stranger sees it."""
        until = self.clock() + KEPT_S
        kept = KeptStatus(record, status, record.edited_at, author, card_id, until)
        self._statuses[record.id] = kept
        _bound(self._statuses, MAX_STATUSES)
        return kept

    def account(self, mark: ActorMark) -> Account | None:
        """The account of an actor, if it still looks as it did."""
        kept = self._accounts.get(mark[0])
        if kept is None or kept.mark != mark or kept.until < self.clock():
            return None
        return kept.account

    def keep_account(self, account: Account, mark: ActorMark) -> None:
        """Keep an account."""
        self._accounts[mark[0]] = KeptAccount(account, mark, self.clock() + KEPT_S)
        _bound(self._accounts, MAX_ACCOUNTS)


def _bound(kept: "OrderedDict[int, Kept]", most: int) -> None:
    while len(kept) > most:
        try:
            kept.popitem(last=False)
        except KeyError:  # another thread was faster
            return
