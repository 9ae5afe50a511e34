"""What a project passes on, as the actor behind it stands for it, whatever server that lives on."""

from typing import Any

from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import Gone, Refused
from inbox.sources import Sources

OPEN = ("public", "unlisted")
GONE = 410


async def confirmed(inner: Document, sources: Sources) -> Document:
    """The activity inside an Announce, once its actor's origin confirms it.

    By a proof, by a signature, or as its origin serves it. Mastodon and GoToSocial serve few of
    their activities: then what the object is at its origin counts, and that it is there no more.
    Raises `Refused` when nothing confirms it, federation errors, `Unreachable` for a while.
    """
    try:
        return await sources.confirm(inner)
    except Refused as refused:
        found = await _by_its_object(inner, sources)
        if found is None:
            raise refused from None
        return found


async def _by_its_object(inner: Document, sources: Sources) -> Document | None:
    """The activity with its object as it is at its origin; None when that says otherwise."""
    actor_url, url = inner.first_id("actor") or "", inner.first_id("object") or ""
    if not url or not (same_origin(url, actor_url) and same_origin(inner.id or "", actor_url)):
        return None
    said = {"id": inner.id, "type": inner.type, "actor": actor_url, "object": url}
    try:
        document = await sources.document(url)
    except Gone as gone:
        ended = inner.type == "Delete" and await _counts(gone, url, sources)
        return Document(said) if ended else None
    if inner.type == "Delete":
        return Document(said) if document.type == "Tombstone" else None
    if document.type == "Tombstone":
        return None
    audience: dict[str, Any] = {
        name: document.raw[name] for name in ("to", "cc") if name in document.raw
    }
    return Document({**said, **audience, "object": document.raw})


async def _counts(gone: Gone, url: str, sources: Sources) -> bool:
    """Whether something is gone for everybody: what few may see is hidden from others by a 404."""
    if gone.status == GONE:
        return True
    known = await sources.stored(url)
    return known is not None and known.visibility in OPEN
