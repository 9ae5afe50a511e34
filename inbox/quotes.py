"""Quotes that wait: what is quoted is fetched, and the leave for it looked up at its origin."""

import asyncio
import logging
from typing import Final

from federation.addresses import same_origin
from federation.errors import FederationError, Unreachable
from inbox import retry
from inbox.context import Ignored, Outgoing
from inbox.sources import Crowded, Sources
from inbox.threads import public_object
from objects.incoming import store_object
from objects.quotes import authorizes
from storage.apps_reading import QuoteRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CLAIM: Final = 10
LEASE_MS: Final = 120_000
IDLE_SECONDS: Final = 60.0


class QuoteWorker:
    """Decides about the quotes that are due, a few at a time."""

    def __init__(self, sources: Sources, outgoing: Outgoing) -> None:
        self._sources = sources
        self._store = sources.store
        self._outgoing = outgoing

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look quotes up until `stop` is set."""
        wakeup = self._store.listen("quotes")
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Decide about what is due now; gives how many quotes."""
        now = self._now()
        due = await self._store.query(lambda tx: tx.quotes.next_due())
        if due is None or due > now:
            return 0
        claimed = await self._store.write(lambda tx: tx.quotes.claim(now, now + LEASE_MS, CLAIM))
        for quote in claimed:
            await self._decide(quote)
        return len(claimed)

    async def _pause(self) -> float:
        due = await self._store.query(lambda tx: tx.quotes.next_due())
        return seconds_until(due, self._now(), at_most=IDLE_SECONDS)

    def _now(self) -> int:
        return int(self._sources.clock() * 1000)

    async def _decide(self, quote: QuoteRecord) -> None:
        try:
            await self._look_up(quote, self._sources.with_budget())
        except (FederationError, Ignored, Crowded) as error:
            if isinstance(error, Crowded) or (isinstance(error, Unreachable) and error.passing):
                await self._put_off(quote, error)
                return
            log.info("the quote %s is not shown: %s", quote.object_id, error)
            await self._settle(quote, "rejected")

    async def _look_up(self, quote: QuoteRecord, sources: Sources) -> None:
        quoting = await self._store.query(lambda tx: tx.objects.by_id(quote.object_id))
        quoted = await self._quoted(quote, sources)
        if quoting is None or quoted is None or quoted.deleted_at is not None:
            await self._store.write(lambda tx: tx.quotes.put_off(quote.object_id, None))
            return
        author = await self._store.query(lambda tx: tx.actors.by_id(quoted.actor_id))
        if quoting.actor_id == quoted.actor_id:
            await self._settle(quote, "accepted")
        elif quoted.local or not quote.approval_url or author is None:
            # Leave to quote posts of ours is given when somebody asks for it.
            await self._store.write(lambda tx: tx.quotes.put_off(quote.object_id, None))
        else:
            agreed = await self._authorized(quote, quoting, quoted, author, sources)
            await self._settle(quote, "accepted" if agreed else "rejected")

    async def _quoted(self, quote: QuoteRecord, sources: Sources) -> ObjectRecord | None:
        """What is quoted: stored, else fetched and kept, if it is public."""
        found = await sources.stored(quote.quoted_url)
        if found is None and not sources.identifiers.is_local(quote.quoted_url):
            parsed = await public_object(quote.quoted_url, sources)
            if parsed is not None:
                await self._store.write(lambda tx: store_object(tx, parsed))
                found = await sources.stored(parsed.record.url)
        if found is not None and quote.quoted_id != found.id:
            number = found.id
            await self._store.write(lambda tx: tx.quotes.found(quote.object_id, number))
        return found

    async def _authorized(
        self,
        quote: QuoteRecord,
        quoting: ObjectRecord,
        quoted: ObjectRecord,
        author: ActorRecord,
        sources: Sources,
    ) -> bool:
        """Whether the quoted author's own server says that this very quote may be shown."""
        if not same_origin(quote.approval_url, author.url):
            return False
        document = await sources.document(quote.approval_url)
        return authorizes(document, quoting, quoted, author)

    async def _settle(self, quote: QuoteRecord, state: str) -> None:
        approval = quote.approval_url if state == "accepted" else ""

        async def operation(tx: Tx) -> None:
            known = await tx.quotes.by_object(quote.object_id)
            # What was taken back or asked anew in the meantime counts.
            if (
                known is None
                or known.state != "pending"
                or known.approval_url != quote.approval_url
            ):
                return
            await tx.quotes.settle(quote.object_id, state, approval)
            quoting = await tx.objects.by_id(quote.object_id)
            if quoting is not None and quoting.local:
                await self._outgoing.show_approval(tx, quoting, approval)

        await self._store.write(operation)

    async def _put_off(self, quote: QuoteRecord, error: Exception) -> None:
        wait = retry.delay(quote.attempts)
        due = None if wait is None else self._now() + int(wait * 1000)
        log.debug("the quote %s waits: %s", quote.object_id, error)
        await self._store.write(lambda tx: tx.quotes.put_off(quote.object_id, due))
