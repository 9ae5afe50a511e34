"""Somebody asks whether they may quote a post of ours (FEP-044f)."""

from federation.addresses import same_origin
from inbox.context import HandlerContext, Ignored, Violation
from inbox.people import visible_object


async def receive(context: HandlerContext) -> str:
    """Decline: our posts say that only their authors quote them, and who asks gets an answer.

    What the actor may not see is passed over in silence, as if it were not there.
    """
    instrument = context.activity.first_id("instrument")
    if instrument is not None and not same_origin(instrument, context.actor.url):
        raise Violation("one asks only for posts of one's own")
    found = await visible_object(context, context.activity.first_id("object"))
    if not found.author.local:
        raise Ignored("the object is not ours")
    if context.incoming.local:
        raise Ignored("nobody asks across the hall")
    request = {
        "type": "QuoteRequest",
        "id": context.url,
        "actor": context.actor.url,
        "object": found.record.url,
        **({"instrument": instrument} if instrument else {}),
    }
    await context.outgoing.decline(context.tx, found.author, request, context.actor)
    return "declined"
