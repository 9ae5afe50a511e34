"""Files as media attachments."""

from collections.abc import Mapping, Sequence

from actors.identifiers import Identifiers
from clients.entities.statuses import Focus, MediaAttachment, MediaMeta, MetaDetails
from objects.media import media_address
from objects.projects.leaves import FileLeaves
from objects.reading import Attachment
from storage.project_files import ProjectFileRecord
from storage.records import MediaRecord

PREVIEW_SIDE = 640


def uploaded(media: MediaRecord, identifiers: Identifiers, leaves: FileLeaves) -> MediaAttachment:
    """An upload of this node; without address as long as it is being prepared."""

    def address(file: str) -> str:
        if not media.guarded:
            return identifiers.media(file)
        return identifiers.guarded(media.id, file, leaves.leave(media.id, file))

    ready = media.state == "ready"
    url = address(media.file)
    preview = address(media.preview) if media.preview else None
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
    leaves: FileLeaves,
    copies: Mapping[str, ProjectFileRecord],
) -> list[MediaAttachment]:
    """The files of an object: uploads of ours with all that is known, others' as they said.

    `copies` are those kept here of files that only members of a project may fetch.
    """
    ours: Mapping[str, MediaRecord] = {media_address(one, identifiers): one for one in uploads}
    found = []
    for place, file in enumerate(files):
        number = object_id + 1 + place
        if file.url in ours:
            found.append(uploaded(ours[file.url], identifiers, leaves))
        elif file.url in copies:
            found.append(copied(number, file, copies[file.url], identifiers, leaves))
        else:
            found.append(foreign(number, file, identifiers))
    return found


def copied(
    number: int,
    file: Attachment,
    copy: ProjectFileRecord,
    identifiers: Identifiers,
    leaves: FileLeaves,
) -> MediaAttachment:
    """The copy of a file of another server; without address until it is here."""
    here = copy.state == "ready"
    kind = kind_of(copy.media_type or file.media_type)
    leave = leaves.leave(copy.object_id, copy.file) if here else ""
    url = identifiers.guarded(copy.object_id, copy.file, leave) if here else None
    return MediaAttachment(
        id=str(number),
        type=kind if here else "unknown",
        url=url,
        preview_url=url if kind == "image" else None,
        remote_url=file.url,
        meta=_meta(file.width, file.height, file.focus),
        description=file.description or None,
        blurhash=file.blurhash or None,
    )


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
