"""Notifications as people read them: several thanks for one object are one line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from objects.visibility import visible_by_ids
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

# One line for all of these about one object; new followers of one day are one line too.
GROUPED: Final = frozenset({"like", "share", "follow"})
# So are the entries of one project on one day.
ENTRY: Final = "project.entry"
OF_PROJECTS: Final = "project."
ABOUT_OBJECTS: Final = frozenset(
    {
        "mention", "question", "like", "share", "reuse", "coauthor", "quote", "quoted_update",
        "poll", "update", "status", "project.entry", "event.asked", "event.joined",
        "event.admitted", "event.declined", "event.changed", "event.cancelled",
    }
)  # fmt: skip
DAY_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: `people` the latest first; `parent` is what a comment answers.

    `project` is the Group of the project that it is about, if any.

    Beside the kinds of the database a mention may be a `comment` (it answers something of the
    owner) or a `question` (nobody else can read it). `id` is the latest notification in it.
    """

    id: int
    kind: str
    at: int
    unread: bool
    people: tuple[ActorRecord, ...]
    record: ObjectRecord | None = None
    parent: ObjectRecord | None = None
    project: ActorRecord | None = None


async def read_until(tx: Tx, owner_id: int, until: int, now: int) -> None:
    """Everything up to a notification was read: on a page or in an app, both know of it."""
    await tx.notifications.mark_read(owner_id, until, now)
    await tx.markers.move(owner_id, "notifications", until, now)


async def notices_of(
    tx: Tx, owner: ActorRecord, notifications: Sequence[NotificationRecord]
) -> list[Notice]:
    """These notifications of one owner as lines, latest first; three queries.

    What the owner may no longer see, or who is gone, is left out.
    """
    ids = [n.object_id for n in notifications if n.object_id is not None]
    records = await visible_by_ids(tx, ids, owner)
    above = {r.in_reply_to_id for r in records.values() if r.in_reply_to_id is not None}
    parents = await tx.objects.by_ids(sorted(above))
    named = {n.actor_id for n in notifications} | {
        about for n in notifications if (about := _about(n))
    }
    people = await tx.actors.by_ids(sorted(named))
    lines: dict[tuple[str, int], Notice] = {}
    for n in sorted(notifications, key=lambda n: -n.id):
        record = records.get(n.object_id or 0)
        person = people.get(n.actor_id)
        if person is None or person.state == "gone":
            continue
        if n.kind in ABOUT_OBJECTS and record is None:
            continue
        project = people.get(_about(n))
        if n.kind.startswith(OF_PROJECTS) and (project is None or project.state != "active"):
            continue
        key = _key(n)
        if key in lines:
            lines[key] = _joined(lines[key], n, person)
        else:
            parent = parents.get((record.in_reply_to_id if record else None) or 0)
            kind = _kind(n.kind, record, parent, owner)
            lines[key] = Notice(
                n.id, kind, n.created_at, n.read_at is None, (person,), record, parent, project
            )
    return list(lines.values())


def _about(n: NotificationRecord) -> int:
    """The number of the project that a notification is about; 0 for none."""
    return (n.subject_id or 0) if n.kind.startswith(OF_PROJECTS) else 0


def _key(n: NotificationRecord) -> tuple[str, int]:
    if n.kind == "follow":
        return n.kind, n.created_at // DAY_MS
    if n.kind == ENTRY:
        return f"{n.kind} {_about(n)}", n.created_at // DAY_MS
    if n.kind in GROUPED:
        return n.kind, n.object_id or 0
    return n.kind, n.id


def _joined(line: Notice, n: NotificationRecord, person: ActorRecord) -> Notice:
    known = person.id in {other.id for other in line.people}
    people = line.people if known else (*line.people, person)
    return replace(line, people=people, unread=line.unread or n.read_at is None)


def _kind(
    kind: str, record: ObjectRecord | None, parent: ObjectRecord | None, owner: ActorRecord
) -> str:
    if kind != "mention" or record is None:
        return kind
    if record.visibility == "direct":
        return "question"
    answered = parent is not None and parent.actor_id == owner.id
    return "comment" if answered else "mention"
