"""Notifications one by one: listed, read, forgotten, counted."""

from typing import Final

import msgspec

from clients.door import Call, Door, missing, number
from clients.entities.notifications import Count, Notification
from clients.notifications.parameters import Chosen, Supported, wording
from clients.paging import Paged
from clients.rendering.notifications import notifications
from storage.store import Tx

COUNTED: Final = 100
MOST_COUNTED: Final = 1_000


class Which(msgspec.Struct):
    """The notification that an older app means."""

    id: str | None = None


def add_listing_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/notifications", "read:notifications")
    async def listed(call: Call) -> Paged:
        chosen, span = await call.read(Chosen), call.span(40, 80)
        wanted, words = chosen.wanted(call.me.id), chosen.wording(call)

        async def operation(tx: Tx) -> Paged:
            records = await tx.notifications.wanted(wanted, span)
            shown = await notifications(tx, call.context, call.me, records, words)
            return Paged.of(shown, [record.id for record in records], span)

        return await call.store.query(operation)

    @door.get("/api/v1/notifications/<int:notification_id>", "read:notifications")
    async def one(call: Call, notification_id: int) -> Notification:
        words = wording(call, (await call.read(Supported)).supported_types)

        async def operation(tx: Tx) -> list[Notification]:
            record = await tx.notifications.one(call.me.id, notification_id)
            known = [record] if record is not None else []
            return await notifications(tx, call.context, call.me, known, words)

        found = await call.store.query(operation)
        if not found:
            raise missing()
        return found[0]

    @door.get("/api/v1/notifications/unread_count", "read:notifications")
    async def unread(call: Call) -> Count:
        return await counted(call, grouped=False)

    @door.post("/api/v1/notifications/clear", "write:notifications")
    async def clear(call: Call) -> dict[str, str]:
        await call.store.write(lambda tx: tx.notifications.clear(call.me.id))
        return {}

    @door.post("/api/v1/notifications/<int:notification_id>/dismiss", "write:notifications")
    async def dismiss(call: Call, notification_id: int) -> dict[str, str]:
        return await _dismissed(call, notification_id)

    @door.post("/api/v1/notifications/dismiss", "write:notifications")
    async def dismiss_named(call: Call) -> dict[str, str]:
        return await _dismissed(call, number((await call.read(Which)).id))


async def counted(call: Call, *, grouped: bool) -> Count:
    """How many notifications, or groups of them, the caller has not read."""
    chosen = await call.read(Chosen)
    wanted = chosen.wanted(call.me.id)
    most = call.span(COUNTED, MOST_COUNTED).limit
    kinds = chosen.grouped if grouped else ()
    return Count(
        count=await call.store.query(lambda tx: tx.notifications.count(wanted, kinds, most))
    )


async def _dismissed(call: Call, notification_id: int) -> dict[str, str]:
    if not await call.store.write(lambda tx: tx.notifications.dismiss(call.me.id, notification_id)):
        raise missing()
    return {}
