"""What an entry of a project says beside its text: its kind, milestone, dates, outcome."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from actors.documents import wire_time
from federation.documents import Document
from federation.vocabulary import COMMUNOTIC
from objects.experiences.wire import line, text
from objects.reading import web_address

Kind = Literal[
    "progress", "decision", "difficulty", "help", "meeting", "deliverable",
    "milestone", "call", "event", "comment", "objection", "post",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NOTES: Final[tuple[Kind, ...]] = (
    "progress", "decision", "difficulty", "help", "meeting", "deliverable",
)  # fmt: skip
"""Avancement, décision, difficulté, demande d'aide, réunion, livrable."""
TALK: Final = frozenset({"comment", "objection"})
"""What answers another entry; `post` is what came without a kind, from a Mastodon app say."""
OF_THE_GROUP: Final = frozenset({"milestone", "call"})
"""What belongs to the project itself, not to the member who wrote it."""

STATES: Final[dict[str, tuple[str, ...]]] = {
    "milestone": ("planned", "running", "reached", "dropped"),
    "decision": ("proposed", "adopted", "rejected", "withdrawn"),
    "call": ("open", "filled", "withdrawn", "expired"),
    "objection": ("raised", "resolved"),
}
"""The states that entries of a kind can have, the first one at the beginning."""
REFUSED: Final = "refused"

NAMES: Final[dict[Kind, str]] = {
    "progress": "Progress",
    "decision": "Decision",
    "difficulty": "Difficulty",
    "help": "HelpRequest",
    "meeting": "Meeting",
    "deliverable": "Deliverable",
    "milestone": "Milestone",
    "call": "Call",
    "event": "Event",
    "comment": "Comment",
    "objection": "Objection",
    "post": "Post",
}
"""Kind → name in our namespace, as `cmt:kind` carries it."""
_KINDS: Final = {f"{prefix}{name}": kind for kind, name in NAMES.items()
                 for prefix in ("cmt:", COMMUNOTIC)}  # fmt: skip
MAX_SKILLS: Final = 30
MAX_RESOLUTIONS: Final = 100
MAX_OUTCOME: Final = 5_000
PARIS: Final = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Resolution:
    """An objection (its address) that whoever proposed a decision has met, and on which day."""

    objection: str
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The parts of an entry that are not its text; an empty value was not given.

    `due` is a day (ISO 8601): the date of a milestone, the deadline of a call, the end of a vote;
    `happened` the day of which a note tells, on which a decision was taken. `milestone` is the
    address of one, `responsible` an actor's id, `link` the address of a deliverable, `licence` its
    SPDX identifier. `quorum` counts the votes that a decision needs, `outcome` says how it ended,
    `resolutions` which objections its author has met. `skills` (words, or the URIs of concepts)
    and territory are what a call looks for.
    """

    kind: Kind = "post"
    title: str = ""
    state: str = ""
    milestone: str = ""
    due: str = ""
    happened: str = ""
    responsible: str = ""
    link: str = ""
    licence: str = ""
    quorum: int | None = None
    outcome: str = ""
    resolutions: tuple[Resolution, ...] = ()
    skills: tuple[str, ...] = ()
    territory: str = ""
    territory_name: str = ""
    # what a decision, an outcome or an objection is about
    about: str = ""
    # the milestone or call of the project's former home that this one stands for
    replaces: str = ""
    # terms of ours that a newer version sent and this one does not know: kept, sent again
    unknown: dict[str, Any] = field(default_factory=dict)

    @property
    def due_at(self) -> int | None:
        """The end of the day `due` in France, in milliseconds."""
        return end_of(self.due)


def end_of(day: str) -> int | None:
    """The last second of a day (ISO 8601) in France, in milliseconds; None for what is no day."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    end = datetime(found.year, found.month, found.day, 23, 59, 59, tzinfo=PARIS)
    return int(end.timestamp() * 1000)


def day_of(ms: int) -> str:
    """The day (ISO 8601) of a moment in France."""
    return datetime.fromtimestamp(ms / 1000, PARIS).date().isoformat()


def first_state(kind: str) -> str:
    """The state in which an entry of a kind begins; empty for those that have none."""
    return STATES[kind][0] if kind in STATES else ""


