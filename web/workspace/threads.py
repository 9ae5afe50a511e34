"""The conversation around an object, as far as a member may see it."""

from dataclasses import dataclass
from typing import Final

from objects.visibility import visible_by_ids
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.workspace.cards import Card, cards_of_objects

MAX_DEPTH: Final = 4
MAX_ABOVE: Final = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `depth` says how far to the right it stands, from 0 to `MAX_DEPTH`."""

    card: Card
    depth: int


@dataclass(frozen=True, slots=True)
class Thread:
    """What stands above an object, the first post first, and the answers below it."""

    above: tuple[Card, ...]
    answers: tuple[Answer, ...]


async def thread_of(tx: Tx, viewer: ActorRecord | None, record: ObjectRecord) -> Thread:
    """Both sides of a conversation; a constant number of questions."""
    ids = await tx.timelines.thread(record.url, record.conversation)
    records = await visible_by_ids(tx, ids, viewer)
    records[record.id] = record
    by_url = {one.url: one for one in records.values()}
    above = _above(record, by_url)
    below = _below(record, records)
    shown = [*(one.id for one in above), *(number for number, _ in below)]
    found = {card.id: card for card in (await cards_of_objects(tx, viewer, shown)).cards}
    return Thread(
        tuple(found[one.id] for one in above if one.id in found),
        tuple(Answer(found[number], depth) for number, depth in below if number in found),
    )


def _above(record: ObjectRecord, by_url: dict[str, ObjectRecord]) -> list[ObjectRecord]:
    found: list[ObjectRecord] = []
    parent = by_url.get(record.in_reply_to or "")
    while parent is not None and parent not in found and len(found) < MAX_ABOVE:
        if parent.id == record.id:
            break
        found.append(parent)
        parent = by_url.get(parent.in_reply_to or "")
    return found[::-1]


def _below(record: ObjectRecord, records: dict[int, ObjectRecord]) -> list[tuple[int, int]]:
    """The ids of all answers, each behind what it answers, with their depth."""
    children: dict[str, list[ObjectRecord]] = {}
    for one in sorted(records.values(), key=lambda one: one.id):
        if one.in_reply_to:
            children.setdefault(one.in_reply_to, []).append(one)
    found: list[tuple[int, int]] = []
    seen = {record.id}
    waiting = [(one, 0) for one in reversed(children.get(record.url, []))]
    while waiting:
        one, depth = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        found.append((one.id, min(depth, MAX_DEPTH)))
        waiting += [(answer, depth + 1) for answer in reversed(children.get(one.url, []))]
    return found
