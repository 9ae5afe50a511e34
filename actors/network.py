"""The network: the servers whose members may read what is not for everybody."""

import asyncio
import logging
from typing import Final

from actors.administration import NotPossible, audit
from actors.remote import RemoteActors
from federation.addresses import host_of, normalise_host
from federation.errors import FederationError, Untrusted
from storage.network import NetworkServerRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

MAX_SERVERS: Final = 500
LOOK_SECONDS: Final = 10.0


def server_name(text: str) -> str:
    """The host that an administrator means: a host, an address or a name behind `@`.

    Raises `NotPossible` for what is none.
    """
    typed = text.strip().rpartition("@")[2]
    try:
        return host_of(typed) if "://" in typed else normalise_host(typed)
    except Untrusted as error:
        raise NotPossible(f"{text!r} is no server: {error}") from None


async def add_server(tx: Tx, who: str, host: str, reason: str, own: str, now: int) -> None:
    """Make a server part of the network; `own` is the host of this node.

    Raises `NotPossible` when it is already, or is this node itself.
    """
    if host == own:
        raise NotPossible(f"{host} is this node: its members always belong.")
    if len(await tx.network.servers()) >= MAX_SERVERS:
        raise NotPossible(f"The list has {MAX_SERVERS} servers already.")
    if not await tx.network.add(NetworkServerRecord(host, "", who, now)):
        raise NotPossible(f"{host} is in the list already.")
    await audit(tx, who, "network add", host, reason, now)


async def remove_server(tx: Tx, who: str, host: str, reason: str, now: int) -> None:
    """Take a server out of the network: its members see nothing restricted from now on.

    Raises `NotPossible` when it is not in it.
    """
    if not await tx.network.remove(host):
        raise NotPossible(f"{host} is not in the list.")
    await audit(tx, who, "network remove", host, reason, now)


async def find_inbox(store: Store, remote: RemoteActors, host: str) -> str:
    """Where a server takes what is for everybody there, remembered; empty when it is silent.

    Its own actor says so, who is found under the server's name (FEP-d556).
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            actor = await remote.by_acct(f"{host.partition(':')[0]}@{host}")
    except (FederationError, LookupError, TimeoutError) as error:
        log.info("no actor of the server %s: %s", host, error)
        return ""
    if actor.host != host:
        log.info("the actor of the server %s says that it is of %s", host, actor.host)
        return ""
    inbox = actor.delivery_inbox
    await store.write(lambda tx: tx.network.set_inbox(host, inbox))
    return inbox


async def find_inboxes(store: Store, remote: RemoteActors) -> None:
    """Look for the inboxes that are not known yet, all at once."""
    servers = await store.query(lambda tx: tx.network.servers())
    unknown = [server.host for server in servers if not server.inbox]
    await asyncio.gather(*(find_inbox(store, remote, host) for host in unknown))
