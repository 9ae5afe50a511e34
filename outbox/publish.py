"""The one way out: an activity and the promise of its delivery, in the caller's transaction."""

import logging
from collections.abc import Callable
from typing import Any

import orjson

from actors.documents import wire_time
from actors.identifiers import Identifiers
from actors.rush import POSTS, Rush
from federation.documents import Document
from federation.proofs import with_proof
from federation.signing import SigningKey
from federation.vocabulary import context_of
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, FanoutRecord, ReceivedRecord
from storage.store import Tx

PUBLIC_VISIBILITIES = ("public", "unlisted")
PROVEN = (*PUBLIC_VISIBILITIES, "project")
"""What carries a proof: others pass it on, a project to its members for instance."""
SHOWN_TO_AUTHOR = ("Create", "Announce")
HIDDEN = frozenset({"bto", "bcc"})

log = logging.getLogger(__name__)


class Publisher:
    """Publishes activities of local actors."""

    def __init__(self, identifiers: Identifiers, clock: Callable[[], float]) -> None:
        self.identifiers = identifiers
        self._clock = clock
        self.rush = Rush(clock, POSTS)
        self._proof_keys: dict[int, SigningKey] = {}

    async def publish(
        self,
        tx: Tx,
        actor: ActorRecord,
        activity: dict[str, Any],
        *,
        recipients: Recipients,
        object_id: int | None = None,
        visibility: str = "direct",
        activity_id: int | None = None,
        quiet: bool = False,
    ) -> ActivityRecord:
        """Store an activity with its fan-out and give its row; delivery happens later.

        With `quiet` nobody is told: it stands in the outbox at its own date, and that is all.
        `activity` needs type, object and addressing; id, actor, context, date and, when it is
        public, an integrity proof (FEP-8b32) are added here.
        """
        self.rush.note()
        now = int(self._clock() * 1000)
        number = activity_id or new_id()
        document = await self._complete(tx, actor, activity, number, visibility, now)
        record = ActivityRecord(
            id=number,
            url=document["id"],
            type=activity["type"],
            actor_id=actor.id,
            local=1,
            visibility=visibility,
            object_url=Document(document).first_id("object") or "",
            object_id=object_id,
            document=orjson.dumps(document).decode(),
            created_at=now,
        )
        await tx.activities.add(record)
        if not quiet:
            await self._promise(tx, actor, record, recipients, now)
        return record

    async def _complete(
        self,
        tx: Tx,
        actor: ActorRecord,
        activity: dict[str, Any],
        number: int,
        visibility: str,
        now: int,
    ) -> dict[str, Any]:
        document: dict[str, Any] = {
            "@context": context_of(activity),
            "id": self.identifiers.activity(number),
            "actor": actor.url,
            **{name: value for name, value in activity.items() if name != "@context"},
        }
        document["published"] = activity.get("published") or wire_time(now)
        document = without_hidden(document)
        key = await self._proof_key(tx, actor.id) if visibility in PROVEN else None
        if key is None:
            return document
        try:
            return with_proof(document, key, wire_time(now))
        except ValueError as error:  # numbers that have no canonical form
            log.info("%s carries no proof: %s", document["id"], error)
            return document

    async def _proof_key(self, tx: Tx, actor_id: int) -> SigningKey | None:
        """The Ed25519 key, read in the same transaction: an operation may await nothing else."""
        if actor_id not in self._proof_keys:
            for key in await tx.actors.keys(actor_id):
                if key.algorithm == "ed25519" and key.private_pem is not None:
                    self._proof_keys[actor_id] = SigningKey(key.key_id, "ed25519", key.private_pem)
        return self._proof_keys.get(actor_id)

    async def _promise(
        self, tx: Tx, actor: ActorRecord, record: ActivityRecord, recipients: Recipients, now: int
    ) -> None:
        if recipients:
            await tx.deliveries.add_fanout(_fanout(record, actor, recipients, now))
            tx.notify_on_commit("fanout")
        if await self._concerns_us(tx, record, recipients):
            await tx.received.add(self._for_ourselves(record, actor.url))
            tx.notify_on_commit("received")

    async def _concerns_us(self, tx: Tx, record: ActivityRecord, recipients: Recipients) -> bool:
        if record.type in SHOWN_TO_AUTHOR or recipients.followers_of is not None:
            return True
        if record.visibility == "project":
            return True  # a project of ours passes its own changes on like those of its members
        if any(self.identifiers.is_local(inbox) for inbox in recipients.inboxes):
            return True
        actors = await tx.actors.by_ids(list(recipients.actors))
        return any(actor.local for actor in actors.values())

    def _for_ourselves(self, record: ActivityRecord, actor_url: str) -> ReceivedRecord:
        return ReceivedRecord(
            id=new_id(),
            activity_url=record.url,
            inbox="",
            type=record.type,
            actor=actor_url,
            sender=actor_url,
            host=self.identifiers.host,
            how="local",
            body=record.document,
            state="waiting",
            attempts=0,
            due_at=record.created_at,
            lease_until=0,
            error="",
            received_at=record.created_at,
            done_at=None,
        )

    async def forward(
        self, tx: Tx, activity: ActivityRecord, sender: ActorRecord, recipients: Recipients
    ) -> None:
        """Pass on somebody else's stored activity unchanged (ActivityPub 7.1.2).

        `sender` is the local actor whose key signs the HTTP request.
        """
        now = int(self._clock() * 1000)
        await tx.deliveries.add_fanout(_fanout(activity, sender, recipients, now))
        tx.notify_on_commit("fanout")


def without_hidden(document: dict[str, Any]) -> dict[str, Any]:
    """A copy that names nobody who is addressed in secret (ActivityPub 6): kept and sent so."""
    shown = {name: value for name, value in document.items() if name not in HIDDEN}
    inner = shown.get("object")
    if isinstance(inner, dict):
        shown["object"] = without_hidden(inner)
    return shown


def _fanout(
    activity: ActivityRecord, sender: ActorRecord, recipients: Recipients, now: int
) -> FanoutRecord:
    return FanoutRecord(
        id=new_id(),
        activity_id=activity.id,
        actor_id=sender.id,
        recipients=recipients.dump(),
        state="waiting",
        attempts=0,
        due_at=now,
        lease_until=0,
        error="",
        created_at=now,
    )