def to_json(entry: Entry) -> str:
    """An entry as the text that the database keeps."""
    return msgspec.json.encode(entry).decode()


def from_json(fields: str) -> Entry:
    """An entry from the database; unknown names are ignored. Raises `ValueError`."""
    return msgspec.json.decode(fields, type=Entry)


_TERMS: Final = frozenset(
    {
        "cmt:kind", "cmt:state", "cmt:milestone", "cmt:due", "cmt:happened", "cmt:responsible",
        "cmt:link", "cmt:quorum", "cmt:outcome", "cmt:skill", "cmt:territory", "cmt:about",
        "cmt:replaces", "cmt:territoryName", "cmt:resolution", "schema:license",
    }
)  # fmt: skip


def entry_properties(entry: Entry) -> dict[str, Any]:
    """What an entry's document says beside what every note says."""
    found: dict[str, Any] = {
        "cmt:kind": f"cmt:{NAMES[entry.kind]}",
        "name": entry.title,
        "cmt:state": entry.state,
        "cmt:milestone": entry.milestone,
        "cmt:due": entry.due,
        "cmt:happened": entry.happened,
        "cmt:responsible": entry.responsible,
        "cmt:link": entry.link,
        "schema:license": entry.licence,
        "cmt:quorum": entry.quorum,
        "cmt:outcome": entry.outcome,
        "cmt:resolution": [
            {"object": one.objection, "cmt:happened": one.day} for one in entry.resolutions
        ],
        "cmt:skill": list(entry.skills),
        "cmt:territory": entry.territory,
        "cmt:territoryName": entry.territory_name,
        "cmt:about": entry.about,
        "cmt:replaces": entry.replaces,
        "endTime": wire_time(entry.due_at or 0) if entry.kind == "call" and entry.due else "",
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])} | dict(
        entry.unknown
    )


def entry_of(document: Document) -> Entry:
    """The entry that a document carries, whoever wrote it; what is of a wrong shape is left out."""
    named = document.first_id("cmt:kind") or ""
    kind: Kind = _KINDS.get(named) or _plain_kind(document)
    state = document.text("cmt:state") or ""
    quorum = document.number("cmt:quorum")
    skills = (line(value) for value in _texts(document, "cmt:skill"))
    return Entry(
        kind=kind,
        title=line(document.text("name"), 150),
        state=state if state in STATES.get(kind, ()) else _unsaid_state(kind, document),
        milestone=web_address(document.first_id("cmt:milestone")) or "",
        due=_day(document.text("cmt:due")),
        happened=_day(document.text("cmt:happened")),
        responsible=web_address(document.first_id("cmt:responsible")) or "",
        link=web_address(document.first_id("cmt:link")) or "",
        licence=line(document.text("schema:license"), 64),
        quorum=quorum if quorum is not None and 0 < quorum < 100_000 else None,
        outcome=text(document.text("cmt:outcome"), MAX_OUTCOME),
        resolutions=tuple(
            Resolution(url, _day(one.text("cmt:happened")))
            for one in document.items("cmt:resolution")[:MAX_RESOLUTIONS]
            if (url := web_address(one.first_id("object")))
        ),
        skills=tuple(skill for skill in skills if skill)[:MAX_SKILLS],
        territory=line(document.text("cmt:territory"), 9),
        territory_name=line(document.text("cmt:territoryName")),
        about=web_address(document.first_id("cmt:about")) or "",
        replaces=web_address(document.first_id("cmt:replaces")) or "",
        unknown={
            name: value
            for name, value in document.raw.items()
            if name.startswith("cmt:") and name not in _TERMS and isinstance(value, str | int)
        },
    )


def _unsaid_state(kind: str, document: Document) -> str:
    """A decision on which nobody votes was taken already."""
    if kind == "decision" and "Question" not in document.types:
        return "adopted"
    return first_state(kind)


def _plain_kind(document: Document) -> Kind:
    """What something without our terms is: a reply is a comment, an Event an event."""
    if "Event" in document.types:
        return "event"
    return "comment" if document.has("inReplyTo") else "post"


def _texts(document: Document, name: str) -> list[str]:
    value = document.raw.get(name)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _day(value: str | None) -> str:
    try:
        return date.fromisoformat((value or "")[:10]).isoformat()
    except ValueError:
        return ""
