"""What the commands about projects share: arguments, and finding the project and the people."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from actors.documents import wire_time
from node.commands.shared import fail, local_actor, show_json
from node.services import Services
from outbox.acts.projects.finding import Found, find_project
from storage.projects import MembershipRecord
from storage.records import ActorRecord

ProjectName = Annotated[
    str,
    typer.Argument(metavar="PROJECT", help="Its name here, name@host, or its address."),
]
Person = Annotated[
    str, typer.Argument(metavar="ACCT_OR_URL", help="A name here, name@host, or an address.")
]
Who = Annotated[str, typer.Argument(metavar="USERNAME", help="The local account that acts.")]


class Role(StrEnum):
    """What a member does in a project."""

    lead = "lead"
    partner = "partner"
    observer = "observer"


class Reach(StrEnum):
    """For whom something in a project is."""

    public = "public"
    network = "network"
    project = "project"


async def stand_before(
    services: Services, username: str, project: str
) -> tuple[ActorRecord, Found]:
    """The local account that acts, and the project as it sees it. Raises `LookupError`."""
    actor = await local_actor(services, username)
    return actor, await find_project(services.outbox, actor, project)


async def somebody(services: Services, typed: str) -> ActorRecord:
    """A person or an organisation of any server. Raises `LookupError`, federation errors."""
    name = typed.strip().removeprefix("@")
    if "@" in name or name.startswith(("https://", "http://")):
        return await services.remote.resolve(name)
    return await local_actor(services, name)


def check_days(*days: str) -> None:
    """End with a sentence when something was typed that is no day, or written otherwise."""
    for day in days:
        try:
            known = not day or date.fromisoformat(day).isoformat() == day
        except ValueError:
            known = False
        if not known:
            fail(f"{day[:20]!r} is no day: write 2026-11-28")


def shown_member(membership: MembershipRecord, person: ActorRecord) -> dict[str, Any]:
    """Somebody who stands to a project in some way, for `--json`."""
    return {
        "account": person.account,
        "url": person.url,
        "name": person.name,
        "role": membership.role,
        "state": membership.state,
        "engagement": membership.engagement,
        "since": wire_time(membership.since),
    }


def say_state(
    membership: MembershipRecord, person: ActorRecord, project: str, as_json: bool
) -> None:
    """Say how somebody stands to a project now."""
    if as_json:
        show_json(shown_member(membership, person))
        return
    sentences = {
        "member": f"{person.account} is a member of {project}: {membership.role}.",
        "invited": f"{person.account} is invited to {project} as {membership.role}.",
        "requested": f"{person.account} asks to belong to {project}, which has the last word.",
        "declined": f"{person.account} does not join {project}.",
        "left": f"{person.account} has left {project}.",
        "removed": f"{person.account} is no member of {project} any more.",
    }
    typer.echo(sentences[membership.state])
