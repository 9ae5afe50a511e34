"""Giving a post the preview of its first link, in the transaction that stores it."""

import random
from typing import Final

from objects.cards.links import links_of
from objects.cards.page import MAX_DESCRIPTION, MAX_TITLE
from storage.apps_reading import CardRecord
from storage.cards import Target
from storage.ids import new_id
from storage.records import ObjectRecord
from storage.store import Tx

OPEN: Final = frozenset({"public", "unlisted"})
FRESH_MS: Final = 14 * 24 * 3_600_000
AGAIN_MS: Final = 24 * 3_600_000
# Every server that gets a post fetches what it links to: not all in the same second.
SPREAD_MS: Final = 30_000
# A title and a summary of their own: these are shown as what a link leads to.
TITLED: Final = frozenset({"Article", "Page", "Event"})


async def keep_card(tx: Tx, record: ObjectRecord, now: int, *, edited: bool = False) -> None:
    """Give a post the preview of its first link that is not itself a post known here.

    What few may read has none: fetching would tell others of it. Costs nothing without a link.
    """
    urls = links_of(record.content) if record.visibility in OPEN else []
    urls = [url for url in urls if url not in (record.url, record.html_url)]
    targets = await tx.cards.targets(urls)
    url = next((u for u in urls if u not in targets or _is_titled(targets[u])), None)
    if url is None:
        if edited:
            await tx.cards.hide(record.id)
        return
    known = (await tx.cards.by_urls([url])).get(url)
    target = targets.get(url)
    number = known.id if known else await tx.cards.add(_card(url, now, record))
    await tx.cards.show(record.id, number)
    if target is not None:
        await tx.cards.save(_of_target(number, target, now))
        return
    if known is not None and _is_stale(known, now):
        await tx.cards.renew(known.id, now)
    tx.notify_on_commit("cards")


async def renew_target(tx: Tx, record: ObjectRecord, now: int) -> None:
    """A titled post was changed: the previews that lead to it say so."""
    if record.type not in TITLED:
        return
    known = (await tx.cards.by_urls([record.url])).get(record.url)
    target = (await tx.cards.targets([record.url])).get(record.url) if known else None
    if known is not None and target is not None:
        await tx.cards.save(_of_target(known.id, target, now))


def _is_titled(target: Target) -> bool:
    """Whether a known object is shown by its title."""
    return target.type in TITLED and bool(target.name) and target.visibility in OPEN


def _is_stale(card: CardRecord, now: int) -> bool:
    if card.due_at is not None or card.fetched_at is None:
        return False
    return now - card.fetched_at > (FRESH_MS if card.state == "ready" else AGAIN_MS)


def _card(url: str, now: int, record: ObjectRecord) -> CardRecord:
    wait = 0 if record.local else random.randrange(SPREAD_MS)
    return CardRecord(new_id(), url, due_at=now + wait)


def _of_target(number: int, target: Target, now: int) -> CardRecord:
    return CardRecord(
        number,
        target.url,
        title=target.name[:MAX_TITLE],
        description=" ".join(target.summary.split())[:MAX_DESCRIPTION],
        author_name=target.author,
        provider_name=target.host,
        language=target.language.partition("-")[0],
        state="ready" if target.visibility in OPEN else "failed",
        fetched_at=now,
    )
