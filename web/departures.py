"""Accounts that their members gave up: a day of grace, then everything is deleted."""

import asyncio
import logging
from typing import Final

from actors.administration import NotPossible, has_role
from objects.choices import due_to_leave, set_leaving
from outbox.acts.leave import leave
from storage.records import ActorRecord, MemberRecord
from storage.store import Tx
from storage.wakeups import every
from web.context import WebContext
from web.mails import Mails

log = logging.getLogger(__name__)

GRACE_MS: Final = 24 * 3_600_000
EVERY_S: Final = 300.0
REASON: Final = "asked by the member"


class Departures:
    """Looks every few minutes whose day has come."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop` is set."""
        await every(EVERY_S, stop, lambda: self.run_once(self._context.now()))

    async def run_once(self, now: int) -> int:
        """Delete the accounts whose grace has ended (`now` in milliseconds); gives how many."""
        store, done = self._context.store, 0
        for actor_id in await store.query(lambda tx: due_to_leave(tx, now)):
            done += await self._part_with(actor_id, now)
        return done

    async def _part_with(self, actor_id: int, now: int) -> int:
        store = self._context.store

        async def known(tx: Tx) -> tuple[ActorRecord | None, MemberRecord | None]:
            return await tx.actors.by_id(actor_id), await tx.members.by_actor(actor_id)

        actor, member = await store.query(known)
        if actor is None or member is None or actor.state == "gone":
            await store.write(lambda tx: set_leaving(tx, actor_id, None))
            return 0
        try:
            await leave(
                self._context.outbox,
                actor,
                actor.account,
                REASON,
                also=lambda tx: send_receipt(self._context.mails, tx, actor, member, now),
            )
        except NotPossible as error:
            log.warning("%s cannot leave: %s", actor.account, error)
            await store.write(lambda tx: set_leaving(tx, actor_id, None))
            return 0
        log.info("%s left", actor.account)
        return 1


async def refuse_departure(tx: Tx, actor: ActorRecord) -> None:
    """Raise `NotPossible` for an account that cannot go: the organisation, the last in charge."""
    member = await tx.members.by_actor(actor.id)
    admin = member is not None and has_role(member, "admin")
    if actor.type != "Person" or (admin and await tx.members.count_admins() < 2):
        raise NotPossible(f"{actor.account} cannot be deleted.")


async def announce_departure(
    mails: Mails, tx: Tx, actor: ActorRecord, member: MemberRecord, at: int
) -> None:
    """Tell a member by mail when their account ends, and how to keep it."""
    if member.email:
        await mails.queue(
            tx, member.email, "leaving", member.language, once=f"leaving:{actor.id}:{at}",
            name=actor.name or actor.username, account=actor.account, at=at,
        )  # fmt: skip


async def send_receipt(
    mails: Mails, tx: Tx, actor: ActorRecord, member: MemberRecord, now: int
) -> None:
    """Confirm by mail what was deleted, and when."""
    if member.email:
        await mails.queue(
            tx, member.email, "left", member.language, once=f"left:{actor.id}",
            account=actor.account, at=now,
        )  # fmt: skip
