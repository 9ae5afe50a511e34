"""Hashtags with their use of the last days, and those that somebody shows."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from actors.identifiers import Identifiers
from clients.context import ClientContext
from clients.entities.accounts import FeaturedTag
from clients.entities.base import day
from clients.entities.timelines import Tag, TagHistory
from storage.records import ActorRecord
from storage.store import Tx
from storage.tags import DAY_MS, TagDay, TagRecord, TagUse

DAYS: Final = 7


async def tag_list(
    tx: Tx, context: ClientContext, viewer: ActorRecord | None, names: Sequence[str]
) -> list[Tag]:
    """Hashtags as the viewer stands to them, in their order; two queries."""
    if not names:
        return []
    since = since_ms(context.now())
    used = await tx.tags.history(list(names), since)
    followed: set[str] = set()
    featured: set[str] = set()
    if viewer is not None:
        followed, featured = await tx.tags.standing(viewer.id, list(names))
    return [
        Tag(
            id=tag_id(name),
            name=name,
            url=tag_url(context.identifiers, name),
            history=history(used.get(name, ()), context.now()),
            following=name in followed,
            featuring=name in featured,
        )
        for name in names
    ]


async def featured_list(
    tx: Tx, identifiers: Identifiers, actor_id: int, records: Sequence[TagRecord]
) -> list[FeaturedTag]:
    """Hashtags that somebody shows, with their own use of them; one query."""
    used = await tx.tags.uses(actor_id, [record.name for record in records])
    return [_featured(record, identifiers, used) for record in records]


def history(days: Sequence[TagDay], now: int) -> list[TagHistory]:
    """The last seven days, today first; those without any use are there too."""
    known: Mapping[int, TagDay] = {one.day: one for one in days}
    today = now // DAY_MS
    found = []
    for number in range(today, today - DAYS, -1):
        one = known.get(number)
        found.append(
            TagHistory(
                day=str(number * DAY_MS // 1000),
                uses=str(one.uses if one else 0),
                accounts=str(one.accounts if one else 0),
            )
        )
    return found


def since_ms(now: int) -> int:
    """The beginning of the first of the last seven days (UTC)."""
    return (now // DAY_MS - DAYS + 1) * DAY_MS


def tag_id(name: str) -> str:
    """An id for a hashtag: apps want numbers, and here a hashtag is its name."""
    digest = hashlib.sha256(name.encode()).digest()
    return str(int.from_bytes(digest[:8], "big") >> 2)


def tag_url(identifiers: Identifiers, name: str) -> str:
    """The page of a hashtag."""
    return identifiers.tag(quote(name))


def _featured(
    record: TagRecord, identifiers: Identifiers, used: Mapping[str, TagUse]
) -> FeaturedTag:
    use = used.get(record.name)
    return FeaturedTag(
        id=str(record.id),
        name=record.name,
        url=tag_url(identifiers, record.name),
        statuses_count=str(use.count if use else 0),
        last_status_at=day(use.last_at) if use else None,
    )
