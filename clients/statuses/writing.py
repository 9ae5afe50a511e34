"""Writing, changing and deleting posts."""

from dataclasses import replace

import msgspec
from quart import request

from clients.context import ClientContext
from clients.door import Call, Door, missing
from clients.entities.scheduled import ScheduledStatus
from clients.entities.statuses import Status
from clients.media.describing import described
from clients.statuses.checking import (
    checked_media,
    checked_text,
    invalid,
    is_markdown,
    language_of,
    poll_draft,
)
from clients.statuses.composing import Composed, compose
from clients.statuses.finding import line_in, own_record, own_status, shown
from clients.statuses.parameters import MediaChange, StatusParameters
from clients.statuses.publishing import KEY_MS, MAX_KEY, Repeated, noting
from clients.statuses.scheduling import schedule, scheduled_entity
from clients.statuses.titled import Titled, begin, titled
from objects.notes import source_of
from objects.quotes import POLICIES
from outbox.acts.change import withdraw
from outbox.acts.create import post
from outbox.acts.quoted import set_quote_policy
from outbox.acts.react import take_back
from outbox.acts.revise import Revision, revise
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from storage.store import Tx


class Deletion(msgspec.Struct):
    """Whether the files of a deleted post are to go at once."""

    delete_media: bool | None = None


def add_writing_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/api/v1/statuses", "write:statuses")
    async def publish(call: Call) -> Status | ScheduledStatus:
        sent = await call.read(StatusParameters)
        key = request.headers.get("Idempotency-Key", "").strip()[:MAX_KEY]
        try:
            return await _published(call, sent, key)
        except Repeated as repeated:
            return await _made_before(call, repeated.result_id)

    @door.put("/api/v1/statuses/<int:status_id>", "write:statuses")
    async def change(call: Call, status_id: int) -> Status:
        record = await own_record(call, status_id)
        sent = await call.read(StatusParameters)
        policy = sent.quote_approval_policy
        if policy and policy not in POLICIES:
            raise invalid("Quote approval policy is not included in the list")
        revision = await call.store.query(lambda tx: _revision(tx, call, record, sent))
        await revise(call.context.outbox, call.me, record, revision)
        if policy:
            await set_quote_policy(call.context.outbox, call.me, record, policy)
        return await shown(call, record.id)

    @door.delete("/api/v1/statuses/<int:status_id>", "write:statuses")
    async def delete(call: Call, status_id: int) -> Status:
        line = await call.store.query(lambda tx: line_in(tx, call.viewer, status_id))
        before = await shown(call, status_id)
        if line.shared_by is not None and line.shared_by.id == call.me.id:
            await take_back(call.context.outbox, "shares", call.me, line.record)
            return before
        # Somebody's boost is not the caller's to delete, nor a name for what it boosts.
        if line.record.actor_id != call.me.id or line.shared_by is not None:
            raise missing()
        before.text = source_of(line.record)[0]
        at_once = bool((await call.read(Deletion)).delete_media)
        await _delete(call, line.record, at_once=at_once)
        return before


async def _published(call: Call, sent: StatusParameters, key: str) -> Status | ScheduledStatus:
    """Publish, schedule, or begin an experience; raises `Repeated` for a key that was used."""
    context, author = call.context, call.me

    async def prepare(tx: Tx) -> Composed | Titled | None:
        await _refuse_repeated(tx, context, author, key)
        begun = await titled(tx, context, author, call.token.member, sent)
        if begun is not None or sent.scheduled_at:
            return begun
        return await compose(tx, context, author, sent)

    prepared = await call.store.query(prepare)
    also = noting(context, author, key, call.token.app_id)
    match prepared:
        case None:
            return await scheduled_entity(call, await schedule(call, sent, key))
        case Titled():
            also = noting(context, author, key, None)
            record = await begin(context, author, call.token.member, prepared, also)
        case Composed():
            record = await post(context.outbox, author, prepared.draft, also=also)
    return await call.store.query(lambda tx: own_status(tx, context, author, record.id))


async def _refuse_repeated(tx: Tx, context: ClientContext, author: ActorRecord, key: str) -> None:
    earlier = await tx.statuses.keyed(author.id, key, context.now() - KEY_MS) if key else None
    if earlier is not None:
        raise Repeated(earlier)


async def _made_before(call: Call, number: int) -> Status | ScheduledStatus:
    """What an earlier request with the same key made; raises `Refused` 404 if it is gone."""

    async def operation(tx: Tx) -> Status | None:
        if await tx.scheduled.one(call.me.id, number) is not None:
            return None
        return await own_status(tx, call.context, call.me, number)

    status = await call.store.query(operation)
    return status if status is not None else await scheduled_entity(call, number)


async def _revision(tx: Tx, call: Call, record: ObjectRecord, sent: StatusParameters) -> Revision:
    """All that a post says after an edit; raises `Refused` 422.

    As apps expect it, files and poll that are not named again are taken away.
    """
    text, spoiler = checked_text(sent, may_be_empty=bool(sent.media_ids))
    media = await checked_media(tx, call.me, sent, object_id=record.id)
    changes = {change.id: change for change in sent.media_attributes or ()}
    return Revision(
        text,
        summary=spoiler,
        sensitive=bool(record.sensitive) if sent.sensitive is None else sent.sensitive,
        language=language_of(sent.language, record.language or call.context.outbox.language),
        markdown=is_markdown(sent, otherwise=source_of(record)[1] == "text/markdown"),
        media=tuple(_changed(one, changes.get(str(one.id))) for one in media),
        poll=poll_draft(sent, call.context.now()),
    )


def _changed(media: MediaRecord, change: MediaChange | None) -> MediaRecord:
    if change is None:
        return media
    return described(media, description=change.description, focus=change.focus)


async def _delete(call: Call, record: ObjectRecord, *, at_once: bool) -> None:
    """Withdraw a post; its files may be used again for a day, or go `at_once`."""
    files = await call.store.query(lambda tx: tx.drafts.of_media(record.id))
    freed = [replace(one, object_id=None) for one in files]

    async def keep(tx: Tx, _buried: ObjectRecord) -> None:
        await tx.uploads.keep_awhile([one.id for one in freed], call.context.now())

    async def forget(tx: Tx) -> list[str]:
        return [name for one in freed for name in await tx.ledger.remove_media(one)]

    await withdraw(call.context.outbox, call.me, record, also=keep)
    for name in await call.store.write(forget) if at_once else ():
        await call.context.files.delete(name)
