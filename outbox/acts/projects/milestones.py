"""Milestones and calls: what belongs to the project itself, and is written by its leads.

They are changed by `outbox.acts.projects.entries.change_entry`, or proposed to be changed
(`outbox.acts.projects.offers`).
"""

from objects.projects.entries import Entry
from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord


async def set_milestone(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, entry: Entry, text: str
) -> ObjectRecord:
    """A new milestone of a project that lives here. Raises `ActRefused`."""
    _must_be(entry, "milestone")
    return await publish_entry(context, lead, group, EntryDraft(entry=entry, text=text))


async def publish_call(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, entry: Entry, text: str
) -> ObjectRecord:
    """A new call of a project that lives here, for everybody to read. Raises `ActRefused`.

    Its last day cannot be over already.
    """
    _must_be(entry, "call")
    return await publish_entry(context, lead, group, EntryDraft(entry=entry, text=text))


def _must_be(entry: Entry, kind: str) -> None:
    if entry.kind != kind:
        raise ActRefused(422, "wrong-kind", f"That is no {kind}.")
