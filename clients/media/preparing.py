"""Pictures that are prepared off the request: drawn anew, with previews, whatever happens."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from federation.errors import Refused
from objects.media import MAX_DESCRIPTION, MediaLimits, check_size, kept_file
from objects.scanning import refuse_harmful
from storage.files import MediaFiles
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord
from storage.store import Store, Tx
from storage.wakeups import rest

log = logging.getLogger(__name__)

CHANNEL: Final = "media"
AT_ONCE_PIXELS: Final = 400_000
"""A picture of so many pixels is drawn while the app waits."""
LEASE_MS: Final = 5 * 60_000
MAX_ATTEMPTS: Final = 3
IDLE_SECONDS: Final = 60.0


async def take_upload(
    store: Store,
    files: MediaFiles,
    limits: MediaLimits,
    owner: ActorRecord,
    content: bytes,
    description: str,
    now: int,
    *,
    focus: tuple[float, float] | None = None,
    at_once: bool = False,
) -> MediaRecord:
    """Keep an upload; a large picture waits to be prepared, unless it is wanted `at_once`.

    Raises `Refused` as `objects.media.store_upload`, also for what waits.
    """
    media_type = check_size(content, limits)
    await refuse_harmful(content, limits.scanner)
    blank = MediaRecord(
        id=new_id(),
        actor_id=owner.id,
        object_id=None,
        file="",
        media_type=media_type,
        description=description.strip()[:MAX_DESCRIPTION],
        blurhash="",
        width=None,
        height=None,
        size=len(content),
        focus_x=focus[0] if focus else None,
        focus_y=focus[1] if focus else None,
        created_at=now,
    )
    if await _is_quick(content, media_type, limits) or at_once:
        made = await kept_file(files, content, media_type, limits.max_pixels)
        record = replace(blank, **made)
    else:
        record = replace(blank, file=await files.put(content), state="waiting")

    async def operation(tx: Tx) -> None:
        await tx.ledger.add_media(record)
        if record.state == "waiting":
            tx.notify_on_commit(CHANNEL)

    await store.write(operation)
    return record


async def _is_quick(content: bytes, media_type: str, limits: MediaLimits) -> bool:
    """Whether a file is ready in a moment; raises `Refused` for a picture that never will be."""
    if not media_type.startswith("image/"):
        return True
    from objects.images import measure  # Pillow would delay every start

    measured = await asyncio.to_thread(measure, content, media_type, limits.max_pixels)
    width, height, frames = measured
    return width * height * frames <= AT_ONCE_PIXELS


class MediaWorker:
    """Prepares what waits, one file after the other: each needs much memory."""

    def __init__(
        self, store: Store, files: MediaFiles, limits: MediaLimits, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._files = files
        self._limits = limits
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Prepare what waits until `stop` is set."""
        wakeup = self._store.listen(CHANNEL)
        while not stop.is_set():
            if not await self.run_once():
                await rest(wakeup, stop, IDLE_SECONDS)

    async def run_once(self) -> int:
        """Prepare one file; gives how many there were."""
        now = int(self._clock() * 1000)
        taken = await self._store.write(lambda tx: tx.uploads.take(now, now + LEASE_MS))
        if taken is None:
            return 0
        media, attempts = taken
        if attempts > MAX_ATTEMPTS:
            log.error("the upload %s was given up after %d attempts", media.id, MAX_ATTEMPTS)
            await self._store.write(lambda tx: tx.uploads.fail(media.id))
            return 1
        try:
            await self._prepare(media)
        except (Refused, OSError) as error:
            log.info("the upload %s cannot be prepared: %s", media.id, error)
            await self._store.write(lambda tx: tx.uploads.fail(media.id))
        return 1

    async def _prepare(self, media: MediaRecord) -> None:
        """Draw a picture anew and forget the file that came."""
        raw = media.file
        content = await asyncio.to_thread(self._files.path(raw).read_bytes)
        made = await kept_file(self._files, content, media.media_type, self._limits.max_pixels)
        ready = replace(media, **made)

        async def operation(tx: Tx) -> list[str]:
            await tx.uploads.prepared(ready)
            return [n for n in (raw, *ready.files) if await tx.ledger.media_by_file(n) is None]

        for name in await self._store.write(operation):
            await self._files.delete(name)
