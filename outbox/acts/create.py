"""Publishing a note, a reply, an article or a question."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from typing import Any

from federation.errors import FederationError
from federation.vocabulary import context_of
from federation.webfinger import parse_acct
from objects.emojis import with_emojis
from objects.experiences.store import was_experience
from objects.incoming import store_object
from objects.media import attachment_document
from objects.notes import NoteDraft, build_object
from objects.projects.files import NoRoom, check_room
from objects.projects.store import keep_entry
from objects.quotes import quoting_properties
from objects.text import find_mentions
from objects.visibility import RESTRICTED, Visibility
from outbox.acts.projects.placing import placed
from outbox.acts.quote import Quoted, approval_of, as_quoting, place_quote
from outbox.addressing import look_all
from outbox.builders import create
from outbox.context import ActRefused, Also, OutboxContext
from outbox.own_objects import own_object
from outbox.recipients import Recipients
from outbox.restricted import is_wider, within_reach
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

MAX_MENTIONS = 50
LOOKUP_SECONDS = 5.0
NO_MEDIA = "A file is missing, or shown elsewhere already."


async def post(
    context: OutboxContext,
    author: ActorRecord,
    draft: NoteDraft,
    *,
    number: int | None = None,
    also: Also | None = None,
) -> ObjectRecord:
    """Publish what somebody wrote; names of people in it become mentions.

    The author of the object that is answered is mentioned too. What answers something restricted
    is as restricted. What is quoted is quoted with leave, or leave is asked for. Nothing waits for
    delivery. `number` will be its id, `also` runs in the same transaction.
    """
    people = list((await find_people(context, author, draft.text)).values())
    answered = await _answered(context, author, draft)
    draft = await placed(context, author, draft, people)
    draft = await _as_restricted(context, draft, answered)
    if answered is not None and answered.id not in {actor.id for actor in people}:
        people.append(answered)
    draft, quoted = await as_quoting(context, author, draft, people)
    if draft.visibility in RESTRICTED:
        group_id = draft.project.id if draft.project else None
        people = await context.store.query(
            lambda tx: within_reach(tx, people, draft.visibility, group_id)
        )
    number = number or new_id()
    document = build_object(
        draft,
        author,
        number,
        people,
        context.identifiers,
        context.now(),
        await _attachments(context, author, draft),
    )
    whole = {"@context": context_of(document), **document}
    if quoted is not None:
        whole |= quoting_properties(quoted.record, approval_of(context, quoted, number))
    return await publish_object(
        context,
        author,
        whole,
        number,
        draft.media_ids,
        quoted,
        draft.quote_policy,
        also=_finishing(context, draft, also),
    )


def _finishing(context: OutboxContext, draft: NoteDraft, also: Also | None) -> Also:
    """What is done with the new rows beside what the document says."""

    async def finish(tx: Tx, record: ObjectRecord) -> None:
        if draft.project is not None:
            await keep_entry(tx, draft.project.id, record, "", context.now())
            if draft.media_ids:
                await refuse_overfull(tx, context, draft.project.id)
        if draft.poll is not None and draft.poll.hide_totals:
            await tx.objects.hide_totals(record.id, 1)
        if also is not None:
            await also(tx, record)

    return finish


async def refuse_overfull(tx: Tx, context: OutboxContext, project_id: int) -> None:
    """Raise `ActRefused` 413 when the files of a project take more room than it has."""
    try:
        await check_room(tx, project_id, context.project_room)
    except NoRoom as error:
        raise ActRefused(413, "project-full", str(error)) from None


async def _answered(
    context: OutboxContext, author: ActorRecord, draft: NoteDraft
) -> ActorRecord | None:
    """Who wrote what is answered, unless that is the author, or is not to be told."""
    if draft.in_reply_to is None or not draft.to_answered:
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
    if parent.visibility == "project":
        return draft if draft.visibility == "direct" else replace(draft, visibility="project")
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
    context: OutboxContext, author: ActorRecord, draft: NoteDraft
) -> list[dict[str, Any]]:
    media_ids, guarded = draft.media_ids, draft.visibility == "project"
    if not media_ids:
        return []

    async def operation(tx: Tx) -> list[dict[str, Any]]:
        known = await tx.ledger.media_by_ids(list(media_ids))
        found = [known.get(number) for number in media_ids]
        missing = [m is None or m.actor_id != author.id or m.object_id is not None for m in found]
        if any(missing):
            raise ActRefused(422, "no-media", NO_MEDIA)
        return [
            attachment_document(media, context.identifiers, guarded=guarded)
            for media in found
            if media
        ]

    return await context.store.query(operation)


async def find_people(
    context: OutboxContext, author: ActorRecord, text: str
) -> dict[str, ActorRecord]:
    """The actors that a text names; names that lead nowhere stay mere text.

    Whoever is known here is taken as known; the others are looked up all at once, and nobody
    waits long for them.
    """
    accounts: dict[str, tuple[str, str]] = {}
    for name in find_mentions(text)[:MAX_MENTIONS]:
        with suppress(FederationError):
            accounts[name] = parse_acct(name if "@" in name else f"{name}@{author.host}")
    if not accounts:
        return {}
    known = await context.store.query(lambda tx: _known_as(tx, set(accounts.values())))
    found = {name: known[account] for name, account in accounts.items() if account in known}
    wanted = {n: "@".join(a) for n, a in accounts.items() if n not in found and a[1] != author.host}
    if wanted and context.looks_up:
        found |= await look_all(context, wanted, seconds=LOOKUP_SECONDS)
    return {name: found[name] for name in accounts if name in found and _heard(found[name])}


async def _known_as(
    tx: Tx, accounts: AbstractSet[tuple[str, str]]
) -> dict[tuple[str, str], ActorRecord]:
    """Those of some accounts (name, host) that are known here."""
    names, hosts = ({part.lower() for part in parts} for parts in zip(*accounts, strict=True))
    found: dict[tuple[str, str], ActorRecord] = {}
    for actor in await tx.actors.by_accounts(sorted(names), sorted(hosts)):
        found.setdefault((actor.username.lower(), actor.host), actor)
    same = {account: found.get((account[0].lower(), account[1])) for account in accounts}
    return {account: actor for account, actor in same.items() if actor is not None}


def _heard(actor: ActorRecord) -> bool:
    """Whether somebody is still there, and not on a suspended server."""
    return actor.state == "active" and actor.severity != "suspend"


async def publish_object(
    context: OutboxContext,
    author: ActorRecord,
    document: dict[str, Any],
    number: int,
    media_ids: tuple[int, ...] = (),
    quoted: Quoted | None = None,
    quote_policy: str = "",
    *,
    also: Also | None = None,
) -> ObjectRecord:
    """Store a finished object document of ours and publish its `Create`.

    `quoted` is what it quotes, `quote_policy` who may quote it, `also` runs in the same
    transaction.
    """
    document = await with_emojis(context.store, context.identifiers, document)
    incoming = own_object(document, author, number, context.now())
    record = incoming.record

    async def operation(tx: Tx) -> None:
        if not await store_object(tx, incoming):
            raise ActRefused(409, "exists", f"There is already an object {record.url}.")
        if media_ids:
            free = await tx.uploads.attach(list(media_ids), record.id, author.id)
            if free != len(media_ids):
                raise ActRefused(422, "no-media", NO_MEDIA)
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
        if also is not None:
            await also(tx, record)

    await context.store.write(operation)
    return record


def audience(
    author: ActorRecord, record: ObjectRecord, named: Mapping[str, ActorRecord]
) -> Recipients:
    """Who gets an object of `author`: the followers unless it is direct, and who is named.

    What is for the network goes to all of its servers, and so does a public experience, for
    their lists; what is for this node alone goes nowhere; what is for the members of a project
    goes to that project, which is named and passes it on.
    """
    actors = {actor.id for actor in named.values()} - {author.id}
    followers = None if record.visibility in {"direct", "project"} else author.id
    return Recipients(
        followers_of=followers,
        actors=tuple(sorted(actors)),
        network=record.visibility == "network"
        or (record.visibility == "public" and was_experience(record)),
    )
