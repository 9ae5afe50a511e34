"""Objects of other servers that somebody here names: stored ones, else fetched once and kept."""

from collections.abc import Callable

from actors.identifiers import Identifiers
from actors.remote import RemoteActors
from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import FederationError, Untrusted
from federation.fetch import Budget, Fetcher
from objects.incoming import edit_object, object_record
from objects.timelines import keep_found
from objects.visibility import may_see
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx

MAX_AUTHORS = 16
FETCHES = 6


class RemoteObjects:
    """Finds an object by its address, on behalf of a local actor."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        remote: RemoteActors,
        identifiers: Identifiers,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._remote = remote
        self._identifiers = identifiers
        self._clock = clock

    async def visible(self, url: str, viewer: ActorRecord) -> ObjectRecord:
        """The object with this id (or page address), if `viewer` may see it.

        Raises `LookupError` when there is none for them, federation errors of the fetch.
        """
        record = await self._stored(url)
        if record is None and not self._identifiers.is_local(url):
            record = await self._fetch(url)
        seen = record is not None and await self._store.query(
            lambda tx: may_see(tx, record, viewer)
        )
        if record is None or not seen:
            raise LookupError(f"There is no object {url} for you.")
        return record

    async def renew(self, record: ObjectRecord) -> bool:
        """Take over what changed of an object at its origin; True when people see a change.

        Raises federation errors of the fetch, `Untrusted` for another object or author.
        """
        budget = Budget(FETCHES)
        document = await self._fetcher.document(record.url, budget=budget)
        author = await self._author(document, budget)
        if document.id != record.url or author.id != record.actor_id:
            raise Untrusted(record.url, "its origin gives another object")
        incoming = object_record(document, author, int(self._clock() * 1000))
        return await self._store.write(lambda tx: edit_object(tx, incoming))

    async def _stored(self, url: str) -> ObjectRecord | None:
        return await self._store.query(lambda tx: tx.objects.by_url(url))

    async def _fetch(self, url: str) -> ObjectRecord | None:
        budget = Budget(FETCHES)
        document = await self._fetcher.document(url, budget=budget)
        known = await self._stored(document.id or "")
        if known is not None:
            return known
        author = await self._author(document, budget)
        incoming = object_record(document, author, int(self._clock() * 1000))

        async def operation(tx: Tx) -> ObjectRecord | None:
            await keep_found(tx, incoming)
            return await tx.objects.by_url(incoming.record.url)

        return await self._store.write(operation)

    async def _author(self, document: Document, budget: Budget) -> ActorRecord:
        for url in document.ids("attributedTo")[:MAX_AUTHORS]:
            if document.id is not None and same_origin(url, document.id):
                try:
                    return await self._remote.by_url(url, budget=budget)
                except FederationError:
                    continue
        raise Untrusted(document.id or "", "it names no author of its own origin")
