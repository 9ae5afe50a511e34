"""What the network speaks of, counted over the last seven days from what this node has seen.

Hashtags and links count once for each of their authors, posts once for each person other than
their author who liked or shared them; what one person alone did is no trend. Only public posts
that are not sensitive count, by living authors who are not limited and want to be found. The
order is kept for five minutes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from quart import Response, request

from clients.door import Call, Door, written
from clients.entities.statuses import Status
from clients.entities.timelines import TrendingLink
from clients.rendering.cards import card_entity
from clients.rendering.pages import Entry, page_of
from clients.rendering.tags import history, since_ms, tag_list
from clients.timelines.pages import open_to
from storage.apps_reading import CardRecord
from storage.store import Tx

KEPT_MS: Final = 300_000
COUNTED: Final = 100


class Asked(msgspec.Struct):
    """A part of the list; 0 stands for the usual number."""

    limit: int = 0
    offset: int = 0

    def part(self, usual: int, most: int) -> tuple[int, int]:
        """From which on, and how many."""
        limit = min(max(self.limit or usual, 1), most)
        return min(max(self.offset, 0), COUNTED), limit


@dataclass(slots=True)
class Ranking:
    """Lists that take long to count, each kept for a while by its name."""

    _kept: dict[str, tuple[int, list[Any]]] = field(default_factory=dict)

    async def get(
        self, call: Call, name: str, count: Callable[[Tx, int, int], Awaitable[list[Any]]]
    ) -> list[Any]:
        """A list, counted anew when it is old."""
        now = call.context.now()
        until, found = self._kept.get(name, (0, []))
        if until < now:
            found = await call.store.query(lambda tx: count(tx, since_ms(now), COUNTED))
            self._kept[name] = (now + KEPT_MS, found)
        return found


def add_trend_routes(door: Door) -> None:
    """Register the endpoints."""
    ranking = Ranking()

    async def tags(call: Call) -> Response:
        await open_to(call)
        start, limit = (await call.read(Asked)).part(10, 20)
        names: list[str] = await ranking.get(call, "tags", _tags)
        some = names[start : start + limit]
        made = await call.store.query(lambda tx: tag_list(tx, call.context, call.viewer, some))
        return _answer(call, made, start, limit, len(names))

    door.get("/api/v1/trends/tags", who="anyone")(tags)
    door.get("/api/v1/trends", who="anyone")(tags)

    @door.get("/api/v1/trends/statuses", who="anyone")
    async def statuses(call: Call) -> Response:
        viewer_id = await open_to(call)
        start, limit = (await call.read(Asked)).part(20, 40)
        ids: list[int] = await ranking.get(call, "statuses", _statuses)

        async def operation(tx: Tx) -> list[Status]:
            some = ids[start : start + limit]
            shown = await tx.feeds.unhidden(some, viewer_id)
            entries = [Entry(number, number, 0) for number in some if number in shown]
            return await page_of(tx, call.context, call.viewer, entries)

        made = await call.store.query(operation)
        return _answer(call, made, start, limit, len(ids))

    @door.get("/api/v1/trends/links", who="anyone")
    async def links(call: Call) -> Response:
        await open_to(call)
        start, limit = (await call.read(Asked)).part(10, 20)
        cards: list[CardRecord] = await ranking.get(call, "links", _links)
        some = cards[start : start + limit]
        made = await call.store.query(lambda tx: _with_history(tx, call, some))
        return _answer(call, made, start, limit, len(cards))


async def _tags(tx: Tx, since: int, limit: int) -> list[str]:
    return await tx.trends.tags(since, limit)


async def _statuses(tx: Tx, since: int, limit: int) -> list[int]:
    return await tx.trends.statuses(since, limit)


async def _links(tx: Tx, since: int, limit: int) -> list[CardRecord]:
    return await tx.trends.links(since, limit)


async def _with_history(tx: Tx, call: Call, cards: list[CardRecord]) -> list[TrendingLink]:
    now = call.context.now()
    days = await tx.trends.link_history([card.id for card in cards], since_ms(now))
    entities = ((card, card_entity(card, call.context.identifiers)) for card in cards)
    return [
        TrendingLink(**msgspec.structs.asdict(entity), history=history(days.get(card.id, ()), now))
        for card, entity in entities
    ]


def _answer(call: Call, items: list[Any], start: int, limit: int, total: int) -> Response:
    """A part of a list, with links to the parts beside it."""
    response = written(items)
    links = []
    if start + limit < total:
        links.append(_link(call, start + limit, "next"))
    if start:
        links.append(_link(call, max(start - limit, 0), "prev"))
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _link(call: Call, offset: int, rel: str) -> str:
    dropped = ("offset", "access_token")
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in dropped]
    query = urlencode([*kept, ("offset", str(offset))])
    return f'<{call.context.identifiers.origin}{request.path.rstrip("/")}?{query}>; rel="{rel}"'
