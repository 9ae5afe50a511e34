"""`/read/ID`: any object that a member may see, from here or elsewhere, and what is said of it.

Pictures of other servers are not shown, so that no other server learns who reads what: their
description stands there with a link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.archive.markdown import named
from objects.experiences.sections import Section, sections
from objects.incoming import attachments_of
from objects.polls import choices
from objects.reading import Attachment
from storage.concepts import Concept
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.events.view import EventView, event_view
from web.projects.desk import space
from web.rendering import redirect
from web.sessions import SignedIn
from web.workspace.actions import Actions, Comment, Question, actions_for, object_for
from web.workspace.cards import Card, cards_of_objects
from web.workspace.threads import Thread, thread_of


@dataclass(frozen=True, slots=True)
class Reading:
    """An object with everything that its page shows."""

    card: Card
    actions: Actions
    files: tuple[Attachment, ...]
    thread: Thread
    sections: tuple[Section, ...]
    options: tuple[tuple[str, int], ...]
    concepts: Mapping[str, Concept]
    happening: EventView | None = None


async def reading_of(
    tx: Tx, viewer: ActorRecord | None, record: ObjectRecord, language: str, now: int
) -> Reading | None:
    """The page of an object that the viewer may see; None when that ended meanwhile."""
    found = await cards_of_objects(tx, viewer, [record.id])
    if not found.cards:
        return None
    card = found.cards[0]
    concepts = dict(found.concepts)
    if card.experience is not None:
        concepts |= await tx.concepts.by_uris(sorted(named(card.experience)))
    poll = await tx.objects.poll(record.id) if record.type == "Question" else None
    return Reading(
        card,
        actions_for(record, viewer, card.standing, experience=card.experience is not None),
        attachments_of(record, card.author),
        await thread_of(tx, viewer, record),
        tuple(sections(card.experience, concepts, language)) if card.experience else (),
        tuple(choices(poll)) if poll else (),
        concepts,
        await event_view(tx, record, viewer, now),
    )


async def show(
    context: WebContext,
    signed: SignedIn,
    record: ObjectRecord,
    *,
    comment: Comment | None = None,
    question: Question | None = None,
    status: int = 200,
) -> Response:
    """The page of an object, with forms that were refused or empty ones."""
    language = await context.renderer.language()
    now = context.now()
    reading = await context.store.query(
        lambda tx: reading_of(tx, signed.actor, record, language, now)
    )
    if reading is None:
        record = await object_for(context, record.id, signed.actor)
        raise LookupError(record.url)
    forms: dict[str, Any] = {
        "comment": comment or await context.renderer.form(Comment),
        "question": question or await context.renderer.form(Question),
    }
    return await context.renderer.render(
        "workspace/reading.html",
        status=status,
        index=False,
        concepts=reading.concepts,
        reading=reading,
        happening=reading.happening,
        record=record,
        author=reading.card.author,
        standing=reading.actions,
        **forms,
    )


def add_reading_routes(blueprint: Blueprint, context: WebContext) -> None:
    """One page."""

    @blueprint.get("/read/<int:object_id>")
    async def read(object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        record = await object_for(context, object_id, signed.actor)
        inside = await page_in_project(context, record, signed.actor)
        if inside:
            return redirect(inside, done=request.args.get("done", ""))
        return await show(context, signed, record)


async def page_in_project(
    context: WebContext, record: ObjectRecord, viewer: ActorRecord | None
) -> str:
    """Where an entry of a project is read by those who may enter the project; else empty."""
    entry = await context.store.query(lambda tx: tx.project_entries.by_id(record.id))
    own = viewer is not None and record.actor_id == viewer.id
    if entry is None or (entry.state == "refused" and not own):
        return ""
    try:
        found = await space(context, entry.project_id)
    except Refused:
        return ""
    return f"{found.base}/notes/{record.id}"
