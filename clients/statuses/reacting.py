"""Favourites, boosts, bookmarks, pins, muted conversations; and who did what."""

from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec

from clients.door import Call, Door, missing
from clients.entities.base import MEANT
from clients.entities.statuses import Status
from clients.paging import Paged
from clients.rendering.accounts import account_list
from clients.statuses.checking import invalid
from clients.statuses.finding import line_in, record_in, shown, visible_record
from federation.errors import Refused
from outbox.acts.pin import MAX_PINS, pin, unpin
from outbox.acts.react import find_useful, share, take_back
from outbox.context import ActRefused
from storage.ids import new_id
from storage.records import ObjectRecord
from storage.statuses import Reactors
from storage.store import Tx

PATH: Final = "/api/v1/statuses/<int:status_id>"
MAX_PEOPLE: Final = 80
STRANGER: Final = 0


class Boost(msgspec.Struct):
    """Who gets to know of a boost."""

    visibility: str | None = None


def add_reacting_routes(door: Door) -> None:
    """Register the endpoints."""
    _favourites(door)
    _boosts(door)
    _bookmarks(door)
    _pins(door)
    _mutes(door)
    _people(door)


def _favourites(door: Door) -> None:
    @door.post(f"{PATH}/favourite", "write:favourites")
    async def favourite(call: Call, status_id: int) -> Status:
        record = await visible_record(call, status_id)
        await find_useful(call.context.outbox, call.me, record)
        return await shown(call, record.id)

    @door.post(f"{PATH}/unfavourite", "write:favourites")
    async def unfavourite(call: Call, status_id: int) -> Status:
        return await _undone(call, status_id, "likes")


def _boosts(door: Door) -> None:
    @door.post(f"{PATH}/reblog", "write:statuses")
    async def reblog(call: Call, status_id: int) -> Status:
        chosen = (await call.read(Boost)).visibility or "public"
        if chosen not in MEANT or chosen == "direct":
            raise invalid("Visibility is not included in the list")
        record = await visible_record(call, status_id)
        try:
            activity = await share(call.context.outbox, call.me, record, MEANT[chosen])
        except ActRefused as error:
            # What is not public cannot be boosted, and is not said to be there.
            raise (missing() if error.code == "not-public" else error) from None
        return await shown(call, activity.id)

    @door.post(f"{PATH}/unreblog", "write:statuses")
    async def unreblog(call: Call, status_id: int) -> Status:
        return await _undone(call, status_id, "shares")


async def _undone(call: Call, status_id: int, kind: Literal["likes", "shares"]) -> Status:
    """Take back what the caller did, also where they may not look any more."""

    async def operation(tx: Tx) -> ObjectRecord:
        shares = await tx.apps.shares_by_activity([status_id])
        number = shares[status_id].object_id if status_id in shares else status_id
        known = await tx.activities.reaction(kind, call.me.id, number)
        record = await tx.objects.by_id(number) if known is not None else None
        return record or await record_in(tx, call.viewer, status_id)

    record = await call.store.query(operation)
    await take_back(call.context.outbox, kind, call.me, record)
    return await shown(call, record.id)


def _bookmarks(door: Door) -> None:
    @door.post(f"{PATH}/bookmark", "write:bookmarks")
    async def bookmark(call: Call, status_id: int) -> Status:
        record = await visible_record(call, status_id)
        now, number = call.context.now(), new_id()
        await call.store.write(lambda tx: tx.statuses.bookmark(number, call.me.id, record.id, now))
        return await shown(call, record.id)

    @door.post(f"{PATH}/unbookmark", "write:bookmarks")
    async def unbookmark(call: Call, status_id: int) -> Status:
        async def operation(tx: Tx) -> int:
            shares = await tx.apps.shares_by_activity([status_id])
            number = shares[status_id].object_id if status_id in shares else status_id
            await tx.statuses.unbookmark(call.me.id, number)
            return number

        return await shown(call, await call.store.write(operation))


def _pins(door: Door) -> None:
    @door.post(f"{PATH}/pin", "write:accounts")
    async def pin_status(call: Call, status_id: int) -> Status:
        line = await call.store.query(lambda tx: line_in(tx, call.viewer, status_id))
        record = line.record
        if record.actor_id != call.me.id:
            raise invalid("Someone else's post cannot be pinned")
        if record.visibility not in ("public", "unlisted"):
            raise invalid("Posts that are only visible to mentioned users cannot be pinned")
        try:
            await pin(call.context.outbox, call.me, record)
        except ActRefused as error:
            if error.code != "too-many":
                raise
            detail = f"You have already pinned the maximum number of posts ({MAX_PINS})"
            raise invalid(detail) from None
        return await shown(call, record.id)

    @door.post(f"{PATH}/unpin", "write:accounts")
    async def unpin_status(call: Call, status_id: int) -> Status:
        record = await visible_record(call, status_id)
        await unpin(call.context.outbox, call.me, record)
        return await shown(call, record.id)


def _mutes(door: Door) -> None:
    @door.post(f"{PATH}/mute", "write:mutes")
    async def mute(call: Call, status_id: int) -> Status:
        now = call.context.now()

        async def operation(tx: Tx, conversation: str) -> None:
            await tx.statuses.mute_thread(call.me.id, conversation, now)

        return await _in_thread(call, status_id, operation)

    @door.post(f"{PATH}/unmute", "write:mutes")
    async def unmute(call: Call, status_id: int) -> Status:
        async def operation(tx: Tx, conversation: str) -> None:
            await tx.statuses.unmute_thread(call.me.id, conversation)

        return await _in_thread(call, status_id, operation)


async def _in_thread(
    call: Call, status_id: int, operation: Callable[[Tx, str], Awaitable[None]]
) -> Status:
    """Do something with the conversation of a status; raises `Refused` 422 for one without."""
    record = await visible_record(call, status_id)
    conversation = record.conversation
    if conversation is None:
        raise Refused(422, "no-thread", "This post is part of no conversation")
    await call.store.write(lambda tx: operation(tx, conversation))
    return await shown(call, record.id)


def _people(door: Door) -> None:
    @door.get(f"{PATH}/favourited_by", "read:statuses", "read:accounts", who="anyone")
    async def favourited_by(call: Call, status_id: int) -> Paged:
        return await _reactors(call, status_id, "likes")

    @door.get(f"{PATH}/reblogged_by", "read:statuses", "read:accounts", who="anyone")
    async def reblogged_by(call: Call, status_id: int) -> Paged:
        return await _reactors(call, status_id, "shares")


async def _reactors(call: Call, status_id: int, kind: Reactors) -> Paged:
    span = call.span(40, MAX_PEOPLE)

    async def operation(tx: Tx) -> Paged:
        record = await record_in(tx, call.viewer, status_id)
        viewer_id = call.viewer.id if call.viewer else STRANGER
        found = await tx.statuses.reactors(kind, record.id, viewer_id, span)
        people = await account_list(tx, call.context.identifiers, [actor for _, actor in found])
        return Paged.of(people, [number for number, _ in found], span)

    return await call.store.query(operation)
