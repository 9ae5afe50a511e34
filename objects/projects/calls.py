"""Calls for partners and skills, of one project and of all that are known here."""

from collections.abc import Iterable
from dataclasses import dataclass

from objects.projects.entries import Entry, from_json
from objects.projects.facts import is_concept
from objects.search.territories import facet_values, territory_label
from objects.search.words import fold
from storage.concepts import Concept
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class PartnerCall:
    """A call with the Group whose it is; `state` is `expired` as soon as its last day is over."""

    record: ObjectRecord
    row: EntryRecord
    entry: Entry
    group: ActorRecord
    state: str

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.state == "open"


def state_at(row: EntryRecord, now: int) -> str:
    """How a call stands at a moment, whether or not its project has said so since."""
    over = row.due_at is not None and row.due_at < now
    return "expired" if row.state == "open" and over else row.state


async def calls(tx: Tx, group: ActorRecord, viewer_id: int, now: int) -> list[PartnerCall]:
    """The calls of a project that somebody may see: open ones by deadline, then the others."""
    found = await tx.project_entries.of_kinds(group.id, viewer_id, ["call"])
    made = [_call(row, record, group, now) for row, record in found]
    return [one for one in made if one.is_open] + [one for one in made if not one.is_open][::-1]


async def call(tx: Tx, record: ObjectRecord, group: ActorRecord, now: int) -> PartnerCall | None:
    """One call; None for what is none."""
    row = await tx.project_entries.by_id(record.id)
    if row is None or row.kind != "call":
        return None
    return _call(row, record, group, now)


def _call(row: EntryRecord, record: ObjectRecord, group: ActorRecord, now: int) -> PartnerCall:
    return PartnerCall(record, row, from_json(row.fields), group, state_at(row, now))


async def open_calls(tx: Tx, now: int) -> list[PartnerCall]:
    """Every public call that can be answered now, of projects here and elsewhere, by deadline."""
    found = await tx.project_dates.open_calls(now)
    return [_call(row, record, group, now) for row, record, group in found]


async def skill_names(
    tx: Tx, found: Iterable[PartnerCall], language: str
) -> tuple[dict[str, str], dict[str, Concept]]:
    """What the skills of calls are called, by skill, and those that are concepts; one query."""
    skills = {skill for one in found for skill in one.entry.skills}
    concepts = await tx.concepts.by_uris(sorted(filter(is_concept, skills)))
    labels = {uri: concept.label(language) for uri, concept in concepts.items()}
    return {
        skill: labels.get(skill, skill.rpartition("/")[2] if is_concept(skill) else skill)
        for skill in sorted(skills)
    }, concepts


def narrowed(
    found: Iterable[PartnerCall], names: dict[str, str], *, skill: str = "", territory: str = ""
) -> list[PartnerCall]:
    """Those calls that look for a skill (part of its name, or of the title) and at a territory.

    Upper and lower case and accents make no difference.
    """
    wanted, place = fold(skill), fold(territory)
    return [
        one
        for one in found
        if (not wanted or wanted in fold(_words(one, names)))
        and (not place or place in fold(_places(one.entry)))
    ]


def _words(one: PartnerCall, names: dict[str, str]) -> str:
    return " | ".join((one.entry.title, *(names.get(skill, skill) for skill in one.entry.skills)))


def _places(entry: Entry) -> str:
    """Where a call looks, with what that place is part of: a commune's département and région."""
    around = facet_values(entry.territory, entry.territory_name) if entry.territory else ()
    return " | ".join((entry.territory_name, entry.territory, *map(territory_label, around)))
