"""Milestones and calls: what belongs to the project itself, and is steered by its leads."""

from dataclasses import replace

import orjson

from federation.documents import Document
from objects.projects.entries import STATES, Entry, entry_of
from outbox.acts.projects.entries import EntryDraft, change_entry, publish_entry
from outbox.context import ActRefused, OutboxContext
from storage.records import ActivityRecord, ActorRecord, ObjectRecord


async def set_milestone(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, entry: Entry, text: str
) -> ObjectRecord:
    """A new milestone of a project that lives here. Raises `ActRefused`."""
    _check(entry, "milestone")
    return await publish_entry(context, lead, group, EntryDraft(entry=entry, text=text))


async def publish_call(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, entry: Entry, text: str
) -> ObjectRecord:
    """A new call of a project that lives here, for everybody to read. Raises `ActRefused`.

    Its last day cannot be over already.
    """
    _check(entry, "call")
    if entry.due_at is not None and entry.due_at < context.now():
        raise ActRefused(422, "over", "The last day to answer is over already.")
    draft = EntryDraft(entry=entry, text=text, reach="public")
    return await publish_entry(context, lead, group, draft)


async def change_state(
    context: OutboxContext, lead: ActorRecord, record: ObjectRecord, state: str
) -> ActivityRecord:
    """Let a milestone or a call of a project of this node stand otherwise. Raises `ActRefused`."""
    entry = entry_of(Document(orjson.loads(record.document)))
    _check(replace(entry, state=state), entry.kind)
    return await change_entry(context, lead, record, entry=replace(entry, state=state))


def _check(entry: Entry, kind: str) -> None:
    if entry.kind != kind or kind not in {"milestone", "call"}:
        raise ActRefused(422, "wrong-kind", "That is neither a milestone nor a call.")
    if not entry.title.strip():
        raise ActRefused(422, "no-title", "A title is missing.")
    if entry.state and entry.state not in STATES[kind]:
        raise ActRefused(422, "unknown-state", f"{entry.state!r} is no state of a {kind}.")
    if entry.due and entry.due_at is None:
        raise ActRefused(422, "no-day", f"{entry.due!r} is no day.")
