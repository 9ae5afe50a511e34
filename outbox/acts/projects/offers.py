"""Proposing something to a project, here or elsewhere, and deciding what was proposed.

    await make_offer(context, member, group, other_state(milestone.url, "reached"))
    await make_offer(context, member, group, MemberChange(person=url, role="observer"))
    waiting = await tx.project_offers.of_project(group.id, ["waiting"])
    await decide_offer(context, lead, offer, agreed=True)

What may be proposed: `objects.projects.offers`; `from_text(offer.document)` reads it again.
"""

from typing import Final

from federation.errors import FederationError
from objects.projects.membership import NotAllowed, leads
from objects.projects.offer_rules import done_at_once
from objects.projects.offers import (
    MAX_REASON,
    EntryChange,
    EntryEnd,
    MemberChange,
    Proposal,
    from_text,
    proposal_document,
    text_of,
)
from objects.projects.store import entry_in
from outbox.acts.projects import hosting
from outbox.acts.projects.admitting import notify
from outbox.acts.projects.carrying import carry_out, entry_named
from outbox.acts.projects.spaces import hosted_and_led
from outbox.builders import offer as offering
from outbox.builders import undo
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.project_offers import OfferRecord
from storage.records import ActorRecord, NotificationRecord
from storage.store import Tx

MAX_WAITING: Final = 50
"""What one member proposes to a project and nobody answered yet."""


async def make_offer(
    context: OutboxContext,
    member: ActorRecord,
    group: ActorRecord,
    proposal: Proposal,
    reason: str = "",
) -> OfferRecord:
    """Propose something to a project of this node or another.

    Here it is done at once for a lead, and for a milestone's state by who is responsible for it;
    else a lead decides. Elsewhere the project answers later. Raises `ActRefused` for those who
    may propose nothing, and for what cannot be.
    """
    proposal = _checked(proposal)
    await _know(context, proposal)

    async def operation(tx: Tx) -> OfferRecord:
        number = new_id()
        url = context.identifiers.activity(number)
        if group.local:
            return await take_offer(tx, context, member, group, url, proposal, reason)
        await _at_once(tx, member, group, proposal)
        offer = _row(context, member, group, url, proposal, reason)
        await tx.project_offers.add(offer)
        proposed = proposal_document(proposal, group.url)
        await context.publisher.publish(
            tx,
            member,
            offering.build(proposed, group.url, reason[:MAX_REASON]),
            recipients=Recipients(actors=(group.id,), personal=True),
            activity_id=number,
        )
        return offer

    return await context.store.write(operation)


async def take_offer(
    tx: Tx,
    context: OutboxContext,
    member: ActorRecord,
    group: ActorRecord,
    url: str,
    proposal: Proposal,
    reason: str = "",
) -> OfferRecord:
    """Keep what somebody proposes to a project of this node, or do it at once.

    Part of a transaction. Raises `ActRefused`, before or after something was written: the caller
    ends the transaction or its savepoint.
    """
    at_once = await _at_once(tx, member, group, proposal)
    offer = _row(context, member, group, url, proposal, reason)
    await tx.project_offers.add(offer)
    if at_once:
        await carry_out(tx, context, member, group, proposal)
        await tx.project_offers.decide(offer.id, "accepted", "", context.now())
        return await _again(tx, offer)
    for lead in await leads(tx, group.id):
        if lead.local:
            await tx.activities.notify(
                NotificationRecord(
                    new_id(),
                    lead.id,
                    "project.offered",
                    member.id,
                    None,
                    context.now(),
                    None,
                    subject_id=group.id,
                )
            )
    return offer


async def withdraw_offer(
    context: OutboxContext, member: ActorRecord, offer: OfferRecord
) -> OfferRecord:
    """Take back what one proposed, as long as nobody answered. Raises `ActRefused`."""
    if offer.actor_id != member.id:
        raise ActRefused(404, "no-offer", "There is no such proposal of yours.")

    async def operation(tx: Tx) -> OfferRecord:
        await _decided(tx, offer, "withdrawn", "", context.now())
        group = await tx.actors.by_id(offer.project_id)
        if group is not None and not group.local:
            proposed = proposal_document(from_text(offer.document), group.url)
            made = offering.build(proposed, group.url) | {"id": offer.url, "actor": member.url}
            await context.publisher.publish(
                tx,
                member,
                undo.build(made, [group.url]),
                recipients=Recipients(actors=(group.id,), personal=True),
            )
        return await _again(tx, offer)

    return await context.store.write(operation)


