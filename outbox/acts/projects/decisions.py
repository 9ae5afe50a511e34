"""Decisions of a project: proposed, objected to, voted on, closed; by members of any server."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from objects.polls import PollDraft
from objects.projects.decisions import decision, outcome_of
from objects.projects.entries import Entry, Resolution, day_of, end_of
from objects.projects.fields import ProjectReach
from objects.projects.store import entry_in
from outbox.acts.projects.entries import EntryDraft, project_of, publish_entry, renew
from outbox.context import ActRefused, OutboxContext
from storage.nested import Nested
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_CHOICES = 10
MAX_CHOICE = 100
MAX_QUORUM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What members are to vote on until the end of the day `closes` (ISO 8601, in France).

    `quorum` is the number of votes without which nothing is adopted.
    """

    title: str
    text: str = ""
    choices: tuple[str, ...] = ()
    closes: str = ""
    quorum: int | None = None
    milestone: str = ""
    reach: ProjectReach | None = None
    language: str = ""


async def propose(
    context: OutboxContext, author: ActorRecord, group: ActorRecord, proposal: Proposal
) -> ObjectRecord:
    """Propose something to the leads and partners of a project, who vote. Raises `ActRefused`."""
    closes_at = _check(context, proposal)
    entry = Entry(
        kind="decision",
        title=proposal.title.strip(),
        state="proposed",
        due=proposal.closes,
        quorum=proposal.quorum,
        milestone=proposal.milestone,
    )
    draft = EntryDraft(
        entry=entry,
        text=proposal.text,
        reach=proposal.reach,
        language=proposal.language,
        poll=PollDraft(proposal.choices, closes_at),
    )
    return await publish_entry(context, author, group, draft)


def _check(context: OutboxContext, proposal: Proposal) -> int:
    """When the vote closes, in milliseconds. Raises `ActRefused`."""
    if not proposal.title.strip():
        raise ActRefused(422, "no-title", "A title is missing.")
    names = [name.strip() for name in proposal.choices]
    if not 2 <= len(names) <= MAX_CHOICES or len(set(names)) < len(names) or not all(names):
        raise ActRefused(422, "choices", f"A vote has 2 to {MAX_CHOICES} different choices.")
    if any(len(name) > MAX_CHOICE for name in names):
        raise ActRefused(422, "too-long", f"A choice has at most {MAX_CHOICE} characters.")
    if proposal.quorum is not None and not 0 < proposal.quorum <= MAX_QUORUM:
        raise ActRefused(422, "quorum", f"A quorum is between 1 and {MAX_QUORUM}.")
    closes_at = end_of(proposal.closes)
    if closes_at is None or closes_at <= context.now():
        raise ActRefused(422, "over", "The vote needs a last day that is not over yet.")
    return closes_at


async def raise_objection(
    context: OutboxContext, member: ActorRecord, record: ObjectRecord, text: str
) -> ObjectRecord:
    """Object to a proposal while it is not decided. Raises `ActRefused`.

    Every member may, observers too: who may answer may object.
    """
    group = await project_of(context, record)
    await _proposed(context, record)
    entry = Entry(kind="objection", state="raised", about=record.url)
    draft = EntryDraft(entry=entry, text=text, in_reply_to=record)
    await _must_belong(context, member, group)
    return await publish_entry(context, member, group, draft)


async def resolve_objection(
    context: OutboxContext, person: ActorRecord, objection: ObjectRecord
) -> ActivityRecord:
    """Say that an objection is met: by who raised it, or by who made the proposal.

    Both write it into what is their own: the objection, or the proposal. Raises `ActRefused`.
    """
    proposal = await context.store.query(lambda tx: tx.objects.by_url(objection.in_reply_to or ""))
    today = day_of(context.now())
    group = await project_of(context, objection)
    known = entry_in(objection)
    if known.kind != "objection" or proposal is None:
        raise ActRefused(422, "no-objection", "That is no objection.")
    if objection.actor_id == person.id:
        changed = replace(known, state="resolved", happened=today)
        return await renew(context, person, group, objection, entry=changed)
    if proposal.actor_id != person.id:
        detail = "Who raised an objection, or made the proposal, says that it is met."
        raise ActRefused(403, "not-yours", detail)
    entry = entry_in(proposal)
    if any(one.objection == objection.url for one in entry.resolutions):
        raise ActRefused(409, "resolved", "This objection is met already.")
    met = (*entry.resolutions, Resolution(objection.url, today))
    return await renew(context, person, group, proposal, entry=replace(entry, resolutions=met))


