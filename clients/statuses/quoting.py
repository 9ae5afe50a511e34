"""Quotes of a status: who may quote it, who does, and the end of it."""

import msgspec

from clients.door import Call, Door, missing
from clients.entities.statuses import Status
from clients.paging import Paged
from clients.rendering.statuses import lines_by_ids, status_of, statuses
from objects.visibility import visible_by_ids
from outbox.acts.quoted import revoke, set_quote_policy
from storage.records import ObjectRecord
from storage.store import Tx

STRANGER = 0


class InteractionPolicy(msgspec.Struct):
    """Who may quote: `public`, `followers` or `nobody`."""

    quote_approval_policy: str = ""


def add_quoting_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.put("/api/v1/statuses/<int:status_id>/interaction_policy", "write:statuses")
    async def interaction_policy(call: Call, status_id: int) -> Status:
        record = await _visible(call, status_id)
        wanted = await call.read(InteractionPolicy)
        if wanted.quote_approval_policy:
            await set_quote_policy(
                call.context.outbox, call.me, record, wanted.quote_approval_policy
            )
        return await _shown(call, status_id)

    @door.get("/api/v1/statuses/<int:status_id>/quotes", "read:statuses", who="anyone")
    async def quotes(call: Call, status_id: int) -> Paged:
        span = call.span()
        record = await _visible(call, status_id)
        viewer_id = call.viewer.id if call.viewer else STRANGER

        async def operation(tx: Tx) -> Paged:
            ids = await tx.quotes.of(record.id, viewer_id, span)
            lines = await lines_by_ids(tx, call.viewer, ids)
            made = await statuses(tx, call.context, call.viewer, lines)
            return Paged.of(made, ids, span)

        return await call.store.query(operation)

    @door.post("/api/v1/statuses/<int:status_id>/quotes/<int:quoting_id>/revoke", "write:statuses")
    async def take_back(call: Call, status_id: int, quoting_id: int) -> Status:
        record = await _visible(call, status_id)
        quoting = await _visible(call, quoting_id)
        await revoke(call.context.outbox, call.me, record, quoting.id)
        return await _shown(call, quoting_id)


async def _visible(call: Call, number: int) -> ObjectRecord:
    """The object with this id as far as the caller may see it; raises `Refused` 404."""
    if number >= 2**63:
        raise missing()
    found = await call.store.query(lambda tx: visible_by_ids(tx, [number], call.viewer))
    if number not in found:
        raise missing()
    return found[number]


async def _shown(call: Call, number: int) -> Status:
    record = await _visible(call, number)
    return await call.store.query(lambda tx: status_of(tx, call.context, call.viewer, record))
