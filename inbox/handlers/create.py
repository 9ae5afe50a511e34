"""Somebody published something: a note, an article, a question, a vote."""

from collections.abc import Mapping

import orjson

from federation.documents import Document
from inbox import projects
from inbox.context import Gathered, HandlerContext, Ignored, Incoming
from inbox.forward import forward_to_followers
from inbox.handlers import vote
from inbox.people import audience_of, keep_activity, local_people
from inbox.sources import Sources
from inbox.trust import own_object, vouched
from objects.experiences.fields import from_json
from objects.experiences.notices import notice_kinds
from objects.incoming import IncomingObject, is_readable, object_record, store_object
from objects.timelines import show_activity
from storage.records import ActorRecord, ObjectRecord


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """The object as its author vouches for it, read and sanitised before the transaction."""
    if incoming.local:
        return Gathered()
    embedded = incoming.activity.embedded("object")
    if embedded is None or not vouched(embedded, incoming.actor.url):
        await _refuse_unasked(incoming, sources)
    document = await own_object(incoming, sources)
    if vote.looks_like_vote(document):
        return Gathered(document=document)
    if not is_readable(document):
        raise Ignored(f"objects of type {document.type or '(none)'} are not kept")
    parsed = object_record(document, incoming.actor, incoming.now)
    return Gathered(document=document, parsed=parsed)


async def _refuse_unasked(incoming: Incoming, sources: Sources) -> None:
    """Fetch nothing for what would not be kept anyway. Raises `Ignored`."""
    named = any(sources.identifiers.is_local(uri) for uri in audience_of(incoming.activity))
    if incoming.owner is None and not named and not await sources.followed(incoming.actor):
        raise Ignored("nobody here follows the actor, and nobody here is addressed")


async def receive(context: HandlerContext) -> str:
    """Keep what concerns somebody here, and show it to them."""
    if context.incoming.local:
        return await _show_own(context)
    document, parsed = context.gathered.document, context.gathered.parsed
    assert document is not None
    parent = await _parent(context, document)
    if parsed is None:
        return await vote.receive(context, document, parent)
    named = (*audience_of(document), *parsed.addressed, *audience_of(context.activity))
    people = await local_people(context, dict.fromkeys(named))
    admitted = await projects.admission(context, document, parsed.record.visibility, parent)
    note = await projects.turned_away(context, admitted, parsed.record.visibility)
    if note is not None:
        return note
    wanted = people or admitted is not None or await concerns_us(context, parent)
    if not wanted and not await _is_of_the_network(context, parsed):
        raise Ignored("nobody here follows the actor, is addressed or was answered")
    await projects.tell_unshared(context, document, parsed.record.visibility)
    record: ObjectRecord | None = parsed.record
    new = await store_object(context.tx, parsed)
    if not new or parsed.record.in_reply_to is not None:
        record = await context.tx.objects.by_url(parsed.record.url)
    if record is None or record.deleted_at is not None or record.actor_id != context.actor.id:
        raise Ignored("the object was deleted before")
    if not new and await context.tx.activities.came_with(record.id) not in (None, context.url):
        raise Ignored("another activity brought the object before")
    kinds = None
    if parsed.experience is not None:
        kinds = await notice_kinds(context.tx, parsed.experience, set(people))
    if admitted is not None:
        await projects.take_in(context, admitted, record)
    await _show(context, record, await inside(context, record, people), kinds)
    if record.in_reply_to is not None and parent is None:
        context.missing_parent = record.in_reply_to
    return ""


async def inside(
    context: HandlerContext, record: ObjectRecord, people: dict[int, ActorRecord]
) -> dict[int, ActorRecord]:
    """Those of some people who may be told: of what is for a project's members, members alone."""
    if record.visibility != "project":
        return people
    entry = await context.tx.project_entries.by_id(record.id)
    members = await context.tx.projects.local_members(entry.project_id) if entry else []
    return {number: people[number] for number in people if number in members}


async def _show(
    context: HandlerContext,
    record: ObjectRecord,
    people: dict[int, ActorRecord],
    kinds: Mapping[int, str] | None,
) -> None:
    row = context.record(record.visibility, record.url, record.id)
    number, new = await keep_activity(context, row)
    await show_activity(
        context.tx,
        number,
        context.actor,
        record,
        addressed=set(people),
        followers=await _reaches_followers(context, record),
        home=True,
        kinds=kinds,
    )
    if new:
        await forward_to_followers(context, record)


async def _show_own(context: HandlerContext) -> str:
    """What a local actor published is stored already; here it reaches those who are here."""
    activity = await context.tx.activities.by_url(context.url)
    record = (
        await context.tx.objects.by_id(activity.object_id)
        if activity is not None and activity.object_id is not None
        else None
    )
    if activity is None or record is None or record.deleted_at is not None:
        raise Ignored("the object was deleted before")
    embedded = context.activity.embedded("object") or context.activity
    people = await local_people(context, audience_of(embedded))
    people = await inside(context, record, people)
    kinds = None
    if people and record.type == "Article":
        row = await context.tx.experiences.by_id(record.id)
        kinds = await notice_kinds(context.tx, from_json(row.fields), set(people)) if row else None
    await show_activity(
        context.tx,
        activity.id,
        context.actor,
        record,
        addressed=set(people),
        followers=record.visibility not in {"direct", "project"},
        home=True,
        kinds=kinds,
    )
    document = context.activity.embedded("object") or Document(orjson.loads(record.document))
    parent = await _parent(context, document)
    admitted = await projects.admission(context, document, record.visibility, parent)
    if admitted is not None and admitted.moved_to is not None:
        return await projects.hand_over(context, admitted.group, admitted.moved_to)
    if admitted is not None and admitted.refusal is None:
        await projects.take_in(context, admitted, record)
    return ""


async def _is_of_the_network(context: HandlerContext, parsed: IncomingObject) -> bool:
    """Whether something is for the network, or an experience for all, by one who belongs to it."""
    shown = parsed.record.visibility == "public" and parsed.experience is not None
    if not shown and parsed.record.visibility != "network":
        return False
    return await context.tx.network.listed(context.actor.host)


async def _reaches_followers(context: HandlerContext, record: ObjectRecord) -> bool:
    """What an unknown server calls for the network is for those alone whom it names."""
    if record.visibility == "network":
        return await context.tx.network.listed(context.actor.host)
    return record.visibility not in {"direct", "project"}


async def _parent(context: HandlerContext, document: Document) -> ObjectRecord | None:
    url = document.first_id("inReplyTo")
    return await context.tx.objects.by_url(url) if url else None


async def concerns_us(context: HandlerContext, parent: ObjectRecord | None) -> bool:
    """Whether somebody here follows the actor or who passed it on, or a post here is answered."""
    if context.actor.id in context.incoming.known.followed:
        return True
    senders = [context.actor.id]
    if context.incoming.row.sender != context.actor.url:
        relay = await context.tx.actors.by_url(context.incoming.row.sender)
        senders += [relay.id] if relay else []
    if await context.tx.received.followed(senders):
        return True
    if parent is None or parent.deleted_at is not None:
        return False
    ours = context.identifiers.is_local(parent.conversation or "")
    if not parent.local and not ours:
        return False
    blockers = await context.tx.relationships.blocked_by(context.actor.id)
    return parent.actor_id not in blockers
