"""`init` and `migrate`: making a node and keeping its database up to date."""

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import typer

from actors.identifiers import Identifiers, acceptable_username
from actors.keys import generate
from actors.local import first_run
from config.environment import environment
from config.load import FILE_NAME, BadSettings, check, load_settings
from config.settings import Settings
from config.write import write_settings
from node.commands.shared import data_dir, fail, run, settings
from objects.vocabularies.bundle import load_bundled
from storage.migrate import migrate as migrate_store
from storage.store import open_store


class Scheme(StrEnum):
    """How the node is reached."""

    https = "https"
    http = "http"


class Language(StrEnum):
    """Languages of the node's pages."""

    fr = "fr"
    en = "en"


def init(
    domain: Annotated[str, typer.Option(help="Host name of the node, with a port if unusual.")],
    scheme: Annotated[Scheme, typer.Option(help="http is for development only.")] = Scheme.https,
    organisation: Annotated[
        str, typer.Option(help="Name of the organisation; the domain when not given.")
    ] = "",
    username: Annotated[
        str, typer.Option(help="Handle of the organisation: @HANDLE@DOMAIN.")
    ] = "organisation",
    language: Annotated[Language, typer.Option(help="Language of the pages.")] = Language.fr,
    database: Annotated[
        str, typer.Option(help="sqlite:///… or postgresql://…; a file in the data by default.")
    ] = "",
    allow_private: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="Private network that may be contacted (development)."),
    ] = None,
) -> None:
    """Make a new node: settings, database, keys, the organisation's account."""
    directory = data_dir()
    if (directory / FILE_NAME).exists():
        fail(f"there is a node in {directory} already; choose another directory with --data")
    values = {
        "domain": domain,
        "scheme": scheme.value,
        "language": language.value,
        "database": database or None,
        "allow_private": allow_private or None,
    }
    _check_first(directory, values, username)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_settings(directory, values)
    chosen = load_settings(directory, environment())
    try:
        run(_first_run(chosen, organisation or domain, username))
    except BaseException:
        (directory / FILE_NAME).unlink()
        raise
    typer.echo(f"A node for {chosen.origin} is ready in {directory}.")
    typer.echo(f"Its organisation is @{username}@{domain}. Start it with: communotic run")


def _check_first(directory: Path, values: dict[str, Any], username: str) -> None:
    """Refuse what cannot work before anything is written."""
    if not acceptable_username(username):
        fail(f"{username!r} cannot be a handle: use letters, digits, '_', '.', '-', at most 30")
    given = {name: value for name, value in values.items() if value is not None}
    try:
        networks = tuple(ip_network(text) for text in given.pop("allow_private", ()))
        check(Settings(data_dir=directory, allow_private=networks, **given))
    except (BadSettings, ValueError) as error:
        fail(str(error))


async def _first_run(chosen: Settings, organisation: str, username: str) -> None:
    identifiers = Identifiers.of(chosen)
    pairs = (generate(), generate())
    store = await open_store(chosen.database_url, synchronous=chosen.synchronous)
    try:
        await migrate_store(store)
        await load_bundled(store, _now())
        async with store.transaction() as tx:
            await first_run(tx, identifiers, organisation, username, pairs, _now())
    finally:
        await store.close()


def _now() -> int:
    import time

    return int(time.time() * 1000)


def migrate() -> None:
    """Bring the database to this version; done by `run` too."""
    chosen = settings()

    async def work() -> list[str]:
        store = await open_store(chosen.database_url, synchronous=chosen.synchronous)
        try:
            steps = [str(step) for step in await migrate_store(store)]
            return steps + [f"vocabulary: {name}" for name in await load_bundled(store, _now())]
        finally:
            await store.close()

    steps = run(work())
    typer.echo("\n".join(steps) if steps else "The database is up to date.")
