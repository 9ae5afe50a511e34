"""What a project that lives here takes in from its members, and passes on to them."""

from dataclasses import dataclass

import orjson

from federation.documents import Document
from federation.errors import Unreachable
from inbox.context import HandlerContext, Ignored
from inbox.people import MAX_AUDIENCE, keep_activity
from objects.experiences.wire import is_experience
from objects.projects.entries import OF_THE_GROUP, TALK, entry_of
from objects.projects.membership import NotAllowed, check_may_publish, is_member
from objects.projects.moving import follows_from
from objects.projects.store import keep_entry
from storage.project_entries import EntryRecord
from storage.projects import ProjectRecord
from storage.records import ActorRecord, ObjectRecord

OPEN = ("public", "unlisted")
# Something is for one project; who names more than a few wants to keep us busy.
MAX_NAMED = 5
UNSHARED = frozenset({"direct", "followers", "organisation"})


@dataclass(frozen=True, slots=True)
class Admission:
    """The project of ours that something is for; `refusal` says why it does not take it.

    `moved_to` is where the project lives now, when what is for it came too late.
    """

    group: ActorRecord
    project: ProjectRecord
    refusal: NotAllowed | None = None
    moved_to: ActorRecord | None = None


async def admission(
    context: HandlerContext,
    document: Document,
    visibility: str,
    parent: ObjectRecord | None,
) -> Admission | None:
    """Whether a project of ours takes an object in; None when it is for none.

    It is for the project that its `audience` names, for that of what it answers, or, when
    everybody may read it, for one that it mentions. A mention by somebody who may not publish
    there is no more than that. What is for single people, followers or one organisation is for
    no project, whatever it answers: it would be passed on to all members.
    """
    if visibility in UNSHARED:
        return None
    found = await _named(context, document, visibility, parent)
    by_mention = found is None and visibility == "public" and parent is None
    if by_mention:
        found = await _hosted(context, (*document.ids("to"), *document.ids("cc")))
    if found is None:
        return None
    group, project = found
    if group.moved_to:
        target = await context.tx.actors.by_url(group.moved_to)
        return Admission(group, project, moved_to=target) if target is not None else None
    if context.actor.id == group.id or await _was(context, group):
        return Admission(group, project)
    kind = entry_of(document).kind
    talk = kind in TALK and parent is not None
    open_talk = talk and visibility in OPEN and parent is not None and parent.visibility in OPEN
    if open_talk:
        return Admission(group, project)
    membership = await context.tx.projects.membership(group.id, context.actor.id)
    try:
        check_may_publish(project, membership, talk=talk, outcome=is_experience(document))
        if kind in OF_THE_GROUP:
            raise NotAllowed("not-a-lead", "Milestones and calls are proposed with an Offer.")
    except NotAllowed as error:
        return None if by_mention else Admission(group, project, error)
    return Admission(group, project)


async def _was(context: HandlerContext, group: ActorRecord) -> bool:
    """Whether the actor is what a project was before it moved here, perhaps a moment ago."""
    if not follows_from(group, context.actor):
        return False
    actor = await context.tx.actors.by_id(context.actor.id)
    return actor is not None and actor.moved_to == group.url


async def _named(
    context: HandlerContext, document: Document, visibility: str, parent: ObjectRecord | None
) -> tuple[ActorRecord, ProjectRecord] | None:
    """The project of what is answered, or that the audience names: what is for members says so."""
    named = document.ids("audience")
    if parent is not None:
        entry = await context.tx.project_entries.by_id(parent.id)
        group = await context.tx.actors.by_id(entry.project_id) if entry else None
        here = group is not None and group.local and group.state == "active"
        if group is not None and here and (visibility != "project" or _may_mean(group, named)):
            project = await context.tx.projects.by_id(group.id)
            return (group, project) if project is not None else None
    return await _hosted(context, named) or await _came_here(context, named)


