"""What every command does: find the node, open it, answer as text or JSON, fail with a sentence."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn, TypeVar

import orjson
import typer

from config.environment import data_directory, environment
from config.load import BadSettings, load_settings
from config.settings import Settings
from federation.errors import FederationError
from node.commands.choice import Choice
from node.services import Services, open_services
from outbox.context import ActRefused
from storage.ports import StorageError
from storage.records import ActorRecord

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Username = Annotated[str, typer.Argument(help="Name of a local account, without @ and host.")]

Reason = Annotated[str, typer.Option(help="Why, for the audit log.")]


def fail(sentence: str) -> NoReturn:
    """Say on standard error what is wrong and end with code 1."""
    typer.echo(f"communotic: {sentence}", err=True)
    raise typer.Exit(1)


def data_dir() -> Path:
    """The data directory of this call."""
    return data_directory(Choice.data)


def settings() -> Settings:
    """The settings of the node, or an end with a sentence."""
    try:
        return load_settings(data_dir(), environment())
    except BadSettings as error:
        fail(str(error))


@asynccontextmanager
async def opened() -> AsyncIterator[Services]:
    """The services of the node, without serving anything."""
    services = await open_services(settings())
    try:
        yield services
    finally:
        await services.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine; expected failures end with a sentence and code 1."""
    try:
        return asyncio.run(work)
    except ActRefused as refused:
        fail(refused.detail)
    except (FederationError, LookupError, ValueError) as error:
        fail(str(error))
    except StorageError as error:
        fail(f"the database: {error}")


def with_node(work: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
    """Open the node, run `work` with its services, close it."""

    async def whole() -> T:
        async with opened() as services:
            return await work(services)

    return run(whole())


@asynccontextmanager
async def new_file(path: Path) -> AsyncIterator[BinaryIO]:
    """A file to be written, which is not there yet; what is not finished does not stay.

    What the disk does not allow ends with a sentence: code 2 when the file is there already.
    """
    try:
        opened = await asyncio.to_thread(path.open, "xb")
    except FileExistsError:
        raise typer.BadParameter(f"{path} exists already") from None
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    try:
        with opened:
            yield opened
    except BaseException as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        if isinstance(error, OSError):
            fail(f"{path} cannot be written: {error.strerror}")
        raise


async def local_actor(services: Services, username: str) -> ActorRecord:
    """The living local actor with this name. Raises `LookupError`."""
    name = username.removeprefix("@").partition("@")[0]
    async with services.store.read() as tx:
        actor = await tx.actors.local(name)
    if actor is None or actor.state != "active":
        raise LookupError(f"there is no account {name} on this node")
    return actor


def show_json(value: Any) -> None:
    """Print a value as indented JSON."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
