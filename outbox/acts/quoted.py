"""What becomes of quotes: leave that arrives, is given or is taken back, and who may quote."""

from typing import Any, Final

import orjson

from federation.documents import Document
from federation.vocabulary import PUBLIC
from objects.quotes import OPEN, POLICIES, allowed_to_quote, authorization
from outbox.acts.change import everyone, must_own
from outbox.builders import accept, delete, update
from outbox.context import ActRefused, OutboxContext
from outbox.publish import Publisher
from outbox.recipients import Recipients
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

_STAMP: Final = "quoteAuthorization"


async def set_quote_policy(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord, policy: str
) -> None:
    """Say who may quote a post of one's own from now on: `public`, `followers` or `nobody`.

    What not everybody may read, nobody quotes, whatever is asked. Raises `ActRefused` for what
    is not one's own, was deleted, or for another word.
    """
    must_own(author, record)
    if policy not in POLICIES:
        raise ActRefused(422, "bad-policy", f"{policy!r} is no quote policy")
    chosen = policy if record.visibility in OPEN else "nobody"

    async def operation(tx: Tx) -> None:
        if (await tx.quotes.policy(record.id) or "nobody") == chosen:
            return
        known = await tx.objects.by_id(record.id)
        must_own(author, known)
        await tx.quotes.set_policy(record.id, chosen)
        document: dict[str, Any] = orjson.loads(known.document if known else record.document)
        rules = document.get("interactionPolicy") or {}
        rules["canQuote"] = allowed_to_quote(chosen, author)
        document["interactionPolicy"] = rules
        await _renew(tx, context.publisher, author, record, document)

    await context.store.write(operation)


async def revoke(
    context: OutboxContext, owner: ActorRecord, quoted: ObjectRecord, quoting_id: int
) -> None:
    """Take the leave back that a post has to quote one's own.

    Raises `ActRefused`: 403 for another's post, 404 when there is no such quote.
    """
    must_own(owner, quoted)

    async def operation(tx: Tx) -> None:
        quote = await tx.quotes.by_object(quoting_id)
        quoting = await tx.objects.by_id(quoting_id)
        if quote is None or quoting is None or quote.quoted_id != quoted.id:
            raise ActRefused(404, "no-quote", "This post does not quote that one.")
        if quote.state != "accepted" or quoting.actor_id == owner.id:
            return
        url = quote.approval_url
        await tx.quotes.settle(quoting_id, "revoked", "")
        await tx.activities.unnotify(owner.id, "quote", quoting.actor_id, quoting_id)
        stamp = authorization(url, quoted, owner, quoting.url)
        reach = [PUBLIC] if quoted.visibility in OPEN else []
        await context.publisher.publish(
            tx,
            owner,
            delete.build_authorization(stamp, reach, [owner.followers_url]),
            recipients=Recipients(
                followers_of=owner.id, actors=(quoting.actor_id,), reached_object=quoted.id
            ),
            visibility="public",
        )
        await show_approval(tx, context.publisher, quoting, "")

    await context.store.write(operation)


async def show_approval(
    tx: Tx, publisher: Publisher, record: ObjectRecord, approval_url: str
) -> None:
    """Tell others of the leave that a post of ours has, or (empty) has no more."""
    author = await tx.actors.by_id(record.actor_id)
    if not record.local or record.deleted_at is not None or author is None:
        return
    document: dict[str, Any] = orjson.loads(record.document)
    if document.get(_STAMP, "") == approval_url:
        return
    document.pop(_STAMP, None)
    if approval_url:
        document[_STAMP] = approval_url
    await _renew(tx, publisher, author, record, document)


async def _renew(
    tx: Tx,
    publisher: Publisher,
    author: ActorRecord,
    record: ObjectRecord,
    document: dict[str, Any],
) -> None:
    """A document that says something else beside its text: no new version, but an `Update`."""
    await tx.objects.save_document(record.id, orjson.dumps(document).decode())
    stored = Document(document)
    await publisher.publish(
        tx,
        author,
        update.build(document, list(stored.ids("to")), list(stored.ids("cc"))),
        recipients=await everyone(tx, author, record, concerned=False),
        object_id=record.id,
        visibility=record.visibility,
    )


async def grant(
    tx: Tx,
    publisher: Publisher,
    owner: ActorRecord,
    request: dict[str, Any],
    asker: ActorRecord,
    stamp_url: str,
) -> None:
    """Tell `asker` that `owner` lets them quote, and where it says so."""
    await publisher.publish(
        tx,
        owner,
        accept.build_with_result(request, asker.url, stamp_url),
        recipients=Recipients(actors=(asker.id,), personal=True),
    )
