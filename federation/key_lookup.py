"""Finding the public key behind a key id: in the store, else at its origin, with few fetches."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from federation.addresses import host_of
from federation.documents import Document
from federation.errors import Gone, Refused, Unreachable, Untrusted
from federation.keys import PublicKey, keys_of, listed_key_ids, read_key

MAX_REMEMBERED: Final = 10_000

T = TypeVar("T")


class KeyStore(Protocol):
    """Where keys are kept between requests; looking one up must be quick."""

    async def key(self, key_id: str) -> PublicKey | None:
        """The key, if it is known."""

    async def remember(self, actor: Document, keys: Sequence[PublicKey]) -> None:
        """Keep an actor, fetched from its origin, and the keys that it vouches for."""

    async def forget(self, key_id: str) -> None:
        """Drop a key that its origin no longer lists."""


class DocumentSource(Protocol):
    """Fetches documents from their origin (`fetch.Fetcher`)."""

    async def document(self, url: str) -> Document:
        """The document at `url`; raises `Gone`, `Unreachable`, `Untrusted`."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a key cannot be had, kept for a while so that nobody can make us ask again."""

    until: float
    status: int
    code: str
    detail: str


class KeyUnavailable(Refused):
    """The key cannot be had; `gone` when its origin says that it no longer exists."""

    @property
    def gone(self) -> bool:
        """Whether the origin answered 404 or 410."""
        return self.code == "key-gone"


class KeyLookup:
    """Keys by id, each fetched at most once per `cooldown` seconds, however many ask.

    `fetch_allowed(host)` may refuse a fetch (limits per host, blocked domains).
    """

    def __init__(
        self,
        keys: KeyStore,
        source: DocumentSource,
        clock: Callable[[], float],
        fetch_allowed: Callable[[str], bool],
        cooldown: float,
    ) -> None:
        self._keys = keys
        self._source = source
        self._clock = clock
        self._fetch_allowed = fetch_allowed
        self._cooldown = cooldown
        self._under_way: dict[str, asyncio.Task[PublicKey]] = {}
        self._fetched_at: OrderedDict[str, float] = OrderedDict()
        self._failures: OrderedDict[str, _Failure] = OrderedDict()

    async def get(self, key_id: str) -> PublicKey:
        """The key, stored or fetched; raises `KeyUnavailable` (401, or 503 when it may pass)."""
        return await self._keys.key(key_id) or await self._fetch_once(key_id)

    async def renew(self, key_id: str) -> PublicKey | None:
        """The key as its origin lists it now; None when it was fetched a moment ago."""
        fetched_at = self._fetched_at.get(key_id)
        if fetched_at is not None and self._clock() < fetched_at + self._cooldown:
            return None
        return await self._fetch_once(key_id)

    async def _fetch_once(self, key_id: str) -> PublicKey:
        """One fetch under way per key, whose outcome all who wait share."""
        self._raise_remembered(key_id)
        task = self._under_way.get(key_id)
        if task is None:
            task = asyncio.create_task(self._fetch(key_id))
            self._under_way[key_id] = task
            task.add_done_callback(lambda done: self._finished(key_id, done))
        return await asyncio.shield(task)

    def _finished(self, key_id: str, task: asyncio.Task[PublicKey]) -> None:
        del self._under_way[key_id]
        if not task.cancelled():
            task.exception()  # seen, even when everyone who waited has left

    def _raise_remembered(self, key_id: str) -> None:
        failure = self._failures.get(key_id)
        if failure is not None and self._clock() < failure.until:
            raise KeyUnavailable(failure.status, failure.code, failure.detail)

    async def _fetch(self, key_id: str) -> PublicKey:
        _remember(self._fetched_at, key_id, self._clock())
        try:
            self._check_allowed(key_id)
            actor, keys = await self._vouched(key_id)
        except Gone as gone:
            await self._keys.forget(key_id)
            raise self._fail(key_id, 401, "key-gone", str(gone)) from None
        except Unreachable as error:
            if error.passing:  # not held against the key: its sender will come back
                self._fetched_at.pop(key_id, None)
                raise KeyUnavailable(503, "key-unreachable", str(error)) from None
            raise self._fail(key_id, 401, "key-unavailable", str(error)) from None
        except Untrusted as error:
            await self._keys.forget(key_id)
            raise self._fail(key_id, 401, "key-untrusted", str(error)) from None
        await self._keys.remember(actor, keys)
        return next(key for key in keys if key.key_id == key_id)

    def _check_allowed(self, key_id: str) -> None:
        if not self._fetch_allowed(host_of(key_id)):
            raise Unreachable(key_id, "no more fetches from this host for now")

    async def _vouched(self, key_id: str) -> tuple[Document, tuple[PublicKey, ...]]:
        """The owner's document and its keys, `key_id` among them (FEP-fe34).

        A key document that stands by itself counts once its owner lists it.
        """
        document = await self._source.document(key_id.partition("#")[0])
        keys = keys_of(document)
        if any(key.key_id == key_id for key in keys):
            return document, keys
        alone = read_key(document)
        if alone is None or alone.key_id != key_id:
            raise Untrusted(key_id, "the document there holds no such key")
        owner = await self._source.document(alone.owner)
        if owner.id != alone.owner or key_id not in listed_key_ids(owner):
            raise Untrusted(key_id, f"{alone.owner} does not list this key")
        keys = keys_of(owner)
        if any(key.key_id == key_id for key in keys):
            return owner, keys
        return owner, (*keys, alone)

    def _fail(self, key_id: str, status: int, code: str, detail: str) -> KeyUnavailable:
        failure = _Failure(self._clock() + self._cooldown, status, code, detail)
        _remember(self._failures, key_id, failure)
        return KeyUnavailable(status, code, detail)


def _remember(memory: OrderedDict[str, T], key: str, value: T) -> None:
    """Put a value last, and let the oldest go when there are too many."""
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > MAX_REMEMBERED:
        memory.popitem(last=False)
