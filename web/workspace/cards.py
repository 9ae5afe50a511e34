"""Experiences and posts as lists show them: one card each, a constant number of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from objects.experiences.fields import Experience, from_json
from objects.notes import without_title
from objects.text import plain_text
from objects.visibility import visible_by_ids
from storage.concepts import Concept
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from storage.timelines import Standing
from web.projects.offering import own_text

MAX_EXCERPT: Final = 400
PAGES: Final = ("public", "unlisted", "network", "organisation")
UNTOUCHED: Final = Standing()
FOOTED: Final = frozenset({"milestone", "decision", "deliverable", "call"})
"""Entries of projects to whose text lines are added for those who read no more than that."""


@dataclass(frozen=True, slots=True)
class Card:
    """One object in a list; `id` is for paging, `experience` is None for a post.

    `entry` says what it is in the `project` that it belongs to.
    """

    id: int
    record: ObjectRecord
    author: ActorRecord
    experience: Experience | None = None
    organisation: ActorRecord | None = None
    shared_by: ActorRecord | None = None
    standing: Standing = UNTOUCHED
    entry: EntryRecord | None = None
    project: ActorRecord | None = None

    @property
    def address(self) -> str:
        """Where a member reads it."""
        if self.project is not None:
            return f"/projects/{self.project.id}/notes/{self.record.id}"
        return page_for(self.record)

    @property
    def content(self) -> str:
        """Its text as HTML, without its title and without lines added for other sites."""
        footed = self.entry is not None and self.entry.kind in FOOTED
        html = own_text(self.record) if footed else self.record.content
        return without_title(html, self.record.name)

    @property
    def title(self) -> str:
        """What links to it say."""
        return self.record.name or self.excerpt[:80] or self.author.name

    @property
    def excerpt(self) -> str:
        """The beginning of it, as plain text."""
        text = self.record.summary if self.record.name else ""
        return shortened(text or plain_text(self.content))


def shortened(text: str) -> str:
    """The beginning of a plain text, whole words."""
    return text if len(text) <= MAX_EXCERPT else text[:MAX_EXCERPT].rsplit(None, 1)[0] + " …"


def page_for(record: ObjectRecord) -> str:
    """Where a member reads an object: what is told here at length has a page of its own."""
    whole = record.local and record.type == "Article" and record.visibility in PAGES
    return f"/objects/{record.id}" if whole else f"/read/{record.id}"


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards with the concepts that they name."""

    cards: tuple[Card, ...]
    concepts: dict[str, Concept]


async def cards_of(
    tx: Tx, viewer: ActorRecord | None, lines: Sequence[tuple[int, int, int]]
) -> Cards:
    """Cards for lines of (entry id, object id, id of who brought it).

    What the viewer (None: a stranger) may no longer see is left out; so is what a suspended
    server shared.
    """
    ids = [object_id for _, object_id, _ in lines]
    records = await visible_by_ids(tx, ids, viewer)
    entries = await tx.project_entries.by_ids(list(records))
    people = {record.actor_id for record in records.values()} | {by for _, _, by in lines}
    people |= {entry.project_id for entry in entries.values()}
    actors = await tx.actors.by_ids(sorted(people))
    rows = await tx.experiences.by_ids(list(records))
    experiences = {number: from_json(row.fields) for number, row in rows.items()}
    carriers = await tx.actors.by_urls(
        sorted({e.carried_by for e in experiences.values() if e.carried_by})
    )
    standings = await tx.timelines.standings(viewer.id, list(records)) if viewer else {}
    cards = []
    for entry_id, object_id, by in lines:
        record, brought_by = records.get(object_id), actors.get(by)
        if record is None or brought_by is None or brought_by.severity == "suspend":
            continue
        experience, entry = experiences.get(object_id), entries.get(object_id)
        cards.append(
            Card(
                entry_id,
                record,
                actors[record.actor_id],
                experience,
                carriers.get(experience.carried_by) if experience else None,
                brought_by if by != record.actor_id else None,
                standings.get(object_id, UNTOUCHED),
                entry,
                actors.get(entry.project_id) if entry else None,
            )
        )
    named = {u for e in experiences.values() for u in (*e.themes, *e.modalities)}
    return Cards(tuple(cards), await tx.concepts.by_uris(sorted(named)))


async def cards_of_objects(tx: Tx, viewer: ActorRecord | None, ids: Sequence[int]) -> Cards:
    """Cards for objects, in this order."""
    records = await tx.objects.by_ids(list(ids))
    return await cards_of(tx, viewer, [(n, n, records[n].actor_id) for n in ids if n in records])
