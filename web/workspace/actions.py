"""What a member does with an object from its page: thank, share, comment, ask.

`templates/workspace/actions.html` shows the buttons; these addresses take them and lead back to
the page where one was.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

from werkzeug.datastructures import MultiDict

from federation.errors import Refused
from objects.notes import NoteDraft
from objects.visibility import Visibility, may_see
from outbox.acts.create import post
from outbox.context import ActRefused
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from storage.timelines import Standing
from web.context import WebContext
from web.forms import Form, area
from web.rendering import register_done
from web.rules import longest, required
from web.sessions import own_path
from web.texts import mark

T = TypeVar("T")

MAX_COMMENT: Final = 5_000
OPEN: Final = ("public", "unlisted")
# A comment is seen by those who see what it answers, or else by its author alone.
KEPT: Final = (*OPEN, "network", "organisation", "project")

register_done(
    {
        "liked": mark("Thank you: the author is told that this was useful."),
        "unliked": mark("You no longer say that this was useful."),
        "shared": mark("Shared with those who follow you."),
        "unshared": mark("No longer shared."),
        "commented": mark("Your comment is published."),
        "asked": mark("Your question was sent to the author; only they can read it."),
    }
)


class Comment(Form):
    """A comment that everybody reads who may read what it is about."""

    text = area(mark("Your comment"), required(), longest(MAX_COMMENT), rows=4)


class Question(Form):
    """A question that the author alone reads."""

    text = area(
        mark("Your question to the author"),
        required(),
        longest(MAX_COMMENT),
        rows=4,
        hint=mark("Only the author reads it."),
    )


@dataclass(frozen=True, slots=True)
class Actions:
    """What a member did with an object, and what they may do with it."""

    liked: bool
    shared: bool
    own: bool
    may_share: bool
    reusable: bool = False


async def standing(tx: Tx, record: ObjectRecord, viewer: ActorRecord) -> Actions:
    """What `workspace/actions.html` needs to know; two queries."""
    found = await tx.timelines.standings(viewer.id, [record.id])
    experience = await tx.experiences.by_id(record.id)
    done = found.get(record.id, Standing())
    return actions_for(record, viewer, done, experience=experience is not None)


def actions_for(
    record: ObjectRecord, viewer: ActorRecord | None, done: Standing, *, experience: bool
) -> Actions:
    """The same, from what is known already; of a stranger (None) nothing is known."""
    own = viewer is not None and record.actor_id == viewer.id
    may_share = record.visibility in OPEN
    return Actions(done.liked, done.shared, own, may_share, experience and not own)


async def object_for(context: WebContext, object_id: int, viewer: ActorRecord) -> ObjectRecord:
    """An object that a member may see. Raises `Refused` 404."""

    async def operation(tx: Tx) -> ObjectRecord | None:
        record = await tx.objects.by_id(object_id)
        return record if record is not None and await may_see(tx, record, viewer) else None

    record = await context.store.query(operation)
    if record is None:
        raise Refused(404, "not-found", "There is nothing here, or not for you.")
    return record


def back_to(form: "MultiDict[str, str]", record: ObjectRecord) -> str:
    """The page where the form stood, if it says so, else the page of the object."""
    return own_path(form.get("next")) or f"/read/{record.id}"


def reply_visibility(record: ObjectRecord) -> Visibility:
    """Who sees a comment: those who see the object; of smaller circles only the author."""
    return record.visibility if record.visibility in KEPT else "direct"  # type: ignore[return-value]


async def write_reply(
    context: WebContext,
    author: ActorRecord,
    record: ObjectRecord,
    text: str,
    visibility: Visibility,
    language: str,
) -> ObjectRecord:
    """Publish an answer. Raises `Refused` for what is not possible."""
    draft = NoteDraft(
        text, visibility=visibility, in_reply_to=record, language=language, markdown=True
    )
    return await acted(post(context.outbox, author, draft))


async def acted(doing: Awaitable[T]) -> T:
    """Await an act; what it refuses becomes an answer for people. Raises `Refused`."""
    try:
        return await doing
    except ActRefused as refused:
        raise Refused(refused.status, refused.code, refused.detail) from refused