def _may_mean(group: ActorRecord, named: tuple[str, ...]) -> bool:
    """Whether what names these projects, or none, can be for the members of this one."""
    called = {group.url, *orjson.loads(group.also_known_as or "[]")}
    return not named or bool(called & set(named[:MAX_NAMED]))


async def _hosted(
    context: HandlerContext, urls: tuple[str, ...]
) -> tuple[ActorRecord, ProjectRecord] | None:
    """The first project of ours among some addresses, of which so many are looked at."""
    parsed = ((url, context.identifiers.parse(url)) for url in urls[:MAX_AUDIENCE])
    ours = [url for url, local in parsed if local is not None and local.kind == "actor"]
    known = await context.tx.actors.by_urls(ours) if ours else {}
    groups = {actor.id: actor for actor in known.values() if actor.type == "Group"}
    projects = await context.tx.projects.by_ids(list(groups))
    for url in ours:
        group = known.get(url)
        if group is not None and group.id in projects and group.local and group.state == "active":
            return group, projects[group.id]
    return None


async def _came_here(
    context: HandlerContext, urls: tuple[str, ...]
) -> tuple[ActorRecord, ProjectRecord] | None:
    """The project of ours that moved here from one of some addresses, and says so itself."""
    for url in urls[:MAX_NAMED]:
        before = await context.tx.projects.by_url(url)
        if before is None or not before[0].moved_to:
            continue
        found = await _hosted(context, (before[0].moved_to,))
        if found is not None and follows_from(found[0], before[0]):
            return found
    return None


async def turned_away(
    context: HandlerContext, admitted: Admission | None, visibility: str
) -> str | None:
    """Why something is not kept here, as the note of its row; None when it may be.

    A project refuses it, or lives elsewhere now and is handed it. Raises `Ignored` for what is
    for the members of a project that does not live here, `Unreachable` for a moment when its
    home is ready here and its `Move` is on its way.
    """
    if admitted is None:
        if visibility == "project":
            await _wait_for_move(context)
            raise Ignored("for the members of a project that does not live here")
        return None
    if admitted.refusal is not None:
        return await _refuse(context, admitted, admitted.refusal)
    if admitted.moved_to is not None:
        return await hand_over(context, admitted.group, admitted.moved_to)
    return None


async def tell_unshared(context: HandlerContext, document: Document, visibility: str) -> None:
    """Tell who named a project of ours in something that is for none why it is not taken.

    It stays what it is for whomever else it names.
    """
    found = await _hosted(context, document.ids("audience")) if visibility in UNSHARED else None
    if found is not None and not found[0].moved_to:
        detail = (
            "A project takes what is for everybody, for the network, or for its members: "
            "then it is addressed to cmt:Project and to the address of the members."
        )
        await _refuse(context, Admission(*found), NotAllowed("unshared", detail))


async def _wait_for_move(context: HandlerContext) -> None:
    """Raise `Unreachable` when something is for a project that is expected here."""
    document = context.gathered.document or context.activity
    named = document.ids("audience")[:MAX_NAMED]
    expected = {
        old for g in await context.tx.projects.homes() for old in orjson.loads(g.also_known_as)
    }
    for url in named:
        if url in expected:
            raise Unreachable(url, "the Move that leads here has not come yet")


async def _refuse(context: HandlerContext, admitted: Admission, refusal: NotAllowed) -> str:
    """Tell whoever wrote something why the project does not take it; gives the row's note."""
    if not context.incoming.local:
        request = {"type": context.activity.type, "id": context.url, "actor": context.actor.url}
        await context.outgoing.answer_project(
            context.tx,
            admitted.group,
            context.actor,
            request,
            agreed=False,
            reason=refusal.detail,
        )
    return f"refused: {refusal.code}"


async def hand_over(context: HandlerContext, group: ActorRecord, target: ActorRecord) -> str:
    """Pass what came for a project that moved away on to where it lives; gives the row's note.

    So too what somebody here wrote before the move, and nobody had looked at yet.
    """
    number, new = await keep_activity(context, context.record("project"))
    activity = await context.tx.activities.by_id(number)
    if (new or context.incoming.local) and activity is not None:
        await context.outgoing.hand_over(context.tx, group, activity, target)
    return "the project lives elsewhere now"


