"""Uploads: taken, prepared, described, dropped."""

import asyncio
from dataclasses import replace

import msgspec
from quart import Response, request

from clients.door import Call, Door, missing, written
from clients.entities.statuses import MediaAttachment
from clients.media.describing import described, focus_of
from clients.media.preparing import take_upload
from clients.rendering.media import uploaded
from clients.statuses.checking import invalid
from federation.errors import Refused
from objects.media import MAX_DESCRIPTION, MediaLimits, check_size
from objects.scanning import refuse_harmful
from storage.records import MediaRecord
from storage.store import Tx

BROKEN = "Error processing thumbnail for uploaded media"


class MediaParameters(msgspec.Struct):
    """What is said of a file."""

    description: str | None = None
    focus: str | None = None


def add_uploading_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/api/v1/media", "write:media")
    async def upload_at_once(call: Call) -> MediaAttachment:
        return uploaded(
            await _taken(call, at_once=True), call.context.identifiers, call.context.leaves
        )

    @door.post("/api/v2/media", "write:media")
    async def upload(call: Call) -> Response:
        media = await _taken(call, at_once=False)
        status = 200 if media.state == "ready" else 202
        return written(uploaded(media, call.context.identifiers, call.context.leaves), status)

    @door.get("/api/v1/media/<int:number>", "write:media")
    async def look(call: Call, number: int) -> Response:
        media = await _own(call, number)
        if media.state == "failed":
            raise Refused(422, "broken-media", BROKEN)
        status = 200 if media.state == "ready" else 206
        return written(uploaded(media, call.context.identifiers, call.context.leaves), status)

    @door.put("/api/v1/media/<int:number>", "write:media")
    async def describe(call: Call, number: int) -> MediaAttachment:
        media = await _own(call, number)
        if media.object_id is not None:
            raise missing()
        said = await call.read(MediaParameters)
        preview = await _preview(call, media)
        media = described(media, description=_bearable(said), focus=said.focus)
        media = replace(media, preview=preview or media.preview)
        await call.store.write(lambda tx: tx.uploads.describe(media))
        return uploaded(media, call.context.identifiers, call.context.leaves)

    @door.delete("/api/v1/media/<int:number>", "write:media")
    async def drop(call: Call, number: int) -> dict[str, str]:
        media = await _own(call, number)

        async def operation(tx: Tx) -> list[str]:
            again = await tx.uploads.of_actor(call.me.id, number)
            used = again is None or again.object_id is not None
            if used or await tx.scheduled.reserved([number]):
                raise Refused(422, "in-use", "Media attachment is currently used by a status")
            return await tx.ledger.remove_media(media)

        for name in await call.store.write(operation):
            await call.context.files.delete(name)
        return {}


async def _taken(call: Call, *, at_once: bool) -> MediaRecord:
    """Keep the part `file`; raises `Refused` 413, 422."""
    said = await call.read(MediaParameters)
    content = await _part("file")
    if content is None:
        raise invalid("File can't be blank")
    context = call.context
    try:
        media = await take_upload(
            context.store,
            context.files,
            context.limits,
            call.me,
            content,
            _bearable(said) or "",
            context.now(),
            focus=focus_of(said.focus),
            at_once=at_once,
        )
    except Refused as error:
        raise as_media_error(error) from None
    preview = await _preview(call, media)
    if preview is None:
        return media
    media = replace(media, preview=preview)
    await call.store.write(lambda tx: tx.uploads.describe(media))
    return media


def as_media_error(error: Refused) -> Refused:
    """What is wrong with a file, as apps know it."""
    match error.code:
        case "empty":
            return invalid("File can't be blank")
        case "unsupported-media":
            return invalid("File content type is invalid, File is invalid")
        case "too-many-pixels":
            return invalid(f"File is too large: {error.detail}")
        case "broken-image":
            return Refused(422, "broken", "File type of uploaded media could not be verified")
    return error


async def _part(name: str) -> bytes | None:
    """The content of one file of the form; None when there is none."""
    part = (await request.files).get(name)
    return None if part is None else part.read()


def _bearable(said: MediaParameters) -> str | None:
    """The description; raises `Refused` 422 when it is too long."""
    if said.description is not None and len(said.description) > MAX_DESCRIPTION:
        raise invalid(f"Description is too long (maximum is {MAX_DESCRIPTION} characters)")
    return said.description


async def _preview(call: Call, media: MediaRecord) -> str | None:
    """The file of the part `thumbnail`, drawn anew: a picture for sound or a film."""
    content = await _part("thumbnail")
    if not content or media.media_type.startswith("image/"):
        return None
    try:
        small = await _thumbnail(content, call.context.limits)
    except Refused as error:
        raise as_media_error(error) from None
    return await call.context.files.put(small, ".webp")


async def _thumbnail(content: bytes, limits: MediaLimits) -> bytes:
    media_type = check_size(content, limits)
    await refuse_harmful(content, limits.scanner)
    if not media_type.startswith("image/"):
        raise invalid("Thumbnail content type is invalid")
    from objects.images import thumbnail  # Pillow would delay every start

    return await asyncio.to_thread(thumbnail, content, media_type, limits.max_pixels)


async def _own(call: Call, number: int) -> MediaRecord:
    """An upload of the caller; raises `Refused` 404."""
    media = await call.store.query(lambda tx: tx.uploads.of_actor(call.me.id, number))
    if media is None:
        raise missing()
    return media
