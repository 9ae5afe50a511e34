"""`member export` and `member import`: everything of one account as a file."""

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from node.commands.shared import AsJson, Username, local_actor, new_file, show_json, with_node
from node.services import Services
from objects.archive.writing import ArchiveSources, archive
from outbox.acts.bring import Bringer, Brought

Follow = Annotated[bool, typer.Option(help="Ask to follow those whom the account followed.")]


def export_member(
    username: Username,
    file: Annotated[Path, typer.Argument(help="Where to write the archive (a tar file).")],
) -> None:
    """Write everything of an account into one file; it must not exist yet."""

    async def work(services: Services) -> int:
        actor = await local_actor(services, username)
        sources = ArchiveSources(
            services.store, services.identifiers, services.files, version("communotic")
        )
        async with new_file(file) as opened:
            async for part in archive(sources, actor, services.now()):
                await asyncio.to_thread(opened.write, part)
            return opened.tell()

    size = with_node(work)
    typer.echo(f"{file}: {size} bytes")


def import_member(
    username: Username,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The archive.")],
    follow: Follow = True,
    as_json: AsJson = False,
) -> None:
    """Bring an archive of another node into an account; nobody is told of what is old.

    It may be done again: what is here already is left alone.
    """

    async def work(services: Services) -> Brought:
        actor = await local_actor(services, username)
        bringer = Bringer(services.outbox, services.files, services.web.limits, actor)
        return await bringer.bring(file, follow=follow)

    brought = with_node(work)
    if as_json:
        show_json(vars(brought))
        return
    typer.echo(
        f"{brought.experiences} experiences ({brought.known} were here), {brought.files} files, "
        f"{brought.drafts} drafts, {brought.followed} accounts followed"
    )
    for problem in brought.problems:
        typer.echo(f"- {problem}")
