"""Decisions of a project: how a vote ended, what is objected, how somebody sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from objects.experiences.labels import spoken
from objects.polls import choices
from objects.projects.entries import Entry, from_json
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx

STANCES: Final[dict[str, tuple[str, str, str]]] = {
    "fr": ("Pour", "Contre", "Abstention"),
    "en": ("For", "Against", "Abstention"),
}
"""The choices of a vote about one proposal, by language: for, against, neither."""
_FRENCH: Final = {
    "counts": "{} ({} votants)",
    "one": "{} (1 votant)",
    "none": "Personne n’a voté.",
    "quorum": "Quorum de {} atteint.",
    "missed": "Quorum de {} non atteint.",
    "tie": "Aucune proposition ne l’emporte.",
    "chosen": "Choix retenu : {}.",
    "objections": "Objections non levées : {}.",
}
_ENGLISH: Final = {
    "counts": "{} ({} voters)",
    "one": "{} (1 voter)",
    "none": "Nobody voted.",
    "quorum": "Quorum of {} reached.",
    "missed": "Quorum of {} not reached.",
    "tie": "No choice prevails.",
    "chosen": "Choice: {}.",
    "objections": "Objections still open: {}.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a vote ended: `state` is adopted or rejected, `text` says why."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Objection:
    """What a member objects; `resolved_on` is the day (ISO 8601) on which it was met, if known."""

    record: ObjectRecord
    author: ActorRecord
    is_open: bool
    resolved_on: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as somebody sees it; without a poll it was taken without a vote.

    `votes` are the viewer's own, `has_ended` whether nobody can vote any more.
    """

    record: ObjectRecord
    row: EntryRecord
    entry: Entry
    author: ActorRecord
    poll: PollRecord | None
    votes: frozenset[str]
    objections: tuple[Objection, ...]
    has_ended: bool

    @property
    def results(self) -> list[tuple[str, int]]:
        """The choices with their votes."""
        return choices(self.poll) if self.poll is not None else []

    @property
    def open_objections(self) -> int:
        """How many objections nobody has met."""
        return sum(one.is_open for one in self.objections)


def outcome_of(poll: PollRecord, entry: Entry, objections: int, language: str) -> Outcome:
    """How a vote ended, by its counts; `objections` are still open, and only told.

    Without the quorum nothing is adopted. Of for and against the greater number counts, of free
    choices the one with the most votes; a tie adopts nothing.
    """
    say = _ENGLISH if spoken(language) == "en" else _FRENCH
    counted = choices(poll)
    told = ", ".join(f"{name} : {votes}" for name, votes in counted)
    if spoken(language) == "en":
        told = told.replace(" : ", ": ")
    voters = poll.voters_count
    parts = [say["one" if voters == 1 else "counts"].format(told, voters) + "."]
    if not voters:
        parts = [say["none"]]
    reached = voters >= (entry.quorum or 1)
    if entry.quorum:
        parts.append(say["quorum" if reached else "missed"].format(entry.quorum))
    best = _prevailing(counted)
    if reached and not best:
        parts.append(say["tie"])
    is_stance = tuple(name for name, _ in counted) in STANCES.values()
    if reached and best and not is_stance:
        parts.append(say["chosen"].format(best))
    if objections:
        parts.append(say["objections"].format(objections))
    adopted = reached and bool(best) and not (is_stance and best == counted[1][0])
    return Outcome("adopted" if adopted else "rejected", " ".join(parts))


def _prevailing(counted: Sequence[tuple[str, int]]) -> str:
    """The choice with more votes than any other; abstentions stand for no choice."""
    if tuple(name for name, _ in counted) in STANCES.values():
        counted = counted[:2]
    most = max((votes for _, votes in counted), default=0)
    best = [name for name, votes in counted if votes == most]
    return best[0] if most and len(best) == 1 else ""


async def decisions(tx: Tx, project_id: int, viewer_id: int, now: int) -> list[Decision]:
    """The decisions that somebody (0: a stranger) may see, latest first; five queries."""
    found = await tx.project_entries.of_kinds(project_id, viewer_id, ["decision"])
    found.sort(key=lambda pair: (pair[0].position == 0, pair[0].position), reverse=True)
    return await _decisions(tx, found, viewer_id, now)


async def decision(tx: Tx, record: ObjectRecord, viewer_id: int, now: int) -> Decision | None:
    """One decision; None for what is none."""
    row = await tx.project_entries.by_id(record.id)
    if row is None or row.kind != "decision":
        return None
    return next(iter(await _decisions(tx, [(row, record)], viewer_id, now)), None)


async def _decisions(
    tx: Tx, found: Sequence[tuple[EntryRecord, ObjectRecord]], viewer_id: int, now: int
) -> list[Decision]:
    ids = [record.id for _, record in found]
    authors = await tx.actors.by_ids(list({record.actor_id for _, record in found}))
    polls = await tx.apps.polls(ids)
    votes = await tx.apps.votes(viewer_id, ids) if viewer_id else {}
    entries = {row.object_id: from_json(row.fields) for row, _ in found}
    objections = await _objections(tx, entries, ids, viewer_id)
    return [
        Decision(
            record,
            row,
            entries[record.id],
            authors[record.actor_id],
            polls.get(record.id),
            frozenset(votes.get(record.id, ())),
            tuple(objections.get(record.id, ())),
            _has_ended(row, polls.get(record.id), now),
        )
        for row, record in found
        if record.actor_id in authors
    ]


def _has_ended(row: EntryRecord, poll: PollRecord | None, now: int) -> bool:
    closes_at = poll.closes_at if poll is not None else None
    return row.state != "proposed" or (closes_at is not None and closes_at <= now)


async def _objections(
    tx: Tx, entries: Mapping[int, Entry], ids: list[int], viewer_id: int
) -> dict[int, list[Objection]]:
    found: dict[int, list[Objection]] = {}
    for row, record, author in await tx.project_dates.objections(ids, viewer_id):
        parent = record.in_reply_to_id or 0
        met = {one.objection: one.day for one in entries[parent].resolutions}
        own = from_json(row.fields).happened if row.state == "resolved" else ""
        is_open = row.state == "raised" and record.url not in met
        found.setdefault(parent, []).append(
            Objection(record, author, is_open, own or met.get(record.url, ""))
        )
    return found
