"""Files that a client uploads (ActivityPub `uploadMedia`)."""

from collections.abc import Mapping
from typing import Any, Protocol

from actors.documents import wire_time
from federation.documents import Document, parse
from federation.errors import Refused
from federation.vocabulary import CONTEXT
from objects.media import MediaLimits, attachment_document, store_upload
from outbox.c2s_objects import cleaned
from outbox.context import OutboxContext
from storage.files import MediaFiles
from storage.records import ActorRecord


class Part(Protocol):
    """One file of a multipart form."""

    def read(self) -> bytes:
        """All of it."""
        ...


async def take_upload(
    context: OutboxContext,
    files: MediaFiles,
    limits: MediaLimits,
    actor: ActorRecord,
    parts: Mapping[str, Part],
    form: Mapping[str, str],
) -> dict[str, Any]:
    """Store the part `file` and give the object that shows it.

    The part `object` (a shell as ActivityPub describes it, in the form or as a file) may name
    and describe the file. Raises `Refused` (400, 413, 415, 422).
    """
    file = parts.get("file")
    if file is None:
        raise Refused(400, "no-file", "Send multipart/form-data with a part `file`.")
    shell = Document(cleaned(_shell(parts, form).raw))
    description = shell.text("summary") or shell.text("name") or ""
    media = await store_upload(
        context.store, files, limits, actor, file.read(), description, context.now()
    )
    shown = attachment_document(media, context.identifiers)
    return {
        "@context": CONTEXT,
        "id": context.identifiers.media(media.file),
        **shown,
        "attributedTo": actor.url,
        "published": wire_time(media.created_at),
    }


def _shell(parts: Mapping[str, Part], form: Mapping[str, str]) -> Document:
    part = parts.get("object")
    text = part.read() if part is not None else form.get("object", "").encode()
    return parse(text) if text.strip() else Document({})
