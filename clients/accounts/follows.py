"""Following, being followed, and who asks to follow."""

from dataclasses import replace

import msgspec
from msgspec import UNSET, UnsetType

from clients.accounts.finding import is_hidden, living, person
from clients.door import Call, Door, missing
from clients.entities.accounts import Account, Relationship
from clients.paging import Paged
from clients.rendering.accounts import account_list
from clients.rendering.relationships import relationships
from federation.errors import Refused
from outbox.acts.follow import answer, ask, end
from outbox.context import ActRefused
from storage.bonds import FollowOptions
from storage.people import Page
from storage.records import ActorRecord
from storage.spans import Span
from storage.store import Tx

MAX_LANGUAGES = 100


class Options(msgspec.Struct):
    """How to follow; what is not said stays as it is."""

    reblogs: bool | UnsetType = UNSET
    notify: bool | UnsetType = UNSET
    languages: list[str] | UnsetType | None = UNSET

    def over(self, before: FollowOptions) -> FollowOptions:
        """The way that somebody follows, with what is said here."""
        changed = before
        if self.reblogs is not UNSET:
            changed = replace(changed, reblogs=self.reblogs)
        if self.notify is not UNSET:
            changed = replace(changed, notify=self.notify)
        if self.languages is not UNSET:
            changed = replace(changed, languages=_languages(self.languages or []))
        return changed


def _languages(named: list[str]) -> tuple[str, ...]:
    """Language tags as posts carry them; raises `Refused` 422 for what is none."""
    found = dict.fromkeys(name.strip().lower() for name in named if name.strip())
    if not all(name.replace("-", "").isalnum() and len(name) <= 35 for name in found):
        raise Refused(422, "invalid", "Validation failed: Languages is invalid")
    return tuple(found)[:MAX_LANGUAGES]


def add_follow_routes(door: Door) -> None:
    """Register the endpoints for following."""

    @door.post("/api/v1/accounts/<int:account_id>/follow", "write:follows")
    async def follow(call: Call, account_id: int) -> Relationship:
        wanted = await call.read(Options)
        target = await call.store.query(lambda tx: living(tx, account_id))
        if target.id == call.me.id or target.type == "Application":
            raise missing()

        async def remember(tx: Tx) -> None:
            bond = (await tx.bonds.bonds(call.me.id, [target.id]))[target.id]
            if bond.domain_blocking:
                raise ActRefused(403, "domain-blocked", "The domain is blocked.")
            await tx.bonds.set_options(call.me.id, target.id, wanted.over(bond.options))

        try:
            if target.moved_to or target.severity == "suspend":
                raise ActRefused(403, "left", "There is nobody to follow.")
            await ask(call.context.outbox, call.me, target, also=remember)
        except ActRefused as refused:
            raise Refused(refused.status, refused.code, "This action is not allowed") from None
        shown = await relationship(call, target)
        if shown.requested and not target.locked:
            # Whoever is not locked agrees at once; apps need not see the moment between.
            shown.following, shown.requested = True, False
        return shown

    @door.post("/api/v1/accounts/<int:account_id>/unfollow", "write:follows")
    async def unfollow(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        await end(call.context.outbox, call.me, target)
        return await relationship(call, target)

    @door.post("/api/v1/accounts/<int:account_id>/remove_from_followers", "write:follows")
    async def remove(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        known = await call.store.query(lambda tx: tx.relationships.follow(target.id, call.me.id))
        if known is not None and known.state == "accepted":
            await answer(call.context.outbox, call.me, target, agreed=False)
        return await relationship(call, target)


def add_network_routes(door: Door) -> None:
    """Register the endpoints about who follows whom."""

    @door.get("/api/v1/accounts/<int:account_id>/followers", "read:accounts", who="anyone")
    async def followers(call: Call, account_id: int) -> Paged:
        span = call.span(40, 80)
        return await call.store.query(
            lambda tx: _network(tx, call, account_id, span, followers=True)
        )

    @door.get("/api/v1/accounts/<int:account_id>/following", "read:accounts", who="anyone")
    async def following(call: Call, account_id: int) -> Paged:
        span = call.span(40, 80)
        return await call.store.query(
            lambda tx: _network(tx, call, account_id, span, followers=False)
        )


def add_request_routes(door: Door) -> None:
    """Register the endpoints about those who ask to follow."""

    @door.get("/api/v1/follow_requests", "read:follows")
    async def requests(call: Call) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.people.requests(call.me.id, span), span)

        return await call.store.query(operation)

    @door.post("/api/v1/follow_requests/<int:account_id>/authorize", "write:follows")
    async def authorize(call: Call, account_id: int) -> Relationship:
        return await _answered(call, account_id, agreed=True)

    @door.post("/api/v1/follow_requests/<int:account_id>/reject", "write:follows")
    async def reject(call: Call, account_id: int) -> Relationship:
        return await _answered(call, account_id, agreed=False)


async def _answered(call: Call, account_id: int, *, agreed: bool) -> Relationship:
    asker = await call.store.query(lambda tx: person(tx, account_id))
    asked = await call.store.query(lambda tx: tx.relationships.follow(asker.id, call.me.id))
    if asked is None or asked.state != "pending":
        raise missing()
    await answer(call.context.outbox, call.me, asker, agreed=agreed)
    return await relationship(call, asker)


async def _network(tx: Tx, call: Call, account_id: int, span: Span, *, followers: bool) -> Paged:
    """Those around somebody; none where they are hidden, or the viewer is blocked."""
    actor, viewer = await person(tx, account_id), call.viewer
    own = viewer is not None and viewer.id == actor.id
    if is_hidden(actor) or (actor.hides_network and not own):
        return Paged([])
    if viewer is not None and await tx.relationships.blocks(actor.id, viewer.id):
        return Paged([])
    reader = 0 if viewer is None or own else viewer.id
    if followers:
        rows = await tx.people.followers(actor.id, reader, span)
    else:
        rows = await tx.people.following(actor.id, reader, span, everything=own)
    return await page(tx, call, rows, span)


async def page(tx: Tx, call: Call, rows: Page, span: Span) -> Paged:
    """Numbered actors as a page of accounts."""
    made: list[Account] = await account_list(
        tx, call.context.identifiers, [actor for _, actor in rows]
    )
    return Paged.of(made, [number for number, _ in rows], span)


async def relationship(call: Call, target: ActorRecord) -> Relationship:
    """How the caller stands to somebody now."""
    now = call.context.now()
    return (await call.store.query(lambda tx: relationships(tx, call.me, [target.id], now)))[0]
