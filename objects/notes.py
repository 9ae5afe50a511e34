"""Objects that people here write, as the documents that we publish; pure builders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any, Final

import orjson

from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.documents import Document
from federation.vocabulary import NETWORK, ORGANISATION, PROJECT, PUBLIC
from objects.events.fields import Event
from objects.events.wire import event_properties, website
from objects.polls import PollDraft, question_properties
from objects.projects.entries import Entry, entry_properties
from objects.projects.wire import members_url
from objects.quotes import allowed_to_quote, quoting_properties, with_fallback
from objects.text import Mentions, Rendered, paragraphs, plain_text, render_markdown, render_plain
from objects.visibility import Visibility, addressing
from storage.records import ActorRecord, ObjectRecord

PREVIEW_LENGTH: Final = 500
_HEADING: Final = re.compile(r"<p><strong>([^<]*)</strong></p>\s*")


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What somebody wrote: with a `name` it becomes an Article, with a `poll` a Question.

    `summary` is the content warning of a note, the abstract of an article. `quote_policy` says
    who may quote it: `public`, `followers`, or nobody but its author. `to_answered`: whoever
    wrote what is answered is told, named in the text or not. `project` is the Group that it
    belongs to, `entry` what it says there beside its text, `footer` (Markdown) the same for
    those who show the text alone.
    """

    text: str
    visibility: Visibility = "public"
    in_reply_to: ObjectRecord | None = None
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    media_ids: tuple[int, ...] = ()
    markdown: bool = False
    name: str = ""
    poll: PollDraft | None = None
    quote: ObjectRecord | None = None
    quote_policy: str = ""
    to_answered: bool = True
    project: ActorRecord | None = None
    entry: Entry | None = None
    event: Event | None = None
    footer: str = ""


def build_object(
    draft: NoteDraft,
    author: ActorRecord,
    object_id: int,
    mentions: Sequence[ActorRecord],
    identifiers: Identifiers,
    now: int,
    attachments: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The Note, Article or Question, without `@context`; `now` in milliseconds.

    `mentions` are the actors whom the text names, and others to address all the same (the
    author of `in_reply_to`, say); `attachments` come from `objects.media.attachment_document`.
    """
    url = identifiers.object(object_id)
    render = render_markdown if draft.markdown else render_plain
    shown = f"{draft.text}\n\n{draft.footer}".strip() if draft.footer else draft.text
    rendered = render(shown, names_of(mentions, identifiers), identifiers)
    html = _headed(draft.entry, rendered.html)
    to, cc = addressing(draft.visibility, author.followers_url, [actor.url for actor in mentions])
    if draft.project is not None:
        to, cc = in_project(draft.project, draft.visibility, to, cc)
    return {
        "id": url,
        "type": _type(draft),
        "attributedTo": author.url,
        "url": url,
        "published": wire_time(now),
        "to": to,
        "cc": cc,
        **_thread(draft, object_id, identifiers),
        **_texts(draft, html),
        "sensitive": bool(
            draft.sensitive or author.sensitized or (draft.summary and not draft.name)
        ),
        "tag": _tags(rendered, mentions),
        "attachment": [*attachments, *(website(draft.event) if draft.event else [])],
        "interactionPolicy": policy(draft.visibility, author, draft.quote_policy),
        **collections(url, identifiers),
        **(_article(draft, rendered, author, url, now) if draft.name else {}),
        **(question_properties(draft.poll) if draft.poll else {}),
        **(quoting_properties(draft.quote) if draft.quote else {}),
        **(_entry(draft.project, draft.entry) if draft.project else {}),
        **(_event(draft, draft.event, author, url) if draft.event else {}),
    }


def in_project(
    group: ActorRecord, visibility: Visibility, to: list[str], cc: list[str]
) -> tuple[list[str], list[str]]:
    """The `to` and `cc` of an entry of a project: the Group gets it too, and its members."""
    if visibility == "project":
        to = [*to, members_url(group.url)]
    return to, list(dict.fromkeys((*cc, group.url)))


def _headed(entry: Entry | None, html: str) -> str:
    """The text under its title: most readers of notes show no `name`."""
    title = entry.title.strip() if entry is not None else ""
    return f"<p><strong>{escape(title)}</strong></p>{html}" if title else html


def without_title(html: str, title: str) -> str:
    """The text of a note alone, where a page shows the title above which it was put."""
    found = _HEADING.match(html)
    if found is None or not title or unescape(found[1]).split() != title.split():
        return html
    return html[found.end() :]


def _entry(group: ActorRecord, entry: Entry | None) -> dict[str, Any]:
    """The project (`audience`, FEP-1b12) and what an entry says beside its text."""
    said = entry_properties(entry) if entry is not None else {}
    return {"audience": group.url, **said}


def _event(draft: NoteDraft, event: Event, author: ActorRecord, url: str) -> dict[str, Any]:
    """What an event says beside its text; its project stands behind it as well."""
    organisers = [author.url, *([draft.project.url] if draft.project else [])]
    return event_properties(event, organisers, url, draft.language)


def source_of(record: ObjectRecord) -> tuple[str, str]:
    """A post as it was typed, and the type of that; of others' posts the plain text at least."""
    source = Document(orjson.loads(record.document)).embedded("source") if record.document else None
    text = source.text("content") if source is not None else None
    if source is None or text is None:
        return plain_text(record.content), "text/plain"
    markdown = (source.text("mediaType") or "").startswith("text/markdown")
    return text, "text/markdown" if markdown else "text/plain"


def collections(url: str, identifiers: Identifiers) -> dict[str, Any]:
    """`replies` with its first page, `likes` and `shares`, empty as they are at first."""
    replies = identifiers.object_collection(url, "replies")
    return {
        "replies": {
            "id": replies,
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "partOf": replies,
                "next": f"{replies}?page=true",
                "items": [],
            },
        },
        **{
            name: {
                "id": identifiers.object_collection(url, name),
                "type": "Collection",
                "totalItems": 0,
            }
            for name in ("likes", "shares")
        },
    }


