"""Accounts: one, several, by their name, by a part of it."""

import msgspec

from clients.accounts.finding import MOST_IDS, person
from clients.door import Call, Door, missing, numbers
from clients.entities.accounts import Account
from clients.rendering.accounts import account_list
from federation.addresses import normalise_host
from federation.errors import FederationError, Untrusted
from storage.records import ActorRecord
from storage.store import Tx

MAX_TYPED = 500


class Ids(msgspec.Struct):
    """Which accounts are asked for."""

    id: list[str] = []


class Named(msgspec.Struct):
    """The name that is looked up."""

    acct: str = ""


class Searched(msgspec.Struct):
    """A search; `resolve` asks other servers, `following` keeps whom one follows."""

    q: str = ""
    limit: int = 40
    offset: int = 0
    resolve: bool = False
    following: bool = False


def add_reading_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/accounts/<int:account_id>", "read:accounts", who="anyone")
    async def account(call: Call, account_id: int) -> Account:
        async def operation(tx: Tx) -> Account:
            actor = await person(tx, account_id)
            return (await account_list(tx, call.context.identifiers, [actor]))[0]

        return await call.store.query(operation)

    @door.get("/api/v1/accounts", "read:accounts", who="anyone")
    async def several(call: Call) -> list[Account]:
        wanted = numbers((await call.read(Ids)).id)[:MOST_IDS]

        async def operation(tx: Tx) -> list[Account]:
            known = await tx.actors.by_ids(wanted)
            found = [known[n] for n in wanted if n in known and known[n].state != "gone"]
            return await account_list(tx, call.context.identifiers, found)

        return await call.store.query(operation)

    @door.get("/api/v1/accounts/<int:account_id>/identity_proofs", "read:accounts", who="anyone")
    async def proofs(call: Call, account_id: int) -> list[str]:
        # Mastodon gave them up with 3.5: since then nobody has any.
        await call.store.query(lambda tx: person(tx, account_id))
        return []


def add_search_routes(door: Door) -> None:
    """Register the endpoints that find accounts by a name."""

    @door.get("/api/v1/accounts/lookup", "read:accounts", who="anyone")
    async def lookup(call: Call) -> Account:
        named = (await call.read(Named)).acct

        async def operation(tx: Tx) -> Account:
            actor = await by_name(tx, call, named)
            if actor is None or actor.state == "gone":
                raise missing()
            return (await account_list(tx, call.context.identifiers, [actor]))[0]

        return await call.store.query(operation)

    @door.get("/api/v1/accounts/search", "read:accounts")
    async def search(call: Call) -> list[Account]:
        wanted = await call.read(Searched)
        limit = min(max(wanted.limit, 1), 80)
        offset = min(max(wanted.offset, 0), 100_000)
        typed = wanted.q.strip()[:MAX_TYPED]
        first = await _resolved(call, typed) if wanted.resolve and not offset else None

        async def operation(tx: Tx) -> list[Account]:
            found = await matching(tx, call.me, typed, wanted.following, limit, offset)
            if first is not None and not wanted.following:
                found = [first, *(one for one in found if one.id != first.id)][:limit]
            return await account_list(tx, call.context.identifiers, found)

        return await call.store.query(operation)


async def by_name(tx: Tx, call: Call, typed: str) -> ActorRecord | None:
    """The actor known as `name` or `name@host`; nobody is asked elsewhere."""
    name, _, host = typed[:MAX_TYPED].strip().removeprefix("@").partition("@")
    try:
        host = normalise_host(host) if host else ""
    except Untrusted:
        return None
    if not host or host == normalise_host(call.context.identifiers.host):
        return await tx.actors.local(name)
    return await tx.actors.by_account(name, host)


async def matching(
    tx: Tx, viewer: ActorRecord, typed: str, following: bool, limit: int, offset: int
) -> list[ActorRecord]:
    """People whose name or address contains a text, as the viewer may find them."""
    if not typed.lstrip("@"):
        return []
    return await tx.people.matching(
        typed, viewer.id, following=following, limit=limit, offset=offset
    )


async def _resolved(call: Call, typed: str) -> ActorRecord | None:
    """The actor with a whole address, asked for on its server; None where that leads nowhere."""
    name, _, host = typed.removeprefix("@").partition("@")
    address = typed.startswith(("https://", "http://")) or (name and "." in host)
    if not address or " " in typed:
        return None
    try:
        return await call.context.outbox.remote.resolve(typed)
    except (FederationError, LookupError, ValueError):
        return None
