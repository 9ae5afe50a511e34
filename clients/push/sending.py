"""Sending pushes: at least once, tried again for hours, and no longer where nobody listens."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from actors.vapid import private_key
from clients.context import ClientContext
from clients.entities.notifications import Notification
from clients.notifications.wording import body, title
from clients.rendering.notifications import notifications
from federation.client import Answer
from federation.errors import FederationError, Unreachable
from federation.web_push import TTL_S, PushSender, receiver_of
from storage.notifying import PUSHES
from storage.pushes import Push
from storage.store import Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CLAIM: Final = 40
AT_ONCE: Final = 8
LEASE_MS: Final = 120_000
IDLE_SECONDS: Final = 60.0
DELAYS: Final = (30.0, 300.0, 1_800.0, 7_200.0, 21_600.0)
"""Seconds before each further try."""
MAX_FAILURES: Final = 20
"""A subscription of which so many pushes in a row failed is worth nothing any more."""
GONE: Final = frozenset({404, 410})
PASSING: Final = frozenset({408, 425, 429})
# A push is small: with these it always fits.
MAX_TITLE: Final = 200
MAX_ICON: Final = 1_000

_encoder: Final = msgspec.json.Encoder()


class Payload(msgspec.Struct):
    """What an app is sent. Tokens are known here by their hash alone: `access_token` is empty."""

    access_token: str
    preferred_locale: str
    notification_id: str
    notification_type: str
    icon: str
    title: str
    body: str


@dataclass(slots=True)
class Outcomes:
    """How a round of pushes ended; `good` and `bad` are subscriptions."""

    done: list[tuple[int, int]] = field(default_factory=list)
    later: list[tuple[int, int, int]] = field(default_factory=list)
    good: set[int] = field(default_factory=set)
    bad: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)

    def give_up(self, push: Push) -> None:
        """Nothing more is tried for one push."""
        self.done.append(push.key)
        self.bad.add(push.subscription.id)


class PushWorker:
    """Sends what is due."""

    def __init__(self, context: ClientContext) -> None:
        self._context = context
        subject = context.identifiers.origin
        self._sender = PushSender(context.client, subject, context.outbox.clock)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set."""
        wakeup = self._context.store.listen(PUSHES)
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Send what is due now; gives how many were tried."""
        store, now = self._context.store, self._context.now()
        due = await store.query(lambda tx: tx.pushes.next_due())
        if due is None or due > now:
            return 0
        keys = await store.write(lambda tx: tx.pushes.claim(now, now + LEASE_MS, CLAIM))
        messages = await store.query(lambda tx: self._messages(tx, keys))
        vapid = await private_key(store)
        outcomes = Outcomes()
        await asyncio.gather(*(self._send(*message, vapid, outcomes) for message in messages))
        known = {push.key for push, _ in messages}
        outcomes.done += [key for key in keys if key not in known]
        await store.write(lambda tx: _record(tx, outcomes))
        return len(keys)

    async def _pause(self) -> float:
        due = await self._context.store.query(lambda tx: tx.pushes.next_due())
        return seconds_until(due, self._context.now(), at_most=IDLE_SECONDS)

    async def _messages(self, tx: Tx, keys: Sequence[tuple[int, int]]) -> list[tuple[Push, bytes]]:
        """What is to be sent; not what its owner may no longer see, or hides."""
        pushes = await tx.pushes.pushes(keys)
        owners = await tx.actors.by_ids(sorted({push.notification.owner_id for push in pushes}))
        shown: dict[int, Notification] = {}
        told = {push.notification.id: push.notification for push in pushes}
        for owner in owners.values():
            mine = [one for one in told.values() if one.owner_id == owner.id]
            for made in await notifications(tx, self._context, owner, mine):
                shown[int(made.id)] = made
        return [
            (push, self._payload(push, shown[push.notification.id]))
            for push in pushes
            if push.notification.id in shown
        ]

    def _payload(self, push: Push, shown: Notification) -> bytes:
        language = push.language or self._context.settings.language
        translate = self._context.texts(language)
        icon = shown.account.avatar_static
        words = title(push.notification.kind, shown.account, shown.status, translate)
        return _encoder.encode(
            Payload(
                access_token="",
                preferred_locale=language,
                notification_id=shown.id,
                notification_type=shown.type,
                icon=icon if len(icon) <= MAX_ICON else "",
                title=words[:MAX_TITLE],
                body=body(shown.account, shown.status),
            )
        )

    async def _send(
        self,
        push: Push,
        message: bytes,
        vapid: ec.EllipticCurvePrivateKey,
        outcomes: Outcomes,
    ) -> None:
        wanted = push.subscription
        name = str(push.notification.id)
        try:
            receiver = receiver_of(
                wanted.endpoint, wanted.p256dh, wanted.auth, standard=bool(wanted.standard)
            )
            async with self._places:
                answer = await self._sender.send(message, receiver, vapid, name=name)
        except Unreachable as error:
            log.debug("push to %s: %s", wanted.endpoint[:100], error)
            self._put_off(push, outcomes, 0.0)
        except (FederationError, ValueError) as error:
            log.info("push subscription %s is forgotten: %s", wanted.id, error)
            outcomes.gone.add(wanted.id)
        else:
            self._answered(push, answer, outcomes)

    def _answered(self, push: Push, answer: Answer, outcomes: Outcomes) -> None:
        if answer.ok:
            outcomes.done.append(push.key)
            if push.subscription.failures:
                outcomes.good.add(push.subscription.id)
        elif answer.status in GONE:
            outcomes.gone.add(push.subscription.id)
        elif answer.status in PASSING or answer.status >= 500:
            asked = answer.retry_after(self._context.outbox.clock())
            self._put_off(push, outcomes, asked or 0.0)
        else:
            log.info("push to %s: %s", push.subscription.endpoint[:100], answer.status)
            outcomes.give_up(push)

    def _put_off(self, push: Push, outcomes: Outcomes, asked: float) -> None:
        """Try again later, unless it is no news any more by then."""
        now = self._context.now()
        if push.attempts > len(DELAYS):
            outcomes.give_up(push)
            return
        wait = max(DELAYS[push.attempts - 1] * random.uniform(1, 1.25), asked)
        at = now + int(wait * 1000)
        if at > push.notification.created_at + TTL_S * 1000:
            outcomes.give_up(push)
        else:
            outcomes.later.append((*push.key, at))


async def _record(tx: Tx, outcomes: Outcomes) -> None:
    await tx.pushes.done(outcomes.done)
    await tx.pushes.put_off(outcomes.later)
    await tx.pushes.succeeded(sorted(outcomes.good))
    await tx.pushes.failed(sorted(outcomes.bad), MAX_FAILURES)
    await tx.pushes.drop(sorted(outcomes.gone))