def names_of(actors: Sequence[ActorRecord], identifiers: Identifiers) -> Mentions:
    """The names under which a text may mention these actors: those here without their host."""
    found = {}
    for actor in actors:
        known = (actor.url, actor.html_url or actor.url)
        found[actor.account.lower()] = known
        if actor.host == identifiers.host:
            found[actor.username.lower()] = known
    return found


def _tags(rendered: Rendered, mentions: Sequence[ActorRecord]) -> list[dict[str, str]]:
    """The tags of the text, and a Mention of those who are addressed without being named."""
    named = {tag["href"] for tag in rendered.tags}
    return rendered.tags + [
        {"type": "Mention", "href": actor.url, "name": f"@{actor.account}"}
        for actor in mentions
        if actor.url not in named
    ]


def _type(draft: NoteDraft) -> str:
    if draft.poll:
        return "Question"
    return "Article" if draft.name else "Note"


def _thread(draft: NoteDraft, object_id: int, identifiers: Identifiers) -> dict[str, Any]:
    """`inReplyTo` and the conversation: that of the parent, or a new one (FEP-7888)."""
    parent = draft.in_reply_to
    conversation = (parent and parent.conversation) or identifiers.conversation(
        parent.id if parent and parent.local else object_id
    )
    return {
        "inReplyTo": parent.url if parent else None,
        "context": conversation,
        "conversation": conversation,
    }


def _texts(draft: NoteDraft, html: str) -> dict[str, Any]:
    """`content` with its language and source, and `summary`."""
    source_type = "text/markdown" if draft.markdown else "text/plain"
    html = with_fallback(html, draft.quote) if draft.quote else html
    return {
        "summary": draft.summary or None,
        "content": html,
        **({"contentMap": {draft.language: html}} if draft.language else {}),
        "source": {"content": draft.text, "mediaType": source_type},
    }


def _article(
    draft: NoteDraft, rendered: Rendered, author: ActorRecord, url: str, now: int
) -> dict[str, Any]:
    """`name` and `preview` (FEP-b2b8): what those show who do not show articles."""
    abstract = draft.summary or _shortened(plain_text(rendered.html))
    return {
        "name": draft.name,
        "summary": abstract,
        "preview": preview(draft.name, abstract, author, url, now),
    }


def preview(name: str, abstract: str, author: ActorRecord, url: str, now: int) -> dict[str, Any]:
    """The Note that stands for an article where articles are not shown (FEP-b2b8)."""
    return {
        "type": "Note",
        "attributedTo": author.url,
        "content": paragraphs(f"{name}\n\n{abstract}"),
        "published": wire_time(now),
        "url": url,
    }


def _shortened(text: str) -> str:
    if len(text) <= PREVIEW_LENGTH:
        return text
    return text[:PREVIEW_LENGTH].rsplit(None, 1)[0] + " …"


def policy(visibility: Visibility, author: ActorRecord, quoting: str = "") -> dict[str, Any]:
    """Who may do what without asking; `quoting` is the author's word on quotes."""
    public = visibility in {"public", "unlisted"}
    match visibility:
        case "public" | "unlisted":
            readers = PUBLIC
        case "network":
            readers = NETWORK
        case "organisation":
            readers = ORGANISATION
        case "project":
            readers = PROJECT
        case _:
            readers = author.followers_url or author.url
    allowed = {"automaticApproval": [readers]}
    return {
        "canLike": allowed,
        "canReply": allowed,
        "canAnnounce": allowed if public else {"automaticApproval": [author.url]},
        "canQuote": allowed_to_quote(quoting if public else "", author),
    }
