"""`project …`: spaces that several organisations share, from a terminal."""

import asyncio
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from actors.keys import generate
from node.commands.project_fields import (
    Acronym,
    Call,
    CallUrl,
    Day,
    Funder,
    Joining,
    Members,
    Objectives,
    Purpose,
    State,
    Territory,
    TerritoryName,
    Text,
    draft_of,
    said,
    shown,
)
from node.commands.project_moving import add_moving_commands
from node.commands.project_offers import add_offer_commands
from node.commands.project_people import add_people_commands
from node.commands.project_shared import ProjectName, Reach, Who, stand_before
from node.commands.project_writing import add_writing_commands
from node.commands.shared import AsJson, local_actor, new_file, show_json, with_node
from node.services import Services
from objects.archive.writing import ArchiveSources
from objects.projects.archive.writing import export_project
from objects.projects.fields import Project
from objects.projects.membership import NotAllowed
from outbox.acts.projects.closing import close_space
from outbox.acts.projects.spaces import SpaceDraft, change_space, open_space

project = typer.Typer(
    help="Project spaces that several organisations share, each from its own server.",
    no_args_is_help=True,
)
add_people_commands(project)
add_writing_commands(project)
add_offer_commands(project)
add_moving_commands(project)

KNOWN = ["invited", "requested", "member"]


@project.command("create")
def create(
    username: Who,
    handle: Annotated[
        str, typer.Argument(metavar="HANDLE", help="Its name in addresses, without @ and host.")
    ],
    name: Annotated[str, typer.Option(help="Name as people read it.")],
    summary: Text = None,
    purpose: Purpose = None,
    acronym: Acronym = None,
    call: Call = None,
    call_url: CallUrl = None,
    funder: Funder = None,
    territory: Territory = None,
    territory_name: TerritoryName = None,
    starts: Day = None,
    ends: Day = None,
    objective: Objectives = None,
    state: Annotated[State, typer.Option(help="How far it is.")] = State.idea,
    joining: Annotated[Joining, typer.Option(help="Who becomes a member.")] = Joining.request,
    reach: Members = Reach.public,
    engagement: Annotated[str, typer.Option(help="What its founder brings to it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open a project space on this node, led by USERNAME; prints its address."""
    fields = said(purpose, acronym, call, call_url, funder, territory, territory_name, starts, ends,
                 objective)  # fmt: skip

    async def work(services: Services) -> dict[str, Any]:
        founder = await local_actor(services, username)
        draft = SpaceDraft(
            name=name,
            summary=summary or "",
            project=Project(language=services.settings.language, **fields),
            state=state.value,
            joining=joining.value,
            reach=reach.value,
        )
        pairs = await asyncio.to_thread(generate)
        made = await open_space(
            services.outbox, founder, handle, draft, pairs, engagement=engagement
        )
        return shown(made.group, made.record)

    _say_address(with_node(work), as_json)


@project.command("change")
def change(
    username: Who,
    project_name: ProjectName,
    name: Annotated[str | None, typer.Option(help="Name as people read it.")] = None,
    summary: Text = None,
    purpose: Purpose = None,
    acronym: Acronym = None,
    call: Call = None,
    call_url: CallUrl = None,
    funder: Funder = None,
    territory: Territory = None,
    territory_name: TerritoryName = None,
    starts: Day = None,
    ends: Day = None,
    objective: Objectives = None,
    state: Annotated[State | None, typer.Option(help="How far it is.")] = None,
    joining: Annotated[Joining | None, typer.Option(help="Who becomes a member.")] = None,
    reach: Annotated[Reach | None, typer.Option(help="For whom its notes are.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say something else of a project of this node; what is not given stays as it is."""
    fields = said(purpose, acronym, call, call_url, funder, territory, territory_name, starts, ends,
                 objective)  # fmt: skip
    new = {"name": name, "summary": summary, "state": state and state.value,
           "joining": joining and joining.value, "reach": reach and reach.value}  # fmt: skip
    given: dict[str, Any] = {key: value for key, value in new.items() if value is not None}

    async def work(services: Services) -> dict[str, Any]:
        lead, found = await stand_before(services, username, project_name)
        before = draft_of(found)
        draft = replace(before, project=replace(before.project, **fields), **given)
        changed = await change_space(services.outbox, lead, found.group, draft)
        return shown(changed.group, changed.record)

    _say_address(with_node(work), as_json)


@project.command("close")
def close(
    username: Who,
    project_name: ProjectName,
    abandoned: Annotated[
        bool, typer.Option("--abandoned", help="It was given up, not finished.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """End a project of this node: nothing more is added, everything stays to be read.

    Leads and partners then make an experience of it in the workspace.
    """
    state = State.abandoned if abandoned else State.closed

    async def work(services: Services) -> dict[str, Any]:
        lead, found = await stand_before(services, username, project_name)
        changed = await close_space(services.outbox, lead, found.group, state.value)
        return shown(changed.group, changed.record)

    ended = with_node(work)
    if as_json:
        show_json(ended)
    else:
        typer.echo(f"{ended['account']} is {ended['state']}.")


@project.command("list")
def list_projects(
    username: Annotated[
        str,
        typer.Argument(metavar="[USERNAME]", help="Only the projects of this local account."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show the projects of this node, or those of a member, here and elsewhere."""

    async def work(services: Services) -> list[dict[str, Any]]:
        if not username:
            hosted = await services.store.query(lambda tx: tx.project_lists.every_hosted())
            return [shown(group, record) for group, record in hosted]
        member = await local_actor(services, username)
        mine = await services.store.query(lambda tx: tx.project_lists.of_member(member.id, KNOWN))
        return [
            shown(group, record) | {"membership": membership.state, "role": membership.role}
            for group, record, membership in mine
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        standing = f"{row['membership']} ({row['role']})" if "role" in row else ""
        typer.echo(f"{row['state']:<10} {row['account']:<40} {row['name']}  {standing}".rstrip())


@project.command("show")
def show(username: Who, project_name: ProjectName, as_json: AsJson = False) -> None:
    """Show what a project says of itself."""

    async def work(services: Services) -> dict[str, Any]:
        actor, found = await stand_before(services, username, project_name)
        number = await services.store.query(
            lambda tx: tx.project_entries.count_seen(found.group.id, actor.id)
        )
        return shown(found.group, found.record) | {"entries": number}

    space = with_node(work)
    if as_json:
        show_json(space)
        return
    for key, value in space.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        if text not in (None, ""):
            typer.echo(f"{key + ':':<16}{text}")


@project.command("export")
def export(
    username: Who,
    project_name: ProjectName,
    file: Annotated[Path, typer.Argument(help="Where to write the archive (a tar file).")],
) -> None:
    """Write a whole project into one file, as a member reads it; it must not exist yet."""

    async def work(services: Services) -> int:
        member, found = await stand_before(services, username, project_name)
        sources = ArchiveSources(
            services.store, services.identifiers, services.files, version("communotic")
        )
        parts = export_project(sources, found.group, member, services.now())
        first = await anext(parts)
        async with new_file(file) as opened:
            await asyncio.to_thread(opened.write, first)
            async for part in parts:
                await asyncio.to_thread(opened.write, part)
            return opened.tell()

    async def allowed(services: Services) -> int:
        try:
            return await work(services)
        except NotAllowed as error:
            raise ValueError(error.detail) from None

    size = with_node(allowed)
    typer.echo(f"{file}: {size} bytes")


def _say_address(space: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(space)
    else:
        typer.echo(space["url"])
