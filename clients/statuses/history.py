"""A status as it was typed, its earlier versions, and the card of its link."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from clients.context import ClientContext
from clients.door import Call, Door
from clients.entities.accounts import Account, CustomEmoji
from clients.entities.base import moment
from clients.entities.statuses import (
    PreviewCard,
    StatusEdit,
    StatusEditPoll,
    StatusEditPollOption,
    StatusSource,
)
from clients.rendering.accounts import accounts, emojis_in, emojis_of_document, own_emojis
from clients.rendering.cards import card_entity
from clients.rendering.content import shown_content, spoiler_text
from clients.rendering.media import attached
from clients.rendering.statuses import copies_of
from clients.statuses.finding import record_in, visible_record
from federation.documents import Document
from objects.incoming import attachments_of, object_record
from objects.notes import source_of
from objects.reading import options_of
from storage.project_files import ProjectFileRecord
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from storage.store import Tx

PATH: Final = "/api/v1/statuses/<int:status_id>"
MAX_VERSIONS: Final = 100


def add_history_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get(f"{PATH}/source", "read:statuses")
    async def source(call: Call, status_id: int) -> StatusSource:
        record = await visible_record(call, status_id)
        text, kind = source_of(record)
        return StatusSource(
            id=str(record.id), text=text, spoiler_text=spoiler_text(record), content_type=kind
        )

    @door.get(f"{PATH}/history", "read:statuses", who="anyone")
    async def history(call: Call, status_id: int) -> list[StatusEdit]:
        return await call.store.query(lambda tx: _history(tx, call, status_id))

    @door.get(f"{PATH}/card", "read:statuses", who="anyone")
    async def card(call: Call, status_id: int) -> PreviewCard | dict[str, Any]:
        async def operation(tx: Tx) -> PreviewCard | dict[str, Any]:
            record = await record_in(tx, call.viewer, status_id)
            found = (await tx.apps.cards([record.id])).get(record.id)
            return {} if found is None else card_entity(found, call.context.identifiers)

        return await call.store.query(operation)


async def _history(tx: Tx, call: Call, status_id: int) -> list[StatusEdit]:
    """Every version, the first one first; that of now is the last."""
    record = await record_in(tx, call.viewer, status_id)
    author = await tx.actors.by_id(record.actor_id)
    assert author is not None
    earlier = (await tx.objects.versions(record.id))[-MAX_VERSIONS:]
    versions = [(at, _as_record(record, author, text)) for at, text in earlier]
    versions.append((record.edited_at or record.published_at, record))
    media = (await tx.apps.media_of([record.id])).get(record.id, [])
    account = (await accounts(tx, call.context.identifiers, [author]))[author.id]
    ours = await own_emojis(tx, call.context.identifiers) if record.local else {}
    copies = (await copies_of(tx, [record])).get(record.id, {})
    made = [
        _edit(call.context, at, version, author, account, media, copies, ours)
        for at, version in versions
    ]
    made[0].created_at = moment(record.published_at)
    return made


def _as_record(record: ObjectRecord, author: ActorRecord, document: str) -> ObjectRecord:
    """An earlier version, read and sanitised as it was when it came."""
    return object_record(Document(orjson.loads(document)), author, record.created_at).record


def _edit(
    context: ClientContext,
    at: int,
    version: ObjectRecord,
    author: ActorRecord,
    account: Account,
    media: Sequence[MediaRecord],
    copies: Mapping[str, ProjectFileRecord],
    ours: Mapping[str, CustomEmoji],
) -> StatusEdit:
    asked = options_of(Document(orjson.loads(version.document)))
    known = ours or emojis_of_document(version.document, context.identifiers)
    options = None if asked is None else [StatusEditPollOption(title=name) for name, _ in asked[0]]
    return StatusEdit(
        account=account,
        content=shown_content(version),
        created_at=moment(at),
        sensitive=bool(version.sensitive),
        spoiler_text=spoiler_text(version),
        media_attachments=attached(
            version.id,
            attachments_of(version, author),
            media,
            context.identifiers,
            context.leaves,
            copies,
        ),
        emojis=emojis_in(f"{version.summary}\n{version.name}\n{version.content}", known),
        poll=None if options is None else StatusEditPoll(options=options),
    )
