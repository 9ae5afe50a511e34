"""How the caller stands to others: relationships, notes, familiar followers, recommendations."""

import msgspec

from clients.accounts.finding import MOST_IDS, is_hidden, living, person
from clients.accounts.follows import page, relationship
from clients.door import Call, Door, numbers
from clients.entities.accounts import FamiliarFollowers, Relationship
from clients.paging import Paged
from clients.rendering.accounts import accounts
from clients.rendering.relationships import relationships
from federation.errors import Refused
from storage.store import Tx

MAX_NOTE = 2_000
MAX_FAMILIAR = 20


class Ids(msgspec.Struct):
    """Which accounts are asked for."""

    id: list[str] = []
    with_suspended: bool = False


class Note(msgspec.Struct):
    """A private note about somebody; an empty one is forgotten."""

    comment: str | None = None


def add_bond_routes(door: Door) -> None:
    """Register the endpoints about single bonds."""

    @door.get("/api/v1/accounts/relationships", "read:follows")
    async def several(call: Call) -> list[Relationship]:
        wanted = await call.read(Ids)
        ids, now = numbers(wanted.id)[:MOST_IDS], call.context.now()

        async def operation(tx: Tx) -> list[Relationship]:
            known = await tx.actors.by_ids(ids)
            shown = [
                number
                for number in ids
                if number in known and (wanted.with_suspended or not is_hidden(known[number]))
            ]
            return await relationships(tx, call.me, shown, now)

        return await call.store.query(operation)

    @door.get("/api/v1/accounts/familiar_followers", "read:follows")
    async def familiar(call: Call) -> list[FamiliarFollowers]:
        ids = numbers((await call.read(Ids)).id)[:MOST_IDS]

        async def operation(tx: Tx) -> list[FamiliarFollowers]:
            found = await tx.people.familiar(call.me.id, ids, MAX_FAMILIAR)
            everybody = [actor for some in found.values() for actor in some]
            made = await accounts(tx, call.context.identifiers, everybody)
            return [
                FamiliarFollowers(
                    id=str(number), accounts=[made[actor.id] for actor in found.get(number, ())]
                )
                for number in ids
            ]

        return await call.store.query(operation)

    @door.post("/api/v1/accounts/<int:account_id>/note", "write:accounts")
    async def note(call: Call, account_id: int) -> Relationship:
        comment = ((await call.read(Note)).comment or "").strip()
        if len(comment) > MAX_NOTE:
            detail = f"Validation failed: Comment is too long (maximum is {MAX_NOTE} characters)"
            raise Refused(422, "too-long", detail)
        target = await call.store.query(lambda tx: person(tx, account_id))
        await call.store.write(lambda tx: tx.bonds.set_note(call.me.id, target.id, comment))
        return await relationship(call, target)


def add_endorsement_routes(door: Door) -> None:
    """Register the endpoints about those whom members recommend."""

    @door.get("/api/v1/endorsements", "read:accounts")
    async def own(call: Call) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.people.endorsed(call.me.id, span), span)

        return await call.store.query(operation)

    @door.get("/api/v1/accounts/<int:account_id>/endorsements", "read:accounts", who="anyone")
    async def of_account(call: Call, account_id: int) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            actor = await person(tx, account_id)
            rows = [] if is_hidden(actor) else await tx.people.endorsed(actor.id, span)
            return await page(tx, call, rows, span)

        return await call.store.query(operation)

    async def endorse(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: living(tx, account_id))
        now = call.context.now()
        done = await call.store.write(lambda tx: tx.bonds.endorse(call.me.id, target.id, now))
        if not done:
            detail = (
                "Validation failed: You must be already following the person you want to endorse"
            )
            raise Refused(422, "not-followed", detail)
        return await relationship(call, target)

    async def unendorse(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        await call.store.write(lambda tx: tx.bonds.unendorse(call.me.id, target.id))
        return await relationship(call, target)

    # `pin` is how it was called before 4.4.
    for name, view in (
        ("endorse", endorse),
        ("pin", endorse),
        ("unendorse", unendorse),
        ("unpin", unendorse),
    ):
        door.post(f"/api/v1/accounts/<int:account_id>/{name}", "write:accounts")(view)
