"""The blocks of a draft as the page of review shows them: text, note behind it, warning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from federation.errors import Refused
from objects.experiences.checking import concepts_of
from objects.experiences.drafts import Draft, Writer, load_draft, may_edit
from objects.experiences.fields import Experience
from objects.experiences.labels import written_day, written_number
from objects.experiences.sections import written_duration
from objects.projects.blocks import EDITABLE, SUGGESTED, TEXTS, stands, waits
from objects.projects.closing import FACTS
from objects.projects.entries import from_json
from objects.projects.labels import label
from objects.text import markdown_html
from storage.concepts import Concept
from storage.draft_sources import SourceRecord
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

CONCEPTS: Final = frozenset({"publics", "modalities", "themes"})
_WIDTH: Final = {"project": 0, "organisation": 1, "network": 1, "public": 2, "unlisted": 2}


@dataclass(frozen=True, slots=True)
class Note:
    """The note behind a block, as far as the reader may see it."""

    id: int
    kind: str
    title: str
    at: int


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block: how it looks, whether it waits, and whether its source has fewer readers.

    `kept_for` is the circle of that source (`project`, `network`), empty when the experience is
    for no more people. `hidden`: there is a note, but not for this reader (any more).
    """

    source: SourceRecord
    html: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    note: Note | None
    hidden: bool
    kept_for: str
    waits: bool

    @property
    def editable(self) -> bool:
        """Whether it can be rewritten here."""
        return self.source.field in EDITABLE


@dataclass(frozen=True, slots=True)
class Part:
    """A field with its blocks."""

    field: str
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The page: parts with something to decide or decided, and people who might be named too."""

    draft: Draft
    parts: tuple[Part, ...]
    suggested: tuple[ActorRecord, ...]
    concepts: Mapping[str, Concept]
    left: int
    total: int


async def review_of(tx: Tx, project_id: int, reach: str, draft_id: int, writer: Writer) -> Review:
    """The blocks of a draft for those who may change it; a constant number of queries.

    `reach` is the project's own. Raises `Refused` 403, 404.
    """
    draft, sources = await draft_with_sources(tx, project_id, draft_id, writer)
    ids = sorted({source.object_id for source in sources if source.object_id is not None})
    seen = await tx.objects.visible_by_ids(ids, writer.actor.id)
    behind = await tx.objects.by_ids(ids)
    entries = await tx.project_entries.by_ids(list(seen))
    shown = [
        _shown(source, draft.experience, seen, behind, entries, reach)
        for source in sources
        if source.field != SUGGESTED and stands(draft.experience, source)
    ]
    parts: dict[str, list[ShownBlock]] = {}
    for block in shown:
        parts.setdefault(block.source.field, []).append(block)
    return Review(
        draft,
        tuple(Part(field, tuple(blocks)) for field, blocks in parts.items()),
        await _suggested(tx, draft.experience, sources),
        await tx.concepts.by_uris(concepts_of(draft.experience)),
        sum(block.waits for block in shown),
        len(shown),
    )


async def draft_with_sources(
    tx: Tx, project_id: int, draft_id: int, writer: Writer
) -> tuple[Draft, list[SourceRecord]]:
    """A draft with its blocks, for those who may change it. Raises `Refused` 403, 404."""
    draft = await load_draft(tx, draft_id, writer)
    sources = await tx.draft_sources.of_draft(draft_id)
    if not any(source.project_id == project_id for source in sources):
        raise Refused(404, "no-draft", "There is no such draft.")
    if not may_edit(draft, writer):
        raise Refused(403, "not-yours", "Only its authors can do this.")
    return draft, sources


def _shown(
    source: SourceRecord,
    experience: Experience,
    seen: Mapping[int, ObjectRecord],
    behind: Mapping[int, ObjectRecord],
    entries: Mapping[int, EntryRecord],
    reach: str,
) -> ShownBlock:
    number = source.object_id or 0
    record = behind.get(number)
    note = None
    if number in seen and number in entries:
        row = entries[number]
        kind = label(f"kind.{row.kind}", experience.language)
        note = Note(number, kind, from_json(row.fields).title, seen[number].published_at)
    circle = record.visibility if record is not None else reach
    narrower = _WIDTH.get(circle, 0) < _WIDTH[experience.reach]
    field = source.field
    return ShownBlock(
        source,
        markdown_html(source.text) if field in TEXTS else "",
        _lines(source) if field not in TEXTS and field != "facts" else (),
        _facts(experience) if field == "facts" else (),
        note,
        record is not None and note is None,
        circle if narrower else "",
        waits(experience, source),
    )


def _lines(source: SourceRecord) -> tuple[str, ...]:
    """The rows of a block; what a row of measures holds stands side by side."""
    text = source.text.replace(" | ", " · ") if source.field == "indicators" else source.text
    return tuple(text.splitlines())


def _facts(experience: Experience) -> tuple[tuple[str, str], ...]:
    """The short fields with their names, as people write them; a concept stays its address."""
    language = experience.language
    found: list[tuple[str, str]] = []
    for name in FACTS:
        value = getattr(experience, name)
        if value in ("", None):
            continue
        if name in {"starts", "ends"}:
            value = written_day(value, language)
        elif name == "duration":
            value = written_duration(value, language)
        elif name == "cost_to":
            value = written_number(value, language)
        found.append((name, str(value)))
    return tuple(found)


async def _suggested(
    tx: Tx, experience: Experience, sources: Sequence[SourceRecord]
) -> tuple[ActorRecord, ...]:
    """Partners who are not named as authors yet."""
    named = {contributor.url for contributor in experience.contributors}
    urls = [s.text for s in sources if s.field == SUGGESTED and s.text and s.text not in named]
    known = await tx.actors.by_urls(urls) if urls else {}
    return tuple(known[url] for url in urls if url in known)
