"""Public posts: all, those with a hashtag, those with a link."""

import msgspec

from clients.door import Call, Door, missing
from clients.paging import Paged
from clients.timelines.pages import open_to, page
from objects.text import normalise_hashtag
from storage.feeds import PublicFeed, Tagged
from storage.store import Tx

MOST_TAGS = 4


class Which(msgspec.Struct):
    """Posts of this node, of others, with files."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class WhichTagged(Which):
    """Other hashtags that count as well, that must be there, that must not."""

    some: list[str] = msgspec.field(default_factory=list, name="any")
    also: list[str] = msgspec.field(default_factory=list, name="all")
    none: list[str] = []


class WhichLink(msgspec.Struct):
    """The address that posts lead to."""

    url: str = ""


def add_public_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/timelines/public", "read:statuses", who="anyone")
    async def public(call: Call) -> Paged:
        span, feed = call.span(), _feed(await call.read(Which), await open_to(call))

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.feeds.public(feed, span), span)

        return await call.store.query(operation)

    @door.get("/api/v1/timelines/tag/<hashtag>", "read:statuses", who="anyone")
    async def tagged(call: Call, hashtag: str) -> Paged:
        asked = await call.read(WhichTagged)
        span, feed = call.span(), _feed(asked, await open_to(call))
        tags = Tagged(
            names=_names([hashtag, *asked.some[:MOST_TAGS]]),
            also=_names(asked.also[:MOST_TAGS]),
            without=_names(asked.none[:MOST_TAGS]),
        )

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.feeds.tagged(tags, feed, span), span)

        return await call.store.query(operation)

    @door.get("/api/v1/timelines/link", "read:statuses", who="anyone")
    async def linking(call: Call) -> Paged:
        url = (await call.read(WhichLink)).url
        span, feed = call.span(), PublicFeed(viewer_id=await open_to(call))

        async def operation(tx: Tx) -> Paged:
            card = await tx.feeds.card_of(url)
            if card is None:
                raise missing()
            return await page(tx, call, await tx.feeds.linking(card, feed, span), span)

        return await call.store.query(operation)


def _feed(asked: Which, viewer_id: int) -> PublicFeed:
    return PublicFeed(
        viewer_id=viewer_id,
        local=asked.local,
        remote=asked.remote and not asked.local,
        only_media=asked.only_media,
    )


def _names(texts: list[str]) -> tuple[str, ...]:
    names = (normalise_hashtag(text) for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))
