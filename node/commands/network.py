"""`network …`: the servers whose members may read what is for the network."""

from typing import Annotated, Any

import typer

from actors.administration import COMMAND_LINE
from actors.documents import wire_time
from actors.network import (
    add_server,
    find_inbox,
    find_inboxes,
    remove_server,
    server_name,
)
from node.commands.shared import AsJson, Reason, show_json, with_node
from node.services import Services

network = typer.Typer(help="The servers of the network.", no_args_is_help=True)

Server = Annotated[str, typer.Argument(help="Host name of the server.")]


@network.command("list")
def list_servers(as_json: AsJson = False) -> None:
    """Show every server of the network."""

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.query(lambda tx: tx.network.servers())
        return [
            {
                "host": server.host,
                "inbox": server.inbox or None,
                "by": server.added_by,
                "created": wire_time(server.created_at),
            }
            for server in found
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['host']:<40} {row['inbox'] or 'inbox not found yet'}")


@network.command("add")
def add(server: Server, reason: Reason = "", as_json: AsJson = False) -> None:
    """Let the members of a server read what is for the network, and send it there.

    What was published for the network before can be read there too, but is not sent again.
    """

    async def work(services: Services) -> dict[str, Any]:
        host, own = server_name(server), services.identifiers.host
        await services.store.write(
            lambda tx: add_server(tx, COMMAND_LINE, host, reason, own, services.now())
        )
        inbox = await find_inbox(services.store, services.remote, host)
        return {"host": host, "inbox": inbox or None}

    added = with_node(work)
    if as_json:
        show_json(added)
    elif added["inbox"]:
        typer.echo(f"{added['host']} is part of the network; it takes posts at {added['inbox']}")
    else:
        typer.echo(f"{added['host']} is part of the network; it does not answer at the moment.")


@network.command("check")
def check(as_json: AsJson = False) -> None:
    """Look again for the inboxes of servers that did not answer when they were added."""

    async def work(services: Services) -> list[str]:
        await find_inboxes(services.store, services.remote)
        found = await services.store.query(lambda tx: tx.network.servers())
        return [server.host for server in found if not server.inbox]

    silent = with_node(work)
    if as_json:
        show_json({"silent": silent})
        return
    for host in silent:
        typer.echo(f"{host} does not answer.")
    if not silent:
        typer.echo("All servers of the network are known.")


@network.command("remove")
def remove(server: Server, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take a server out of the network; what it was sent before stays there."""

    async def work(services: Services) -> str:
        host = server_name(server)
        await services.store.write(
            lambda tx: remove_server(tx, COMMAND_LINE, host, reason, services.now())
        )
        return host

    host = with_node(work)
    if as_json:
        show_json({"host": host, "removed": True})
    else:
        typer.echo(f"{host} is no part of the network any more.")
