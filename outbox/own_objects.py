"""Objects of ours as rows: read like any other object, then marked as our own."""

from dataclasses import replace
from typing import Any

from actors.identifiers import Identifiers
from federation.documents import Document
from objects.documents import COLLECTIONS
from objects.incoming import IncomingObject, object_record
from objects.media import media_address
from objects.visibility import of_document
from storage.records import ActorRecord, MediaRecord, ObjectRecord
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
        media = await _upload_at(tx, identifiers, actor, attachment.url)
        if media is not None and media.object_id is None:
            await tx.ledger.attach(media.id, incoming.record.id)


async def with_guarded_uploads(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord, document: dict[str, Any]
) -> dict[str, Any]:
    """An object for the members of a project alone, its uploads at addresses that are checked."""
    attached = document.get("attachment")
    found: list[Any] = []
    for item in attached if isinstance(attached, list) else [attached]:
        url = Document(item).first_id("url") if isinstance(item, dict) else None
        media = await _upload_at(tx, identifiers, actor, url) if url else None
        checked = {"url": media_address(media, identifiers, guarded=True)} if media else {}
        found.append({**item, **checked} if isinstance(item, dict) else item)
    return document | {"attachment": found} if attached else document


async def _upload_at(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord, url: str
) -> MediaRecord | None:
    """The upload of an actor that has an address of ours."""
    local = identifiers.parse(url)
    if local is None or local.kind not in ("media", "guarded"):
        return None
    if local.kind == "media":
        return await tx.ledger.own_media_by_file(local.value, actor.id)
    number = int(local.value.partition("/")[0])
    media = (await tx.ledger.media_by_ids([number])).get(number) if number < 2**63 else None
    return media if media is not None and media.actor_id == actor.id else None


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
