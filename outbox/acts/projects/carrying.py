"""Doing what was proposed to a project of this node, as part of a transaction."""

from dataclasses import replace

from federation.documents import Document
from objects.projects.entries import OF_THE_GROUP
from objects.projects.fields import from_json
from objects.projects.membership import NotAllowed
from objects.projects.offer_rules import changed_entry
from objects.projects.offers import (
    EntryChange,
    EntryEnd,
    MemberChange,
    MemberEnd,
    NewEntry,
    Proposal,
    SpaceChange,
)
from objects.projects.store import entry_in
from objects.projects.wire import joining_of, project_of, properties, reach_of, state_of
from objects.text import plain_text
from outbox.acts.change import withdraw
from outbox.acts.projects.admitting import (
    change_role_within,
    decline_within,
    invite_within,
    remove_within,
    withdraw_within,
)
from outbox.acts.projects.entries import EntryDraft, publish_entry, renew
from outbox.acts.projects.spaces import SpaceDraft, change_space
from outbox.context import ActRefused, OutboxContext
from storage.nested import Nested
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def carry_out(
    tx: Tx, context: OutboxContext, lead: ActorRecord, group: ActorRecord, proposal: Proposal
) -> None:
    """Do what was proposed, in the name of the project; `lead` is who decided it.

    Raises `ActRefused` for what cannot be done; something of it may be done by then, so the
    caller ends the transaction, or its savepoint.
    """
    # Names in texts that nobody here knows stay text: the network is not asked meanwhile.
    within = replace(context, store=Nested(tx), looks_up=False)
    await tx.projects.hold(group.id)
    try:
        match proposal:
            case NewEntry():
                draft = EntryDraft(entry=proposal.entry, text=proposal.text)
                await publish_entry(within, lead, group, draft)
            case EntryChange():
                record = await _entry(tx, group, proposal)
                before = entry_in(record)
                entry = changed_entry(before, proposal)
                await renew(within, group, group, record, entry=entry, text=proposal.text)
            case EntryEnd():
                await withdraw(within, group, await _entry(tx, group, proposal))
            case MemberChange():
                await _change_member(tx, context, lead, group, proposal)
            case MemberEnd():
                await _end_member(tx, context, group, proposal)
            case SpaceChange():
                await _change_space(tx, within, lead, group, proposal)
    except NotAllowed as error:
        raise ActRefused(error.status, error.code, error.detail) from None


async def entry_named(tx: Tx, group: ActorRecord, proposal: Proposal) -> ObjectRecord | None:
    """The living milestone or call of the project that a proposal is about."""
    if not isinstance(proposal, EntryChange | EntryEnd):
        return None
    record = await tx.objects.by_url(proposal.url)
    entry = await tx.project_entries.by_id(record.id) if record is not None else None
    if record is None or entry is None or record.deleted_at is not None:
        return None
    own = record.actor_id == group.id and entry.project_id == group.id
    return record if own and entry.kind in OF_THE_GROUP else None


async def _entry(tx: Tx, group: ActorRecord, proposal: EntryChange | EntryEnd) -> ObjectRecord:
    record = await entry_named(tx, group, proposal)
    if record is None:
        raise ActRefused(404, "no-entry", "The project has no such milestone or call.")
    return record


async def _person(tx: Tx, url: str) -> ActorRecord:
    person = await tx.actors.by_url(url)
    if person is None or person.state != "active" or person.severity == "suspend":
        raise ActRefused(404, "no-person", "There is nobody at that address.")
    return person


async def _change_member(
    tx: Tx, context: OutboxContext, lead: ActorRecord, group: ActorRecord, change: MemberChange
) -> None:
    person = await _person(tx, change.person)
    before = await tx.projects.membership(group.id, person.id)
    if before is not None and before.state == "member":
        await change_role_within(
            tx, context, group, person, change.role, change.message or before.engagement
        )
    else:
        await invite_within(tx, context, lead, group, person, change.role, change.message)


async def _end_member(tx: Tx, context: OutboxContext, group: ActorRecord, end: MemberEnd) -> None:
    person = await tx.actors.by_url(end.person)
    before = await tx.projects.membership(group.id, person.id) if person is not None else None
    state = before.state if before is not None else ""
    if person is None or state not in {"member", "invited", "requested"}:
        raise ActRefused(404, "not-a-member", "They do not belong to the project.")
    match state:
        case "member":
            await remove_within(tx, context, group, person)
        case "invited":
            await withdraw_within(tx, context, group, person)
        case _:
            await decline_within(tx, context, group, person)


async def _change_space(
    tx: Tx, context: OutboxContext, lead: ActorRecord, group: ActorRecord, change: SpaceChange
) -> None:
    record = await tx.projects.by_id(group.id)
    assert record is not None
    now = properties(
        group,
        from_json(record.fields),
        record.state,
        record.joining,
        record.reach,
        context.identifiers,
        inside=True,
    )
    said = Document({n: v for n, v in (now | change.said).items() if v is not None})
    project = replace(project_of(said), unknown=from_json(record.fields).unknown)
    summary = said.text("summary") if "summary" in change.said else plain_text(group.summary)
    draft = SpaceDraft(
        name=said.text("name") or group.name,
        summary=summary or "",
        project=project,
        state=state_of(said),
        joining=joining_of(said),
        reach=reach_of(said),
    )
    await change_space(context, lead, group, draft)
