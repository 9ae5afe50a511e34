"""Somebody shares an object; a Group passes activities of its members on."""

from dataclasses import replace

from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import Gone
from federation.vocabulary import ACTIVITY_TYPES
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.handlers import project_entry
from inbox.people import audience_of, keep_activity, local_people, refuse_if_blocked
from inbox.sources import Sources
from inbox.trust import author_of
from objects import reactions
from objects.incoming import bury, edit_object, is_readable, object_record
from objects.timelines import keep_found, show_activity
from objects.visibility import Visibility, of_document
from storage.records import ObjectRecord

OPEN = ("public", "unlisted")
PASSED_ON = frozenset({"Create", "Update", "Delete"})
RENEWED = frozenset({"Update", "Delete"})


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """The shared object from its own origin, unless we have it; what a Group passes on, anew."""
    if await project_entry.concerns(incoming, sources):
        return replace(await project_entry.gather(incoming, sources), by_project=True)
    url = _shared_url(incoming)
    stored = await sources.stored(url)
    if incoming.local or (stored is not None and stored.local):
        return Gathered()
    passed_on = _passed_on(incoming.activity)
    if passed_on in RENEWED:
        if stored is None:
            raise Ignored("the object is not known here")
    elif stored is not None:
        return Gathered()
    if sources.identifiers.is_local(url):
        raise Ignored("the object is not known here")
    if stored is None and not await _wanted(incoming, sources):
        raise Ignored("nobody here follows who shares it")
    try:
        document = await sources.document(url)
    except Gone:
        return Gathered(gone=True)
    return await _read(incoming, sources, document)


def _shared_url(incoming: Incoming) -> str:
    """The id of the object at the end: shared itself, or inside an activity passed on."""
    activity = incoming.activity
    inner = activity.embedded("object")
    if inner is not None and any(name in ACTIVITY_TYPES - {"Question"} for name in inner.types):
        if incoming.actor.type != "Group":
            raise Ignored("only groups pass activities on")
        if inner.type not in PASSED_ON:
            raise Ignored(f"{inner.type} passed on by a group has no effect here")
        url = inner.first_id("object")
        if url is None or not same_origin(url, inner.first_id("actor") or ""):
            raise Violation("the activity passed on is about somebody else's object")
    else:
        url = activity.first_id("object")
    if url is None:
        raise Ignored("the object has no id")
    return url


def _passed_on(activity: Document) -> str:
    """The type of the activity that a Group passes on; empty for a plain share."""
    inner = activity.embedded("object")
    return inner.type if inner is not None and inner.type in PASSED_ON else ""


async def _wanted(incoming: Incoming, sources: Sources) -> bool:
    return incoming.owner is not None or await sources.followed(incoming.actor)


async def _read(incoming: Incoming, sources: Sources, document: Document) -> Gathered:
    """A fetched object with its author, if it is of a kind that we keep and for everyone."""
    if document.type == "Tombstone":
        return Gathered(gone=True)
    if not is_readable(document):
        raise Ignored(f"objects of type {document.type or '(none)'} are not kept")
    author = await sources.actor(author_of(document))
    own = author.id == incoming.actor.id
    if of_document(document, author.followers_url) not in (*OPEN, *(("followers",) * own)):
        raise Violation("what is not public cannot be shared")
    parsed = object_record(document, author, incoming.now)
    return Gathered(document=document, parsed=parsed, author=author)


async def receive(context: HandlerContext) -> str:
    """Keep the object, count the share and show it, if it may be shared at all."""
    if context.gathered.by_project:
        return await project_entry.receive(context)
    passed_on = _passed_on(context.activity)
    if passed_on in RENEWED:
        return await _renew(context, passed_on)
    record = await _record(context)
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is gone or unknown")
    own = record.actor_id == context.actor.id
    if record.visibility not in OPEN and not (own and record.visibility == "followers"):
        raise Violation("what is not public cannot be shared")
    if passed_on and record.in_reply_to is not None:
        return "a reply of the group's conversation"
    await _share(context, record)
    return ""


async def _record(context: HandlerContext) -> ObjectRecord | None:
    parsed = context.gathered.parsed
    if parsed is not None:
        await keep_found(context.tx, parsed)
        return await context.tx.objects.by_url(parsed.record.url)
    return await context.tx.objects.by_url(_shared_url(context.incoming))


async def _renew(context: HandlerContext, passed_on: str) -> str:
    """What a Group says was edited or deleted is as its origin says."""
    record = await context.tx.objects.by_url(_shared_url(context.incoming))
    if record is None or record.local or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    if context.gathered.gone:
        await bury(context.tx, record, context.now)
        return ""
    parsed = context.gathered.parsed
    if passed_on == "Delete" or parsed is None or parsed.record.url != record.url:
        raise Ignored("the origin still has the object")
    await edit_object(context.tx, parsed)
    return ""


async def _share(context: HandlerContext, record: ObjectRecord) -> None:
    tx = context.tx
    author = await tx.actors.by_id(record.actor_id)
    if author is not None and author.severity == "suspend":
        raise Ignored("the domain of the object is suspended")
    if author is not None and author.local:
        await refuse_if_blocked(context, author)
    people = await local_people(context, audience_of(context.activity))
    followed = bool(await tx.received.followed([context.actor.id]))
    ours = author is not None and author.local
    if not (context.incoming.local or people or followed or ours):
        raise Ignored("nobody here follows who shares it")
    reach = _reach(context)
    new = await reactions.share(tx, context.actor, record, context.url, context.now, reach)
    if not new and context.actor.type == "Group":
        return  # Groups announce twice: the activity, and what it was about
    number, _ = await keep_activity(context, context.record(reach, record.url, record.id))
    owners = set(people) | ({author.id} if author is not None and author.local else set())
    await show_activity(
        tx, number, context.actor, record, addressed=owners, followers=True, home=True, shared=True
    )


def _reach(context: HandlerContext) -> Visibility:
    """Who gets to know of a share: everybody, unless it names others."""
    if not context.activity.has("to") and not context.activity.has("cc"):
        return "public"
    found = of_document(context.activity, context.actor.followers_url)
    return found if found in OPEN else "followers"
