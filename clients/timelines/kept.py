"""What a member bookmarked and liked, and the private posts by and for them."""

from clients.door import Call, Door
from clients.paging import Paged
from clients.timelines.pages import kept_page, page
from storage.feeds import Kept
from storage.store import Tx


def add_kept_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/bookmarks", "read:bookmarks")
    async def bookmarks(call: Call) -> Paged:
        return await _kept(call, "bookmarks")

    @door.get("/api/v1/favourites", "read:favourites")
    async def favourites(call: Call) -> Paged:
        return await _kept(call, "likes")

    @door.get("/api/v1/timelines/direct", "read:statuses")
    async def direct(call: Call) -> Paged:
        span, owner = call.span(), call.me.id

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.feeds.direct(owner, span), span)

        return await call.store.query(operation)


async def _kept(call: Call, kind: Kept) -> Paged:
    span, owner = call.span(), call.me.id

    async def operation(tx: Tx) -> Paged:
        return await kept_page(tx, call, await tx.feeds.kept(kind, owner, span), span)

    return await call.store.query(operation)
