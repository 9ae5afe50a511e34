"""Voting in a poll, here or elsewhere."""

from collections.abc import Sequence

from objects import polls
from outbox.builders import create
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


async def vote(
    context: OutboxContext, voter: ActorRecord, question: ObjectRecord, choice: str
) -> ActivityRecord:
    """Vote for one choice of a Question that `voter` may see; only its author hears of it.

    Raises `ActRefused`: 422 for a closed poll or no such choice, 409 for a second vote, 403 for
    those whose vote a project does not count.
    """
    return (await cast(context, voter, question, [choice]))[0]


async def cast(
    context: OutboxContext, voter: ActorRecord, question: ObjectRecord, choices: Sequence[str]
) -> list[ActivityRecord]:
    """Vote for several choices at once: all of them count, or none. Raises as `vote`."""
    numbers = [new_id() for _ in choices]

    async def operation(tx: Tx) -> list[ActivityRecord]:
        author = await tx.actors.by_id(question.actor_id)
        now = context.now()
        made = []
        for number, choice in zip(numbers, choices, strict=True):
            url = f"{context.identifiers.activity(number)}#vote"
            if author is None or not await polls.vote(tx, question, voter, choice, url, now):
                raise await _reason(tx, voter, question, choice, now)
            ballot = create.build_vote(url, voter.url, choice, question.url, [author.url])
            recipients = Recipients(actors=(author.id,))
            made.append(
                await context.publisher.publish(
                    tx, voter, ballot, recipients=recipients, activity_id=number
                )
            )
        await tx.objects.await_end(question.id)
        return made

    return await context.store.write(operation)


async def _reason(
    tx: Tx, voter: ActorRecord, question: ObjectRecord, choice: str, now: int
) -> ActRefused:
    """Why a vote does not count."""
    poll = await tx.objects.poll(question.id)
    if poll is None or choice not in dict(polls.choices(poll)):
        return ActRefused(422, "no-choice", f"{choice!r} is not a choice of this poll.")
    if poll.closes_at is not None and poll.closes_at <= now:
        return ActRefused(422, "closed", "This poll is closed.")
    if not await polls.may_vote(tx, question, voter):
        return ActRefused(403, "no-voter", "Leads and partners of the project vote in it.")
    return ActRefused(409, "voted", "This vote was cast before.")
