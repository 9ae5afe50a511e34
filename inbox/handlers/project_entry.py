"""A project passes on what one of its members did: an entry, its edit, its end (FEP-1b12)."""

import orjson

from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import Unreachable
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.overtaking import overtake, refuse_if_overtaken
from inbox.passed_on import confirmed as confirmed_by_origin
from inbox.people import audience_of, keep_activity
from inbox.sources import Sources
from inbox.trust import addressed_like, vouched
from objects import reactions
from objects.incoming import bury, edit_object, is_readable, object_record, store_object
from objects.projects.moving import MAX_MOVES, is_now
from objects.projects.store import is_known_project, keep_entry, keep_remote_project
from objects.timelines import notify_addressed, show_activity
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

# A counter that a host may make others take over, and that can still be added to.
MAX_POSITION = 2**53
PASSED_ON = frozenset({"Create", "Update", "Delete"})
OPEN = ("public", "unlisted")


async def concerns(incoming: Incoming, sources: Sources) -> bool:
    """Whether an Announce is a project's that somebody here belongs to or follows.

    Raises `Unreachable` for a moment when it is the new home of one whose `Move` is on its way.
    """
    inner = incoming.activity.embedded("object")
    if incoming.actor.type != "Group" or inner is None or inner.type not in PASSED_ON:
        return False
    group = incoming.actor

    async def look(tx: Tx) -> bool:
        # The old home first: the Move may be processed while this is read.
        coming = not group.local and await _is_coming(tx, group)
        if group.local or await tx.projects.local_members(group.id):
            return await tx.projects.by_id(group.id) is not None
        if is_known_project(group) and await tx.received.followed([group.id]):
            return True
        if coming:
            raise Unreachable(group.url, "the Move that leads there has not come yet")
        return False

    return await sources.store.query(look)


async def _is_coming(tx: Tx, group: ActorRecord) -> bool:
    """Whether a Group says that it was a project which people here still belong to."""
    before = await tx.actors.by_urls(orjson.loads(group.also_known_as or "[]"))
    for old in before.values():
        if await tx.projects.local_members(old.id):
            return True
    return False


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """What was passed on, as its own actor stands behind it."""
    if incoming.local:
        return Gathered()
    inner = incoming.activity.embedded("object")
    assert inner is not None
    actor_url = inner.first_id("actor") or ""
    if sources.identifiers.is_local(actor_url):
        return await _our_own(inner, sources)
    confirmed = await confirmed_by_origin(inner, sources)
    url = confirmed.first_id("object") or ""
    if not same_origin(url, actor_url):
        raise Violation("the activity passed on is about somebody else's object")
    author = await sources.actor(actor_url)
    if confirmed.type == "Delete":
        return Gathered(document=confirmed, author=author)
    embedded = confirmed.embedded("object")
    if embedded is None or not vouched(embedded, actor_url):
        embedded = await sources.document(url)
        if not vouched(embedded, actor_url):
            raise Violation(f"{url} is not attributed to {actor_url}")
    document = addressed_like(embedded, confirmed)
    if not is_readable(document):
        raise Ignored(f"objects of type {document.type or '(none)'} are not kept")
    parsed = object_record(document, author, incoming.now)
    if parsed.record.visibility not in (*OPEN, "network", "project"):
        raise Violation("what is for single people is not passed on")
    if not await _belongs(incoming.actor, sources, document, parsed.record):
        raise Violation("the object is not for this project")
    return Gathered(document=confirmed, parsed=parsed, author=author)


async def _belongs(
    group: ActorRecord, sources: Sources, document: Document, record: ObjectRecord
) -> bool:
    """Whether something is for a project, or was for what it was before, or answers an entry."""
    if _is_for(document, record, await _addresses(group, sources)):
        return True
    url = record.in_reply_to or ""
    if await sources.store.query(lambda tx: _answers(tx, group.id, record, url)):
        return True
    return _is_for(document, record, await _addresses(group, sources, ask=True))


