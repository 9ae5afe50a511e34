"""Fetching what others publish: origin, type, size and amount of work checked (rule 3)."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Final, Protocol

from federation.addresses import canonical_url, host_of, same_origin, same_url
from federation.client import Answer, HttpClient
from federation.documents import Document, parse
from federation.errors import FederationError, Refused, Untrusted
from federation.failures import FailureMemory
from federation.signing import DoubleKnock, Scheme, SigningKey
from federation.vocabulary import ACTIVITY_JSON, ACTOR_TYPES, LD_JSON, is_activity_content_type

ACCEPT: Final = f"{ACTIVITY_JSON}, {LD_JSON}"
COLLECTION_TYPES: Final = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)


class SchemeMemory(Protocol):
    """Which signature scheme each host is known to take."""

    async def scheme(self, host: str) -> Scheme | None:
        """The scheme that worked last at `host`."""

    async def remember(self, host: str, scheme: Scheme) -> None:
        """Keep what worked."""


class RecentSchemes:
    """A `SchemeMemory` for as long as the process lives."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._schemes: OrderedDict[str, Scheme] = OrderedDict()

    async def scheme(self, host: str) -> Scheme | None:
        """The scheme that worked last at `host`."""
        return self._schemes.get(host)

    async def remember(self, host: str, scheme: Scheme) -> None:
        """Keep what worked; the host that was heard of longest ago is dropped when full."""
        self._schemes[host] = scheme
        self._schemes.move_to_end(host)
        if len(self._schemes) > self._capacity:
            self._schemes.popitem(last=False)


class Budget:
    """How many fetches one cause (an activity, a search) may bring about, chains included."""

    def __init__(self, fetches: int) -> None:
        self.left = fetches

    def spend(self, url: str) -> None:
        """Take one fetch; raises `Untrusted` when none is left."""
        if self.left <= 0:
            raise Untrusted(url, "one activity asked for too many fetches")
        self.left -= 1


