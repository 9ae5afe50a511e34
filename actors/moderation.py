"""What administrators decide about one actor alone, here or elsewhere; every act is logged."""

from typing import Literal

from actors.administration import NotPossible, audit, has_role
from actors.policy import stricter
from actors.sanctions import severity_in
from actors.severances import tell_severed
from actors.sign_in.codes import end_access
from storage.administration import WarningRecord
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord
from storage.sanctions import SanctionStatements
from storage.store import Tx

Sanction = Literal["", "limit", "suspend"]
Measure = Literal["none", "disable", "sensitive", "silence", "suspend"]


async def set_sanction(
    tx: Tx, who: str, actor: ActorRecord, sanction: Sanction, reason: str, now: int
) -> ActorRecord:
    """Limit or suspend one actor, or lift that; gives the actor as it now is.

    Limited: only followers hear of them, and nothing of theirs is on public pages. Suspended:
    nothing of theirs is shown, nothing is exchanged, nobody signs in; the follows of somebody
    elsewhere end for good. It outlasts renewed profiles and changed rules about domains. Raises
    `NotPossible`: for the organisation and the node, for those who are gone, and for the last
    person in charge.
    """
    _must_be_possible(actor)
    if actor.sanction == sanction:
        raise NotPossible(f"Nothing would change for {actor.account}.")
    if sanction == "suspend":
        await keep_somebody_in_charge(tx, actor)
    statements = SanctionStatements(tx.connection)
    ruled = "" if actor.local else await severity_in(tx, actor)
    state = "suspended" if sanction == "suspend" else "active"
    await statements.set_sanction(actor.id, sanction, stricter(ruled, sanction), state, now)
    if sanction == "suspend":
        if actor.local:
            await end_access(tx, actor.id)
        else:
            ended = await tx.severances.threatened([actor.id])
            await statements.end_follows([actor.id])
            await tell_severed(tx, "account_suspension", actor.account, ended, now)
    await audit(tx, who, f"account {sanction or 'clear'}", actor.account, reason, now)
    found = await tx.actors.by_id(actor.id)
    assert found is not None
    return found


async def set_sensitized(
    tx: Tx, who: str, actor: ActorRecord, reason: str, now: int, *, sensitized: bool
) -> None:
    """Cover all files of an actor until one asks to see them, or do so no more."""
    _must_be_possible(actor)
    statements = SanctionStatements(tx.connection)
    await statements.set_sensitized(actor.id, int(sensitized), now)
    done = "sensitive" if sensitized else "unsensitive"
    await audit(tx, who, f"account {done}", actor.account, reason, now)


async def keep_somebody_in_charge(tx: Tx, actor: ActorRecord) -> None:
    """Raise `NotPossible` when no person who can sign in would be administrator any more."""
    member = await tx.members.by_actor(actor.id)
    if member is None or not has_role(member, "admin"):
        return
    others = [
        other
        for person, other in await tx.members.all()
        if person.type == "Person"
        and person.state == "active"
        and person.id != actor.id
        and has_role(other, "admin")
    ]
    if not others:
        raise NotPossible(f"{actor.account} is the last administrator; name another one first.")


async def warn_member(tx: Tx, actor: ActorRecord, measure: Measure, text: str, now: int) -> None:
    """Tell a member what was done about their account, where they read notifications."""
    number = new_id()
    await tx.administration.warn(WarningRecord(number, actor.id, measure, text, now))
    await tx.activities.notify(
        NotificationRecord(
            new_id(),
            actor.id,
            "moderation_warning",
            actor.id,
            None,
            now,
            None,
            subject_id=number,
        )
    )


def _must_be_possible(actor: ActorRecord) -> None:
    if actor.state == "gone":
        raise NotPossible(f"{actor.account} is gone.")
    if actor.local and actor.type not in {"Person", "Group"}:
        raise NotPossible("The organisation and the node itself stay as they are.")
