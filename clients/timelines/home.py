"""What comes from those whom a member follows."""

from clients.door import Call, Door
from clients.paging import Paged
from clients.timelines.pages import page
from storage.store import Tx


def add_home_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.get("/api/v1/timelines/home", "read:statuses")
    async def home(call: Call) -> Paged:
        span, owner = call.span(), call.me.id

        async def operation(tx: Tx) -> Paged:
            lines = await tx.feeds.home(owner, span)
            return await page(tx, call, lines, span, context="home")

        return await call.store.query(operation)
