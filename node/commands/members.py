"""`member …` and `token`: the people of this node."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

from actors.administration import COMMAND_LINE, audit, set_role
from actors.auth import hash_password, issue_token
from actors.keys import generate
from actors.local import Account, create_person
from node.commands.shared import AsJson, Username, local_actor, show_json, with_node
from node.services import Services
from outbox.acts.leave import leave
from storage.store import Tx

member = typer.Typer(help="The accounts of this node.", no_args_is_help=True)


class Role(StrEnum):
    """What an account may do."""

    member = "member"
    editor = "editor"
    admin = "admin"


@member.command("add")
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="Name as people read it.")] = "",
    email: Annotated[str, typer.Option(help="Mail address, never shown.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.member,
    as_json: AsJson = False,
) -> None:
    """Add a person; prints the address of the account."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    if password_stdin and len(password) < 8:
        raise typer.BadParameter("a password needs at least 8 characters")

    async def work(services: Services) -> dict[str, str]:
        pairs = await asyncio.to_thread(generate)
        hashed = await asyncio.to_thread(hash_password, password) if password else ""
        account = Account(email=email, password_hash=hashed, role=role.value)

        async def operation(tx: Tx) -> dict[str, str]:
            actor = await create_person(
                tx, services.identifiers, username, name or username, pairs, services.now(), account
            )
            await audit(tx, COMMAND_LINE, "member add", actor.account, role.value, services.now())
            return {"username": actor.username, "url": actor.url, "role": role.value}

        return await services.store.write(operation)

    made = with_node(work)
    if as_json:
        show_json(made)
    else:
        typer.echo(made["url"])


@member.command("list")
def list_members(as_json: AsJson = False) -> None:
    """Show every account."""

    async def work(services: Services) -> list[dict[str, str]]:
        async with services.store.read() as tx:
            found = await tx.members.all()
        return [
            {
                "username": actor.username,
                "name": actor.name,
                "type": actor.type,
                "role": account.role,
                "email": account.email,
                "url": actor.url,
            }
            for actor, account in found
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['username']:<30} {row['role']:<8} {row['type']:<13} {row['name']}")


@member.command("remove")
def remove(
    username: Username,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a person's account and everything they published, here and elsewhere."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {username} and everything they published?", abort=True)

    async def work(services: Services) -> None:
        actor = await local_actor(services, username)
        if actor.type != "Person":
            raise ValueError("only persons can be removed; the organisation is the node itself")
        await leave(services.outbox, actor, COMMAND_LINE)

    with_node(work)
    typer.echo(f"{username} is deleted; other servers are being told.")


@member.command("role")
def role(username: Username, role: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Change what an account may do."""

    async def work(services: Services) -> None:
        actor = await local_actor(services, username)
        await services.store.write(
            lambda tx: set_role(tx, COMMAND_LINE, actor, role.value, "", services.now())
        )

    with_node(work)
    typer.echo(f"{username} is now {role.value}.")


def token(
    username: Username,
    scopes: Annotated[
        str, typer.Option(help="What the token may do, separated by spaces.")
    ] = "read write follow push",
) -> None:
    """Make a bearer token for an account and print it, alone; it is shown this once."""

    async def work(services: Services) -> str:
        actor = await local_actor(services, username)
        return await services.store.write(
            lambda tx: issue_token(tx, actor.id, scopes, COMMAND_LINE, services.now())
        )

    typer.echo(with_node(work))
