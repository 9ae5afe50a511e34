"""Followers synchronisation, sending side (FEP-8fcf): a digest of whom we think follows."""

from collections.abc import Callable

from actors.identifiers import Identifiers
from actors.synchronisation import digest
from federation.addresses import origin_of
from storage.store import Store

KEPT_SECONDS = 30.0


class FollowerDigests:
    """Digests for each host, made in one pass over an actor's followers and kept briefly."""

    def __init__(self, store: Store, identifiers: Identifiers, clock: Callable[[], float]) -> None:
        self._store = store
        self._identifiers = identifiers
        self._clock = clock
        self._made: dict[int, tuple[float, str, dict[str, str]]] = {}

    async def header(self, actor_id: int, inbox: str) -> str | None:
        """The value of `Collection-Synchronization` for the host of an inbox, or None."""
        made = self._made.get(actor_id)
        if made is None or made[0] < self._clock() - KEPT_SECONDS:
            made = await self._make(actor_id)
            self._made[actor_id] = made
        _, actor_url, digests = made
        value = digests.get(origin_of(inbox))
        if value is None:
            return None
        followers = self._identifiers.collection(actor_url, "followers")
        partial = self._identifiers.collection(actor_url, "followers_synchronization")
        return f'collectionId="{followers}", url="{partial}", digest="{value}"'

    async def _make(self, actor_id: int) -> tuple[float, str, dict[str, str]]:
        async with self._store.read() as tx:
            actor = await tx.actors.by_id(actor_id)
            urls = await tx.relationships.follower_urls(actor_id)
        by_origin: dict[str, list[str]] = {}
        for url in urls:
            by_origin.setdefault(origin_of(url), []).append(url)
        digests = {origin: digest(found) for origin, found in by_origin.items()}
        return self._clock(), actor.url if actor else "", digests
