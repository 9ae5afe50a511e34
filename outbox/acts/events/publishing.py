"""Announcing an event, changing it, calling it off, withdrawing it."""

from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from federation.documents import Document
from objects.events.fields import CATEGORIES, MAX_ATTENDEES, OFFERED, STATUSES, Event
from objects.events.store import event_in
from objects.events.times import LAST_MS, zone_named
from objects.events.wire import TERMS, website
from objects.notes import NoteDraft, build_object
from objects.projects.entries import Entry
from objects.reading import mentions_of, web_address
from objects.visibility import Visibility
from outbox.acts.change import edit, must_own, withdraw
from outbox.acts.create import find_people, post
from outbox.context import ActRefused, OutboxContext
from outbox.restricted import within_reach
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_TITLE: Final = 150
MAX_LINE: Final = 200
MAX_TEXT: Final = 20_000
RENEWED: Final = ("content", "contentMap", "source", "tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """An event as somebody writes it; `text` is Markdown.

    Without `reach` an event of a project is for whom the project is, any other for everybody.
    """

    event: Event
    text: str = ""
    reach: Visibility | None = None
    language: str = ""
    media_ids: tuple[int, ...] = ()


async def publish_event(
    context: OutboxContext,
    author: ActorRecord,
    draft: EventDraft,
    group: ActorRecord | None = None,
) -> ObjectRecord:
    """Announce an event, alone or in the project `group` of this or another server.

    Raises `ActRefused` for those who may not publish there, and for what is missing or wrong.
    """
    _check(draft.event, draft.text)
    return await post(
        context,
        author,
        NoteDraft(
            draft.text,
            visibility=draft.reach or await _reach(context, group),
            language=draft.language or context.language,
            media_ids=draft.media_ids,
            markdown=True,
            project=group,
            entry=Entry(kind="event") if group is not None else None,
            event=draft.event,
        ),
    )


async def change_event(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    event: Event,
    text: str | None = None,
) -> ActivityRecord:
    """Change an event of one's own; its readers and its project stay. Raises `ActRefused`.

    Those who take part are told when it is called off, or is at another time.
    """
    must_own(author, record)
    if event_in(record) is None:
        raise ActRefused(422, "no-event", "That is no event.")
    stored: dict[str, Any] = orjson.loads(record.document)
    if text is None:
        source = Document(stored).embedded("source")
        text = (source.text("content") if source else None) or ""
    _check(event, text)
    document = await _rewritten(context, author, record, stored, event, text)
    return await edit(context, author, record, document)


async def cancel_event(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Call an event off: it stays to be seen, as cancelled. Raises `ActRefused`."""
    event = event_in(record)
    if event is None:
        raise ActRefused(422, "no-event", "That is no event.")
    return await change_event(context, author, record, replace(event, status="cancelled"))


async def withdraw_event(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Delete an event of one's own, with its registrations. Raises `ActRefused`."""
    if record.type != "Event":
        raise ActRefused(422, "no-event", "That is no event.")
    return await withdraw(context, author, record)


async def _rewritten(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    stored: dict[str, Any],
    event: Event,
    text: str,
) -> dict[str, Any]:
    """The stored document with another text and other facts, for the same readers."""
    visibility: Visibility = record.visibility  # type: ignore[assignment]  # read from our own row
    named = (await find_people(context, author, text)).values()

    async def around(tx: Tx) -> tuple[list[ActorRecord], ActorRecord | None, int]:
        entry = await tx.project_entries.by_id(record.id)
        group = await tx.actors.by_id(entry.project_id) if entry else None
        known = await tx.actors.by_urls(list(mentions_of(Document(stored))))
        people = {person.id: person for person in (*named, *known.values())}
        reached = await within_reach(
            tx, people.values(), visibility, group.id if group is not None else None
        )
        return reached, group, await tx.events.count_accepted(record.id)

    people, group, taken = await context.store.query(around)
    language = next(iter(Document(stored).texts("content")), context.language)
    draft = NoteDraft(
        text, visibility=visibility, markdown=True, language=language, project=group, event=event
    )
    written = build_object(draft, author, record.id, people, context.identifiers, context.now())
    kept = {name: v for name, v in stored.items() if name not in TERMS and name not in RENEWED}
    said = {name: v for name, v in written.items() if name in TERMS or name in RENEWED}
    counted: dict[str, Any] = {"participantCount": taken}
    if event.max_attendees is not None:
        counted["remainingAttendeeCapacity"] = max(0, event.max_attendees - taken)
    before = stored.get("attachment", [])
    files = [one for one in before if isinstance(one, dict) and one.get("type") != "Link"]
    return kept | said | counted | {"attachment": [*files, *website(event)]}


async def _reach(context: OutboxContext, group: ActorRecord | None) -> Visibility:
    if group is None:
        return "public"
    project = await context.store.query(lambda tx: tx.projects.by_id(group.id))
    if project is None:
        raise ActRefused(404, "no-project", "There is no such project.")
    found: Visibility = project.reach  # type: ignore[assignment]  # checked when it was stored
    return found


def _check(event: Event, text: str) -> None:
    """Raise `ActRefused` for an event that nobody could attend, or that others could not read."""
    if not event.title.strip():
        raise ActRefused(422, "no-title", "An event needs a name.")
    long = len(event.title) > MAX_TITLE or len(text) > MAX_TEXT
    lines = (event.place, event.street, event.locality, event.country, event.postal_code)
    if long or any(len(line) > MAX_LINE for line in lines):
        raise ActRefused(422, "too-long", f"A name has at most {MAX_TITLE} characters.")
    if not 0 <= event.starts_at < LAST_MS or zone_named(event.timezone) is None:
        raise ActRefused(422, "no-time", "An event begins at a time of a time zone that exists.")
    if event.ends_at is not None and not event.starts_at < event.ends_at < LAST_MS:
        raise ActRefused(422, "ends-before", "An event ends after it has begun.")
    if event.joining not in OFFERED or event.status not in STATUSES:
        raise ActRefused(422, "unknown-value", "Unknown way of joining, or state.")
    if event.joining == "external" and web_address(event.external_url) is None:
        raise ActRefused(422, "no-address", "Say on which site one registers.")
    if event.online_url and web_address(event.online_url) is None:
        raise ActRefused(422, "no-address", "The online place is no web address.")
    if event.max_attendees is not None and not 0 < event.max_attendees <= MAX_ATTENDEES:
        raise ActRefused(422, "no-number", f"An event has from 1 to {MAX_ATTENDEES} places.")
    if event.category and event.category not in CATEGORIES:
        raise ActRefused(422, "unknown-value", "Unknown category.")
