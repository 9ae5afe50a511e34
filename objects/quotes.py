"""Posts in posts (FEP-044f): what a document quotes, who may quote what, how it is written."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import orjson

from federation.documents import Document, is_public
from federation.vocabulary import PUBLIC
from objects import reading
from storage.apps_reading import QuoteRecord
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

Answer = Literal["automatic", "manual", "denied", "unknown"]

OPEN: Final = frozenset({"public", "unlisted"})
POLICIES: Final = frozenset({"public", "followers", "nobody"})
QUOTING: Final = ("quote", "quoteUri", "_misskey_quote", "quoteAuthorization")
FALLBACK: Final = '<p class="quote-inline">'
_LEGACY: Final = ("quoteUri", "quoteUrl", "_misskey_quote")
_MAX_APPROVALS: Final = 20


@dataclass(frozen=True, slots=True)
class IncomingQuote:
    """What a foreign document says that it quotes; `legacy`: in a way that knows no consent."""

    url: str
    approval_url: str = ""
    legacy: bool = False


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """Who may quote an object: groups in the words of the apps' API."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    @property
    def asks_for_ties(self) -> bool:
        """Whether the answer depends on who follows whom."""
        return bool({"followers", "following"} & {*self.automatic, *self.manual})

    def answer(self, *, own: bool, ties: AbstractSet[str] = frozenset()) -> Answer:
        """Whether somebody may quote: `ties` as `storage.quotes` gives them."""
        if own:
            return "automatic"
        groups = {"public"}
        groups |= {"followers"} if "follows" in ties else set()
        groups |= {"following"} if "followed" in ties else set()
        if groups & {*self.automatic}:
            return "automatic"
        if groups & {*self.manual}:
            return "manual"
        odd = "unsupported_policy" in (*self.automatic, *self.manual)
        return "unknown" if odd else "denied"


# reading


def quote_of(document: Document) -> IncomingQuote | None:
    """What a document quotes; of several ways to say it the one with consent comes first."""
    url = reading.web_address(document.first_id("quote"))
    if url is not None:
        approval = reading.web_address(document.first_id("quoteAuthorization"))
        return IncomingQuote(url, approval or "")
    for name in _LEGACY:
        url = reading.web_address(document.first_id(name))
        if url is not None:
            return IncomingQuote(url, legacy=True)
    return None


def policy_of(record: ObjectRecord, author: ActorRecord, chosen: str) -> QuotePolicy:
    """Who may quote an object; `chosen` is what the author of one of ours said.

    What not everybody may read, nobody but its author quotes.
    """
    if record.visibility not in OPEN:
        return QuotePolicy()
    if record.local:
        return QuotePolicy((chosen,)) if chosen in {"public", "followers"} else QuotePolicy()
    if '"canQuote"' not in record.document:
        return QuotePolicy()
    interaction = Document(orjson.loads(record.document)).embedded("interactionPolicy")
    rule = interaction.embedded("canQuote") if interaction else None
    if rule is None:
        return QuotePolicy()
    automatic = _groups(rule.ids("automaticApproval"), author)
    return QuotePolicy(automatic, _groups(rule.ids("manualApproval"), author))


def _groups(named: tuple[str, ...], author: ActorRecord) -> tuple[str, ...]:
    """The groups behind some addresses; the author alone is no group."""
    found: dict[str, None] = {}
    for uri in named[:_MAX_APPROVALS]:
        if is_public(uri):
            found["public"] = None
        elif uri == author.followers_url:
            found["followers"] = None
        elif uri == author.following_url:
            found["following"] = None
        elif uri != author.url:
            found["unsupported_policy"] = None
    return tuple(found)


UNQUOTED: Final = frozenset({"direct", "project"})
"""What not even its author quotes: the quote would tell others of it."""


async def may_quote(tx: Tx, record: ObjectRecord, author: ActorRecord, who: ActorRecord) -> Answer:
    """Whether `who` may quote an object, which they may see."""
    if author.id == who.id:
        return "denied" if record.visibility in UNQUOTED else "automatic"
    chosen = await tx.quotes.policy(record.id) if record.local else ""
    policy = policy_of(record, author, chosen)
    ties: AbstractSet[str] = frozenset()
    if policy.asks_for_ties:
        ties = (await tx.quotes.ties(who.id, [author.id])).get(author.id, frozenset())
    return policy.answer(own=False, ties=ties)


# writing


def allowed_to_quote(policy: str, author: ActorRecord) -> dict[str, Any]:
    """`canQuote` of an object of ours."""
    readers = {"public": PUBLIC, "followers": author.followers_url}.get(policy, author.url)
    return {"automaticApproval": [readers or author.url]}


def quoting_properties(quoted: ObjectRecord, approval_url: str = "") -> dict[str, Any]:
    """What says in a document of ours that it quotes."""
    written: dict[str, Any] = dict.fromkeys(("quote", "quoteUri", "_misskey_quote"), quoted.url)
    return written | ({"quoteAuthorization": approval_url} if approval_url else {})


