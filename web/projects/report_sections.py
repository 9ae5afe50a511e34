"""The parts of a report of a project as HTML, for its page and for paper."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from objects.dates import written
from objects.events.times import PLACE, local, zone_of
from objects.events.times import spoken as spoken_time
from objects.experiences.labels import spoken, written_day, written_number
from objects.projects.entries import NOTES
from objects.projects.labels import label, state_label
from objects.projects.material import markdown_of
from objects.projects.reporting import Report, ReportLine
from objects.reading import Attachment, web_address
from objects.text import markdown_html, plain_text
from storage.events import EventRecord
from storage.records import ActorRecord
from web.texts import mark, moment, texts_of

BELOW: Final = 3
WORDS: Final = {
    "milestones": mark("Milestones"),
    "decisions": mark("Decisions"),
    "deliverables": mark("Deliverables"),
    "events": mark("Events"),
    "partners": mark("Partners"),
    "calls": mark("Calls"),
    "progress": mark("Progress"),
    "meeting": mark("Meetings"),
    "difficulty": mark("Difficulties"),
    "help": mark("Requests for help"),
    "post": mark("Messages"),
    "what": mark("What"),
    "registered": mark("Registered"),
    "present": mark("People who came"),
    "all": mark("Since the beginning"),
    "from_to": mark("From %s to %s"),
    "since": mark("Since %s"),
    "until": mark("Until %s"),
    "euros": mark("%s euros"),
    "indicators": mark("Indicators"),
}
Address = Callable[[Attachment], str]
"""Where a reader of the report finds a file; empty when they cannot have it."""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part under a heading; its HTML is safe to show, headings in it begin below h3."""

    key: str
    heading: str
    html: str


def sections_of(report: Report, address: Address) -> list[ReportSection]:
    """The parts that say something, in the language of the project."""
    writer = _Writer(report, address)
    return [ReportSection(key, writer.word(key), html) for key, html in writer.parts() if html]


def period_of(report: Report) -> str:
    """The period in words."""
    language = spoken(report.project.language)
    say = texts_of(language)
    start, end = (
        written_day(one.isoformat(), language) if one else ""
        for one in (report.period.start, report.period.end)
    )
    if start and end:
        return say(WORDS["from_to"]) % (start, end)
    if start:
        return say(WORDS["since"]) % start
    return say(WORDS["until"]) % end if end else say(WORDS["all"])


def facts_of(report: Report) -> list[tuple[str, str]]:
    """What the project says of itself in short; nothing to those who may not know it."""
    if not report.whole:
        return []
    p, language = report.project, spoken(report.project.language)
    days = [written_day(one, language) for one in (p.starts, p.ends) if one]
    rows = [
        ("state", label(f"state.{report.record.state}", language)),
        ("period", " – ".join(days)),
        ("call", p.call),
        ("funder", p.funder),
        ("budget", _euros(p.budget, language)),
        ("own_share", f"{p.own_share}\u00a0%" if p.own_share is not None else ""),
        ("territory", p.territory_name or p.territory),
        ("objectives", "\u00a0; ".join(p.objectives)),
    ]
    return [(label(key, language), value) for key, value in rows if value]


def _euros(amount: int | None, language: str) -> str:
    if amount is None:
        return ""
    return texts_of(language)(WORDS["euros"]) % written_number(amount, language)


