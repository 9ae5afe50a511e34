"""`member …`: the people of this node."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

from actors.administration import COMMAND_LINE, audit, set_password, set_role
from actors.auth import hash_password
from actors.keys import generate
from actors.local import Account, create_person
from actors.sign_in.codes import HANDED_LINK, new_code
from actors.sign_in.invitations import Wanted, invite
from actors.sign_in.passwords import MAX_PASSWORD, MIN_PASSWORD
from actors.sign_in.totp import turn_off
from node.commands.archives import export_member, import_member
from node.commands.shared import AsJson, Reason, Username, local_actor, show_json, with_node
from node.services import Services
from outbox.acts.leave import leave
from storage.store import Tx

member = typer.Typer(help="The accounts of this node.", no_args_is_help=True)
member.command("export")(export_member)
member.command("import")(import_member)


PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
REFUSED = {
    "shut": "addresses at this mail domain are not accepted here",
    "mail": "this is not a mail address",
    "member": "somebody here has this mail address already",
}


class Role(StrEnum):
    """What an account may do."""

    reader = "reader"
    member = "member"
    editor = "editor"
    admin = "admin"


@member.command("add")
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="Name as people read it.")] = "",
    email: Annotated[str, typer.Option(help="Mail address, never shown.")] = "",
    password_stdin: PasswordStdin = False,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.member,
    as_json: AsJson = False,
) -> None:
    """Add a person; prints the address of the account."""
    password = _given_password() if password_stdin else ""

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
    reason: Reason = "",
) -> None:
    """Delete a person's account and everything they published, here and elsewhere.

    The last administrator cannot be removed.
    """
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {username} and everything they published?", abort=True)

    async def work(services: Services) -> None:
        actor = await local_actor(services, username)
        await leave(services.outbox, actor, COMMAND_LINE, reason)

    with_node(work)
    typer.echo(f"{username} is deleted; other servers are being told.")


@member.command("role")
def role(
    username: Username,
    role: Annotated[Role, typer.Argument(help="The new role.")],
    reason: Reason = "",
) -> None:
    """Change what an account may do; the last administrator stays one."""

    async def work(services: Services) -> None:
        actor = await local_actor(services, username)
        await services.store.write(
            lambda tx: set_role(tx, COMMAND_LINE, actor, role.value, reason, services.now())
        )

    with_node(work)
    typer.echo(f"{username} is now {role.value}.")


@member.command("password")
def password(username: Username, password_stdin: PasswordStdin = False) -> None:
    """Give an account a new password, at least 10 characters; asked for unless it is piped in.

    Sessions of browsers end; bearer tokens stay valid: see `communotic tokens`.
    """
    chosen = _given_password() if password_stdin else _asked_password()

    async def work(services: Services) -> None:
        actor = await local_actor(services, username)
        hashed = await asyncio.to_thread(hash_password, chosen)
        await services.store.write(
            lambda tx: set_password(tx, COMMAND_LINE, actor, hashed, services.now())
        )

    with_node(work)
    typer.echo(f"{username} has a new password.")


@member.command("invite")
def invite_by_mail(
    mail: Annotated[str, typer.Argument(help="Mail address of the person.")],
    name: Annotated[str, typer.Option(help="Name as people read it.")] = "",
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.member,
    send: Annotated[bool, typer.Option("--send", help="Send the invitation by mail too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Invite a person; prints the address that creates their account, once, within two weeks."""

    async def work(services: Services) -> dict[str, str]:
        now, wanted = services.now(), Wanted(mail, name, role.value)

        async def operation(tx: Tx) -> dict[str, str]:
            sent, problems = await invite(tx, COMMAND_LINE, [wanted], now)
            if problems:
                raise ValueError(REFUSED[problems[0].wrong])
            one = sent[0]
            if send:
                await services.web.mails.queue(
                    tx,
                    one.invitation.mail,
                    "invitation",
                    services.settings.language,
                    invitation=one.invitation,
                    code=one.code,
                )
            url = f"{services.settings.origin}/invitation/{one.code}"
            return {"mail": one.invitation.mail, "role": one.invitation.role, "url": url}

        return await services.store.write(operation)

    _show_link(with_node(work), as_json)


@member.command("sign-in-link")
def sign_in_link(username: Username, as_json: AsJson = False) -> None:
    """Make a link that signs a person in, once, within a day; for who has no other way."""

    async def work(services: Services) -> dict[str, str]:
        actor, now = await local_actor(services, username), services.now()

        async def operation(tx: Tx) -> str:
            await audit(tx, COMMAND_LINE, "sign-in link", actor.account, "", now)
            return await new_code(tx, HANDED_LINK, now, actor_id=actor.id, created_by=COMMAND_LINE)

        code = await services.store.write(operation)
        url = f"{services.settings.origin}/sign-in/link?code={code}"
        return {"username": actor.username, "url": url}

    _show_link(with_node(work), as_json)


@member.command("codes-off")
def codes_off(username: Username) -> None:
    """Ask a person for no code any more when they sign in; for who lost their telephone."""

    async def work(services: Services) -> bool:
        actor = await local_actor(services, username)
        return await services.store.write(
            lambda tx: turn_off(tx, COMMAND_LINE, actor, services.now())
        )

    removed = with_node(work)
    typer.echo(f"{username} signs in without codes{'' if removed else ', as before'}.")


def _show_link(made: dict[str, str], as_json: bool) -> None:
    if as_json:
        show_json(made)
    else:
        typer.echo(made["url"])


def _given_password() -> str:
    """The first line of standard input."""
    return _good_password(sys.stdin.readline().rstrip("\r\n"))


def _asked_password() -> str:
    return _good_password(
        str(typer.prompt("New password", hide_input=True, confirmation_prompt=True))
    )


def _good_password(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise typer.BadParameter(f"a password needs at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise typer.BadParameter(f"a password has at most {MAX_PASSWORD} characters")
    return password
