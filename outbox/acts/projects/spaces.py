"""Opening a project space here, and changing what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from actors.administration import audit
from actors.keys import KeyPairs
from actors.local import NameRefused, ProfileChanges, create_group, update_profile
from actors.markup import plain_line
from actors.whole import whole_document
from objects.projects.fields import (
    ENDED,
    JOININGS,
    PROJECT_REACHES,
    STATES,
    Joining,
    Project,
    ProjectReach,
    State,
)
from objects.projects.membership import is_member, leads, stand, steers
from objects.projects.profile import profile_fields
from objects.projects.store import fields_of, project_row
from objects.text import paragraphs
from outbox.acts.change import tell_profile
from outbox.acts.follow import ask_within
from outbox.context import ActRefused, OutboxContext
from storage.projects import ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx

MAX_NAME = 150
MAX_SUMMARY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceDraft:
    """A project space as somebody describes it; `summary` is plain text.

    `icon` and `image` are addresses of pictures, '' takes one away, None leaves it.
    """

    name: str
    summary: str = ""
    project: Project = field(default_factory=Project)
    state: State = "idea"
    joining: Joining = "request"
    reach: ProjectReach = "public"
    icon: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A project with its Group actor."""

    group: ActorRecord
    record: ProjectRecord


async def open_space(
    context: OutboxContext,
    founder: ActorRecord,
    username: str,
    draft: SpaceDraft,
    pairs: KeyPairs,
    *,
    engagement: str = "",
) -> Space:
    """A new project space on this node, led by its founder.

    `pairs` come from `keys.generate()`. Raises `ActRefused` for a name that cannot be, or for
    what is missing.
    """
    _check(draft)

    async def operation(tx: Tx) -> Space:
        now = context.now()
        try:
            group = await create_group(
                tx, context.identifiers, username, draft.name.strip(), pairs, now
            )
        except NameRefused as error:
            raise ActRefused(422, "name-refused", str(error)) from None
        changes = _shown(
            draft, [founder], ProfileChanges(summary=paragraphs(draft.summary.strip()))
        )
        group = await update_profile(tx, group, changes, now)
        record = project_row(
            group,
            draft.project,
            state=draft.state,
            joining=draft.joining,
            reach=draft.reach,
            identifiers=context.identifiers,
            now=now,
        )
        await tx.projects.add(record)
        await stand(tx, group.id, founder, "member", now, role="lead", engagement=engagement)
        await ask_within(tx, context.publisher, founder, group, now)
        await audit(tx, founder.account, "project open", group.account, "", now)
        return Space(group, record)

    return await context.store.write(operation)


async def change_space(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, draft: SpaceDraft
) -> Space:
    """Say something else of a project that lives here; its followers and members are told.

    Raises `ActRefused` for those who do not lead it.
    """
    _check(draft)

    async def operation(tx: Tx) -> Space:
        now = context.now()
        await tx.projects.hold(group.id)
        before = await hosted_and_led(tx, lead, group)
        known = await tx.actors.by_id(group.id) or group
        changes = ProfileChanges(
            name=plain_line(draft.name),
            summary=paragraphs(draft.summary.strip()),
            icon=draft.icon,
            image=draft.image,
        )
        shown = _shown(draft, await leads(tx, group.id), changes)
        changed = await update_profile(tx, known, shown, now)
        row = project_row(
            changed,
            draft.project,
            state=draft.state,
            joining=draft.joining,
            reach=draft.reach,
            identifiers=context.identifiers,
            now=now,
        )
        closed = (before.closed_at or now) if draft.state in ENDED else None
        row = replace(row, closed_at=closed, created_at=before.created_at)
        await tx.projects.save(row)
        await tell_space(context, tx, changed)
        if before.state != draft.state:
            reason = f"{before.state} → {draft.state}"
            await audit(tx, lead.account, "project state", group.account, reason, now)
        return Space(changed, replace(row, position=before.position))

    return await context.store.write(operation)


async def tell_space(context: OutboxContext, tx: Tx, group: ActorRecord) -> None:
    """Publish a changed project to its followers and to the servers of its members."""
    document = await whole_document(tx, context.identifiers, group)
    await tell_profile(context, tx, group, document, members_of=group.id)


async def hosted_and_led(tx: Tx, lead: ActorRecord, group: ActorRecord) -> ProjectRecord:
    """The project of a Group of this node that somebody leads.

    Raises `ActRefused`: 404 for what those who do not belong to it may not know of, 403 for
    members who do not lead.
    """
    record = await tx.projects.by_id(group.id)
    membership = await tx.projects.membership(group.id, lead.id)
    if record is None or not group.local:
        raise ActRefused(404, "not-found", "There is no such project here.")
    if not steers(membership):
        if record.reach == "project" and not is_member(membership):
            raise ActRefused(404, "not-found", "There is no such project here.")
        raise ActRefused(403, "not-a-lead", "Only those who lead the project decide this.")
    return record


async def renew_leads(context: OutboxContext, tx: Tx, group: ActorRecord) -> None:
    """Let the profile of a project here name those who lead it now; followers are told."""
    record = await tx.projects.by_id(group.id)
    before = await tx.actors.by_id(group.id)
    if record is None or before is None:
        return
    people = await leads(tx, group.id)
    fields = profile_fields(fields_of(record), record.state, record.reach, people)
    changed = await update_profile(tx, before, ProfileChanges(fields=fields), context.now())
    if changed.fields != before.fields:
        await tell_space(context, tx, changed)


def _shown(
    draft: SpaceDraft, people: Sequence[ActorRecord], changes: ProfileChanges
) -> ProfileChanges:
    """The changes of a profile that others find and whose followers they see, or not."""
    hidden = draft.reach == "project"
    return replace(
        changes,
        fields=profile_fields(draft.project, draft.state, draft.reach, people),
        discoverable=not hidden,
        indexable=not hidden,
        hides_network=hidden,
    )


def _check(draft: SpaceDraft) -> None:
    if not draft.name.strip():
        raise ActRefused(422, "no-name", "A project needs a name.")
    if len(draft.name) > MAX_NAME or len(draft.summary) > MAX_SUMMARY:
        detail = f"A name has at most {MAX_NAME} characters, a description {MAX_SUMMARY}."
        raise ActRefused(422, "too-long", detail)
    known = (draft.state in STATES, draft.joining in JOININGS, draft.reach in PROJECT_REACHES)
    if not all(known):
        raise ActRefused(422, "unknown-value", "Unknown state, way of joining or reach.")
