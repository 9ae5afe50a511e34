"""Changing the text of one's own short post."""

from typing import Any, Final

import orjson

from actors.documents import wire_time
from federation.documents import Document
from objects.notes import NoteDraft, build_object
from objects.reading import mentions_of
from outbox.acts.change import edit
from outbox.acts.create import find_people
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord, ObjectRecord

RENEWED: Final = ("content", "contentMap", "source", "tag")


async def rewrite(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord, text: str
) -> ActivityRecord:
    """Give a post of one's own another text (Markdown); its audience and its thread stay.

    Whoever was mentioned stays addressed; whom the new text names is addressed too. Raises
    `ActRefused` for what is not one's own or was deleted.
    """
    stored: dict[str, Any] = orjson.loads(record.document) if record.document else {}
    before = Document(stored)
    named = (await find_people(context, author, text)).values()
    known = await context.store.query(lambda tx: tx.actors.by_urls(list(mentions_of(before))))
    people = list({actor.url: actor for actor in (*named, *known.values())}.values())
    draft = NoteDraft(text, language=record.language or context.language, markdown=True)
    now = context.now()
    written = build_object(draft, author, record.id, people, context.identifiers, now)
    changed = stored | {name: written[name] for name in RENEWED if name in written}
    addressed = {*before.ids("to"), *before.ids("cc")}
    added = [actor.url for actor in people if actor.url not in addressed | {author.url}]
    changed["cc"] = [*before.ids("cc"), *added]
    changed["updated"] = wire_time(now)
    return await edit(context, author, record, changed)
