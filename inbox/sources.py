"""What handlers may fetch before their transaction: bounded for each activity and each host."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from actors.identifiers import Identifiers
from actors.remote import RemoteActors
from federation.addresses import host_of
from federation.documents import Document
from federation.errors import FederationError, Refused, Unreachable, Untrusted
from federation.fetch import Budget, Fetcher
from federation.verify import Verifier
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx

FETCHES_PER_ACTIVITY: Final = 8
FRESH_MS: Final = 24 * 3600 * 1000


class Crowded(Exception):
    """So much is being fetched already that this one comes back in a moment."""


class Lanes:
    """How many fetches of the inbox run at once, in all and for each host.

    What needs no network never waits here; what does, and finds its lane full, is put back.
    """

    def __init__(self, total: int = 48, per_host: int = 4) -> None:
        self._total = total
        self._per_host = per_host
        self._busy: Counter[str] = Counter()

    @asynccontextmanager
    async def enter(self, url: str) -> AsyncIterator[None]:
        """A place for one fetch. Raises `Crowded` when there is none, `Untrusted` for no URL."""
        host = host_of(url)
        if self._busy.total() >= self._total or self._busy[host] >= self._per_host:
            raise Crowded(host)
        self._busy[host] += 1
        try:
            yield
        finally:
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]


@dataclass(frozen=True, slots=True)
class Sources:
    """The stores and servers that a handler may ask before it acts, for one activity."""

    store: Store
    identifiers: Identifiers
    remote: RemoteActors
    fetcher: Fetcher
    lanes: Lanes
    verifier: Verifier
    clock: Callable[[], float]
    budget: Budget = field(default_factory=lambda: Budget(FETCHES_PER_ACTIVITY))

    def with_budget(self, fetches: int = FETCHES_PER_ACTIVITY) -> "Sources":
        """The same, with a purse of its own."""
        return replace(self, budget=Budget(fetches))

    async def document(self, url: str) -> Document:
        """Fetch an object from its own origin. Raises federation errors and `Crowded`."""
        if self.identifiers.is_local(url):
            raise Untrusted(url, "ours are not fetched")
        async with self.lanes.enter(url):
            return await self.fetcher.document(url, budget=self.budget)

    async def confirm(self, activity: Document) -> Document:
        """An activity inside another one, as its own actor stands behind it.

        Raises `Refused` when nobody does, `Unreachable` when its origin cannot be asked now.
        """
        try:
            return await self.verifier.confirm(activity)
        except Refused as refused:
            if refused.status != 503:
                raise
            raise Unreachable(activity.id or "", refused.detail) from None

    async def actor(self, url: str, known: ActorRecord | None = None) -> ActorRecord:
        """An actor, fetched when unknown or older than a day; an old copy before none.

        Who is only known from a key, and never was confirmed by WebFinger, is as unknown.
        """
        if known is None:
            known = await self.store.query(lambda tx: tx.actors.by_url(url))
        if known is not None and (known.local or self._fresh(known)):
            return known
        try:
            async with self.lanes.enter(url):
                return await self.remote.by_url(url, budget=self.budget)
        except (FederationError, Crowded):
            if known is None or not known.fetched_at:
                raise
            return known

    def _fresh(self, actor: ActorRecord) -> bool:
        return actor.fetched_at > int(self.clock() * 1000) - FRESH_MS

    async def stored(self, url: str) -> ObjectRecord | None:
        """An object that we have."""
        return await self.store.query(lambda tx: tx.objects.by_url(url))

    async def followed(self, actor: ActorRecord) -> bool:
        """Whether anybody here follows an actor."""

        async def operation(tx: Tx) -> bool:
            return bool(await tx.received.followed([actor.id]))

        return await self.store.query(operation)
