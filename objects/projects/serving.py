"""Files of project entries, for those who may see the entry and nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.access import Visitors
from actors.auth import authenticate
from actors.problems import not_found
from federation.incoming import IncomingRequest
from objects.media import media_type_of
from objects.projects.leaves import FileLeaves
from objects.visibility import may_see
from storage.files import MediaFiles
from storage.records import ActorRecord
from storage.store import Store, Tx

PRIVATE: Final = "private, no-cache"
"""Kept by the reader's browser alone, which asks again each time whether it may show it."""


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file on disk, its type, and who may keep it."""

    path: Path
    media_type: str
    cache: str = PRIVATE


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as a row knows it, with the entry that shows it and the member who uploaded it."""

    media_type: str
    object_id: int | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class MemberFiles:
    """Decides who gets a file; `signed_in` gives whoever uses this browser.

    Addresses hold the number of an upload of ours, or of an entry from elsewhere, and the name
    of the file. What somebody may not see looks like what is not there: 404.
    """

    store: Store
    files: MediaFiles
    visitors: Visitors
    leaves: FileLeaves
    signed_in: Callable[[], Awaitable[ActorRecord | None]]
    clock: Callable[[], float]

    async def asked(self, number: int, file: str, request: IncomingRequest) -> ServedFile:
        """The file, for the member, or the member's server, that asks. Raises `Refused`."""
        viewer = await self._viewer(request)

        async def look(tx: Tx) -> _Kept | None:
            kept = await _find(tx, number, file)
            if kept is None:
                return None
            if viewer is not None and viewer.id == kept.owner_id:
                return kept
            record = await tx.objects.by_id(kept.object_id) if kept.object_id else None
            return kept if record is not None and await may_see(tx, record, viewer) else None

        return self._served(file, await self.store.query(look))

    async def with_leave(self, number: int, leave: str, file: str) -> ServedFile:
        """The file, for whoever has an address that was made for a member. Raises `Refused`."""
        if not self.leaves.allows(leave, number, file):
            raise not_found("file")

        async def look(tx: Tx) -> _Kept | None:
            kept = await _find(tx, number, file)
            record = await tx.objects.by_id(kept.object_id) if kept and kept.object_id else None
            return kept if record is not None and record.deleted_at is None else None

        return self._served(file, await self.store.query(look))

    def _served(self, file: str, kept: _Kept | None) -> ServedFile:
        if kept is None or not self.files.path(file).is_file():
            raise not_found("file")
        return ServedFile(self.files.path(file), kept.media_type)

    async def _viewer(self, request: IncomingRequest) -> ActorRecord | None:
        """Who is signed in, holds a token, or signed the request."""
        signed_in = await self.signed_in()
        if signed_in is not None:
            return signed_in
        header = request.fields.get("authorization")
        holder = await authenticate(self.store, header, self.clock) if header else None
        if holder is not None:
            return holder.actor
        url = await self.visitors.viewer(request)
        return await self.store.query(lambda tx: tx.actors.by_url(url)) if url else None


async def _find(tx: Tx, number: int, file: str) -> _Kept | None:
    """An upload of ours by its number, or a copy by that of its entry, with a file of this name."""
    media = (await tx.ledger.media_by_ids([number])).get(number)
    if media is not None:
        # What is not drawn anew yet may still tell where it was taken.
        if file not in media.files or media.state != "ready" or not media.guarded:
            return None
        return _Kept(media_type_of(media, file), media.object_id, media.actor_id)
    copy = await tx.project_files.kept(number, file)
    return _Kept(copy.media_type, copy.object_id, None) if copy is not None else None
