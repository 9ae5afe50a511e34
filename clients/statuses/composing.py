"""What an app sent as a draft that the acts publish: checked, completed by preferences."""

from dataclasses import dataclass

from clients.context import ClientContext
from clients.door import number
from clients.entities.base import MEANT
from clients.rendering.statuses import lines_by_ids
from clients.statuses.checking import (
    checked_media,
    checked_text,
    invalid,
    is_markdown,
    language_of,
    poll_draft,
)
from clients.statuses.parameters import StatusParameters
from federation.errors import Refused
from objects.choices import PostChoices, post_choices
from objects.notes import NoteDraft
from objects.quotes import POLICIES
from objects.visibility import Visibility
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from storage.store import Tx

NO_PARENT = "The post you are trying to reply to does not appear to exist."
NO_QUOTED = "The post you are trying to quote does not appear to exist."


@dataclass(frozen=True, slots=True)
class Composed:
    """A post that may be published, and its files."""

    draft: NoteDraft
    media: tuple[MediaRecord, ...] = ()


async def compose(
    tx: Tx,
    context: ClientContext,
    author: ActorRecord,
    sent: StatusParameters,
    *,
    scheduled_id: int | None = None,
) -> Composed:
    """The draft of a new post; `scheduled_id` when it waited for its time.

    Raises `Refused`: 404 for what cannot be answered or quoted, 422 for the rest.
    """
    quoted_text = sent.quoted_status_id or sent.quote_id
    text, spoiler = checked_text(sent, may_be_empty=bool(sent.media_ids or quoted_text))
    poll = poll_draft(sent, context.now())
    choices = await post_choices(tx, author.id)
    visibility = visibility_of(sent, choices)
    media = await checked_media(tx, author, sent, scheduled_id=scheduled_id)
    parent = await _named(tx, author, sent.in_reply_to_id, "no-parent", NO_PARENT)
    quoted = await _named(tx, author, quoted_text, "no-quoted", NO_QUOTED)
    draft = NoteDraft(
        text,
        visibility=visibility,
        in_reply_to=parent,
        summary=spoiler,
        sensitive=_sensitive(author, sent, choices),
        language=language_of(sent.language, choices.language or context.outbox.language),
        media_ids=tuple(one.id for one in media),
        markdown=is_markdown(sent),
        poll=poll,
        quote=quoted,
        quote_policy=_quote_policy(sent, choices),
        # What is not for everybody is for nobody beside those whom its text names.
        to_answered=visibility not in ("direct", "followers"),
    )
    return Composed(draft, tuple(media))


def visibility_of(sent: StatusParameters, choices: PostChoices) -> Visibility:
    """Who may read; raises `Refused` 422 for a word that says nothing."""
    if not sent.visibility:
        return choices.visibility
    if sent.visibility not in MEANT:
        raise invalid("Visibility is not included in the list")
    return MEANT[sent.visibility]


def _sensitive(author: ActorRecord, sent: StatusParameters, choices: PostChoices) -> bool:
    chosen = choices.sensitive if sent.sensitive is None else sent.sensitive
    return chosen or bool(author.sensitized and sent.media_ids)


def _quote_policy(sent: StatusParameters, choices: PostChoices) -> str:
    policy = sent.quote_approval_policy
    if policy and policy not in POLICIES:
        raise invalid("Quote approval policy is not included in the list")
    return policy or choices.quote_policy


async def _named(
    tx: Tx, author: ActorRecord, text: str | None, code: str, detail: str
) -> ObjectRecord | None:
    """The post that a parameter names, also by a share of it; raises `Refused` 404."""
    if not text:
        return None
    try:
        lines = await lines_by_ids(tx, author, [number(text)])
    except Refused:
        lines = []
    if not lines:
        raise Refused(404, code, detail)
    return lines[0].record