async def take_in(context: HandlerContext, admitted: Admission, record: ObjectRecord) -> None:
    """Give a new entry its number and pass it on to the members, once."""
    tx, group = context.tx, admitted.group
    entry = await keep_entry(tx, group.id, record, context.url, context.now)
    if entry.position or entry.project_id != group.id:
        return
    position = await tx.projects.next_position(group.id, context.now)
    await tx.project_entries.place(record.id, position)
    await context.outgoing.pass_on(tx, group, record, context.activity.raw, position)


async def take_in_waiting(context: HandlerContext, group: ActorRecord) -> None:
    """Take in what people here wrote for a project that has just come here.

    Its former home never saw it; what others wrote is handed over from there. Who has another
    role here than there, as whoever gave it its new home, is made known.
    """
    tx = context.tx
    before = {p.id: m.role for m, p in await tx.projects.everybody(context.actor.id)}
    for membership, person in await tx.projects.memberships(group.id):
        if before.get(person.id) != membership.role:
            await context.outgoing.tell_joined(tx, group, membership, person)
    await context.outgoing.renew_leads(tx, group)
    number, _ = await keep_activity(context, context.record("direct", context.actor.url))
    move = await tx.activities.by_id(number)
    assert move is not None
    await context.outgoing.tell_past(tx, group, move)
    for activity in await tx.project_entries.waiting(group.id):
        record = await tx.objects.by_id(activity.object_id or 0)
        if record is None:
            continue
        position = await tx.projects.next_position(group.id, context.now)
        await tx.project_entries.place(record.id, position)
        document = orjson.loads(activity.document)
        await context.outgoing.pass_on(tx, group, record, document, position)


async def may_edit(context: HandlerContext, record: ObjectRecord, entry: EntryRecord) -> bool:
    """Whether an author may still change what only the members of a project read."""
    if record.visibility != "project" or context.actor.id == entry.project_id:
        return True
    return is_member(await context.tx.projects.membership(entry.project_id, context.actor.id))


async def pass_change_on(context: HandlerContext, record: ObjectRecord) -> None:
    """Pass the edit or the deletion of something on, if it is an entry of a project of ours."""
    entry = await context.tx.project_entries.by_id(record.id)
    if entry is not None:
        await pass_entry_on(context, record, entry)


async def pass_entry_on(context: HandlerContext, record: ObjectRecord, entry: EntryRecord) -> None:
    """Pass the edit or the deletion of an entry on, if its project is one of ours, or was.

    Who belongs to the project no more adds nothing to it by editing, but may take away. What is
    for single people from now on is told to no members.
    """
    group = await context.tx.actors.by_id(entry.project_id)
    ends = context.activity.type == "Delete"
    if group is None or (record.visibility in UNSHARED and not ends):
        return
    if not group.local:
        await _hand_change_over(context, record, group)
        return
    if group.state != "active" or not entry.position:
        return
    if not ends and context.actor.id != group.id:
        membership = await context.tx.projects.membership(group.id, context.actor.id)
        public_talk = entry.kind in TALK and record.visibility in OPEN
        if not public_talk and (membership is None or membership.state != "member"):
            return
    await context.outgoing.pass_on(context.tx, group, record, context.activity.raw, None)


async def _hand_change_over(
    context: HandlerContext, record: ObjectRecord, target: ActorRecord
) -> None:
    """Pass a change on to where a project of ours went, if its author named the old home."""
    parsed = Document(orjson.loads(record.document)) if record.document else Document({})
    known = await context.tx.actors.by_urls(list(parsed.ids("audience")[:MAX_NAMED]))
    old = next((one for one in known.values() if one.local and one.moved_to == target.url), None)
    activity = await context.tx.activities.by_url(context.url) if old is not None else None
    if old is not None and activity is not None:
        await context.outgoing.hand_over(context.tx, old, activity, target)
