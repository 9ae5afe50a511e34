"""A profile as its owner types it: texts become links, and everybody who follows is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

import orjson

from actors.local import ProfileChanges
from actors.typed import Typed, typed_profile
from objects.notes import names_of
from objects.text import Mentions, plain_text, render_plain
from outbox.acts.create import find_people
from outbox.c2s_profile import change_profile
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx

MAX_NAME: Final = 100
MAX_SUMMARY: Final = 2_000
MAX_FIELD_NAME: Final = 100
MAX_FIELD_VALUE: Final = 500


@dataclass(frozen=True, slots=True)
class ProfileText:
    """The words of a profile as they are typed."""

    note: str
    fields: tuple[tuple[str, str], ...]


async def profile_text(tx: Tx, actor: ActorRecord) -> ProfileText:
    """What an owner typed; what came as HTML, as its text."""
    typed = await typed_profile(tx, actor.id)
    note = plain_text(actor.summary) if typed.note is None else typed.note
    if typed.fields is not None:
        return ProfileText(note, typed.fields)
    stored = orjson.loads(actor.fields)
    return ProfileText(note, tuple((f["name"], plain_text(f["value"])) for f in stored))


async def change_typed_profile(
    context: OutboxContext,
    actor: ActorRecord,
    changes: ProfileChanges,
    *,
    note: str | None = None,
    fields: Sequence[tuple[str, str]] | None = None,
) -> ActivityRecord:
    """Save what an owner typed and chose, and tell the followers; None leaves a part as it is.

    Mentions, hashtags and addresses in the note and in the fields become links; a field that is
    an address says that what it leads to is the owner's (`rel="me"`).
    """
    words = "\n".join([note or "", *(value for _, value in fields or ())])
    people = list((await find_people(context, actor, words)).values()) if "@" in words else []
    mentions = names_of(people, context.identifiers)
    if note is not None:
        html = render_plain(note, mentions, context.identifiers).html
        changes = replace(changes, summary=html)
    if fields is not None:
        made = [(name, field_html(context, value, mentions)) for name, value in fields]
        changes = replace(changes, fields=made)
    kept = None if fields is None else tuple((name, value) for name, value in fields)
    return await change_profile(context, actor, replace(changes, typed=Typed(note, kept)))


def field_html(context: OutboxContext, value: str, mentions: Mentions) -> str:
    """The value of a field, as HTML on one line."""
    text = " ".join(value.split())
    if text.startswith(("https://", "http://")) and " " not in text:
        safe = escape(text)
        return f'<a href="{safe}" rel="me nofollow noopener">{safe}</a>'
    html = render_plain(text, mentions, context.identifiers).html
    return html.removeprefix("<p>").removesuffix("</p>")
