"""What an account wrote and shared."""

import msgspec

from clients.accounts.finding import is_hidden, person
from clients.door import Call, Door
from clients.entities.statuses import Status
from clients.paging import Paged
from clients.rendering.statuses import lines_by_ids, statuses
from objects.text import normalise_hashtag
from storage.profiles import LineFilter
from storage.store import Tx


class Wanted(msgspec.Struct):
    """Which statuses are asked for."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    exclude_direct: bool = False
    pinned: bool = False
    tagged: str = ""


def add_status_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.get("/api/v1/accounts/<int:account_id>/statuses", "read:statuses", who="anyone")
    async def of_account(call: Call, account_id: int) -> Paged | list[Status]:
        wanted, span = await call.read(Wanted), call.span()
        kept = LineFilter(
            media=wanted.only_media,
            replies=not wanted.exclude_replies,
            shares=not wanted.exclude_reblogs,
            direct=not wanted.exclude_direct,
            tagged=normalise_hashtag(wanted.tagged),
        )
        viewer = call.viewer

        async def operation(tx: Tx) -> Paged | list[Status]:
            actor = await person(tx, account_id)
            if is_hidden(actor):
                return []
            if wanted.pinned:
                ids = (await tx.profiles.pinned(actor.id))[: span.limit]
            else:
                ids = await tx.profiles.lines(actor.id, viewer.id if viewer else 0, kept, span)
            lines = await lines_by_ids(tx, viewer, ids)
            found = await statuses(tx, call.context, viewer, lines)
            return found if wanted.pinned else Paged.of(found, ids, span)

        return await call.store.query(operation)
