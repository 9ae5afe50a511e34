"""One status, and several by their ids."""

import msgspec

from clients.door import Call, Door, numbers
from clients.entities.statuses import Status
from clients.rendering.statuses import lines_by_ids, statuses
from clients.statuses.finding import shown
from storage.store import Tx

MAX_STATUSES = 40


class Ids(msgspec.Struct):
    """Which statuses are asked for."""

    id: list[str] = []


def add_reading_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/statuses/<int:status_id>", "read:statuses", who="anyone")
    async def status(call: Call, status_id: int) -> Status:
        return await shown(call, status_id)

    @door.get("/api/v1/statuses", "read:statuses", who="anyone")
    async def several(call: Call) -> list[Status]:
        wanted = numbers((await call.read(Ids)).id)[:MAX_STATUSES]

        async def operation(tx: Tx) -> list[Status]:
            lines = await lines_by_ids(tx, call.viewer, wanted)
            return await statuses(tx, call.context, call.viewer, lines)

        return await call.store.query(operation)
