"""Which project something belongs to that somebody here writes, and whether they may write it."""

from collections.abc import Sequence
from dataclasses import replace

from objects.experiences.fields import Experience
from objects.notes import NoteDraft
from objects.projects.entries import REFUSED, TALK, Entry
from objects.projects.membership import NotAllowed, check_may_publish, may_publish, publishes
from objects.visibility import may_see
from outbox.context import ActRefused, OutboxContext
from outbox.publish import PUBLIC_VISIBILITIES
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def placed(
    context: OutboxContext, author: ActorRecord, draft: NoteDraft, people: Sequence[ActorRecord]
) -> NoteDraft:
    """The draft in the project that it names, answers to, or mentions; alone when in none.

    An answer belongs where what it answers belongs. A mention of a project publishes to it what
    everybody may read, if its author may publish there; else it is a mere mention. Raises
    `ActRefused` for what the author may not write.
    """

    async def operation(tx: Tx) -> NoteDraft:
        found = await _place(tx, author, draft, people)
        if found.project is None:
            if draft.visibility == "project":
                raise ActRefused(422, "no-project", "Only a project has members to write for.")
            return found
        return await _checked(tx, author, found)

    return await context.store.query(operation)


async def _place(
    tx: Tx, author: ActorRecord, draft: NoteDraft, people: Sequence[ActorRecord]
) -> NoteDraft:
    if draft.project is not None:
        return draft
    if draft.in_reply_to is not None:
        return await _beside_answered(tx, draft, draft.in_reply_to)
    groups = [person for person in people if person.type == "Group"]
    if draft.visibility != "public" or not groups:
        return draft
    projects = await tx.projects.by_ids([group.id for group in groups])
    for group in groups:
        membership = await tx.projects.membership(group.id, author.id)
        if group.id in projects and may_publish(projects[group.id], membership):
            return replace(draft, project=group, entry=Entry(kind="post"))
    return draft


async def _beside_answered(tx: Tx, draft: NoteDraft, answered: ObjectRecord) -> NoteDraft:
    """An answer for few to something for all, or a private word, is no part of the project."""
    if draft.visibility == "direct":
        return draft
    if draft.visibility in ("followers", "organisation") and answered.visibility != "project":
        return draft
    entry = await tx.project_entries.by_id(answered.id)
    group = await tx.actors.by_id(entry.project_id) if entry is not None else None
    if group is None or (group.state != "active" and answered.visibility != "project"):
        return draft
    return replace(draft, project=group, entry=draft.entry or Entry(kind="comment"))


async def _checked(tx: Tx, author: ActorRecord, draft: NoteDraft) -> NoteDraft:
    """The draft, if its author may publish it; answers to what is public anybody writes."""
    group = draft.project
    assert group is not None
    project = await tx.projects.by_id(group.id)
    current = await tx.actors.by_id(group.id)
    if project is None or current is None or current.state != "active":
        # A suspended one would never give a number to what is written now.
        raise ActRefused(404, "no-project", "There is no such project.")
    talk = draft.entry is not None and draft.entry.kind in TALK
    answered = draft.in_reply_to
    open_talk = talk and answered is not None and answered.visibility in PUBLIC_VISIBILITIES
    if author.id != group.id and not open_talk:
        membership = await tx.projects.membership(group.id, author.id)
        try:
            check_may_publish(project, membership, talk=talk)
        except NotAllowed as error:
            raise ActRefused(error.status, error.code, error.detail) from None
    if draft.entry is not None and draft.entry.milestone:
        await check_milestone(tx, author, group, draft.entry.milestone)
    return draft


async def check_milestone(tx: Tx, author: ActorRecord, group: ActorRecord, url: str) -> None:
    """Raise `ActRefused` unless an address is that of a milestone of a project.

    One that its author may not see is as none. What other servers say is not asked this.
    """
    record = await tx.objects.by_url(url)
    entry = await tx.project_entries.by_id(record.id) if record is not None else None
    here = entry is not None and (entry.project_id, entry.kind) == (group.id, "milestone")
    if record is None or entry is None or not here or entry.state == REFUSED or record.deleted_at:
        known = False
    else:
        known = author.id == group.id or await may_see(tx, record, author)
    if not known:
        detail = f"{url} is no milestone of this project."
        raise ActRefused(422, "no-milestone", detail)


async def placed_experience(
    context: OutboxContext,
    author: ActorRecord,
    experience: Experience,
    before: ObjectRecord | None,
) -> tuple[Experience, ActorRecord | None]:
    """The experience, and the project in which it is published: one where its author may publish.

    Where they may not, an experience for others than the members merely names the project; one
    that shows itself to its members alone is named to nobody else. `before` is the version that
    is published: it stays in its project, and is put into no other. Raises `ActRefused` 422.
    """
    if not experience.project and experience.reach != "project":
        return experience, None

    async def look(tx: Tx) -> tuple[Experience, ActorRecord | None]:
        found = await tx.projects.by_url(experience.project)
        if found is None:
            return experience, None
        group, project = found
        if before is not None:
            entry = await tx.project_entries.by_id(before.id)
            inside = entry is not None and entry.project_id == group.id
        else:
            inside = publishes(await tx.projects.membership(group.id, author.id))
        if project.reach == "project" and experience.reach != "project":
            return replace(experience, project=""), None
        return experience, group if inside else None

    settled, group = await context.store.query(look)
    if experience.reach == "project" and group is None:
        raise ActRefused(422, "no-project", "Choose a project in which you may publish.")
    return settled, group
