"""One delivery: the signed POST of an activity to an inbox, signed at the moment of sending."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from actors.keys import ActorKeys, HostSchemes
from actors.policy import DomainRules
from federation.client import HttpClient
from federation.errors import FederationError, Unreachable
from federation.signing import DoubleKnock, SigningKey
from federation.vocabulary import ACTIVITY_JSON
from outbox.retry import Outcome
from storage.ports import StorageError
from storage.records import ActivityRecord, DeliveryRecord
from storage.store import Store

KEPT_ACTIVITIES = 256


class Synchronisation(Protocol):
    """Gives the `Collection-Synchronization` header for a host (FEP-8fcf)."""

    async def header(self, actor_id: int, inbox: str) -> str | None:
        """The header's value for the host of an inbox, or None."""
        ...


class Deliverer:
    """Sends single deliveries; keeps the activities that are being sent in memory."""

    def __init__(
        self,
        store: Store,
        client: HttpClient,
        keys: ActorKeys,
        schemes: HostSchemes,
        rules: DomainRules,
        synchronisation: Synchronisation,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._client = client
        self._keys = keys
        self._schemes = schemes
        self._rules = rules
        self._synchronisation = synchronisation
        self._clock = clock
        self._knock = DoubleKnock(clock)
        self._activities: dict[int, asyncio.Task[ActivityRecord | None]] = {}

    async def send(self, delivery: DeliveryRecord) -> Outcome:
        """Try one delivery once (twice when the other signature scheme is asked for)."""
        if await self._rules.suspended(delivery.inbox):
            return Outcome(None, "the domain is suspended here", ours="refused")
        activity = await self._activity(delivery.activity_id)
        if activity is None:
            return Outcome(None, "the activity was withdrawn before it was sent", ours="refused")
        try:
            key = await self._keys.signing_key(delivery.actor_id)
        except LookupError:
            return Outcome(None, "the sender has no key any more", ours="refused")
        try:
            return await self._post(delivery, activity, key)
        except Unreachable as error:
            return Outcome(error.status, error.reason, error.retry_after)
        except FederationError as error:
            return Outcome(None, str(error), ours="later")

    async def _post(
        self, delivery: DeliveryRecord, activity: ActivityRecord, key: SigningKey
    ) -> Outcome:
        preferred = await self._schemes.scheme(delivery.host)
        answer, worked = await self._knock.deliver(
            self._client,
            delivery.inbox,
            activity.document.encode(),
            key,
            preferred,
            content_type=ACTIVITY_JSON,
            headers=await self._headers(delivery, activity),
        )
        if worked is not None and worked != preferred:
            await self._schemes.remember(delivery.host, worked)
        error = "" if answer.status < 300 else answer.body[:300].decode(errors="replace")
        return Outcome(answer.status, error, answer.retry_after(self._clock()))

    async def _headers(
        self, delivery: DeliveryRecord, activity: ActivityRecord
    ) -> dict[str, str] | None:
        if activity.visibility != "followers" or not activity.local:
            return None
        header = await self._synchronisation.header(delivery.actor_id, delivery.inbox)
        return {"Collection-Synchronization": header} if header else None

    async def _activity(self, activity_id: int) -> ActivityRecord | None:
        """An activity, read once for all its deliveries, however many ask at the same moment."""
        reading = self._activities.get(activity_id)
        if reading is None:
            if len(self._activities) >= KEPT_ACTIVITIES:
                self._activities.pop(next(iter(self._activities)))
            reading = asyncio.create_task(self._read(activity_id))
            self._activities[activity_id] = reading
        try:
            found = await asyncio.shield(reading)
        except StorageError:
            self._activities.pop(activity_id, None)
            raise
        if found is None:
            self._activities.pop(activity_id, None)
        return found

    async def _read(self, activity_id: int) -> ActivityRecord | None:
        return await self._store.query(lambda tx: tx.activities.by_id(activity_id))
