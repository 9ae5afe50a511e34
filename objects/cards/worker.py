"""Fetching the pages that posts link to: guarded, one request for each host at a time."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import groupby
from typing import Final

from federation.addresses import host_of
from federation.client import HttpClient
from federation.documents import parse
from federation.errors import FederationError, Unreachable, Untrusted
from objects.cards.page import Preview, read_page, with_oembed
from storage.apps_reading import CardRecord
from storage.store import Store
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CLAIM: Final = 20
AT_ONCE: Final = 4
MAX_BYTES: Final = 1_000_000
MAX_OEMBED: Final = 64_000
LEASE_MS: Final = 600_000
IDLE_SECONDS: Final = 60.0
DELAYS: Final = (60.0, 600.0, 7_200.0)
"""Seconds before each further try."""
ACCEPT: Final = "text/html, application/xhtml+xml"
PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
NAMES: Final = tuple(one.name for one in fields(Preview))


class CardWorker:
    """Makes previews of what is due."""

    def __init__(self, store: Store, client: HttpClient, clock: Callable[[], float]) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Fetch until `stop` is set."""
        wakeup = self._store.listen("cards")
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Fetch what is due now; gives how many pages."""
        now = self._now()
        due = await self._store.query(lambda tx: tx.cards.next_due())
        if due is None or due > now:
            return 0
        cards = await self._store.write(lambda tx: tx.cards.claim(now, now + LEASE_MS, CLAIM))
        hosts = groupby(sorted(cards, key=_host), key=_host)
        await asyncio.gather(*(self._of_host(list(group)) for _, group in hosts))
        return len(cards)

    async def _pause(self) -> float:
        due = await self._store.query(lambda tx: tx.cards.next_due())
        return seconds_until(due, self._now(), at_most=IDLE_SECONDS)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    async def _of_host(self, cards: Sequence[CardRecord]) -> None:
        async with self._places:
            for card in cards:
                await self._make(card)

    async def _make(self, card: CardRecord) -> None:
        try:
            preview = await self.preview(card.url)
        except FederationError as error:
            await self._failed(card, error)
            return
        now = self._now()
        values = {name: getattr(preview, name) for name in NAMES}
        made = replace(card, **values, state="ready", fetched_at=now)
        if preview.title:
            await self._store.write(lambda tx: tx.cards.save(made))
        else:
            await self._store.write(lambda tx: tx.cards.give_up(card.id, now))

    async def _failed(self, card: CardRecord, error: FederationError) -> None:
        log.debug("no preview of %s: %s", card.url, error)
        now = self._now()
        passing = isinstance(error, Unreachable) and error.passing
        if not passing or card.attempts > len(DELAYS):
            await self._store.write(lambda tx: tx.cards.give_up(card.id, now))
            return
        asked = (error.retry_after or 0.0) if isinstance(error, Unreachable) else 0.0
        wait = max(DELAYS[card.attempts - 1], asked) * random.uniform(1, 1.25)
        await self._store.write(lambda tx: tx.cards.put_off(card.id, now + int(wait * 1000)))

    async def preview(self, url: str) -> Preview:
        """What the page at `url` says of itself. Raises federation errors."""
        guard = self._client.guard
        if url.startswith("http://") and not guard.allow_http:
            # Nothing is fetched in the clear; nearly every site answers to both.
            url = "https://" + url.removeprefix("http://")
        answer = await self._client.get(url, accept=ACCEPT, max_bytes=MAX_BYTES)
        answer.require_ok(self._clock())
        if answer.content_type.partition(";")[0].strip().lower() not in PAGES:
            raise Untrusted(url, f"content type {answer.content_type[:100]!r}")
        preview, oembed = await asyncio.to_thread(
            read_page, answer.body, answer.content_type, answer.url, guard
        )
        if oembed is not None and not (preview.title and preview.image):
            preview = await self._more(preview, oembed)
        return preview

    async def _more(self, preview: Preview, oembed: str) -> Preview:
        """What the page's oEmbed address adds; without it the preview is as good as it was."""
        try:
            answer = await self._client.get(oembed, accept="application/json", max_bytes=MAX_OEMBED)
            answer.require_ok(self._clock())
            document = parse(answer.body, max_bytes=MAX_OEMBED)
        except FederationError as error:
            log.debug("no oEmbed of %s: %s", oembed, error)
            return preview
        return with_oembed(preview, document, answer.url, self._client.guard)


def _host(card: CardRecord) -> str:
    try:
        return host_of(card.url)
    except Untrusted:
        return ""
