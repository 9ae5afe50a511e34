"""The status that an address names, as far as the caller may see it."""

from clients.context import ClientContext
from clients.door import Call, missing
from clients.entities.statuses import Status
from clients.rendering.statuses import Line, lines_by_ids, statuses
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def line_in(tx: Tx, viewer: ActorRecord | None, number: int) -> Line:
    """The object, or the share of one, that apps know by this id; raises `Refused` 404."""
    lines = await lines_by_ids(tx, viewer, [number])
    if not lines:
        raise missing()
    return lines[0]


async def record_in(tx: Tx, viewer: ActorRecord | None, number: int) -> ObjectRecord:
    """The object behind this id, also when it is that of a share; raises `Refused` 404."""
    return (await line_in(tx, viewer, number)).record


async def visible_record(call: Call, number: int) -> ObjectRecord:
    """The object behind this id as far as the caller may see it; raises `Refused` 404."""
    return await call.store.query(lambda tx: record_in(tx, call.viewer, number))


async def own_record(call: Call, number: int) -> ObjectRecord:
    """An object of the caller; raises `Refused` 404 for what is somebody else's, and for boosts."""
    line = await call.store.query(lambda tx: line_in(tx, call.viewer, number))
    if line.record.actor_id != call.me.id or line.shared_by is not None:
        raise missing()
    return line.record


async def shown(call: Call, number: int) -> Status:
    """What the caller sees of a status now; raises `Refused` 404."""

    async def operation(tx: Tx) -> Status:
        line = await line_in(tx, call.viewer, number)
        return (await statuses(tx, call.context, call.viewer, [line]))[0]

    return await call.store.query(operation)


async def own_status(tx: Tx, context: ClientContext, viewer: ActorRecord, number: int) -> Status:
    """A status that was just made for the viewer, whoever blocks whom; raises `Refused` 404."""
    record = await tx.objects.by_id(number)
    if record is None or record.deleted_at is not None:
        raise missing()
    return (await statuses(tx, context, viewer, [Line.of(record)]))[0]
