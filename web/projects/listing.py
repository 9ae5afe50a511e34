"""`/projects`: the projects that a member belongs to, and those that everybody may see here."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quart import Blueprint, Response, request

from objects.projects.fields import STATES, Project
from objects.projects.store import fields_of
from objects.search.territories import facet_values, territory_label
from objects.text import plain_text
from storage.project_lists import Waiting
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext

MAX_TYPED: Final = 200
PAGE: Final = 24
MAX_PAGE: Final = 1_000
NOTHING: Final = Waiting()


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project in a list; `membership`, `unread` and `waiting` are those of the viewer."""

    group: ActorRecord
    record: ProjectRecord
    project: Project
    leads: tuple[ActorRecord, ...] = ()
    membership: MembershipRecord | None = None
    unread: int = 0
    waiting: Waiting = NOTHING

    @property
    def name(self) -> str:
        """What it is called."""
        return self.group.name or self.group.username

    @property
    def summary(self) -> str:
        """Its short description, as plain text."""
        return plain_text(self.group.summary)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of projects is narrowed to; an empty value narrows nothing."""

    words: str = ""
    state: str = ""
    territory: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.words or self.state or self.territory)

    def fits(self, card: ProjectCard) -> bool:
        """Whether a project has all the words, the state and the territory."""
        if self.state and card.record.state != self.state:
            return False
        if self.territory and self.territory not in territories_of(card.project):
            return False
        said = folded(_searched(card))
        return all(word in said for word in folded(self.words).split())


@dataclass(frozen=True, slots=True)
class Listed:
    """The page: one's own projects, a page of the others, what they can be narrowed by."""

    mine: tuple[ProjectCard, ...]
    others: tuple[ProjectCard, ...]
    total: int
    territories: Mapping[str, str]
    page: int = 1

    @property
    def more(self) -> bool:
        """Whether there is a further page."""
        return self.page * PAGE < self.total


def folded(text: str) -> str:
    """A text as it is searched: without capitals and accents."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


def territories_of(project: Project) -> tuple[str, ...]:
    """The département and the region of a project, as codes."""
    return facet_values(project.territory, project.territory_name)


def _searched(card: ProjectCard) -> str:
    p = card.project
    parts = (card.name, p.acronym, card.summary, p.purpose, p.call, p.funder, p.territory_name)
    return "\n".join((*parts, *p.objectives))


async def own_cards(tx: Tx, person: ActorRecord, *, limit: int | None = None) -> list[ProjectCard]:
    """The projects that somebody belongs to, is invited to or asked to join; five questions.

    Invitations come first: they wait for an answer.
    """
    found = await tx.project_lists.of_member(person.id, ["member", "invited", "requested"])
    unread = await tx.project_lists.unread(person.id)
    led = [g.id for g, _, m in found if g.local and m.state == "member" and m.role == "lead"]
    waiting = await tx.project_lists.waiting(led)
    found.sort(key=lambda row: row[2].state != "invited")
    ids = [group.id for group, _, _ in found[:limit]]
    leads = await tx.project_lists.leads(ids)
    return [
        ProjectCard(
            group,
            record,
            fields_of(record),
            tuple(leads.get(group.id, ())),
            membership,
            unread.get(group.id, 0),
            waiting.get(group.id, NOTHING),
        )
        for group, record, membership in found[:limit]
    ]


async def public_projects(tx: Tx, person: ActorRecord) -> list[ProjectCard]:
    """The projects whose members everybody may know, to which somebody belongs; one question."""
    return [
        ProjectCard(group, record, fields_of(record), membership=membership)
        for group, record, membership in await tx.project_lists.public_of(person.id)
    ]


async def cards_with_leads(
    tx: Tx, found: Sequence[tuple[ActorRecord, ProjectRecord]]
) -> list[ProjectCard]:
    """Projects as cards, with those who lead them; one question."""
    leads = await tx.project_lists.leads([group.id for group, _ in found])
    return [
        ProjectCard(group, record, fields_of(record), tuple(leads.get(group.id, ())))
        for group, record in found
    ]


async def listed(tx: Tx, viewer: ActorRecord | None, filters: Filters, page: int) -> Listed:
    """One's own projects, and the others of this node; some of them when `filters` say so."""
    mine = await own_cards(tx, viewer) if viewer is not None else []
    reaches = ["public", "network"] if viewer is not None else ["public"]
    own = {card.group.id for card in mine}
    rows = [row for row in await tx.project_lists.hosted(reaches) if row[0].id not in own]
    everything = [ProjectCard(group, record, fields_of(record)) for group, record in rows]
    named = {code for card in everything for code in territories_of(card.project)}
    fitting = [card for card in everything if filters.fits(card)]
    shown = fitting[(page - 1) * PAGE : page * PAGE]
    others = await cards_with_leads(tx, [(card.group, card.record) for card in shown])
    labels = sorted(((code, territory_label(code)) for code in named), key=lambda p: folded(p[1]))
    return Listed(tuple(mine), tuple(others), len(fitting), dict(labels), page)


def add_listing_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/projects?q=…&state=…&territory=…&page=…`."""

    @blueprint.get("/projects")
    async def projects() -> Response:
        signed = await context.sessions.current()
        filters, page = _asked(), _page()
        viewer = signed.actor if signed is not None else None
        found = await context.store.query(lambda tx: listed(tx, viewer, filters, page))
        return await context.renderer.public(
            "projects/list.html",
            found=found,
            filters=filters,
            states=STATES,
            index=not filters.any and page == 1,
            canonical=f"{context.settings.origin}/projects",
        )


def _asked() -> Filters:
    args = request.args
    state = args.get("state", "")
    return Filters(
        args.get("q", "").strip()[:MAX_TYPED],
        state if state in STATES else "",
        args.get("territory", "")[:4].upper(),
    )


def _page() -> int:
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return min(max(number, 1), MAX_PAGE)
