"""Quoting a post in one's own (FEP-044f): with leave, or asking for it."""

from dataclasses import dataclass, replace
from typing import Any

from objects.notes import NoteDraft
from objects.quotes import OPEN, may_quote, tell_quoted
from objects.visibility import RESTRICTED, Visibility, may_see
from outbox.builders import quote_request
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from outbox.restricted import is_wider, within_reach
from storage.apps_reading import QuoteRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is quoted, and by whom it was written."""

    record: ObjectRecord
    author: ActorRecord


async def as_quoting(
    context: OutboxContext, author: ActorRecord, draft: NoteDraft, people: list[ActorRecord]
) -> tuple[NoteDraft, Quoted | None]:
    """A draft with a quote, for no more people than what it quotes.

    Raises `ActRefused`: 404 for what one may not quote, just as for what is not there; 422 when
    the quote would reach whom it must not. `people` are those whom the draft addresses.
    """
    record = draft.quote
    if record is None:
        return draft, None

    async def operation(tx: Tx) -> ActorRecord | None:
        writer = await tx.actors.by_id(record.actor_id)
        if writer is None or not await may_see(tx, record, author):
            return None
        answer = await may_quote(tx, record, writer, author)
        return None if answer == "denied" else writer

    writer = await context.store.query(operation)
    if writer is None:
        detail = "The post you are trying to quote does not appear to exist."
        raise ActRefused(404, "no-quoted", detail)
    quoted = Quoted(record, writer)
    draft = replace(draft, visibility=_narrowed(draft.visibility, record.visibility))
    await _check_reach(context, author, draft, quoted, people)
    return draft, quoted


def _narrowed(visibility: Visibility, quoted: str) -> Visibility:
    """A quote of one's own post is for no more people than that post."""
    if quoted == "followers" and visibility in OPEN:
        return "followers"
    if quoted in RESTRICTED and is_wider(visibility, quoted):
        return "network" if quoted == "network" else "organisation"
    return visibility


async def _check_reach(
    context: OutboxContext,
    author: ActorRecord,
    draft: NoteDraft,
    quoted: Quoted,
    people: list[ActorRecord],
) -> None:
    """Whoever is quoted hears of it: not of what is for others alone. Raises `ActRefused`."""
    if quoted.author.id == author.id:
        return
    if draft.visibility == "direct" and quoted.author.id not in {one.id for one in people}:
        detail = "Cannot quote a non-mentioned user in a Private Mention post."
        raise ActRefused(422, "not-mentioned", detail)
    if draft.visibility in RESTRICTED:
        reached = await context.store.query(
            lambda tx: within_reach(tx, [quoted.author], draft.visibility)
        )
        if not reached:
            raise ActRefused(422, "out-of-reach", "The quoted author is outside the network.")


def approval_of(context: OutboxContext, quoted: Quoted | None, number: int) -> str:
    """The leave that a quote of a post of ours has at once; empty for those of others."""
    if quoted is None or not quoted.record.local:
        return ""
    return context.identifiers.quote_authorization(quoted.record.url, number)


async def place_quote(
    tx: Tx,
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    document: dict[str, Any],
    quoted: Quoted,
) -> None:
    """Keep what a new post of ours quotes; ask its author when they are elsewhere."""
    own = quoted.author.id == author.id
    granted = own or bool(quoted.record.local)
    request_url = "" if granted else await _ask(tx, context, author, record, document, quoted)
    await tx.quotes.add(
        QuoteRecord(
            object_id=record.id,
            quoted_url=quoted.record.url,
            quoted_id=quoted.record.id,
            state="accepted" if granted else "pending",
            approval_url=approval_of(context, quoted, record.id),
            request_url=request_url,
            created_at=context.now(),
        )
    )
    if granted and not own:
        await tell_quoted(tx, quoted.record, record, author.id, context.now())


async def _ask(
    tx: Tx,
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    document: dict[str, Any],
    quoted: Quoted,
) -> str:
    # They have to see it, to decide: and hear of its changes and its end.
    await tx.objects.add_audience(record.id, {quoted.author.id: False})
    activity = await context.publisher.publish(
        tx,
        author,
        quote_request.build(quoted.record.url, document, quoted.author.url),
        recipients=Recipients(actors=(quoted.author.id,), personal=True),
        object_id=record.id,
    )
    return activity.url
