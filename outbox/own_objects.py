"""Objects of ours as rows: read like any other object, then marked as our own."""

from dataclasses import replace
from typing import Any

from actors.identifiers import Identifiers
from federation.documents import Document
from objects.documents import COLLECTIONS
from objects.incoming import IncomingObject, object_record
from objects.visibility import of_document
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


def own_object(
    document: dict[str, Any], author: ActorRecord, number: int, now: int
) -> IncomingObject:
    """The rows of an object that `author` publishes under the id `number`.

    Raises `Untrusted` for a type that nobody could show.
    """
    read = Document(document)
    if read.type in COLLECTIONS:
        return IncomingObject(_collection(read, author, number, now))
    incoming = object_record(read, author, now)
    poll = replace(incoming.poll, object_id=number) if incoming.poll else None
    return replace(incoming, record=replace(incoming.record, id=number, local=1), poll=poll)


async def attach_uploads(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord, incoming: IncomingObject
) -> None:
    """Tie the uploads of `actor` that an object shows to it, so that they are kept."""
    for attachment in incoming.attachments:
        local = identifiers.parse(attachment.url)
        if local is None or local.kind != "media":
            continue
        media = await tx.ledger.media_by_file(local.value)
        if media is not None and media.actor_id == actor.id and media.object_id is None:
            await tx.ledger.attach(media.id, incoming.record.id)


def _collection(document: Document, author: ActorRecord, number: int, now: int) -> ObjectRecord:
    return ObjectRecord(
        id=number,
        url=document.id or "",
        type=document.type,
        actor_id=author.id,
        local=1,
        visibility=of_document(document, author.followers_url),
        in_reply_to=None,
        in_reply_to_id=None,
        conversation=None,
        name=document.text("name") or "",
        summary=document.text("summary") or "",
        content="",
        language="",
        sensitive=0,
        html_url=document.id or "",
        document=document.dump().decode(),
        published_at=now,
        created_at=now,
    )
