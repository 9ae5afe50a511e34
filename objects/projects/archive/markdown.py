"""A project and its entries as Markdown, to read where no software of ours is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from actors.documents import wire_time
from objects.experiences.labels import colon, written_day, written_number
from objects.experiences.sections import concept_name, escaped
from objects.notes import source_of
from objects.projects.entries import Entry
from objects.projects.fields import Project
from objects.projects.labels import label, state_label
from storage.concepts import Concept
from storage.project_entries import EntryRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, ObjectRecord

Members = Sequence[tuple[MembershipRecord, ActorRecord]]


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with its author and the files that are in the archive: name and description."""

    row: EntryRecord
    entry: Entry
    record: ObjectRecord
    author: ActorRecord
    files: tuple[tuple[str, str], ...] = ()


def named(project: Project) -> tuple[str, ...]:
    """The URIs of every concept that a project names."""
    return tuple(dict.fromkeys((*project.publics, *project.themes)))


def project_markdown(
    group: ActorRecord,
    record: ProjectRecord,
    project: Project,
    summary: str,
    members: Members,
    concepts: Mapping[str, Concept],
) -> str:
    """What a project says of itself, and who belongs to it; `summary` is plain text."""
    spoken = project.language
    head = {"title": group.name, "url": group.url, "account": group.account,
            "state": record.state}  # fmt: skip
    parts = [
        _front(head),
        f"# {escaped(group.name or group.username)}",
        escaped(summary),
        "\n".join(_facts(record, project, spoken)),
        *_texts(project, concepts, spoken),
        _indicators(project, spoken),
        _members(members, spoken),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(record: ProjectRecord, project: Project, spoken: str) -> Iterable[str]:
    money = "" if project.budget is None else f"{written_number(project.budget, spoken)}\u00a0€"
    share = "" if project.own_share is None else f"{project.own_share}\u00a0%"
    days = [written_day(day, spoken) for day in (project.starts, project.ends) if day]
    found = {
        "state": label(f"state.{record.state}", spoken),
        "acronym": project.acronym,
        "call": " ".join(part for part in (project.call, project.call_url) if part),
        "funder": project.funder,
        "budget": money,
        "own_share": share,
        "territory": project.territory_name or project.territory,
        "period": " – ".join(days),
        "contact": project.contact,
    }
    return (_fact(key, value, spoken) for key, value in found.items() if value)


def _texts(project: Project, concepts: Mapping[str, Concept], spoken: str) -> list[str]:
    def names(uris: Iterable[str]) -> str:
        return _items(escaped(concept_name(uri, concepts, spoken)) for uri in uris)

    publics = "\n\n".join(part for part in (names(project.publics), project.public_details) if part)
    found = {
        "purpose": project.purpose.strip(),
        "objectives": _items(escaped(line) for line in project.objectives),
        "publics": publics,
        "themes": names(project.themes),
        "governance": project.governance.strip(),
        "risks": project.risks.strip(),
    }
    return [f"## {label(key, spoken)}\n\n{text}" for key, text in found.items() if text]


def _indicators(project: Project, spoken: str) -> str:
    rows = [(i.name, i.before, i.after) for i in project.indicators]
    heads = tuple(label(key, spoken) for key in ("indicator", "begin", "aim"))
    return _table(label("indicators", spoken), heads, rows)


def _members(members: Members, spoken: str) -> str:
    rows = [
        (
            f"{person.name or person.username} ({person.account})",
            label(f"role.{membership.role}", spoken),
            membership.engagement,
        )
        for membership, person in members
    ]
    heads = tuple(label(key, spoken) for key in ("member", "role", "engagement"))
    return _table(label("members", spoken), heads, rows)


def _table(heading: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join([f"## {heading}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _cell(text: str) -> str:
    return " ".join(escaped(text).split())


def entry_markdown(written: Written, language: str) -> str:
    """One entry, with a head of facts for programs."""
    row, record = written.row, written.record
    head = {
        "title": written.entry.title,
        "url": record.url,
        "kind": row.kind,
        "state": row.state,
        "author": written.author.account,
        "published": wire_time(record.published_at),
        "updated": wire_time(record.edited_at) if record.edited_at else "",
        "visibility": record.visibility,
        "in_reply_to": record.in_reply_to or "",
    }
    return f"{_front(head)}\n\n{journal_part(written, language, root='../')}"


def journal_part(written: Written, language: str, root: str = "") -> str:
    """One entry as it stands in the journal: a heading, its facts, its text, its files.

    `root` leads from where it stands to the top of the archive.
    """
    row, entry, record = written.row, written.entry, written.record
    kind = label(f"kind.{row.kind}", language)
    title = f"{colon(language)}{escaped(entry.title)}" if entry.title else ""
    author = written.author.name or written.author.username
    day = written_day(wire_time(record.published_at)[:10], language)
    heading = f"## {kind}{title}\n\n*{escaped(author)}, {day}*"
    text, media_type = source_of(record)
    body = text.strip() if media_type.startswith("text/markdown") else escaped(text)
    files = _items(f"[{escaped(about or name)}](<{root}{name}>)" for name, about in written.files)
    facts = "\n".join(_entry_facts(written, language))
    parts = (heading, facts, body, files and f"{label('files', language)}\n\n{files}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry_facts(written: Written, spoken: str) -> Iterable[str]:
    row, e, record = written.row, written.entry, written.record
    readers = f"reach.{record.visibility}"
    found = {
        "for": label(readers, spoken),
        "state": state_label(row.kind, row.state, spoken) if row.state else "",
        "in_reply_to": record.in_reply_to or "",
        "milestone_of": e.milestone,
        "happened": written_day(e.happened, spoken) if e.happened else "",
        "due": written_day(e.due, spoken) if e.due else "",
        "responsible": e.responsible,
        "territory": e.territory_name or e.territory,
        "skills": ", ".join(e.skills),
        "link": e.link,
        "licence": e.licence,
        "quorum": "" if e.quorum is None else str(e.quorum),
        "outcome": e.outcome,
    }
    return (_fact(key, value, spoken) for key, value in found.items() if value)


def _fact(key: str, value: str, spoken: str) -> str:
    return f"- {label(key, spoken)}{colon(spoken)}{_cell(value)}"


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def _front(values: Mapping[str, object]) -> str:
    rows = [f"{name}: {orjson.dumps(value).decode()}" for name, value in values.items() if value]
    return "\n".join(["---", *rows, "---"])
