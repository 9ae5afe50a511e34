"""The journal of a project: what its members wrote, in the order that every partner's site has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.identifiers import Identifiers
from federation.errors import Refused
from objects.projects.entries import KINDS, TALK, Entry, from_json
from objects.projects.files import shown_files
from objects.reading import Attachment
from objects.visibility import may_see
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.projects.desk import Space
from web.workspace.cards import Card, cards_of_objects

PAGE: Final = 20
SHOWN: Final = tuple(kind for kind in KINDS if kind not in TALK)
"""The kinds that stand in the journal by themselves; answers stand below what they answer."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone as notes name it; `url` is what they carry."""

    id: int
    url: str
    title: str
    state: str
    due: str
    due_at: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the journal; `refusal` is what the host said against it, if it did."""

    card: Card
    row: EntryRecord
    said: Entry
    files: tuple[Attachment, ...]
    milestone: Milestone | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """One page; `following` is what `?before=` says on the next one."""

    waiting: tuple[Line, ...]
    lines: tuple[Line, ...]
    milestones: tuple[Milestone, ...]
    leads: tuple[ActorRecord, ...]
    following: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for: a kind, the number of a milestone, where the page begins."""

    kind: str = ""
    milestone: int = 0
    before: int | None = None

    @property
    def query(self) -> str:
        """The same as the rest of an address, without the page."""
        parts = ((f"kind={self.kind}", self.kind), (f"milestone={self.milestone}", self.milestone))
        return "&".join(text for text, given in parts if given)


async def milestones_of(tx: Tx, space: Space) -> tuple[Milestone, ...]:
    """The milestones that the viewer may see, by date; one query."""
    rows = await tx.project_entries.of_kinds(space.group.id, space.viewer_id, ["milestone"])
    return tuple(_milestone(row, record) for row, record in rows)


async def milestone_at(
    tx: Tx, row: EntryRecord | None, viewer: ActorRecord | None
) -> Milestone | None:
    """The milestone of one entry, if the viewer may see it."""
    record = await tx.objects.by_url(row.milestone) if row is not None and row.milestone else None
    if record is None or not await may_see(tx, record, viewer):
        return None
    found = await tx.project_entries.by_id(record.id)
    return _milestone(found, record) if found is not None else None


def _milestone(row: EntryRecord, record: ObjectRecord) -> Milestone:
    said = from_json(row.fields)
    return Milestone(
        record.id, record.url, said.title or record.name, row.state, said.due, row.due_at
    )


async def journal_of(tx: Tx, identifiers: Identifiers, space: Space, wanted: Wanted) -> Journal:
    """A page of the journal; a constant number of queries however long it is.

    Raises `Refused` 404 for a milestone that is not there.
    """
    milestones = await milestones_of(tx, space)
    about = next((one for one in milestones if one.id == wanted.milestone), None)
    if wanted.milestone and about is None:
        raise Refused(404, "not-found", "There is no such milestone.")
    group_id, viewer_id = space.group.id, space.viewer_id
    kinds: list[str] = [wanted.kind] if wanted.kind else [*SHOWN]
    rows = await tx.project_journal.page(
        group_id,
        viewer_id,
        kinds,
        milestone=about.url if about else "",
        before=wanted.before,
        limit=PAGE + 1,
    )
    waiting: list[tuple[EntryRecord, ObjectRecord]] = []
    if wanted.before is None:
        waiting = await tx.project_journal.waiting(group_id, viewer_id, kinds)
        waiting = [pair for pair in waiting if about is None or pair[0].milestone == about.url]
    both = [*waiting, *rows[:PAGE]]
    lines = await lines_of(tx, identifiers, space.viewer, both, milestones)
    people = await tx.projects.memberships(group_id)
    return Journal(
        tuple(line for line in lines if not line.row.position),
        tuple(line for line in lines if line.row.position),
        milestones,
        tuple(person for membership, person in people if membership.role == "lead"),
        rows[PAGE - 1][0].position if len(rows) > PAGE else None,
    )


async def lines_of(
    tx: Tx,
    identifiers: Identifiers,
    viewer: ActorRecord | None,
    rows: Sequence[tuple[EntryRecord, ObjectRecord]],
    milestones: Sequence[Milestone] = (),
) -> list[Line]:
    """Entries as the journal shows them, in the same order."""
    found = await cards_of_objects(tx, viewer, [record.id for _, record in rows])
    cards = {card.record.id: card for card in found.cards}
    refused = [row.object_id for row, _ in rows if row.state == "refused"]
    refusals = await tx.project_journal.refusals(refused)
    files = await shown_files(
        tx, identifiers, [(card.record, card.author) for card in cards.values()]
    )
    named = {one.url: one for one in milestones}
    return [
        Line(
            cards[record.id],
            row,
            from_json(row.fields),
            files[record.id],
            named.get(row.milestone),
            refusals.get(record.id, ""),
        )
        for row, record in rows
        if record.id in cards
    ]
