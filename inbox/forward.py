"""Passing replies on to those who follow whom they answer (ActivityPub 7.1.2)."""

from federation.documents import Document
from inbox.context import HandlerContext
from inbox.people import audience_of
from objects.visibility import RESTRICTED
from storage.records import ActorRecord, ObjectRecord

OPEN = ("public", "unlisted")


async def forward_to_followers(context: HandlerContext, record: ObjectRecord) -> None:
    """Forward a reply, its edit or its deletion to the followers of who is answered here.

    Only what carries a proof or signature of its own: others could not tell that we did not
    invent it. Call it once for each activity, when its row is new.
    """
    if not carries_proof(context.activity) or record.in_reply_to_id is None:
        return
    parent = await context.tx.objects.by_id(record.in_reply_to_id)
    if parent is None or not parent.local or parent.deleted_at is not None:
        return
    # Followers are anywhere: they would learn what was said under something restricted.
    if parent.visibility in RESTRICTED:
        return
    owner = await context.tx.actors.by_id(parent.actor_id)
    if owner is None or owner.state != "active" or not _addressed(context, record, owner):
        return
    blockers = await context.tx.relationships.blocked_by(context.actor.id)
    if owner.id in blockers:
        return
    activity = await context.tx.activities.by_url(context.url)
    if activity is not None:
        await context.outgoing.forward(context.tx, owner, activity)


def carries_proof(activity: Document) -> bool:
    """Whether others can verify the activity without the connection that it came over."""
    return activity.embedded("proof") is not None or activity.embedded("signature") is not None


def _addressed(context: HandlerContext, record: ObjectRecord, owner: ActorRecord) -> bool:
    """Public replies are for the followers too; others only when they are named."""
    return record.visibility in OPEN or owner.followers_url in audience_of(context.activity)
