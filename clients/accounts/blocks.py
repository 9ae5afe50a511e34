"""Blocking and muting people, and blocking whole domains."""

from typing import Final

import msgspec

from clients.accounts.finding import person
from clients.accounts.follows import page, relationship
from clients.door import Call, Door
from clients.entities.accounts import Account, MutedAccount, Relationship
from clients.entities.base import moment
from clients.paging import Paged
from clients.rendering.accounts import account_list
from federation.addresses import normalise_host
from federation.errors import Refused, Untrusted
from outbox.acts.block import (
    block_actor,
    block_domain,
    mute_actor,
    unblock_actor,
    unblock_domain,
    unmute_actor,
)
from storage.store import Tx

MAX_SECONDS: Final = 10 * 365 * 24 * 3_600


class Mute(msgspec.Struct):
    """How to mute; `duration` in seconds, 0 for good."""

    notifications: bool = True
    duration: int | None = 0


class Domain(msgspec.Struct):
    """The domain that is meant."""

    domain: str = ""


def add_block_routes(door: Door) -> None:
    """Register the endpoints about blocks."""

    @door.post("/api/v1/accounts/<int:account_id>/block", "write:blocks")
    async def block(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        # as with mutes, whoever means themselves is told that nothing changed
        if target.id != call.me.id:
            await block_actor(call.context.outbox, call.me, target)
        return await relationship(call, target)

    @door.post("/api/v1/accounts/<int:account_id>/unblock", "write:blocks")
    async def unblock(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        await unblock_actor(call.context.outbox, call.me, target)
        return await relationship(call, target)

    @door.get("/api/v1/blocks", "read:blocks")
    async def blocks(call: Call) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            return await page(tx, call, await tx.people.blocked(call.me.id, span), span)

        return await call.store.query(operation)


def add_mute_routes(door: Door) -> None:
    """Register the endpoints about mutes."""

    @door.post("/api/v1/accounts/<int:account_id>/mute", "write:mutes")
    async def mute(call: Call, account_id: int) -> Relationship:
        wanted = await call.read(Mute)
        target = await call.store.query(lambda tx: person(tx, account_id))
        seconds = min(max(wanted.duration or 0, 0), MAX_SECONDS)
        await mute_actor(
            call.context.outbox,
            call.me,
            target,
            notifications=wanted.notifications,
            until=call.context.now() + seconds * 1000 if seconds else None,
        )
        return await relationship(call, target)

    @door.post("/api/v1/accounts/<int:account_id>/unmute", "write:mutes")
    async def unmute(call: Call, account_id: int) -> Relationship:
        target = await call.store.query(lambda tx: person(tx, account_id))
        await unmute_actor(call.context.outbox, call.me, target)
        return await relationship(call, target)

    @door.get("/api/v1/mutes", "read:mutes")
    async def mutes(call: Call) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            rows = await tx.people.muted(call.me.id, span)
            actors = [actor for _, actor, _ in rows]
            made = await account_list(tx, call.context.identifiers, actors)
            shown = [_muted(one, row[2]) for one, row in zip(made, rows, strict=True)]
            return Paged.of(shown, [row[0] for row in rows], span)

        return await call.store.query(operation)


def _muted(account: Account, until: int | None) -> MutedAccount:
    values = {name: getattr(account, name) for name in account.__struct_fields__}
    return MutedAccount(**values, mute_expires_at=None if until is None else moment(until))


def add_domain_routes(door: Door) -> None:
    """Register the endpoints about domains that one member blocks."""

    @door.get("/api/v1/domain_blocks", "read:blocks")
    async def domains(call: Call) -> Paged:
        span = call.span(100, 200)
        rows = await call.store.query(lambda tx: tx.bonds.blocked_domains(call.me.id, span))
        return Paged.of([domain for _, domain in rows], [number for number, _ in rows], span)

    @door.post("/api/v1/domain_blocks", "write:blocks")
    async def block(call: Call) -> dict[str, str]:
        domain = _domain((await call.read(Domain)).domain)
        if domain == normalise_host(call.context.identifiers.host):
            raise Refused(422, "invalid", "Validation failed: Domain is this server")
        await block_domain(call.context.outbox, call.me, domain)
        return {}

    @door.delete("/api/v1/domain_blocks", "write:blocks")
    async def unblock(call: Call) -> dict[str, str]:
        domain = _domain((await call.read(Domain)).domain)
        await unblock_domain(call.context.outbox, call.me, domain)
        return {}


def _domain(typed: str) -> str:
    """The domain that somebody typed; raises `Refused` 422."""
    bare = typed.strip().removeprefix("https://").removeprefix("http://")
    bare = bare.rpartition("@")[2].strip("/")
    if not bare:
        raise Refused(422, "invalid", "Validation failed: Domain can't be blank")
    try:
        return normalise_host(bare)
    except Untrusted:
        detail = "Validation failed: Domain is not a valid domain name"
        raise Refused(422, "invalid", detail) from None