async def withdraw_proposal(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Take a proposal back that is not decided: the vote ends, nothing is adopted."""
    _must_be_of(author, record)

    async def operation(tx: Tx) -> ActivityRecord:
        # One transaction: a vote that has ended and is not withdrawn would be counted.
        within = replace(context, store=Nested(tx), looks_up=False)
        await tx.objects.hold_poll(record.id)
        current = await tx.objects.by_id(record.id) or record
        entry = await _proposed(within, current)
        await _end_vote(within, current)
        changed = replace(entry, state="withdrawn", happened=day_of(context.now()))
        group = await project_of(within, current)
        return await renew(within, author, group, current, entry=changed)

    return await context.store.write(operation)


async def close_vote(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord | None:
    """End the vote on one's own proposal before its time, and say how it ended."""
    _must_be_of(author, record)
    await _proposed(context, record)
    await _end_vote(context, record)
    return await conclude(context, record.id)


async def conclude(context: OutboxContext, object_id: int) -> ActivityRecord | None:
    """Say how a vote of this node ended, once it has; None when there is nothing to say.

    Doing it again changes nothing: votes do not count any more, and what is decided stays so.
    """

    async def operation(tx: Tx) -> ActivityRecord | None:
        await tx.objects.hold_poll(object_id)
        record = await tx.objects.by_id(object_id)
        if record is None or not record.local or record.deleted_at is not None:
            return None
        now = context.now()
        found = await decision(tx, record, record.actor_id, now)
        if found is None or found.poll is None or found.row.state != "proposed":
            return None
        if not found.has_ended:
            return None
        language = record.language or context.language
        outcome = outcome_of(found.poll, found.entry, found.open_objections, language)
        closed = day_of(found.poll.closes_at or now)
        entry = replace(
            found.entry, state=outcome.state, outcome=outcome.text, happened=closed, due=closed
        )
        within = replace(context, store=Nested(tx), looks_up=False)
        group = await project_of(within, record)
        return await renew(within, found.author, group, record, entry=entry)

    return await context.store.write(operation)


async def _end_vote(context: OutboxContext, record: ObjectRecord) -> None:
    """Count no vote from now on; what comes next is done by whoever looks after what fell due."""
    now = context.now()

    async def operation(tx: Tx) -> None:
        await tx.objects.hold_poll(record.id)
        poll = await tx.objects.poll(record.id)
        if poll is None or (poll.closes_at is not None and poll.closes_at <= now):
            return
        await tx.objects.save_poll(replace(poll, closes_at=now))
        await tx.project_dates.end_at(record.id, now)

    await context.store.write(operation)


async def _proposed(context: OutboxContext, record: ObjectRecord) -> Entry:
    """What a proposal says that is not decided. Raises `ActRefused`."""
    row = await context.store.query(lambda tx: tx.project_entries.by_id(record.id))
    if row is None or row.kind != "decision":
        raise ActRefused(404, "no-decision", "That is no decision of a project.")
    if row.state != "proposed":
        raise ActRefused(409, "decided", "This proposal is decided, or withdrawn.")
    return entry_in(record)


async def _must_belong(context: OutboxContext, member: ActorRecord, group: ActorRecord) -> None:
    found = await context.store.query(lambda tx: tx.projects.membership(group.id, member.id))
    if found is None or found.state != "member":
        raise ActRefused(403, "not-a-member", "Only members of the project object.")


def _must_be_of(author: ActorRecord, record: ObjectRecord) -> None:
    if record.actor_id != author.id:
        raise ActRefused(403, "not-yours", "Only who made the proposal does this.")


def tidy_choices(names: Sequence[str]) -> tuple[str, ...]:
    """Choices as somebody typed them: trimmed, without empty ones and repetitions."""
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
