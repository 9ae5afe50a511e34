"""Somebody asks whether they may quote a post of ours (FEP-044f), or answers our asking."""

from typing import Any

from federation.addresses import same_origin
from federation.documents import Document
from inbox.context import Found, Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.people import visible_object
from inbox.sources import Sources
from inbox.trust import vouched
from objects.incoming import is_readable, object_record, store_object
from objects.quotes import OPEN, may_quote, tell_quoted
from storage.apps_reading import QuoteRecord
from storage.records import ObjectRecord
from storage.store import Tx


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """The quoting post, when it may be quoted at all: nothing is fetched to be declined."""
    instrument = incoming.activity.first_id("instrument")
    if instrument is None or not same_origin(instrument, incoming.actor.url):
        raise Violation("one asks only for posts of one's own")
    if incoming.local:
        raise Ignored("nobody asks across the hall")
    if not await sources.store.query(lambda tx: _agreed(tx, incoming)):
        return Gathered()
    document = incoming.activity.embedded("instrument")
    if document is None or not vouched(document, incoming.actor.url) or not _whole(document):
        document = await sources.document(instrument)
        if not vouched(document, incoming.actor.url):
            raise Violation("one asks only for posts of one's own")
    if not is_readable(document) or document.first_id("quote") != incoming.activity.first_id(
        "object"
    ):
        raise Ignored("the post does not quote what is asked for")
    return Gathered(document, object_record(document, incoming.actor, incoming.now))


def _whole(document: Document) -> bool:
    """Whether an embedded post says for whom it is: otherwise its origin is asked."""
    return document.has("to") or document.has("cc")


async def _agreed(tx: Tx, incoming: Incoming) -> bool:
    """Whether the author of what is asked for lets the actor quote it."""
    url = incoming.activity.first_id("object")
    record = await tx.objects.by_url(url) if url else None
    if record is None or not record.local or record.visibility not in OPEN:
        return False
    author = await tx.actors.by_id(record.actor_id)
    return author is not None and await may_quote(tx, record, author, incoming.actor) == "automatic"


async def receive(context: HandlerContext) -> str:
    """Agree as the author of the post said in advance, or decline.

    What the actor may not see is passed over in silence, as if it were not there.
    """
    found = await visible_object(context, context.activity.first_id("object"))
    if not found.author.local:
        raise Ignored("the object is not ours")
    parsed = context.gathered.parsed
    request = _request(context, found.record)
    answer = await may_quote(context.tx, found.record, found.author, context.actor)
    if parsed is None or answer != "automatic":
        await context.outgoing.decline(context.tx, found.author, request, context.actor)
        return "declined"
    await store_object(context.tx, parsed)
    quoting = await context.tx.objects.by_url(parsed.record.url)
    if quoting is None or quoting.deleted_at is not None or quoting.actor_id != context.actor.id:
        raise Ignored("the quoting post was deleted before")
    await _grant(context, found, quoting, request)
    return ""


async def _grant(
    context: HandlerContext, found: Found, quoting: ObjectRecord, request: dict[str, Any]
) -> None:
    """Give leave, once; who asks again gets the same answer."""
    tx = context.tx
    stamp = context.identifiers.quote_authorization(found.record.url, quoting.id)
    row = QuoteRecord(
        quoting.id, found.record.url, found.record.id, "pending", "", context.url, context.now
    )
    known = row if await tx.quotes.add(row) else await tx.quotes.by_object(quoting.id)
    if known is None or known.quoted_id != found.record.id:
        raise Ignored("the post quotes something else")
    if known.state == "revoked":
        await context.outgoing.decline(tx, found.author, request, context.actor)
        return
    await tx.quotes.settle(quoting.id, "accepted", stamp)
    await tell_quoted(tx, found.record, quoting, context.actor.id, context.now)
    await context.outgoing.let_quote(tx, found.author, request, context.actor, stamp)


def _request(context: HandlerContext, quoted: ObjectRecord) -> dict[str, Any]:
    """The QuoteRequest as our answer names it."""
    return {
        "type": "QuoteRequest",
        "id": context.url,
        "actor": context.actor.url,
        "object": quoted.url,
        "instrument": context.activity.first_id("instrument"),
    }


# answers to what we asked


async def asked_by_us(context: HandlerContext) -> QuoteRecord | None:
    """The quote of ours that an Accept or a Reject is about; None for answers to a Follow.

    Raises `Violation` when somebody else answers than the author of what is quoted.
    """
    url = context.activity.first_id("object")
    quote = await context.tx.quotes.by_request(url) if url else None
    if quote is None or url is None or not context.identifiers.is_local(url):
        return None
    quoted = await context.tx.objects.by_id(quote.quoted_id or 0)
    if quoted is None or quoted.actor_id != context.actor.id:
        raise Violation("only the author of a post lets it be quoted")
    return quote


async def receive_accept(context: HandlerContext, quote: QuoteRecord) -> str:
    """Look up the leave that was given; the quote is shown once that is done."""
    stamp = context.activity.first_id("result")
    if stamp is None:
        raise Ignored("the leave to quote has no address")
    if not same_origin(stamp, context.actor.url):
        raise Violation(f"{stamp} is not of the actor's origin")
    if quote.state == "accepted" and quote.approval_url == stamp:
        return ""
    await context.tx.quotes.check(quote.object_id, stamp, context.now)
    context.tx.notify_on_commit("quotes")
    return ""


async def receive_reject(context: HandlerContext, quote: QuoteRecord) -> str:
    """Show the quote no more, or never."""
    await take_leave_back(context, quote)
    return ""


async def receive_revocation(context: HandlerContext) -> str | None:
    """The end of the leave to quote a post of theirs; None when the activity ends another thing.

    Raises `Violation` when the leave was given by somebody else.
    """
    url = context.activity.first_id("object")
    quote = await context.tx.quotes.by_approval(url) if url else None
    if quote is None:
        return None
    quoted = await context.tx.objects.by_id(quote.quoted_id or 0)
    if quoted is None or quoted.actor_id != context.actor.id:
        raise Violation("only who gave the leave to quote takes it back")
    await take_leave_back(context, quote)
    return ""


async def take_leave_back(context: HandlerContext, quote: QuoteRecord) -> None:
    """A quote is shown no more; others hear of it when it is ours."""
    tx = context.tx
    state = "revoked" if quote.state in ("accepted", "revoked") else "rejected"
    await tx.quotes.settle(quote.object_id, state, "")
    quoting = await tx.objects.by_id(quote.object_id)
    if quoting is not None and quoting.local:
        await context.outgoing.show_approval(tx, quoting, "")
