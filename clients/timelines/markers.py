"""How far a member has read, so that their apps agree."""

import msgspec

from clients.door import Call, Door
from clients.entities.base import moment
from clients.entities.timelines import Marker, Markers
from federation.errors import Refused
from objects.notices import read_until
from storage.store import Tx


class Which(msgspec.Struct):
    """The timelines whose markers are asked for."""

    timeline: list[str] = []


class Place(msgspec.Struct):
    """The last id that was read."""

    last_read_id: str = ""


class Moves(msgspec.Struct):
    """How far each timeline was read."""

    home: Place | None = None
    notifications: Place | None = None


def add_marker_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/markers", "read:statuses")
    async def markers(call: Call) -> Markers:
        wanted = (await call.read(Which)).timeline
        return await call.store.query(lambda tx: _markers(tx, call.me.id, wanted))

    @door.post("/api/v1/markers", "write:statuses")
    async def move(call: Call) -> Markers:
        asked = await call.read(Moves)
        places = (("home", asked.home), ("notifications", asked.notifications))
        moves = {name: _number(place.last_read_id) for name, place in places if place}
        owner, now = call.me.id, call.context.now()

        async def operation(tx: Tx) -> Markers:
            for name, number in moves.items():
                if name == "notifications":
                    await read_until(tx, owner, number, now)
                else:
                    await tx.markers.move(owner, name, number, now)
            return await _markers(tx, owner, list(moves))

        return await call.store.write(operation)


async def _markers(tx: Tx, owner: int, timelines: list[str]) -> Markers:
    found = {
        record.timeline: Marker(
            last_read_id=str(record.last_read_id),
            version=record.version,
            updated_at=moment(record.updated_at),
        )
        for record in await tx.markers.of_actor(owner, timelines)
    }
    return Markers(home=found.get("home"), notifications=found.get("notifications"))


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63:
        return int(text)
    raise Refused(422, "invalid", "Validation failed: Last read must be an id")
