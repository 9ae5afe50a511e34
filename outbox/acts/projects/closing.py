"""Ending a project, taking it up again, and making an experience out of what its notes tell."""

from dataclasses import replace

from objects.experiences.drafts import Draft, Writer, Written, load_draft, start
from objects.projects.blocks import SUGGESTED
from objects.projects.closing import compose
from objects.projects.fields import ENDED, State
from objects.projects.material import gather
from objects.projects.membership import publishes
from objects.projects.store import fields_of
from objects.text import plain_text
from outbox.acts.experiences import check_may_publish
from outbox.acts.projects.spaces import Space, SpaceDraft, change_space, hosted_and_led
from outbox.context import ActRefused, OutboxContext
from storage.draft_sources import SourceRecord
from storage.nested import Nested
from storage.records import ActorRecord
from storage.store import Tx


async def close_space(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, state: State
) -> Space:
    """End a project that lives here, `closed` or `abandoned`; members and followers are told.

    Raises `ActRefused` for those who do not lead it, for another state, and 409 when it has ended
    so already.
    """
    if state not in ENDED:
        raise ActRefused(422, "unknown-state", "A project ends closed or abandoned.")
    return await _in_state(context, lead, group, state)


async def reopen_space(context: OutboxContext, lead: ActorRecord, group: ActorRecord) -> Space:
    """Take a project up again that had ended. Raises `ActRefused`; 409 when it goes on anyway."""
    record = await context.store.query(lambda tx: hosted_and_led(tx, lead, group))
    if record.state not in ENDED:
        raise ActRefused(409, "not-ended", "This project has not ended.")
    return await _in_state(context, lead, group, "running")


async def _in_state(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, state: State
) -> Space:
    async def operation(tx: Tx) -> Space:
        await tx.projects.hold(group.id)
        record = await hosted_and_led(tx, lead, group)
        if record.state == state:
            code = "ended" if state in ENDED else "not-ended"
            raise ActRefused(409, code, f"{group.account} is {state} already.")
        known = await tx.actors.by_id(group.id) or group
        draft = SpaceDraft(
            name=known.name or known.username,
            summary=plain_text(known.summary),
            project=fields_of(record),
            state=state,
            joining=record.joining,  # type: ignore[arg-type]  # checked when it was stored
            reach=record.reach,  # type: ignore[arg-type]  # as above
        )
        # What another lead changes at this moment stays: both are one transaction.
        return await change_space(replace(context, store=Nested(tx)), lead, known, draft)

    return await context.store.write(operation)


async def begin_experience(context: OutboxContext, writer: Writer, group: ActorRecord) -> Draft:
    """The draft of an experience out of a project's notes, as far as `writer` may read them.

    Of a project here or elsewhere, for its leads and partners. Whoever has such a draft already
    gets that one. Raises `ActRefused` 403 for others.
    """
    await check_may_publish(context, writer.actor)
    born_from = f"project {group.id}"

    async def operation(tx: Tx) -> Draft:
        record = await tx.projects.by_id(group.id)
        membership = await tx.projects.membership(group.id, writer.actor.id)
        if record is None or not publishes(membership):
            raise ActRefused(403, "not-a-partner", "Partners of the project write about it.")
        known = await tx.drafts.by_birth(writer.actor.id, born_from)
        if known is not None:
            return await load_draft(tx, known.id, writer)
        composed = compose(await gather(tx, group, record, writer.actor))
        written = Written(composed.experience, {}, writer.actor.id)
        draft = await start(tx, writer, written, context.now(), born_from=born_from)
        sources = [
            SourceRecord(draft.record.id, group.id, block.field, place, block.object_id, block.text)
            for place, block in enumerate(composed.blocks)
        ]
        suggested = await _suggested(tx, group, writer.actor)
        await tx.draft_sources.add(
            sources
            + [
                SourceRecord(draft.record.id, group.id, SUGGESTED, len(sources) + place, None, url)
                for place, url in enumerate(suggested)
            ]
        )
        return draft

    return await context.store.write(operation)


async def _suggested(tx: Tx, group: ActorRecord, writer: ActorRecord) -> list[str]:
    """The other leads and partners, as authors whom the writer may want to name."""
    people = await tx.projects.memberships(group.id)
    return [
        person.url
        for membership, person in people
        if publishes(membership) and person.id != writer.id
    ]
