"""`project home`, `project move`: taking a project to the server of a partner."""

import asyncio
from typing import Annotated

import typer

from actors.keys import generate
from node.commands.project_shared import ProjectName, Who, somebody, stand_before
from node.commands.shared import AsJson, show_json, with_node
from node.services import Services
from outbox.acts.projects.moving import move_space, prepare_home

Handle = Annotated[str, typer.Argument(metavar="HANDLE", help="Its name here, without @ and host.")]
Home = Annotated[
    str, typer.Argument(metavar="ACCT_OR_URL", help="The home that a partner prepared elsewhere.")
]


def add_moving_commands(project: typer.Typer) -> None:
    """Put these commands into the group `project`."""
    project.command("home")(home)
    project.command("move")(move)


def home(username: Who, project: ProjectName, handle: Handle, as_json: AsJson = False) -> None:
    """Prepare a home here, as a partner, for a project of another server; prints its address."""

    async def work(services: Services) -> str:
        partner, found = await stand_before(services, username, project)
        pairs = await asyncio.to_thread(generate)
        made = await prepare_home(services.outbox, partner, found.group, handle, pairs)
        return made.group.url

    _say(with_node(work), as_json)


def move(username: Who, project: ProjectName, target: Home, as_json: AsJson = False) -> None:
    """Move a project of this node to the home that was prepared for it; all members go along."""

    async def work(services: Services) -> str:
        lead, found = await stand_before(services, username, project)
        there = await somebody(services, target)
        return (await move_space(services.outbox, lead, found.group, there.url)).url

    _say(with_node(work), as_json)


def _say(url: str, as_json: bool) -> None:
    if as_json:
        show_json({"url": url})
    else:
        typer.echo(url)