class Fetcher:
    """Gets documents with a GET signed by the node's own actor.

    `signer_factory` gives that actor's key (None: unsigned). Concurrent fetches of one URL are
    one request, failures are remembered for a while, and nothing here waits for the server
    that may be asking us at the same moment.
    """

    def __init__(
        self,
        client: HttpClient,
        signer_factory: Callable[[], SigningKey | None],
        *,
        memory: SchemeMemory | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client = client
        self._key = signer_factory
        self._memory = memory if memory is not None else RecentSchemes()
        self._clock = clock
        self._knock = DoubleKnock(clock)
        self._failures = FailureMemory(clock)
        self._under_way: dict[str, asyncio.Task[tuple[Document, str]]] = {}

    async def document(
        self, url: str, *, budget: Budget | None = None, fresh: bool = False
    ) -> Document:
        """The ActivityStreams object at `url`, vouched for by the origin of its id.

        Its id is the final URL, or was fetched once more by that id from the same origin: use
        `.id`, never the URL that was asked for. `fresh` asks again despite a recent failure.
        Raises `Gone`, `Unreachable` or `Untrusted`.
        """
        target = canonical_url(url)
        document, final = await self._load(target, budget, fresh)
        if document.id is None:
            raise self._distrust(target, "the document has no id")
        if same_url(document.id, final):
            return document
        if not same_origin(document.id, final):
            raise self._distrust(target, f"the document's id {document.id} is of another origin")
        again, final_again = await self._load(canonical_url(document.id), budget, fresh)
        if again.id is None or not same_url(again.id, final_again):
            raise self._distrust(target, f"{document.id} has another id still")
        if not same_origin(again.id, final):
            raise self._distrust(target, f"{document.id} leads to another origin")
        return again

    async def actor(
        self, url: str, *, budget: Budget | None = None, fresh: bool = False
    ) -> Document:
        """The actor at `url`; `Untrusted` without actor type, inbox or `preferredUsername`."""
        document = await self.document(url, budget=budget, fresh=fresh)
        if not ACTOR_TYPES.intersection(document.types):
            raise Untrusted(url, f"{document.type or 'no type'} is no actor")
        if not isinstance(document.raw.get("preferredUsername"), str):
            raise Untrusted(url, "an actor without preferredUsername")
        inbox = document.first_id("inbox")
        if inbox is None:
            raise Untrusted(url, "an actor without inbox")
        canonical_url(inbox)
        return document

    async def file(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """What is at `url`, asked for with a signed GET; its type is for the caller to find out.

        Raises `Gone`, `Unreachable` or `Untrusted`.
        """
        target = canonical_url(url)
        answer = await self._ask(target, host_of(target), accept=accept, max_bytes=max_bytes)
        answer.require_ok(self._clock())
        return answer.body

    async def collection(
        self, url: str, *, max_items: int, max_pages: int, budget: Budget | None = None
    ) -> AsyncGenerator[str | Document, None]:
        """The members of a collection, in order: ids, or objects where it embeds them.

        Pages are followed at the collection's own origin, each once, `max_pages` at most.
        Embedded objects are only as trustworthy as their ids. Raises as `document` does.
        """
        page: Document | None = await self.document(url, budget=budget)
        assert page is not None
        if not COLLECTION_TYPES.intersection(page.types):
            raise Untrusted(url, f"{page.type or 'no type'} is no collection")
        home, seen, left = page.id or url, {canonical_url(page.id or url)}, max_items
        for number in range(max_pages + 1):
            for member in _members(page):
                if left <= 0:
                    return
                left -= 1
                yield member
            page = await self._next_page(page, home, seen, budget) if number < max_pages else None
            if page is None:
                return

    async def _next_page(
        self, page: Document, home: str, seen: set[str], budget: Budget | None
    ) -> Document | None:
        """The page after `page` (the first one, after the collection itself), if there is one."""
        link = "first" if page.has("first") and not page.has("next") else "next"
        embedded, address = page.embedded(link), page.first_id(link)
        if address is not None:
            if not same_origin(address, home):
                raise Untrusted(address, "a collection's page of another origin")
            if canonical_url(address) in seen:
                return None
            seen.add(canonical_url(address))
        if embedded is not None and any(embedded.has(name) for name in ("items", "orderedItems")):
            return embedded
        if address is None:
            return None
        fetched = await self.document(address, budget=budget)
        if not same_origin(fetched.id or "", home):
            raise Untrusted(address, "a collection's page led to another origin")
        return fetched

    async def _load(self, url: str, budget: Budget | None, fresh: bool) -> tuple[Document, str]:
        """The document at a canonical `url` and its final URL; id unchecked, request shared."""
        # Not left to the client: what a rule refuses is no failure to remember.
        if self.client.refuse is not None:
            await self.client.refuse(url)
        if not fresh:
            self._failures.check(url, host_of(url))
        if budget is not None:
            budget.spend(url)
        task = self._under_way.get(url)
        if task is None:
            task = asyncio.create_task(self._request(url))
            self._under_way[url] = task
            task.add_done_callback(lambda done: self._landed(url, done))
        # Whoever began the fetch may give up; the others that wait for it do not.
        return await asyncio.shield(task)

    def _landed(self, url: str, task: "asyncio.Task[tuple[Document, str]]") -> None:
        del self._under_way[url]
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as forgotten

    async def _request(self, url: str) -> tuple[Document, str]:
        host = host_of(url)
        try:
            answer = await self._ask(url, host)
            document = self._read(answer)
        except FederationError as error:
            self._failures.note(url, host, error)
            raise
        self._failures.forget(url, host)
        return document, answer.url

    async def _ask(
        self, url: str, host: str, *, accept: str = ACCEPT, max_bytes: int | None = None
    ) -> Answer:
        key = self._key()
        if key is None:
            return await self.client.get(url, accept=accept, max_bytes=max_bytes)
        preferred = await self._memory.scheme(host)
        answer, worked = await self._knock.fetch(
            self.client, url, key, preferred, accept=accept, max_bytes=max_bytes
        )
        # That a host answers a first knock says little: most answer any GET. That it takes the
        # second after refusing the first says everything.
        if worked is not None and worked != (preferred or "rfc9421"):
            await self._memory.remember(host, worked)
        return answer

    def _read(self, answer: Answer) -> Document:
        """The document in a good answer; raises for any other."""
        answer.require_ok(self._clock())
        if not is_activity_content_type(answer.content_type):
            raise Untrusted(answer.url, f"content type {answer.content_type[:100]!r}")
        try:
            return parse(answer.body)
        except Refused as refusal:
            raise Untrusted(answer.url, str(refusal)) from None

    def _distrust(self, url: str, reason: str) -> Untrusted:
        error = Untrusted(url, reason)
        self._failures.note(url, host_of(url), error)
        return error


def _members(page: Document) -> Iterator[str | Document]:
    """What `items` or `orderedItems` hold, as ids and objects; anything else is passed over."""
    for name in ("orderedItems", "items"):
        value = page.raw.get(name)
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                yield Document(member)
            elif isinstance(member, str) and member:
                yield member