async def _addresses(
    group: ActorRecord, sources: Sources, *, ask: bool = False, depth: int = MAX_MOVES
) -> frozenset[str]:
    """What the project is called, and was before it moved, once or more, to where it is now.

    Each of its former homes must say so itself; with `ask` those that we know nothing of, or not
    that they moved, are asked. Raises federation errors.
    """
    found = {group.url}
    named = orjson.loads(group.also_known_as or "[]")[:MAX_MOVES] if depth else []
    known = await sources.store.query(lambda tx: tx.actors.by_urls(named)) if named else {}
    for url in named:
        before = known.get(url)
        there = before is not None and before.moved_to == group.url
        if ask and not there and not sources.identifiers.is_local(url):
            async with sources.lanes.enter(url):
                before = await sources.remote.by_url(url, refresh=True, budget=sources.budget)
        if before is not None and before.moved_to == group.url:
            found |= await _addresses(before, sources, ask=ask, depth=depth - 1)
    return frozenset(found)


def _is_for(document: Document, record: ObjectRecord, addresses: frozenset[str]) -> bool:
    """Whether its author wrote something for this project; what is for members says so."""
    if record.visibility == "project":
        return len(document.ids("audience")) == 1 and set(document.ids("audience")) <= addresses
    return bool(addresses & set(audience_of(document)))


async def _answers(tx: Tx, group_id: int, record: ObjectRecord, parent_url: str) -> bool:
    """Whether something that everybody may read answers an entry of a project."""
    parent = await tx.objects.by_url(parent_url) if record.visibility in OPEN else None
    entry = await tx.project_entries.by_id(parent.id) if parent is not None else None
    return entry is not None and entry.project_id == group_id


async def _our_own(inner: Document, sources: Sources) -> Gathered:
    """What somebody here did for a project, as we have it: nobody tells us about ourselves."""
    url = inner.id or ""

    async def done_here(tx: Tx) -> ActivityRecord | None:
        known = await tx.activities.by_url(url)
        if known is None or not known.local or known.object_id is None:
            return None
        return known if await tx.project_entries.by_id(known.object_id) is not None else None

    known = await sources.store.query(done_here)
    if known is None or known.type != inner.type:
        raise Violation("nobody here did for a project what was passed on")
    author = await sources.store.query(lambda tx: tx.actors.by_id(known.actor_id))
    return Gathered(document=Document({"type": known.type, "object": known.object_url}),
                    author=author)  # fmt: skip


async def receive(context: HandlerContext) -> str:
    """Keep the entry in its place, and show it to the members here."""
    inner = context.gathered.document or context.activity.embedded("object")
    assert inner is not None
    if inner.type == "Create":
        await refuse_if_overtaken(context)
        return await _create(context, inner)
    overtaken = inner.type == "Delete" and await _overtake(context, inner)
    record = await context.tx.objects.by_url(inner.first_id("object") or "")
    entry = await context.tx.project_entries.by_id(record.id) if record is not None else None
    if record is None and overtaken:
        return "was deleted before it was kept here"
    if record is None or entry is None or entry.project_id != context.actor.id:
        raise Ignored("no entry of this project that is known here")
    author = context.gathered.author
    if context.incoming.local or record.local:
        return ""
    if author is None or record.actor_id != author.id:
        raise Violation("only one's own entries can be changed")
    if record.deleted_at is not None:
        raise Ignored("the object was deleted before")
    if inner.type == "Delete":
        await bury(context.tx, record, context.now)
        return ""
    parsed = context.gathered.parsed
    if parsed is None or (parsed.record.edited_at or 0) < (record.edited_at or 0):
        raise Ignored("an older version than the one that we have")
    await edit_object(context.tx, parsed)
    await _keep(context, record)
    return ""


async def _overtake(context: HandlerContext, deletion: Document) -> int:
    """Drop what the project passed on of an entry before its author deleted it."""
    author, url = deletion.first_id("actor"), deletion.first_id("object")

    def is_about(announce: Document) -> bool:
        done = announce.embedded("object") or Document({})
        return (done.first_id("actor"), done.first_id("object")) == (author, url)

    return await overtake(context, "Announce", is_about)


