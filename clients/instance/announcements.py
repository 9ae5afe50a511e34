"""What administrators tell the members, in their apps."""

from typing import Any

from clients.door import Call, Door
from clients.entities.instance import Announcement
from clients.rendering.announcements import announcements
from objects.announcements import dismiss, react, take_back
from storage.store import Tx


def add_announcement_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/announcements", "read:announcements")
    async def listed(call: Call) -> list[Announcement]:
        async def operation(tx: Tx) -> list[Announcement]:
            records = await tx.announcements.current(call.context.now())
            return await announcements(tx, call.context.identifiers, call.me.id, records)

        return await call.store.query(operation)

    @door.post("/api/v1/announcements/<int:number>/dismiss", "write:accounts")
    async def read(call: Call, number: int) -> dict[str, Any]:
        await call.store.write(lambda tx: dismiss(tx, call.me, number, call.context.now()))
        return {}

    @door.put("/api/v1/announcements/<int:number>/reactions/<name>", "write:favourites")
    async def answer(call: Call, number: int, name: str) -> dict[str, Any]:
        identifiers, now = call.context.identifiers, call.context.now()
        await call.store.write(lambda tx: react(tx, identifiers, call.me, number, name, now))
        return {}

    @door.delete("/api/v1/announcements/<int:number>/reactions/<name>", "write:favourites")
    async def undo(call: Call, number: int, name: str) -> dict[str, Any]:
        now = call.context.now()
        await call.store.write(lambda tx: take_back(tx, call.me, number, name, now))
        return {}
