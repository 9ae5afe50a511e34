"""Polls: how they stand, and votes."""

from typing import Final

import msgspec

from clients.door import Call, Door, missing
from clients.entities.statuses import Poll
from clients.rendering.accounts import emojis_of_document, own_emojis
from clients.rendering.polls import poll_entity
from clients.statuses.checking import invalid
from federation.errors import Refused
from objects.polls import choices
from objects.visibility import visible_by_ids
from outbox.acts.vote import cast
from outbox.context import ActRefused
from outbox.poll_news import CHANNEL
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx

PATH: Final = "/api/v1/polls/<int:poll_id>"
FRESH_MS: Final = 3 * 60_000
"""The counts of another server's poll are asked for again when they are older."""
_REASONS: Final = {
    "closed": "The poll has already ended",
    "voted": "You have already voted on this poll",
    "no-choice": "The chosen vote option does not exist",
}


class Ballot(msgspec.Struct):
    """The places of the choices."""

    choices: list[str] | None = None


def add_poll_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get(PATH, "read:statuses", who="anyone")
    async def poll(call: Call, poll_id: int) -> Poll:
        record, row = await call.store.query(lambda tx: _poll(tx, call.viewer, poll_id))
        if call.viewer is not None and not record.local:
            await _ask_counts(call, record)
        return await _shown(call, record, row)

    @door.post(f"{PATH}/votes", "write:statuses")
    async def votes(call: Call, poll_id: int) -> Poll:
        ballot = await call.read(Ballot)
        record, row = await call.store.query(lambda tx: _poll(tx, call.viewer, poll_id))
        await _vote(call, record, row, ballot.choices or [])
        record, row = await call.store.query(lambda tx: _poll(tx, call.viewer, poll_id))
        return await _shown(call, record, row)


async def _poll(
    tx: Tx, viewer: ActorRecord | None, poll_id: int
) -> tuple[ObjectRecord, PollRecord]:
    """The Question with its poll, as far as somebody may see it; raises `Refused` 404."""
    record = (await visible_by_ids(tx, [poll_id], viewer)).get(poll_id)
    row = await tx.objects.poll(poll_id) if record is not None else None
    if record is None or row is None or record.type != "Question":
        raise missing()
    return record, row


async def _ask_counts(call: Call, record: ObjectRecord) -> None:
    """Have the counts fetched behind this request, at most every few minutes."""
    before = call.context.now() - FRESH_MS

    async def operation(tx: Tx) -> None:
        if await tx.objects.ask_counts(record.id, before):
            tx.notify_on_commit(CHANNEL)

    if await call.store.query(lambda tx: tx.objects.counts_are_old(record.id, before)):
        await call.store.write(operation)


async def _vote(call: Call, record: ObjectRecord, row: PollRecord, places: list[str]) -> None:
    """Cast the caller's votes, all or none; raises `Refused` 422 as Mastodon words it."""
    if record.actor_id == call.me.id:
        raise invalid("You cannot vote in your own polls")
    listed = [name for name, _ in choices(row)]
    wanted = list(dict.fromkeys(places))
    chosen = [listed[int(p)] for p in wanted if _is_place(p) and int(p) < len(listed)]
    if not chosen or len(chosen) < len(wanted):
        raise invalid(_REASONS["no-choice"])
    if len(chosen) > 1 and not row.multiple:
        raise invalid(_REASONS["voted"])
    try:
        await cast(call.context.outbox, call.me, record, chosen)
    except ActRefused as error:
        raise Refused(
            422, error.code, f"Validation failed: {_REASONS.get(error.code, str(error))}"
        ) from None


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


async def _shown(call: Call, record: ObjectRecord, row: PollRecord) -> Poll:
    viewer_id = call.viewer.id if call.viewer else 0
    identifiers, now = call.context.identifiers, call.context.now()

    async def operation(tx: Tx) -> Poll:
        votes = await tx.apps.votes(viewer_id, [record.id])
        if record.local:
            known = await own_emojis(tx, identifiers) if ":" in row.options else {}
        else:
            known = emojis_of_document(record.document, identifiers)
        own = record.actor_id == viewer_id
        return poll_entity(row, now, votes=votes.get(record.id, set()), own=own, emojis=known)

    return await call.store.query(operation)
