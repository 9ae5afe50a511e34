"""Finding people: the directory, and whom one might follow."""

from typing import Final, Literal

import msgspec

from clients.door import Call, Door
from clients.entities.accounts import Account, Suggestion
from clients.rendering.accounts import account_list
from storage.records import ActorRecord
from storage.store import Tx

Source = Literal["friends_of_friends", "most_followed"]
# How they were called before 4.3.
FORMER: Final[dict[Source, str]] = {
    "friends_of_friends": "past_interactions",
    "most_followed": "global",
}


class Listed(msgspec.Struct):
    """A part of the directory."""

    offset: int = 0
    limit: int = 40
    order: str = "active"
    local: bool = False


class Limit(msgspec.Struct):
    """How many suggestions are wanted."""

    limit: int = 40


def add_discovery_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/directory", "read:accounts", who="anyone")
    async def directory(call: Call) -> list[Account]:
        wanted = await call.read(Listed)

        async def operation(tx: Tx) -> list[Account]:
            found = await tx.people.directory(
                call.viewer.id if call.viewer else 0,
                order="new" if wanted.order == "new" else "active",
                local=wanted.local,
                limit=min(max(wanted.limit, 1), 80),
                offset=min(max(wanted.offset, 0), 100_000),
            )
            return await account_list(tx, call.context.identifiers, found)

        return await call.store.query(operation)

    @door.get("/api/v2/suggestions", "read:accounts")
    async def suggestions(call: Call) -> list[Suggestion]:
        limit = min(max((await call.read(Limit)).limit, 1), 80)

        async def operation(tx: Tx) -> list[Suggestion]:
            found = await suggested(tx, call.me, limit)
            actors = [actor for actor, _ in found]
            made = await account_list(tx, call.context.identifiers, actors)
            return [
                Suggestion(source=FORMER[sources[0]], sources=list(sources), account=account)
                for account, (_, sources) in zip(made, found, strict=True)
            ]

        return await call.store.query(operation)

    @door.get("/api/v1/suggestions", "read:accounts")
    async def accounts(call: Call) -> list[Account]:
        limit = min(max((await call.read(Limit)).limit, 1), 80)

        async def operation(tx: Tx) -> list[Account]:
            found = [actor for actor, _ in await suggested(tx, call.me, limit)]
            return await account_list(tx, call.context.identifiers, found)

        return await call.store.query(operation)

    @door.delete("/api/v1/suggestions/<int:account_id>", "write:accounts", "read")
    async def dismiss(call: Call, account_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            if account_id < 2**63 and await tx.actors.by_id(account_id) is not None:
                await tx.bonds.dismiss(call.me.id, account_id)

        await call.store.write(operation)
        return {}


async def suggested(
    tx: Tx, viewer: ActorRecord, limit: int
) -> list[tuple[ActorRecord, tuple[Source, ...]]]:
    """Whom a member might follow, and why.

    First those whom the people follow whom the member follows, by how many of them do; then the
    people of this node with the most followers. Nobody who is followed or asked already, hidden
    or dismissed, or does not want to be found.
    """
    friends = await tx.people.suggested(viewer.id, "friends_of_friends", limit)
    popular = await tx.people.suggested(viewer.id, "most_followed", limit)
    known = {actor.id for actor in popular}
    both: tuple[Source, ...] = ("friends_of_friends", "most_followed")
    found = [(actor, both if actor.id in known else both[:1]) for actor in friends]
    named = {actor.id for actor in friends}
    found += [(actor, both[1:]) for actor in popular if actor.id not in named]
    return found[:limit]
