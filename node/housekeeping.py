"""What is done now and then: retention, statistics for the query planner."""

import asyncio
import logging
from collections.abc import Callable

from actors.local import forget_the_deleted
from actors.reporting import forget_reporters
from config.settings import Settings
from objects.projects.mirror import prune_project_files
from objects.proxy import forget_pictures
from objects.retention import prune_cards, prune_media, prune_remote
from objects.search.upkeep import keep_index
from outbox.acts.leave import finish_departures
from outbox.acts.projects.departing import end_departed
from outbox.context import OutboxContext
from outbox.hosts import give_up_old
from storage.files import MediaFiles
from web.typesetting.press import forget_documents

log = logging.getLogger(__name__)

HOUR = 3600.0
FIRST_SECONDS = 60.0
DAY_MS = 24 * 3600 * 1000
# Apps keep what they registered with, and somebody may come back to the sign-in page.
UNUSED_APP_DAYS = 30


class Housekeeping:
    """Runs an hour after the last time, and a minute after the start."""

    def __init__(
        self,
        outbox: OutboxContext,
        files: MediaFiles,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._store = outbox.store
        self._files = files
        self._settings = settings
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Clean up every hour until `stop` is set."""
        pause = FIRST_SECONDS
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                await self.run_once()
            pause = HOUR

    async def run_once(self) -> dict[str, int]:
        """One round; gives how many rows of each kind were forgotten."""
        now = int(self._clock() * 1000)
        before = now - self._settings.log_days * DAY_MS
        removed = {
            "received": await self._store.write(lambda tx: tx.received.prune(before)),
            "given up": await give_up_old(self._store, now),
            "deliveries": await self._store.write(lambda tx: tx.deliveries.prune(before)),
            "departures": await finish_departures(self._store, now),
            "memberships": await end_departed(self._outbox),
            "farewells": await self._store.write(forget_the_deleted),
            "sessions": await self._store.write(lambda tx: tx.sessions.prune(now, now - DAY_MS)),
            # Codes a day longer than they live: one that is shown again ends its token.
            "access": await self._store.write(
                lambda tx: tx.oauth.prune(now - DAY_MS, before, now - UNUSED_APP_DAYS * DAY_MS)
            ),
            "mails": await self._store.write(lambda tx: tx.mails.prune(before)),
            "keys of requests": await self._store.write(
                lambda tx: tx.statuses.forget_keys(now - DAY_MS)
            ),
            "reporters": await self._store.write(lambda tx: forget_reporters(tx, now)),
            "streams": await self._store.write(lambda tx: tx.streams.prune()),
            "translations": await self._store.write(lambda tx: tx.translations.forget(before)),
            "uploads": await prune_media(self._store, self._files, now),
            "project files": await prune_project_files(
                self._store, self._files, self._settings.project_files
            ),
            "cards": await prune_cards(self._store, now),
            "pictures": await asyncio.to_thread(
                forget_pictures, self._settings.pictures_dir, self._settings.media_cache, now / 1000
            ),
            "documents": await asyncio.to_thread(
                forget_documents, self._settings.documents_dir, (now - DAY_MS) / 1000
            ),
        }
        if self._settings.remote_days:
            oldest = now - self._settings.remote_days * DAY_MS
            removed["remote"] = await prune_remote(self._store, oldest)
        removed["search"] = await keep_index(self._store)
        await self._store.analyze()
        log.info("housekeeping: %s", removed)
        return removed
