"""Events of nodes under test, and people who take part in them."""

from dataclasses import replace
from typing import Any

import orjson

from objects.events.fields import Event
from outbox.acts.events.attending import join_event, leave_event
from outbox.acts.events.publishing import EventDraft, publish_event
from storage.events import AttendanceRecord, EventRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode

DAY_MS = 86_400_000

WORKSHOP = Event(
    title="Atelier réalité virtuelle",
    starts_at=0,
    timezone="Europe/Paris",
    place="Maison de la formation",
    street="1 rue du Port",
    postal_code="14000",
    locality="Caen",
    category="LEARNING",
)


def workshop(node: LocalNode, **changes: Any) -> Event:
    """A workshop in a week, of three hours."""
    start = node.clock.ms // 1_000 * 1_000 + 7 * DAY_MS
    event = replace(WORKSHOP, starts_at=start, ends_at=start + 3 * 3_600_000)
    return replace(event, **changes)


async def announce(
    node: LocalNode,
    username: str = "lea",
    *,
    group: ActorRecord | None = None,
    reach: Any = None,
    text: str = "Venez essayer les casques.",
    **changes: Any,
) -> ObjectRecord:
    """An event that somebody of a node announces."""
    author = await node.person(username)
    draft = EventDraft(event=workshop(node, **changes), text=text, reach=reach, language="fr")
    return await publish_event(node.outbox, author, draft, group)


async def brought(node: LocalNode, username: str, url: str) -> ObjectRecord:
    """An event of another server as somebody of this node sees it."""
    viewer = await node.person(username)
    return await node.outbox.objects.visible(url, viewer)


async def join(node: LocalNode, username: str, url: str, message: str = "") -> AttendanceRecord:
    """Somebody of a node registers for an event, here or elsewhere."""
    record = await brought(node, username, url)
    return await join_event(node.outbox, await node.person(username), record, message)


async def leave(node: LocalNode, username: str, url: str) -> AttendanceRecord:
    """Somebody of a node takes a registration back."""
    record = await brought(node, username, url)
    return await leave_event(node.outbox, await node.person(username), record)


async def event_at(node: LocalNode, url: str) -> EventRecord:
    """An event as a node keeps it."""

    async def look(tx: Tx) -> EventRecord | None:
        record = await tx.objects.by_url(url)
        return await tx.events.by_id(record.id) if record else None

    found = await node.store.query(look)
    assert found is not None
    return found


async def standing(node: LocalNode, url: str, person_url: str) -> str:
    """How somebody stands to an event as a node knows it; empty for not at all."""

    async def look(tx: Tx) -> str:
        record, person = await tx.objects.by_url(url), await tx.actors.by_url(person_url)
        if record is None or person is None:
            return ""
        found = await tx.events.attendance(record.id, person.id)
        return found.state if found is not None else ""

    return await node.store.query(look)


async def document_of(node: LocalNode, url: str) -> dict[str, Any]:
    """The document of an event as a node keeps it."""
    record = await node.object(url)
    assert record is not None
    found: dict[str, Any] = orjson.loads(record.document)
    return found
