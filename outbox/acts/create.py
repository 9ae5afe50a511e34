"""Publishing a note, a reply, an article or a question."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from federation.errors import FederationError
from federation.vocabulary import CONTEXT
from objects.experiences.store import was_experience
from objects.incoming import store_object
from objects.media import attachment_document
from objects.notes import NoteDraft, build_object
from objects.quotes import quoting_properties
from objects.text import find_mentions
from objects.visibility import RESTRICTED, Visibility
from outbox.acts.quote import Quoted, approval_of, as_quoting, place_quote
from outbox.builders import create
from outbox.context import ActRefused, OutboxContext
from outbox.own_objects import own_object
from outbox.recipients import Recipients
from outbox.restricted import is_wider, within_reach
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

MAX_MENTIONS = 50


async def post(context: OutboxContext, author: ActorRecord, draft: NoteDraft) -> ObjectRecord:
    """Publish what somebody wrote; names of people in it become mentions.

    The author of the object that is answered is mentioned too. What answers something restricted
    is as restricted. What is quoted is quoted with leave, or leave is asked for. Nothing waits for
    delivery.
    """
    people = list((await find_people(context, author, draft.text)).values())
    answered = await _answered(context, author, draft)
    draft = await _as_restricted(context, draft, answered)
    if answered is not None and answered.id not in {actor.id for actor in people}:
        people.append(answered)
    draft, quoted = await as_quoting(context, author, draft, people)
    people = await context.store.query(lambda tx: within_reach(tx, people, draft.visibility))
    number = new_id()
    document = build_object(
        draft,
        author,
        number,
        people,
        context.identifiers,
        context.now(),
        await _attachments(context, author, draft.media_ids),
    )
    whole = {"@context": CONTEXT, **document}
    if quoted is not None:
        whole |= quoting_properties(quoted.record, approval_of(context, quoted, number))
    return await publish_object(
        context, author, whole, number, draft.media_ids, quoted, draft.quote_policy
    )


async def _answered(
    context: OutboxContext, author: ActorRecord, draft: NoteDraft
) -> ActorRecord | None:
    """Who wrote what is answered, unless that is the author."""
    if draft.in_reply_to is None:
        return None
    parent = draft.in_reply_to
    found = await context.store.query(lambda tx: tx.actors.by_id(parent.actor_id))
    return None if found is None or found.id == author.id else found


async def _as_restricted(
    context: OutboxContext, draft: NoteDraft, answered: ActorRecord | None
) -> NoteDraft:
    """The draft, for no more people than what it answers.

    What came from outside the network, though it says that it is for it, is a private message
    here, and so is the answer.
    """
    parent = draft.in_reply_to
    if parent is None or parent.visibility not in RESTRICTED:
        return draft
    visibility: Visibility = "organisation" if parent.visibility == "organisation" else "network"
    if not is_wider(draft.visibility, visibility):
        visibility = draft.visibility
    reached = await context.store.query(
        lambda tx: within_reach(tx, [answered] if answered else [], visibility)
    )
    if answered is not None and not reached:
        visibility = "direct"
    return replace(draft, visibility=visibility)


async def _attachments(
    context: OutboxContext, author: ActorRecord, media_ids: tuple[int, ...]
) -> list[dict[str, Any]]:
    async def operation(tx: Tx) -> list[dict[str, Any]]:
        known = await tx.ledger.media_by_ids(list(media_ids))
        found = [known.get(number) for number in media_ids]
        missing = [m is None or m.actor_id != author.id or m.object_id is not None for m in found]
        if any(missing):
            raise ActRefused(422, "no-media", "A file is missing, or shown elsewhere already.")
        return [attachment_document(media, context.identifiers) for media in found if media]

    return await context.store.query(operation)


async def find_people(
    context: OutboxContext, author: ActorRecord, text: str
) -> dict[str, ActorRecord]:
    """The actors that a text names; names that lead nowhere stay mere text."""
    found: dict[str, ActorRecord] = {}
    for name in find_mentions(text)[:MAX_MENTIONS]:
        account = name if "@" in name else f"{name}@{author.host}"
        try:
            found[name] = await context.remote.by_acct(account)
        except (FederationError, LookupError):
            continue
    return found


async def publish_object(
    context: OutboxContext,
    author: ActorRecord,
    document: dict[str, Any],
    number: int,
    media_ids: tuple[int, ...] = (),
    quoted: Quoted | None = None,
    quote_policy: str = "",
) -> ObjectRecord:
    """Store a finished object document of ours and publish its `Create`.

    `quoted` is what it quotes, `quote_policy` who may quote it.
    """
    incoming = own_object(document, author, number, context.now())
    record = incoming.record

    async def operation(tx: Tx) -> None:
        if not await store_object(tx, incoming):
            raise ActRefused(409, "exists", f"There is already an object {record.url}.")
        for media_id in media_ids:
            await tx.ledger.attach(media_id, record.id)
        if quote_policy:
            await tx.quotes.set_policy(record.id, quote_policy)
        named = await tx.actors.by_urls([*incoming.addressed, *incoming.mentions])
        await context.publisher.publish(
            tx,
            author,
            create.build(document),
            recipients=audience(author, record, named),
            object_id=record.id,
            visibility=record.visibility,
        )
        if quoted is not None:
            await place_quote(tx, context, author, record, document, quoted)

    await context.store.write(operation)
    return record


def audience(
    author: ActorRecord, record: ObjectRecord, named: Mapping[str, ActorRecord]
) -> Recipients:
    """Who gets an object of `author`: the followers unless it is direct, and who is named.

    What is for the network goes to all of its servers, and so does a public experience, for
    their lists; what is for this node alone goes nowhere.
    """
    actors = {actor.id for actor in named.values()} - {author.id}
    followers = None if record.visibility == "direct" else author.id
    return Recipients(
        followers_of=followers,
        actors=tuple(sorted(actors)),
        network=record.visibility == "network"
        or (record.visibility == "public" and was_experience(record)),
    )
