"""Somebody proposes something to a project of ours, or takes it back."""

from federation.documents import Document
from federation.errors import FederationError
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.handlers.join import our_project, request_of
from inbox.people import refuse_if_blocked
from inbox.sources import Sources
from objects.projects.membership import NotAllowed, publishes
from objects.projects.offers import MAX_REASON, MemberChange, proposal_of
from storage.projects import MembershipRecord
from storage.store import Tx


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """Look at somebody who is to be invited, if it is a member of a project of ours who says so."""
    target, inner = incoming.activity.first_id("target"), incoming.activity.embedded("object")
    if incoming.local or target is None or inner is None:
        return Gathered()

    async def stands(tx: Tx) -> MembershipRecord | None:
        found = await tx.projects.by_url(target)
        return await tx.projects.membership(found[0].id, incoming.actor.id) if found else None

    membership = await sources.store.query(stands)
    try:
        proposal = proposal_of(inner, target)
        if membership is not None and publishes(membership) and isinstance(proposal, MemberChange):
            return Gathered(target=await sources.actor(proposal.person))
    except (NotAllowed, FederationError):
        return Gathered()  # said in the answer
    return Gathered()


async def receive(context: HandlerContext) -> str:
    """Do it at once, keep it for a lead, or say why it cannot be proposed."""
    found = await our_project(context, context.activity.first_id("target"))
    if found is None or context.incoming.local:
        raise Ignored("not proposed to a project of ours")
    group, _ = found
    await refuse_if_blocked(context, group)
    if await context.tx.project_offers.by_url(context.url) is not None:
        raise Ignored("proposed before")
    inner = context.activity.embedded("object") or Document({})
    try:
        proposal = proposal_of(inner, group.url)
    except NotAllowed as error:
        state, reason = "refused", error.detail
    else:
        said = (context.activity.text("content") or "")[:MAX_REASON]
        state, reason = await context.outgoing.take_offer(
            context.tx, group, context.actor, context.url, proposal, said
        )
    if state == "waiting":
        return ""
    await context.outgoing.answer_project(
        context.tx,
        group,
        context.actor,
        request_of(context),
        agreed=state == "accepted",
        reason=reason,
    )
    return f"refused: {reason}" if state == "refused" else ""


async def take_back(context: HandlerContext, undone: Document) -> str | None:
    """An Offer is withdrawn; None when there is none of this id. Raises `Ignored`."""
    offer = await context.tx.project_offers.by_url(undone.id or "")
    if offer is None:
        return None
    if offer.actor_id != context.actor.id:
        raise Violation("only one's own Offer can be undone")
    if not await context.tx.project_offers.decide(offer.id, "withdrawn", "", context.now):
        raise Ignored("the Offer was answered before")
    return ""
