"""Links on profiles: whether the page behind one links back with `rel="me"`."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from actors.fields import all_links, judged, links_in, unchecked
from federation.client import HttpClient
from federation.errors import FederationError
from storage.records import ActorRecord
from storage.store import Store, Tx
from storage.wakeups import rest

log = logging.getLogger(__name__)

AGAIN_MS: Final = 7 * 24 * 3_600_000
"""The links of people here are looked at every week; those of others when they are refreshed."""
IDLE_SECONDS: Final = 60.0
MAX_PAGE: Final = 1_000_000
HTML: Final = ("text/html", "application/xhtml+xml")


class ProfileLinks:
    """Looks at the links of the profiles whose turn it is, one profile after the other."""

    def __init__(self, store: Store, client: HttpClient, clock: Callable[[], float]) -> None:
        self._store = store
        self._client = client
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        wakeup = self._store.listen("profiles")
        while not stop.is_set():
            if not await self.run_once():
                await rest(wakeup, stop, IDLE_SECONDS)

    async def run_once(self) -> int:
        """Look at some of those whose turn it is; gives how many profiles."""
        now = int(self._clock() * 1000)
        due = await self._store.query(lambda tx: tx.profiles.due_checks(now))
        for actor in due:
            await self._check(actor, now)
        return len(due)

    async def _check(self, actor: ActorRecord, now: int) -> None:
        """Everything here is looked at again; of others what is not known to link back."""
        links = all_links(actor.fields) if actor.local else unchecked(actor.fields)
        verdicts: dict[str, bool] = {}
        if actor.state == "active":
            for link in links:
                verdict = await self._links_back(link, actor)
                if verdict is not None:
                    verdicts[link] = verdict
        moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        fields = judged(actor.fields, verdicts, moment)
        again = now + AGAIN_MS if actor.local and links and actor.state == "active" else None

        async def operation(tx: Tx) -> None:
            if fields == actor.fields or await tx.profiles.set_fields(
                actor.id, actor.fields, fields
            ):
                await tx.profiles.checked(actor.id, again)
            # Changed meanwhile: the change has asked for another look.

        await self._store.write(operation)

    async def _links_back(self, link: str, actor: ActorRecord) -> bool | None:
        """None when the page cannot be had: what was known of it stays."""
        try:
            answer = await self._client.get(link, accept=", ".join(HTML), max_bytes=MAX_PAGE)
        except FederationError as error:
            log.info("the link %s of %s cannot be looked at: %s", link, actor.account, error)
            return None
        if not answer.ok:
            return None if answer.status >= 500 else False
        if answer.content_type.partition(";")[0].strip().lower() not in HTML:
            return False
        wanted = {_comparable(url) for url in (actor.url, actor.html_url) if url}
        found = await asyncio.to_thread(links_in, answer.body.decode("utf-8", "replace"))
        return any("me" in one.rel and _comparable(one.href) in wanted for one in found)


def _comparable(url: str) -> str:
    return url.rstrip("/").casefold()