async def decide_offer(
    context: OutboxContext,
    lead: ActorRecord,
    offer: OfferRecord,
    *,
    agreed: bool,
    reason: str = "",
) -> OfferRecord:
    """Do what was proposed to a project of this node, or say no and why.

    Who proposed it is told. Raises `ActRefused` for those who do not lead the project, for what
    was answered or withdrawn, and for what cannot be done (any more): then it goes on waiting.
    """
    proposal = from_text(offer.document)
    if agreed:
        await _know(context, proposal)

    async def operation(tx: Tx) -> OfferRecord:
        group = await tx.actors.by_id(offer.project_id)
        if group is None:
            raise ActRefused(404, "not-found", "There is no such project here.")
        await hosted_and_led(tx, lead, group)
        state = "accepted" if agreed else "rejected"
        await _decided(tx, offer, state, reason[:MAX_REASON], context.now())
        if agreed:
            await carry_out(tx, context, lead, group, proposal)
        await _tell_answer(tx, context, group, offer, agreed=agreed, reason=reason[:MAX_REASON])
        return await _again(tx, offer)

    return await context.store.write(operation)


async def refuse_waiting(tx: Tx, context: OutboxContext, group: ActorRecord, reason: str) -> None:
    """Say no to everything that waits at a project of this node, and why."""
    while waiting := await tx.project_offers.of_project(group.id, ["waiting"]):
        for offer, _ in reversed(waiting):
            await _decided(tx, offer, "rejected", reason, context.now())
            await _tell_answer(tx, context, group, offer, agreed=False, reason=reason)


async def _tell_answer(
    tx: Tx,
    context: OutboxContext,
    group: ActorRecord,
    offer: OfferRecord,
    *,
    agreed: bool,
    reason: str,
) -> None:
    member = await tx.actors.by_id(offer.actor_id)
    if member is None:
        return
    if member.local:
        kind = "project.offer-accepted" if agreed else "project.offer-rejected"
        await notify(tx, context, member, kind, group)
        return
    request = {"type": "Offer", "id": offer.url, "actor": member.url, "target": group.url}
    await hosting.answer(
        tx, context.publisher, group, member, request, agreed=agreed, reason=reason
    )


async def _at_once(tx: Tx, member: ActorRecord, group: ActorRecord, proposal: Proposal) -> bool:
    """Whether a proposal needs no lead's word. Raises `ActRefused`."""
    project = await tx.projects.by_id(group.id)
    if project is None:
        raise ActRefused(404, "no-project", "There is no such project.")
    membership = await tx.projects.membership(group.id, member.id)
    record = await entry_named(tx, group, proposal)
    entry = entry_in(record) if record is not None else None
    try:
        at_once = done_at_once(project, membership, member.url, proposal, entry)
    except NotAllowed as error:
        raise ActRefused(error.status, error.code, error.detail) from None
    if isinstance(proposal, EntryChange | EntryEnd) and record is None:
        raise ActRefused(404, "no-entry", "The project has no such milestone or call.")
    if not at_once and await tx.project_offers.count_waiting(group.id, member.id) >= MAX_WAITING:
        raise ActRefused(429, "too-many-offers", "Too many of your proposals wait for an answer.")
    return at_once


def _checked(proposal: Proposal) -> Proposal:
    """A proposal as others would read it. Raises `ActRefused`."""
    try:
        return from_text(text_of(proposal))
    except NotAllowed as error:
        raise ActRefused(error.status, error.code, error.detail) from None


async def _know(context: OutboxContext, proposal: Proposal) -> None:
    """Look somebody up who is to be invited. Raises `ActRefused`."""
    if not isinstance(proposal, MemberChange):
        return
    try:
        await context.remote.by_url(proposal.person)
    except (FederationError, LookupError):
        raise ActRefused(404, "no-person", "There is nobody at that address.") from None


def _row(
    context: OutboxContext,
    member: ActorRecord,
    group: ActorRecord,
    url: str,
    proposal: Proposal,
    reason: str,
) -> OfferRecord:
    return OfferRecord(
        id=new_id(),
        project_id=group.id,
        actor_id=member.id,
        url=url,
        document=text_of(proposal, reason),
        state="waiting",
        answer="",
        created_at=context.now(),
        decided_at=None,
    )


async def _decided(tx: Tx, offer: OfferRecord, state: str, answer: str, now: int) -> None:
    if not await tx.project_offers.decide(offer.id, state, answer, now):
        raise ActRefused(409, "answered", "The proposal was answered or withdrawn before.")


async def _again(tx: Tx, offer: OfferRecord) -> OfferRecord:
    found = await tx.project_offers.by_id(offer.id)
    assert found is not None
    return found
