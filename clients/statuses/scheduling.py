"""Posts for later: kept, listed, moved, dropped."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from clients.context import ClientContext
from clients.door import Call, Door, missing
from clients.entities.base import moment
from clients.entities.scheduled import ScheduledParams, ScheduledPoll, ScheduledStatus
from clients.paging import Paged
from clients.rendering.media import uploaded
from clients.statuses.checking import asked_poll, invalid
from clients.statuses.composing import compose
from clients.statuses.parameters import StatusParameters
from clients.statuses.publishing import CHANNEL, take_key
from federation.errors import Refused
from storage.ids import new_id
from storage.records import MediaRecord
from storage.scheduled import ScheduledRecord
from storage.store import Tx

SOONEST_MS: Final = 5 * 60_000
DAY_MS: Final = 86_400_000
MAX_IN_ALL: Final = 300
MAX_A_DAY: Final = 25
LATEST_YEAR: Final = 9_000


class NewTime(msgspec.Struct):
    """When a post is to be published instead."""

    scheduled_at: str | None = None


def add_scheduling_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/scheduled_statuses", "read:statuses")
    async def several(call: Call) -> Paged:
        span = call.span()

        async def operation(tx: Tx) -> Paged:
            found = await tx.scheduled.of_actor(call.me.id, span)
            media = await tx.scheduled.media([record.id for record in found])
            made = [_entity(call.context, one, media.get(one.id, [])) for one in found]
            return Paged.of(made, [record.id for record in found], span)

        return await call.store.query(operation)

    @door.get("/api/v1/scheduled_statuses/<int:number>", "read:statuses")
    async def one(call: Call, number: int) -> ScheduledStatus:
        return await scheduled_entity(call, number)

    @door.put("/api/v1/scheduled_statuses/<int:number>", "write:statuses")
    async def move(call: Call, number: int) -> ScheduledStatus:
        await scheduled_entity(call, number)
        at = scheduled_time((await call.read(NewTime)).scheduled_at or "", call.context.now())

        async def operation(tx: Tx) -> None:
            if not await tx.scheduled.move(call.me.id, number, at):
                raise missing()
            await _check_numbers(tx, call.me.id, at)
            tx.notify_on_commit(CHANNEL)

        await call.store.write(operation)
        return await scheduled_entity(call, number)

    @door.delete("/api/v1/scheduled_statuses/<int:number>", "write:statuses")
    async def drop(call: Call, number: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            kept = await tx.scheduled.media([number])
            if not await tx.scheduled.remove(call.me.id, number):
                raise missing()
            freed = [media.id for media in kept.get(number, ())]
            await tx.uploads.keep_awhile(freed, call.context.now())

        await call.store.write(operation)
        return {}


async def schedule(call: Call, sent: StatusParameters, key: str) -> int:
    """Keep a post for later, once for each key; its id. Raises `Refused` and `Repeated`."""
    now = call.context.now()
    at = scheduled_time(sent.scheduled_at or "", now)
    number, author = new_id(), call.me
    parameters = msgspec.json.encode(sent).decode()
    record = ScheduledRecord(
        number, author.id, call.token.app_id, parameters, at, "waiting", "", now
    )

    async def operation(tx: Tx) -> int:
        composed = await compose(tx, call.context, author, sent)
        await take_key(tx, author.id, key, number, now)
        await tx.scheduled.add(record, [media.id for media in composed.media])
        await _check_numbers(tx, author.id, at)
        tx.notify_on_commit(CHANNEL)
        return number

    return await call.store.write(operation)


async def scheduled_entity(call: Call, number: int) -> ScheduledStatus:
    """A post for later of the caller; raises `Refused` 404."""

    async def operation(tx: Tx) -> ScheduledStatus:
        record = await tx.scheduled.one(call.me.id, number)
        if record is None:
            raise missing()
        media = await tx.scheduled.media([number])
        return _entity(call.context, record, media.get(number, []))

    return await call.store.query(operation)


def scheduled_time(text: str, now: int) -> int:
    """The moment that an app names, in milliseconds; raises `Refused` 422 if it is too near."""
    try:
        at = datetime.fromisoformat(text.strip())
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        ms = int(at.timestamp() * 1000) if at.year < LATEST_YEAR else None
    except (ValueError, OverflowError):
        ms = None
    if ms is None:
        raise Refused(422, "invalid", "Record invalid")
    if ms < now + SOONEST_MS:
        raise invalid("Scheduled at date must be in the future")
    return ms


async def _check_numbers(tx: Tx, actor_id: int, at: int) -> None:
    """Raise `Refused` 422 when a member has scheduled too much, that day or in all."""
    start = datetime.fromtimestamp(at / 1000, UTC).replace(hour=0, minute=0, second=0)
    first = int(start.replace(microsecond=0).timestamp() * 1000)
    last = int((start + timedelta(days=1)).replace(microsecond=0).timestamp() * 1000)
    in_all, that_day = await tx.scheduled.count(actor_id, first, last)
    if in_all > MAX_IN_ALL:
        raise invalid(f"You have exceeded the limit of {MAX_IN_ALL} scheduled posts")
    if that_day > MAX_A_DAY:
        raise invalid(f"You have exceeded the limit of {MAX_A_DAY} scheduled posts for today")


def _entity(
    context: ClientContext, record: ScheduledRecord, media: list[MediaRecord]
) -> ScheduledStatus:
    sent = msgspec.json.decode(record.parameters, type=StatusParameters)
    answered = sent.in_reply_to_id or ""
    return ScheduledStatus(
        id=str(record.id),
        scheduled_at=moment(record.scheduled_at),
        params=ScheduledParams(
            text=sent.status or "",
            media_ids=sent.media_ids or None,
            sensitive=sent.sensitive,
            spoiler_text=sent.spoiler_text,
            visibility=sent.visibility,
            language=sent.language,
            in_reply_to_id=int(answered) if answered.isascii() and answered.isdigit() else None,
            poll=_poll(sent),
            quoted_status_id=sent.quoted_status_id or sent.quote_id,
            quote_approval_policy=sent.quote_approval_policy or "public",
            application_id=record.app_id or 0,
        ),
        media_attachments=[uploaded(one, context.identifiers, context.leaves) for one in media],
    )


def _poll(sent: StatusParameters) -> ScheduledPoll | None:
    poll = asked_poll(sent)
    if poll is None:
        return None
    return ScheduledPoll(
        options=poll.options or [],
        expires_in=poll.expires_in or 0,
        multiple=bool(poll.multiple),
        hide_totals=bool(poll.hide_totals),
    )
