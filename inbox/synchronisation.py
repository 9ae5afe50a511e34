"""Followers synchronisation, receiving side (FEP-8fcf): agree with others on who follows whom."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from actors import relationships
from actors.synchronisation import digest
from federation.addresses import same_origin
from federation.errors import FederationError, Untrusted
from inbox.context import Outgoing
from inbox.sources import Crowded, Sources
from storage.records import ActorRecord
from storage.store import Tx

log = logging.getLogger(__name__)

MAX_ITEMS: Final = 10_000
MAX_PAGES: Final = 50
EVERY_SECONDS: Final = 600.0
MAX_REMEMBERED: Final = 10_000

_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"]*)"\s*')


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a sender says about its followers here."""

    collection: str
    url: str
    digest: str


def parse_header(text: str) -> Claimed | None:
    """`collectionId="…", url="…", digest="…"`, or None when something is missing."""
    parts = (_PARAMETER.match(part) for part in text.split(","))
    found = {match[1]: match[2] for match in parts if match is not None}
    if not all(found.get(name) for name in ("collectionId", "url", "digest")):
        return None
    return Claimed(found["collectionId"], found["url"], found["digest"].lower())


class Synchroniser:
    """Compares what senders think with what we think, each at most every ten minutes."""

    def __init__(self, outgoing: Outgoing, clock: Callable[[], float]) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._compared: dict[int, float] = {}

    def due(self, actor: ActorRecord, header: str) -> Claimed | None:
        """What to compare now; None for another's collection, or when it was just done."""
        claimed = parse_header(header)
        if claimed is None or not actor.followers_url:
            return None
        if claimed.collection != actor.followers_url or not same_origin(claimed.url, actor.url):
            return None
        last = self._compared.get(actor.id)
        if last is not None and self._clock() - last < EVERY_SECONDS:
            return None
        if len(self._compared) >= MAX_REMEMBERED:
            self._compared.clear()
        self._compared[actor.id] = self._clock()
        return claimed

    async def synchronise(self, actor: ActorRecord, claimed: Claimed, sources: Sources) -> bool:
        """Make our follows of `actor` what its server lists; True when something was compared.

        Never raises: an actor whose list cannot be had is compared another time.
        """
        origin = sources.identifiers.origin
        ours = await sources.store.query(
            lambda tx: tx.relationships.following_urls_at(actor.id, origin)
        )
        if digest(follower.url for follower in ours) == claimed.digest:
            return False
        try:
            listed = await _listed(claimed.url, sources)
        except (FederationError, Crowded) as error:
            log.info("followers of %s not compared: %s", actor.url, error)
            return False
        await sources.store.write(lambda tx: self._apply(tx, actor, listed))
        return True

    async def _apply(self, tx: Tx, actor: ActorRecord, listed: frozenset[str]) -> None:
        following = await tx.actors.by_ids(await tx.relationships.local_followers(actor.id))
        followers = {follower.url: follower for follower in following.values()}
        for url, follower in followers.items():
            if url not in listed:
                log.info("%s does not list %s as a follower: follow removed", actor.url, url)
                await relationships.undo_follow(tx, follower, "", actor)
        extra = [url for url in listed if url not in followers]
        for follower in (await tx.actors.by_urls(extra)).values():
            if follower.local:
                await self._settle(tx, actor, follower)

    async def _settle(self, tx: Tx, actor: ActorRecord, follower: ActorRecord) -> None:
        """They list somebody of ours whom we do not count: an Accept was lost, or an Undo."""
        follow = await tx.relationships.follow(follower.id, actor.id)
        if follow is not None and follow.state == "pending":
            await relationships.accept_follow(tx, actor, follow.url)
            return
        log.info("%s lists %s, who does not follow: Undo sent", actor.url, follower.url)
        await self._outgoing.unfollow(tx, follower, actor)


async def _listed(url: str, sources: Sources) -> frozenset[str]:
    """The local actors in a partial collection."""
    async with sources.lanes.enter(url):
        members = sources.fetcher.collection(
            url, max_items=MAX_ITEMS, max_pages=MAX_PAGES, budget=sources.budget
        )
        found = {member async for member in members if isinstance(member, str)}
    if len(found) >= MAX_ITEMS:
        raise Untrusted(url, "a list too long to be trusted as complete")
    return frozenset(member for member in found if sources.identifiers.is_local(member))
