"""The page of a project for everybody, at the address that its followers know (`/@project`)."""

from dataclasses import dataclass
from typing import Final

from quart import Response

from actors.identifiers import Identifiers
from objects.projects.store import fields_of
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.about import About, about_of, about_values
from web.projects.desk import Space
from web.projects.journal import SHOWN, Line, lines_of

LATEST: Final = 10
MAX_CALLS: Final = 20


@dataclass(frozen=True, slots=True)
class PublicView:
    """What everybody may read: the calls that are open, the latest notes, what it says."""

    about: About
    calls: tuple[Line, ...]
    lines: tuple[Line, ...]


async def project_page(context: WebContext, group: ActorRecord) -> Response | None:
    """The page; None for a Group that is no project.

    A project for its members alone shows its name and its description, and no more.
    """
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None

    async def look(tx: Tx) -> Space | None:
        record = await tx.projects.by_id(group.id)
        if record is None:
            return None
        membership = await tx.projects.membership(group.id, viewer.id) if viewer else None
        return Space(group, record, fields_of(record), viewer, membership)

    found = await context.store.query(look)
    if found is None:
        return None
    if found.record.reach == "project":
        return await context.renderer.public(
            "projects/closed.html", space=found, canonical=group.html_url or group.url, index=False
        )
    now = context.now()
    stranger = Space(group, found.record, found.project, None, None)
    identifiers = context.outbox.identifiers
    view = await context.store.query(lambda tx: _view(tx, identifiers, stranger, now))
    values = await about_values(context, found, view.about)
    index = values.pop("index") and bool(group.indexable)
    return await context.renderer.public(
        "projects/public.html",
        space=found,
        view=view,
        canonical=group.html_url or group.url,
        index=index,
        **values,
    )


async def _view(tx: Tx, identifiers: Identifiers, found: Space, now: int) -> PublicView:
    """What a stranger may see."""
    calls = [
        (row, record)
        for row, record in await tx.project_entries.of_kinds(found.group.id, 0, ["call"])
        if row.state == "open" and (row.due_at is None or row.due_at >= now)
    ]
    rows = await tx.project_journal.page(found.group.id, 0, [*SHOWN], limit=LATEST)
    about = await about_of(tx, found)
    lines = await lines_of(tx, identifiers, None, [*calls[:MAX_CALLS], *rows], about.milestones)
    opened = {row.object_id for row, _ in calls[:MAX_CALLS]}
    return PublicView(
        about,
        tuple(line for line in lines[: len(opened)] if line.row.object_id in opened),
        tuple(lines[len(opened) :]),
    )
