"""Files as media attachments."""

from collections.abc import Mapping, Sequence

from actors.identifiers import Identifiers
from clients.entities.statuses import Focus, MediaAttachment, MediaMeta, MetaDetails
from objects.reading import Attachment
from storage.records import MediaRecord

PREVIEW_SIDE = 640


def uploaded(media: MediaRecord, identifiers: Identifiers) -> MediaAttachment:
    """An upload of this node; without address as long as it is being prepared."""
    ready = media.state == "ready"
    url = identifiers.media(media.file)
    preview = identifiers.media(media.preview) if media.preview else None
    if preview is None and media.media_type.startswith("image/"):
        preview = url
    focus = None
    if media.focus_x is not None and media.focus_y is not None:
        focus = (media.focus_x, media.focus_y)
    return MediaAttachment(
        id=str(media.id),
        type=kind_of(media.media_type),
        url=url if ready else None,
        preview_url=preview if ready else None,
        meta=_meta(media.width, media.height, focus, media.duration),
        description=media.description or None,
        blurhash=media.blurhash or None,
    )


def attached(
    object_id: int,
    files: Sequence[Attachment],
    uploads: Sequence[MediaRecord],
    identifiers: Identifiers,
) -> list[MediaAttachment]:
    """The files of an object: uploads of ours with all that is known, others' as they said."""
    ours: Mapping[str, MediaRecord] = {identifiers.media(one.file): one for one in uploads}
    return [
        uploaded(ours[file.url], identifiers)
        if file.url in ours
        else foreign(object_id + 1 + place, file, identifiers)
        for place, file in enumerate(files)
    ]


def foreign(number: int, file: Attachment, identifiers: Identifiers) -> MediaAttachment:
    """A file of another server; `number` is an id that nothing else has."""
    kind = kind_of(file.media_type)
    shown = identifiers.picture(file.url) if kind == "image" else file.url
    return MediaAttachment(
        id=str(number),
        type=kind,
        url=shown,
        preview_url=shown if kind == "image" else None,
        remote_url=file.url,
        meta=_meta(file.width, file.height, file.focus),
        description=file.description or None,
        blurhash=file.blurhash or None,
    )


def kind_of(media_type: str) -> str:
    """`image`, `gifv`, `video`, `audio` or `unknown`."""
    group = media_type.partition("/")[0]
    return group if group in ("image", "video", "audio") else "unknown"


def _meta(
    width: int | None,
    height: int | None,
    focus: tuple[float, float] | None,
    duration: float | None = None,
) -> MediaMeta | None:
    point = None if focus is None else Focus(x=focus[0], y=focus[1])
    if not width or not height:
        original = None if duration is None else MetaDetails(duration=duration)
        empty = point is None and original is None
        return None if empty else MediaMeta(original=original, focus=point)
    scale = min(1.0, PREVIEW_SIDE / max(width, height))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    return MediaMeta(
        original=_details(width, height, duration),
        small=_details(*small),
        focus=point or Focus(x=0.0, y=0.0),
    )


def _details(width: int, height: int, duration: float | None = None) -> MetaDetails:
    return MetaDetails(
        width=width,
        height=height,
        size=f"{width}x{height}",
        aspect=round(width / height, 4),
        duration=duration,
    )
