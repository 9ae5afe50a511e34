"""Keeping the files of entries that came from other servers, so that members always have them."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from federation.errors import FederationError, Gone, Refused, Unreachable
from federation.fetch import Fetcher
from objects.media import MediaLimits, check_size, suffix_of
from objects.projects.files import NoRoom, check_room
from objects.scanning import refuse_harmful
from storage.files import MediaFiles
from storage.project_files import ProjectFileRecord, ProjectFileStatements
from storage.store import Store, Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CLAIM: Final = 20
AT_ONCE: Final = 4
LEASE_MS: Final = 600_000
IDLE_SECONDS: Final = 60.0
DELAYS: Final = (30.0, 120.0, 600.0, 3_600.0, 6 * 3_600.0, 24 * 3_600.0)
"""Seconds before each further try; the last again and again."""
MAX_ATTEMPTS: Final = 30
"""About four weeks."""
ACCEPT: Final = "image/*, audio/*, video/*, application/pdf, */*;q=0.1"
BATCH: Final = 200


class ProjectFilesWorker:
    """Fetches, in the node's own name, what is expected; checks and keeps it."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        files: MediaFiles,
        limits: MediaLimits,
        room: int,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._files = files
        self._limits = limits
        self._room = room
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Fetch until `stop` is set."""
        wakeup = self._store.listen("project files")
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Fetch what is due now; gives how many files."""
        now = self._now()
        due = await self._store.query(lambda tx: tx.project_files.next_due())
        if due is None or due > now:
            return 0
        files = await self._store.write(
            lambda tx: tx.project_files.claim(now, now + LEASE_MS, CLAIM)
        )
        await asyncio.gather(*(self._fetch(file) for file in files))
        return len(files)

    async def _pause(self) -> float:
        due = await self._store.query(lambda tx: tx.project_files.next_due())
        return seconds_until(due, self._now(), at_most=IDLE_SECONDS)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    async def _fetch(self, file: ProjectFileRecord) -> None:
        async with self._places:
            try:
                settled = await self._kept(file)
            except NoRoom as error:
                settled = replace(file, state="too-big", error=str(error))
            except FederationError as error:
                settled = self._failed(file, error)
            except OSError as error:  # a full disk, say: the others are still to be settled
                log.error("the file %s of a project cannot be written: %s", file.url, error)
                settled = self._failed(file, error)
        kept = await self._store.write(lambda tx: tx.project_files.settle(settled))
        if kept or not settled.file:
            return
        # Whoever fetched it meanwhile, after a lease that had run out, may have the same copy.
        if not await self._store.query(lambda tx: tx.project_files.is_kept(settled.file)):
            await self._files.delete(settled.file)

    async def _kept(self, file: ProjectFileRecord) -> ProjectFileRecord:
        """The file with its copy on disk. Raises `NoRoom` and federation errors."""
        content = await self._fetcher.file(
            file.url, accept=ACCEPT, max_bytes=self._limits.max_bytes
        )
        media_type = check_size(content, self._limits)
        await refuse_harmful(content, self._limits.scanner)
        if media_type.startswith("image/"):
            from objects.images import measure  # Pillow would delay every start

            await asyncio.to_thread(measure, content, media_type, self._limits.max_pixels)
        await self._store.query(
            lambda tx: check_room(tx, file.project_id, self._room, len(content))
        )
        name = await self._files.put(
            content, suffix_of(media_type), salt=f"{file.object_id}\0{file.url}\0".encode()
        )
        return replace(
            file, media_type=media_type, file=name, size=len(content), state="ready", error=""
        )

    def _failed(
        self, file: ProjectFileRecord, error: FederationError | OSError
    ) -> ProjectFileRecord:
        """Tried again later, unless what came is unfit.

        A 404 may well be passing: the author's server may not know yet who belongs here.
        """
        log.info("the file %s of a project cannot be kept yet: %s", file.url, error)
        passing = isinstance(error, OSError)
        passing = passing or (isinstance(error, Gone) and error.status == 404)
        passing = passing or (isinstance(error, Unreachable) and error.passing)
        passing = passing or (isinstance(error, Refused) and error.status == 503)
        tried = file.attempts + 1
        said = str(error)[:500]
        if not passing or tried >= MAX_ATTEMPTS:
            large = isinstance(error, Refused) and error.status == 413
            return replace(file, state="too-big" if large else "failed", error=said)
        asked = (error.retry_after or 0.0) if isinstance(error, Unreachable) else 0.0
        wait = max(DELAYS[min(tried, len(DELAYS)) - 1], asked) * random.uniform(1, 1.25)
        return replace(file, due_at=self._now() + int(wait * 1000), error=said)


async def prune_project_files(store: Store, files: MediaFiles, room: int) -> int:
    """Remove copies that no entry shows, and the oldest ones of projects that hold too much.

    Gives how many.
    """
    removed = 0
    while unwanted := await store.query(lambda tx: tx.project_files.unwanted(BATCH)):
        for file in unwanted:
            removed += await _remove(store, files, file, ProjectFileStatements.drop)
    while lonely := await store.query(lambda tx: tx.project_files.lonely(BATCH)):
        for file in lonely:
            removed += await _remove(store, files, file, ProjectFileStatements.let_go)
    for project_id in await store.query(lambda tx: tx.project_files.copied()) if room else ():
        for file in await _surplus(store, project_id, room):
            removed += await _remove(store, files, file, ProjectFileStatements.give_room)
    return removed


async def _surplus(store: Store, project_id: int, room: int) -> list[ProjectFileRecord]:
    """The oldest copies without which a project would fit."""

    async def look(tx: Tx) -> tuple[int, list[ProjectFileRecord]]:
        used = await tx.project_files.used(project_id)
        return used, await tx.project_files.oldest_copies(project_id, BATCH) if used > room else []

    used, copies = await store.query(look)
    found: list[ProjectFileRecord] = []
    for copy in copies:
        if used <= room:
            break
        used -= copy.size
        found.append(copy)
    return found


async def _remove(
    store: Store,
    files: MediaFiles,
    file: ProjectFileRecord,
    note: Callable[[ProjectFileStatements, ProjectFileRecord], Awaitable[bool]],
) -> int:
    """The row first: a copy without a row is waste, a row without its copy an error."""
    if not await store.write(lambda tx: note(tx.project_files, file)):
        return 0
    if file.file:
        await files.delete(file.file)
    return 1
