"""Somebody leaves and their experiences stay: the organisation becomes their co-author.

An object cannot change its owner: other servers refuse an `Update` by anybody else, and another
address would lose comments, thanks and the genealogy. So the author stays, the account is
closed and emptied, and the organisation looks after the experiences, as everybody is told.
"""

from dataclasses import replace

from actors.administration import audit, close_account
from actors.local import ProfileChanges
from objects.experiences.fields import Contributor, Experience, from_json
from outbox.acts.experiences import change_experience
from outbox.c2s_profile import change_profile
from outbox.context import ActRefused, OutboxContext
from storage.oversight import OversightStatements
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def hand_over(
    context: OutboxContext,
    actor: ActorRecord,
    organisation: ActorRecord,
    by: ActorRecord,
    reason: str = "",
    *,
    former_name: str = "",
) -> int:
    """Let a member go and keep what they published; gives how many experiences were handed over.

    `by` is the administrator; `former_name` replaces the person's name when they want it gone.
    Of an account that is closed already, what is left is handed over: it may have been closed
    before, or the node stopped in between. Raises `NotPossible` for the last administrator.
    """
    now = context.now()

    async def farewell(tx: Tx) -> None:
        member = await tx.members.by_actor(actor.id)
        if member is None or member.disabled_at is None:
            await close_account(tx, by.account, actor, reason, now)
        await _forget_ways_in(tx, actor)
        await audit(tx, by.account, "member hand over", actor.account, reason, now)

    await context.store.write(farewell)
    emptied = ProfileChanges(
        name=former_name or None, summary="", icon="", image="", fields=(), discoverable=False
    )
    await change_profile(context, actor, emptied)
    found = await context.store.query(lambda tx: _experiences(tx, actor))
    handed = 0
    for record, experience in found:
        handed += await _hand_over_one(context, actor, organisation, by, record, experience)
    return handed


async def _hand_over_one(
    context: OutboxContext,
    actor: ActorRecord,
    organisation: ActorRecord,
    by: ActorRecord,
    record: ObjectRecord,
    experience: Experience,
) -> bool:
    if any(person.url == organisation.url for person in experience.contributors):
        return False
    people = (*experience.contributors, Contributor(organisation.url))
    changed = replace(
        experience, contributors=people, carried_by=experience.carried_by or organisation.url
    )
    try:
        await change_experience(context, actor, record, changed, editor=by)
    except ActRefused as refused:
        if refused.status == 410:  # withdrawn meanwhile
            return False
        raise
    return True


async def _experiences(tx: Tx, actor: ActorRecord) -> list[tuple[ObjectRecord, Experience]]:
    records = await OversightStatements(tx.connection).experiences_of(actor.id)
    rows = await tx.experiences.by_ids([record.id for record in records])
    return [(r, from_json(rows[r.id].fields)) for r in records if r.id in rows]


async def _forget_ways_in(tx: Tx, actor: ActorRecord) -> None:
    """No password, passkey, identity or mail address is kept of somebody who left."""
    await tx.members.set_password(actor.id, "")
    await tx.credentials.set_mail(actor.id, "")
    await tx.credentials.remove_factor(actor.id)
    for passkey in await tx.credentials.passkeys(actor.id):
        await tx.credentials.remove_passkey(actor.id, passkey.id)
    for identity in await tx.credentials.identities(actor.id):
        await tx.credentials.remove_identity(actor.id, identity.issuer, identity.subject)
