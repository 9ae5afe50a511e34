"""`/dashboard`: what is new, what is unfinished, and what to do first."""

from dataclasses import dataclass

from quart import Blueprint, Response

from actors.identifiers import Identifiers
from objects.announcements import Shown, dismiss, shown
from objects.choices import leaving_at
from objects.experiences.fields import from_json
from objects.notices import Notice, notices_of
from objects.projects.drafts import unpublished
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.listing import ProjectCard, own_cards
from web.rendering import redirect
from web.workspace.cards import Card, cards_of, cards_of_objects
from web.workspace.notices import address, sentence

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft in a list; `project` is the name of the one for which a note is."""

    href: str
    title: str
    updated_at: int
    state: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the dashboard."""

    notices: list[Notice]
    drafts: list[Unfinished]
    cards: tuple[Card, ...]
    concepts: dict[str, Concept]
    from_network: bool
    published: bool
    leaving: int | None
    announcements: list[Shown]
    projects: list[ProjectCard]

    def steps(self, actor: ActorRecord) -> list[tuple[str, bool]]:
        """What to do first, and whether it is done."""
        return [
            ("profile", bool(actor.summary)),
            ("follow", actor.following_count > 0),
            ("write", self.published or any(not one.project for one in self.drafts)),
        ]


async def board_of(tx: Tx, identifiers: Identifiers, actor: ActorRecord, now: int) -> Board:
    """What a member sees first; a constant number of questions."""
    current = await tx.announcements.current(now)
    read = await tx.announcements.read_by(actor.id, [one.id for one in current])
    told = await tx.notifications.page(actor.id, limit=4 * SHOWN)
    lines = await tx.timelines.home(actor.id, limit=SHOWN)
    found = await cards_of(tx, actor, lines)
    from_network = not found.cards
    if from_network:
        ids = await tx.timelines.experiences(limit=SHOWN)
        found = await cards_of_objects(tx, actor, ids)
    own = await tx.timelines.experiences_of(actor.id, limit=1)
    return Board(
        (await notices_of(tx, actor, told))[:SHOWN],
        await _unfinished(tx, actor.id),
        found.cards,
        found.concepts,
        from_network,
        bool(own),
        await leaving_at(tx, actor.id),
        await shown(tx, identifiers, [one for one in current if one.id not in read]),
        await own_cards(tx, actor, limit=SHOWN),
    )


async def _unfinished(tx: Tx, actor_id: int) -> list[Unfinished]:
    """What somebody was writing last: experiences and notes for projects."""
    drafts = [
        Unfinished(f"/drafts/{one.id}", from_json(one.fields).title, one.updated_at, one.state)
        for one in await tx.drafts.of_person(actor_id, None, limit=SHOWN)
    ]
    for note in await unpublished(tx, actor_id, SHOWN):
        record, group = note.draft.record, note.group
        href, name = f"/drafts/notes/{record.id}", group.name or group.username
        drafts.append(Unfinished(href, note.draft.typed.name, record.updated_at, project=name))
    return sorted(drafts, key=lambda one: one.updated_at, reverse=True)[:SHOWN]


def add_dashboard_routes(blueprint: Blueprint, context: WebContext) -> None:
    """One page."""

    @blueprint.get("/dashboard")
    async def dashboard() -> Response:
        signed = await context.sessions.required("reader")
        identifiers, now = context.outbox.identifiers, context.now()
        board = await context.store.query(lambda tx: board_of(tx, identifiers, signed.actor, now))
        language = await context.renderer.language()
        steps = board.steps(signed.actor)
        return await context.renderer.render(
            "workspace/dashboard.html",
            index=False,
            concepts=board.concepts,
            board=board,
            steps=[] if all(done for _, done in steps) else steps,
            sentence=lambda notice: sentence(notice, language),
            address=address,
        )

    @blueprint.post("/announcements/<int:number>/read")
    async def read_announcement(number: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        await context.store.write(lambda tx: dismiss(tx, signed.actor, number, context.now()))
        return redirect("/dashboard")
