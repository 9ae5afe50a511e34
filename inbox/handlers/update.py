"""Somebody changed a post of theirs, or their profile."""

from dataclasses import replace

from federation.addresses import same_origin
from inbox import projects
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.forward import forward_to_followers
from inbox.handlers import create
from inbox.handlers.membership import renew_project
from inbox.people import audience_of, keep_activity, local_people, tell
from inbox.sources import Sources
from inbox.trust import addressed_like, own_object, vouched
from objects.experiences.notices import notice_kinds
from objects.experiences.wire import is_experience
from objects.incoming import IncomingObject, edit_object, object_record
from storage.records import ObjectRecord

OPEN = ("public", "unlisted")


async def gather_actor(incoming: Incoming, sources: Sources) -> Gathered:
    """Ask the origin for the profile as it is now: an old Update that comes again is harmless."""
    if not incoming.local:
        url = incoming.actor.url
        async with sources.lanes.enter(url):
            await sources.remote.by_url(url, refresh=True, budget=sources.budget)
    return Gathered()


async def receive_actor(context: HandlerContext) -> str:
    """Everything was done by fetching, but for what a project says of itself."""
    if context.actor.type == "Group" and not context.incoming.local:
        await renew_project(context.tx, context.actor, context.now)
    return ""


async def gather_object(incoming: Incoming, sources: Sources) -> Gathered:
    """The new version of a post that we have."""
    url = incoming.activity.first_id("object")
    if url is None:
        raise Ignored("nothing to change here")
    if incoming.local:
        return Gathered()
    if not same_origin(url, incoming.actor.url):
        raise Violation("only posts of one's own server can be changed")
    if await sources.stored(url) is None:
        return _new_here(incoming, sources)
    document = await own_object(incoming, sources)
    return Gathered(parsed=object_record(document, incoming.actor, incoming.now))


def _new_here(incoming: Incoming, sources: Sources) -> Gathered:
    """An experience that names somebody here only now: a new co-author hears of it this way.

    Raises `Ignored` for everything else that is not known here.
    """
    document = incoming.activity.embedded("object")
    if document is not None and is_experience(document) and vouched(document, incoming.actor.url):
        document = addressed_like(document, incoming.activity)
        if any(sources.identifiers.is_local(uri) for uri in audience_of(document)):
            parsed = object_record(document, incoming.actor, incoming.now)
            return Gathered(document=document, parsed=parsed)
    raise Ignored("the object is not known here")


async def receive_object(context: HandlerContext) -> str:
    """Keep the new version, if the post is the actor's own and the version is not an old one.

    What was changed here is changed already; a project that lives here passes it on.
    """
    if context.incoming.local:
        url = context.activity.first_id("object") or ""
        changed = await context.tx.objects.by_url(url)
        if changed is not None and changed.deleted_at is None:
            await projects.pass_change_on(context, changed)
        return ""
    parsed = context.gathered.parsed
    assert parsed is not None
    record = await context.tx.objects.by_url(parsed.record.url)
    if record is None and context.gathered.document is not None:
        return await create.receive(context)
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    if record.actor_id != context.actor.id:
        raise Violation("only one's own posts can be changed")
    if (parsed.record.edited_at or 0) < (record.edited_at or 0):
        raise Ignored("an older version than the one that we have")
    entry = await context.tx.project_entries.by_id(record.id)
    if entry is not None and not await projects.may_edit(context, record, entry):
        raise Ignored("its author belongs to the project no more")
    await edit_object(context.tx, parsed, belongs=entry is not None)
    if parsed.experience is not None:
        await _tell(context, parsed, record)
    if parsed.record.visibility not in OPEN:
        # Whoever could read it before does not learn what it says for fewer.
        record = replace(record, visibility=parsed.record.visibility)
    row = context.record(record.visibility, record.url, record.id)
    _, new = await keep_activity(context, row)
    if new:
        await forward_to_followers(context, record)
        if entry is not None:
            await projects.pass_entry_on(context, record, entry)
    return ""


async def _tell(context: HandlerContext, parsed: IncomingObject, record: ObjectRecord) -> None:
    """Tell those here whom an experience names since its change."""
    assert parsed.experience is not None
    people = await local_people(context, (*parsed.addressed, *parsed.mentions))
    people = await create.inside(context, record, people)
    kinds = await notice_kinds(context.tx, parsed.experience, set(people))
    for number, kind in kinds.items():
        await tell(context, people[number], kind, record.id)