async def _create(context: HandlerContext, inner: Document) -> str:
    tx, group = context.tx, context.actor
    parsed, author = context.gathered.parsed, context.gathered.author
    if await tx.projects.by_id(group.id) is None:
        await keep_remote_project(tx, group, context.now)
    inside = parsed is not None and parsed.record.visibility not in OPEN
    if inside and not await tx.projects.local_members(group.id):
        raise Violation("what is for few is passed on to servers of members only")
    new = await store_object(tx, parsed) if parsed is not None else False
    record = await tx.objects.by_url(inner.first_id("object") or "")
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is gone or unknown")
    if author is not None and record.actor_id != author.id:
        raise Violation("the object is of somebody else")
    entry = await keep_entry(tx, group.id, record, inner.id or "", context.now)
    if entry.project_id != group.id and not await _came_along(tx, entry.project_id, group):
        raise Violation("the object belongs to another project")
    if not context.incoming.local:
        position = context.activity.number("cmt:position") or 0
        if 0 < position < MAX_POSITION:
            await tx.project_entries.place(record.id, position)
            await tx.projects.reach_position(group.id, position)
    await _show(context, record, author, new=new)
    return ""


async def _came_along(tx: Tx, project_id: int, group: ActorRecord) -> bool:
    """Whether an entry is kept here of what a project was before; then all belong to it now.

    So where everybody had left when the project moved. As long as somebody here belongs to the
    old one, its Move is on its way.
    """
    before = await tx.actors.by_id(project_id)
    if before is None or not await is_now(tx, before, group):
        return False
    if await tx.projects.local_members(project_id):
        raise Unreachable(group.url, "the Move that leads there has not come yet")
    await tx.project_entries.move_all(project_id, group.id)
    return True


async def _show(
    context: HandlerContext,
    record: ObjectRecord,
    author: ActorRecord | None,
    *,
    new: bool,
) -> None:
    tx, group = context.tx, context.actor
    members = set(await tx.projects.local_members(group.id))
    open_to_all = record.visibility in OPEN
    if new and author is not None and not author.local:
        named = await tx.objects.audience(record.id)
        told = {number for number, mentioned in named.items() if mentioned}
        if record.visibility == "project":
            told &= members
        await notify_addressed(tx, author, record, told, {})
    if record.in_reply_to is None:
        await _tell_members(context, record)
    if record.actor_id == group.id and context.incoming.local:
        return
    if record.in_reply_to is not None:
        await _keep(context, record)
        return
    if open_to_all:
        await reactions.share(tx, group, record, context.url, context.now, "public")
    number, first = await _keep(context, record)
    if first or context.incoming.local:
        await show_activity(
            tx,
            number,
            group,
            record,
            addressed=members - {record.actor_id},
            # Who is named was told above: members see it without being named.
            named=set(),
            followers=open_to_all,
            home=True,
            # For members alone: no share that anybody could count, but the entry itself.
            shared=open_to_all and record.actor_id != group.id,
        )


async def _keep(context: HandlerContext, record: ObjectRecord) -> tuple[int, bool]:
    """Keep what was passed on: should the project come to live here, it is passed on from here."""
    row = context.record(record.visibility, record.url, record.id)
    return await keep_activity(context, row)


async def _tell_members(context: HandlerContext, record: ObjectRecord) -> None:
    """Tell the members here of a new entry; not of what was there when they came."""
    tx, group = context.tx, context.actor
    published = record.published_at or record.created_at
    for owner_id in await tx.projects.local_members(group.id, since=published):
        if owner_id != record.actor_id:
            await tx.activities.notify(
                NotificationRecord(
                    new_id(),
                    owner_id,
                    "project.entry",
                    record.actor_id,
                    record.id,
                    context.now,
                    None,
                    subject_id=group.id,
                )
            )