def with_fallback(html: str, quoted: ObjectRecord) -> str:
    """The text of a post that quotes, with a link for those who show no quotes."""
    page = escape(quoted.html_url or quoted.url)
    link = f'<a href="{page}" rel="nofollow noopener noreferrer">{page}</a>'
    return f"{FALLBACK}RE: {link}</p>{html}"


def carried(before: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A new version of a document with what the earlier one quoted, and who may quote it.

    Both are changed by acts of their own, never by writing another text.
    """
    kept = dict(document)
    policy = (before.get("interactionPolicy") or {}).get("canQuote")
    if policy is not None and isinstance(kept.get("interactionPolicy"), dict):
        kept["interactionPolicy"] = kept["interactionPolicy"] | {"canQuote": policy}
    if "quote" not in before:
        return kept
    kept |= {name: before[name] for name in QUOTING if name in before}
    link, end, _ = str(before.get("content") or "").partition("</p>")
    content = kept.get("content")
    if link.startswith(FALLBACK) and isinstance(content, str) and FALLBACK not in content:
        kept["content"] = link + end + content
        translations = kept.get("contentMap")
        if isinstance(translations, dict):
            kept["contentMap"] = {
                name: kept["content"] if text == content else text
                for name, text in translations.items()
            }
    return kept


def authorization(
    url: str, quoted: ObjectRecord, author: ActorRecord, quoting_url: str
) -> dict[str, Any]:
    """The `QuoteAuthorization` that the author of a post of ours gave."""
    return {
        "id": url,
        "type": "QuoteAuthorization",
        "attributedTo": author.url,
        "interactingObject": quoting_url,
        "interactionTarget": quoted.url,
    }


def authorizes(
    document: Document, quoting: ObjectRecord, quoted: ObjectRecord, author: ActorRecord
) -> bool:
    """Whether a document is its quoted author's leave for exactly this quote."""
    return (
        "QuoteAuthorization" in document.types
        and document.first_id("attributedTo") == author.url
        and document.first_id("interactingObject") == quoting.url
        and document.first_id("interactionTarget") == quoted.url
    )


# keeping


async def keep_quote(tx: Tx, record: ObjectRecord, found: IncomingQuote, now: int) -> None:
    """Keep what an object of another server quotes; what needs leave waits for it.

    Who quotes in a way that knows no consent is taken at their word for their own posts alone:
    for everything else the link in the text is all that is shown.
    """
    quoted = await tx.objects.by_url(found.url)
    own = quoted is not None and quoted.actor_id == record.actor_id
    if found.legacy and not own:
        return
    ours = quoted is not None and bool(quoted.local)
    await tx.quotes.add(
        QuoteRecord(
            object_id=record.id,
            quoted_url=found.url,
            quoted_id=quoted.id if quoted else None,
            state="accepted" if own else "pending",
            approval_url=found.approval_url if not ours else "",
            request_url="",
            created_at=now,
            # Leave to quote posts of ours is given here, and needs no looking up.
            due_at=None if own or ours else now,
        )
    )
    if not own and not ours:
        tx.notify_on_commit("quotes")


async def change_quote(tx: Tx, record: ObjectRecord, found: IncomingQuote | None, now: int) -> None:
    """Take over what a new version of another server's object quotes."""
    known = await tx.quotes.by_object(record.id)
    if known is None or found is None or known.quoted_url != found.url:
        if known is not None:
            await tx.quotes.forget(record.id)
        if found is not None:
            await keep_quote(tx, record, found, now)
        return
    quoted = await tx.objects.by_url(found.url)
    granted_here = quoted is not None and (quoted.local or quoted.actor_id == record.actor_id)
    if not granted_here and known.approval_url != found.approval_url:
        await tx.quotes.check(record.id, found.approval_url, now)
        tx.notify_on_commit("quotes")


async def tell_quoted(
    tx: Tx, quoted: ObjectRecord, quoting: ObjectRecord, quoter_id: int, now: int
) -> None:
    """Tell a member that a post of theirs was quoted, and let them see by whom."""
    await tx.objects.add_audience(quoting.id, {quoted.actor_id: False})
    await tx.activities.notify(
        NotificationRecord(new_id(), quoted.actor_id, "quote", quoter_id, quoting.id, now, None)
    )


async def tell_quoters(tx: Tx, quoted: ObjectRecord, now: int) -> None:
    """Tell members who quote a post that its author changed it."""
    for quoter in await tx.quotes.local_quoters(quoted.id):
        if quoter.id != quoted.actor_id:
            await tx.activities.notify(
                NotificationRecord(
                    new_id(), quoter.id, "quoted_update", quoted.actor_id, quoted.id, now, None
                )
            )