class _Writer:
    """Writes the parts of one report."""

    def __init__(self, report: Report, address: Address) -> None:
        self._report = report
        self._address = address
        self._language = spoken(report.project.language)

    def word(self, key: str) -> str:
        """A heading."""
        return texts_of(self._language)(WORDS[key])

    def parts(self) -> Iterator[tuple[str, str]]:
        """Key and HTML of each part; empty ones too."""
        lines = self._report.lines
        yield "milestones", self._milestones()
        yield "decisions", self._told(lines.get("decision", ()))
        for kind in NOTES:
            if kind not in {"decision", "deliverable"}:
                yield kind, self._told(lines.get(kind, ()))
        yield "deliverables", self._told(lines.get("deliverable", ()))
        yield "events", self._events()
        yield "calls", self._told(lines.get("call", ()))
        yield "post", self._told(lines.get("post", ()))
        yield "indicators", self._indicators()
        yield "partners", self._partners()

    def _label(self, key: str) -> str:
        return label(key, self._language)

    def _milestones(self) -> str:
        rows = []
        for line in self._report.milestones:
            entry = line.entry
            person = self._report.responsible.get(entry.responsible)
            rows.append(
                (
                    entry.title,
                    written_day(entry.due, self._language) if entry.due else "",
                    self._label(f"entry.{entry.state}") if entry.state else "",
                    _name(person) if person else "",
                )
            )
        heads = [self._label("kind.milestone"), self._label("due"), self._label("state"),
                 self._label("responsible")]  # fmt: skip
        return _table(self.word("milestones"), heads, rows)

    def _told(self, lines: Sequence[ReportLine]) -> str:
        return "".join(self._entry(line) for line in lines)

    def _entry(self, line: ReportLine) -> str:
        entry = line.entry
        title = entry.title.strip()
        when = written_day(line.day, self._language)
        facts = [when, _name(line.author)]
        if entry.state:
            facts.append(state_label(entry.kind, entry.state, self._language))
        head = f"<h3>{escape(title)}</h3>" if title else ""
        said = f"<p><em>{escape(' · '.join(facts))}</em></p>"
        text = markdown_html(markdown_of(line.record, entry), below=BELOW)
        return head + said + text + "".join(self._details(line))

    def _details(self, line: ReportLine) -> Iterator[str]:
        """How a decision ended, where a deliverable is, the files."""
        entry = line.entry
        if entry.outcome:
            yield f"<p><strong>{escape(self._label('outcome'))}</strong></p>"
            yield markdown_html(entry.outcome, below=BELOW)
        if entry.link and web_address(entry.link):
            yield f"<p>{_link(entry.link, entry.link)}</p>"
        if entry.licence:
            yield f"<p>{escape(self._label('licence'))} – {escape(entry.licence)}</p>"
        if line.files:
            items = "".join(f"<li>{self._file(file)}</li>" for file in line.files)
            yield f"<p>{escape(self._label('files'))}</p><ul>{items}</ul>"

    def _file(self, file: Attachment) -> str:
        name = file.description or file.url.rpartition("/")[2]
        address = self._address(file)
        return _link(address, name) if address else escape(name)

    def _events(self) -> str:
        rows = []
        for gathering in self._report.events:
            event = gathering.event
            rows.append(
                (
                    _begins(event, self._language),
                    gathering.line.entry.title or plain_text(gathering.line.record.name),
                    str(gathering.registered or event.attendees_count or ""),
                    str(gathering.present or ""),
                )
            )
        heads = [self._label("happened"), self.word("what"), self.word("registered"),
                 self.word("present")]  # fmt: skip
        return _table(self.word("events"), heads, rows)

    def _indicators(self) -> str:
        if not self._report.whole:
            return ""
        rows = [(i.name, i.before, i.after) for i in self._report.project.indicators]
        heads = [self._label("indicator"), self._label("begin"), self._label("aim")]
        return _table(self.word("indicators"), heads, rows)

    def _partners(self) -> str:
        rows = [
            (_name(person), self._label(f"role.{membership.role}"), membership.engagement)
            for membership, person in self._report.members
        ]
        heads = [self._label("member"), self._label("role"), self._label("engagement")]
        return _table(self.word("partners"), heads, rows)


def _begins(event: EventRecord, language: str) -> str:
    """When an event begins, as clocks and calendars at its place show it."""
    if event.all_day:
        return written(local(event.starts_at, event.timezone).date(), language)
    if zone_of(event.timezone).key == PLACE:
        return moment(event.starts_at, language)
    return spoken_time(event.starts_at, None, event.timezone, language, days=False)


def _name(actor: ActorRecord) -> str:
    return actor.name or actor.username


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" rel="nofollow noopener">{escape(text)}</a>'


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; empty without rows. Columns in which no row says anything are left out."""
    if not rows:
        return ""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    top = "".join(f'<th scope="col">{escape(heads[place])}</th>' for place in kept)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(row[place])}</td>" for place in kept) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table-scroll"><table><caption class="visually-hidden">{escape(caption)}'
        f"</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
