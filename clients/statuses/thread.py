"""What stands above and below a status."""

from collections.abc import Mapping, Sequence
from typing import Final

from clients.door import Call, Door
from clients.entities.statuses import Context, Status
from clients.rendering.statuses import Line, statuses
from clients.statuses.finding import record_in
from objects.visibility import visible_by_ids
from storage.records import ObjectRecord
from storage.statuses import Answer
from storage.store import Tx

STRANGER: Final = 0
# How much of a thread somebody sees: ancestors, descendants, and how deep these go.
FOR_MEMBERS: Final = (4_096, 4_096, 1_000)
FOR_STRANGERS: Final = (40, 60, 20)


def add_thread_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.get("/api/v1/statuses/<int:status_id>/context", "read:statuses", who="anyone")
    async def context(call: Call, status_id: int) -> Context:
        return await call.store.query(lambda tx: _context(tx, call, status_id))


async def _context(tx: Tx, call: Call, status_id: int) -> Context:
    """A constant number of queries, however long the thread is."""
    most_above, most_below, depth = FOR_STRANGERS if call.viewer is None else FOR_MEMBERS
    record = await record_in(tx, call.viewer, status_id)
    above = [n for n in await tx.statuses.ancestors(record.id, most_above) if n != record.id]
    answers = await tx.statuses.descendants(record.id, depth, most_below)
    below = in_order(record, answers)
    shown = await _shown(tx, call, dict.fromkeys((*above, *below)))
    lines = [Line.of(shown[number]) for number in shown]
    rendered = await statuses(tx, call.context, call.viewer, lines)
    made: Mapping[int, Status] = dict(zip(shown, rendered, strict=True))
    return Context(
        ancestors=[made[number] for number in dict.fromkeys(above) if number in made],
        descendants=[made[number] for number in below if number in made],
    )


async def _shown(tx: Tx, call: Call, ids: Mapping[int, None]) -> dict[int, ObjectRecord]:
    """Those of these posts that the viewer may see, and wants to."""
    visible = await visible_by_ids(tx, list(ids), call.viewer)
    authors = sorted({record.actor_id for record in visible.values()})
    viewer_id = call.viewer.id if call.viewer else STRANGER
    avoided = await tx.statuses.avoided(viewer_id, authors, call.context.now())
    return {n: record for n, record in visible.items() if record.actor_id not in avoided}


def in_order(root: ObjectRecord, answers: Sequence[Answer]) -> list[int]:
    """Answers as Mastodon lists them: each followed by what answers it, oldest first.

    With what authors answer to themselves directly below, threads of one person stay together.
    """
    authors = {root.id: root.actor_id} | {one.id: one.author_id for one in answers}
    children: dict[int, list[Answer]] = {}
    for one in {one.id: one for one in answers}.values():
        if one.id != root.id:
            children.setdefault(one.parent_id, []).append(one)
    ordered: list[Answer] = []
    waiting = _latest_first(children.get(root.id, ()))
    seen = {root.id}
    while waiting:
        one = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        ordered.append(one)
        waiting.extend(_latest_first(children.get(one.id, ())))
    own = [one.id for one in ordered if authors.get(one.parent_id) == one.author_id]
    others = [one.id for one in ordered if authors.get(one.parent_id) != one.author_id]
    return own + others


def _latest_first(answers: Sequence[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda one: -one.id)
