"""From events to messages: worked out for a whole batch in a constant number of queries."""

from collections.abc import Sequence

from clients.context import ClientContext
from clients.rendering.accounts import accounts
from clients.streaming.audience import Audience, Told
from clients.streaming.notices import NoticeWriter, about_announcements, changed_filters, notices
from clients.streaming.posts import PostWriter, deletions, wishes
from clients.streaming.views import views_of
from storage.store import Tx
from storage.streams import StreamEvent


async def tell(
    tx: Tx, context: ClientContext, audience: Audience, events: Sequence[StreamEvent]
) -> list[Told]:
    """What is to be said, in the order of the events."""
    wished = await wishes(tx, audience, events)
    found = await notices(tx, context, audience, events)
    concerned = found.members.union(*(wish.members for wish in wished))
    shares = await tx.apps.shares_by_activity(
        sorted({e.entry_id for e in events if e.kind == "update" and e.entry_id != e.object_id})
    )
    views = await views_of(
        tx,
        context,
        {number: audience.members[number] for number in concerned},
        {wish.event.object_id for wish in wished} | found.object_ids,
    )
    actors = await tx.actors.by_ids(
        sorted(found.people | {share.actor_id for share in shares.values()})
    )
    heard = [a for a in actors.values() if a.state == "active" and a.severity != "suspend"]
    people = await accounts(tx, context.identifiers, heard) if heard else {}
    told = PostWriter(views, shares, people).told(wished)
    told += await deletions(tx, audience, events)
    told += NoticeWriter(views, people).told(found)
    told += changed_filters(audience, events)
    told += await about_announcements(tx, context, audience, events)
    return sorted(told, key=lambda one: one.event_id)
