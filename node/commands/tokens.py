"""`token` and `tokens …`: the bearer tokens of accounts."""

from typing import Annotated, Any

import typer

from actors.administration import COMMAND_LINE, audit, revoke_tokens
from actors.auth import issue_token
from actors.documents import wire_time
from node.commands.shared import AsJson, Reason, Username, fail, local_actor, show_json, with_node
from node.services import Services
from storage.records import TokenRecord
from storage.store import Tx

tokens = typer.Typer(help="The bearer tokens of an account.", no_args_is_help=True)


def token(
    username: Username,
    scopes: Annotated[
        str, typer.Option(help="What the token may do, separated by spaces.")
    ] = "read write follow push",
) -> None:
    """Make a bearer token for an account and print it, alone; it is shown this once."""

    async def work(services: Services) -> str:
        actor = await local_actor(services, username)

        async def operation(tx: Tx) -> str:
            made = await issue_token(tx, actor.id, scopes, COMMAND_LINE, services.now())
            await audit(tx, COMMAND_LINE, "token issue", actor.account, scopes, services.now())
            return made

        return await services.store.write(operation)

    typer.echo(with_node(work))


@tokens.command("list")
def list_tokens(username: Username, as_json: AsJson = False) -> None:
    """Show the tokens of an account, never the secrets themselves: only their hashes are kept."""

    async def work(services: Services) -> list[dict[str, Any]]:
        actor = await local_actor(services, username)
        return [
            _shown(t) for t in await services.store.query(lambda tx: tx.members.tokens(actor.id))
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        state = f"revoked {row['revoked']}" if row["revoked"] else f"used {row['used'] or 'never'}"
        typer.echo(f"{row['id']}  {row['created']}  {state}  {row['scopes']}  {row['label']}")


def _shown(token: TokenRecord) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "label": token.label,
        "scopes": token.scopes,
        "created": wire_time(token.created_at),
        "used": wire_time(token.last_used_at) if token.last_used_at else None,
        "revoked": wire_time(token.revoked_at) if token.revoked_at else None,
    }


@tokens.command("revoke")
def revoke(
    username: Username,
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="One of them; see `tokens list`.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every token of the account.")] = False,
    reason: Reason = "",
) -> None:
    """Make one token of an account worthless, or all of them, from the next request on."""
    if (number is None) != everything:
        fail("name one token by its ID, or all of them with --all")

    async def work(services: Services) -> int:
        actor = await local_actor(services, username)
        return await services.store.write(
            lambda tx: revoke_tokens(tx, COMMAND_LINE, actor, number, reason, services.now())
        )

    typer.echo(f"{with_node(work)} revoked.")
