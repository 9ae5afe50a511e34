"""A verified activity becomes one durable row: the promise behind a 202."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from federation.addresses import host_of, same_origin
from federation.documents import Document
from federation.errors import Refused
from federation.verify import VerifiedActivity
from storage.ids import new_id
from storage.records import ReceivedRecord
from storage.store import Store, Tx

DAY_MS: Final = 24 * 3600 * 1000
MAX_SYNCHRONISATION: Final = 2_048
CARRIED: Final = frozenset({"proof", "ld-signature"})
"""Verified by what the activity carries: such a one can come again years later."""


class Outcome(StrEnum):
    """What became of an activity at the door; a refusal is a `Refused` instead."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class Receiver:
    """Keeps verified activities for the worker, each once for each inbox.

    Ids are remembered for `remember_days`; what is older than that and carries its own proof
    is refused, so that nothing can be replayed after its id was forgotten.
    """

    def __init__(self, store: Store, clock: Callable[[], float], remember_days: int) -> None:
        self._store = store
        self._clock = clock
        self._remember_ms = max(remember_days, 1) * DAY_MS

    async def receive(
        self, verified: VerifiedActivity, inbox: str, synchronisation: str = ""
    ) -> Outcome:
        """Store one row, durably, before this returns.

        `synchronisation` is the `Collection-Synchronization` header. Raises `Refused` for an
        id of another origin than the actor's, or an old activity that carries its own proof.
        """
        now = int(self._clock() * 1000)
        url = activity_id(verified)
        self._refuse_old(verified, now)
        record = ReceivedRecord(
            id=new_id(),
            activity_url=url,
            inbox=inbox,
            type=verified.document.type[:100],
            actor=verified.actor,
            sender=verified.sender,
            host=host_of(verified.sender),
            how=verified.how,
            body=verified.body.decode(),
            state="waiting",
            attempts=0,
            due_at=now,
            lease_until=0,
            error="",
            received_at=now,
            done_at=None,
            synchronisation=synchronisation[:MAX_SYNCHRONISATION],
        )
        return await self._store.write(lambda tx: _keep(tx, record))

    def _refuse_old(self, verified: VerifiedActivity, now: int) -> None:
        if verified.how not in CARRIED:
            return
        made = signed_at(verified.document)
        if made is None or made < now - self._remember_ms:
            raise Refused(401, "too-old", "the proof that the activity carries is too old")


async def _keep(tx: Tx, record: ReceivedRecord) -> Outcome:
    if not await tx.received.add(record):
        return Outcome.DUPLICATE
    tx.notify_on_commit("received")
    return Outcome.ACCEPTED


def activity_id(verified: VerifiedActivity) -> str:
    """The id under which an activity is remembered.

    An id of another origin could shut out the activity that really has it: refused.
    """
    url = verified.document.id
    if url is None:
        raise Refused(400, "no-id", "the activity has no id")
    if not same_origin(url, verified.actor):
        raise Refused(403, "foreign-id", "the activity's id is not of its actor's origin")
    return url


def signed_at(document: Document) -> int | None:
    """When the newest proof or signature that a document carries was made, in milliseconds."""
    carried = (*document.items("proof"), *document.items("signature"))
    moments = [moment for item in carried if (moment := item.time("created")) is not None]
    return max(moments, default=None)
