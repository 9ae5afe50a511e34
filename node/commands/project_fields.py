"""What the commands about projects may say of a space, and how they show one."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from actors.documents import wire_time
from node.commands.project_shared import Reach, check_days
from node.commands.shared import fail
from objects.experiences.checking import is_territory
from objects.experiences.fields import MAX_LINE
from objects.projects.fields import MAX_PURPOSE
from objects.projects.store import fields_of
from objects.reading import web_address
from objects.text import plain_text
from outbox.acts.projects.finding import Found
from outbox.acts.projects.spaces import SpaceDraft
from storage.projects import ProjectRecord
from storage.records import ActorRecord


class State(StrEnum):
    """How far a project is."""

    idea = "idea"
    assembling = "assembling"
    submitted = "submitted"
    selected = "selected"
    running = "running"
    closed = "closed"
    abandoned = "abandoned"


class Joining(StrEnum):
    """Who becomes a member."""

    open = "open"
    request = "request"
    invitation = "invitation"


Text = Annotated[str | None, typer.Option(help="Some words about it, at most 500 characters.")]
Purpose = Annotated[str | None, typer.Option(help="What it is for, as Markdown.")]
Acronym = Annotated[str | None, typer.Option(help="Its short name.")]
Call = Annotated[str | None, typer.Option(help="The call for projects that it answers.")]
CallUrl = Annotated[str | None, typer.Option(metavar="URL", help="Address of that call.")]
Funder = Annotated[str | None, typer.Option(help="Who pays.")]
Territory = Annotated[str | None, typer.Option(metavar="CODE", help="INSEE code of its territory.")]
TerritoryName = Annotated[str | None, typer.Option(help="Name of its territory.")]
Day = Annotated[str | None, typer.Option(metavar="DAY", help="A day: 2026-11-28.")]
Objectives = Annotated[
    list[str] | None, typer.Option("--objective", help="What it aims at; replaces all of them.")
]
Members = Annotated[Reach, typer.Option(help="For whom its notes are, and who sees the members.")]


def said(
    purpose: str | None,
    acronym: str | None,
    call: str | None,
    call_url: str | None,
    funder: str | None,
    territory: str | None,
    territory_name: str | None,
    starts: str | None,
    ends: str | None,
    objective: list[str] | None,
) -> dict[str, Any]:
    """The fields that were given, by their names."""
    found = {
        "purpose": purpose,
        "acronym": acronym,
        "call": call,
        "call_url": call_url,
        "funder": funder,
        "territory": territory,
        "territory_name": territory_name,
        "starts": starts,
        "ends": ends,
        "objectives": None if objective is None else tuple(objective),
    }
    given = {name: value for name, value in found.items() if value is not None}
    check_days(starts or "", ends or "")
    if starts and ends and ends < starts:
        fail("a project ends after it has begun")
    if call_url and web_address(call_url) is None:
        fail(f"{call_url[:100]!r} is no web address")
    if territory and not is_territory(territory):
        fail(f"{territory[:20]!r} is no INSEE code")
    for name, value in given.items():
        most = MAX_PURPOSE if name == "purpose" else MAX_LINE
        if any(len(text) > most for text in ([value] if isinstance(value, str) else value)):
            fail(f"{name} has at most {most} characters")
    return given


def draft_of(found: Found) -> SpaceDraft:
    """A project as it is now, to be changed."""
    return SpaceDraft(
        name=found.group.name,
        summary=plain_text(found.group.summary),
        project=fields_of(found.record),
        state=found.record.state,  # type: ignore[arg-type]  # checked when it was stored
        joining=found.record.joining,  # type: ignore[arg-type]
        reach=found.record.reach,  # type: ignore[arg-type]
    )


def shown(group: ActorRecord, record: ProjectRecord) -> dict[str, Any]:
    """A project as `--json` shows it."""
    fields = fields_of(record)
    return {
        "account": group.account,
        "url": group.url,
        "name": group.name,
        "summary": plain_text(group.summary),
        "state": record.state,
        "joining": record.joining,
        "reach": record.reach,
        "acronym": fields.acronym,
        "purpose": fields.purpose,
        "call": fields.call,
        "call_url": fields.call_url,
        "funder": fields.funder,
        "territory": fields.territory,
        "territory_name": fields.territory_name,
        "starts": fields.starts,
        "ends": fields.ends,
        "objectives": list(fields.objectives),
        "closed": wire_time(record.closed_at) if record.closed_at else None,
    }
