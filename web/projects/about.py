"""`/projects/ID/about`: everything that a project says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from quart import Blueprint, Response

from actors.documents import wire_time
from objects.experiences.labels import label, written_day, written_number
from objects.experiences.sections import concept_name
from objects.projects.fields import Project
from objects.text import markdown_html, plain_text
from storage.concepts import Concept
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import TABS, Space, space
from web.projects.journal import Milestone, milestones_of
from web.projects.members import shows_members
from web.projects.words import JOINING_NAMES, ROLE_NAMES, STATE_NAMES
from web.public.linked import script_text


@dataclass(frozen=True, slots=True)
class About:
    """What the page shows besides the project itself; partners as far as the viewer may know."""

    milestones: tuple[Milestone, ...]
    partners: tuple[tuple[MembershipRecord, ActorRecord], ...]
    leads: tuple[ActorRecord, ...]
    concepts: Mapping[str, Concept]


async def about_of(tx: Tx, found: Space) -> About:
    """Everything about a project, in a constant number of queries."""
    people = await tx.projects.memberships(found.group.id)
    project = found.project
    return About(
        await milestones_of(tx, found),
        tuple(people) if shows_members(found) else (),
        tuple(person for membership, person in people if membership.role == "lead"),
        await tx.concepts.by_uris([*project.publics, *project.themes]),
    )


def period(project: Project, language: str) -> str:
    """When it runs, in words; empty when it does not say."""
    start, end = written_day(project.starts, language), written_day(project.ends, language)
    if start and end:
        return label("from_to", language, start=start, end=end)
    if start:
        return label("from", language, start=start)
    return label("to", language, end=end) if end else ""


def json_ld(found: Space, about: About, address: str) -> dict[str, Any]:
    """Schema.org's view of a project: a `ResearchProject` with its people, place and dates."""
    project, group = found.project, found.group
    names = [
        concept_name(uri, about.concepts, project.language)
        for uri in (*project.themes, *project.publics)
    ]
    values: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ResearchProject",
        "@id": group.url,
        "url": address,
        "name": group.name or group.username,
        "alternateName": project.acronym,
        "description": plain_text(group.summary),
        "foundingDate": project.starts,
        "dissolutionDate": project.ends,
        "areaServed": {"@type": "Place", "name": project.territory_name}
        if project.territory_name
        else None,
        "funder": {"@type": "Organization", "name": project.funder} if project.funder else None,
        "keywords": names,
        "member": [
            {
                "@type": "Organization" if person.type == "Organization" else "Person",
                "name": person.name or person.username,
                "url": person.html_url or person.url,
            }
            for _, person in about.partners
        ],
        "dateModified": wire_time(found.record.updated_at),
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def add_about_routes(blueprint: Blueprint, context: WebContext) -> None:
    """One page."""

    @blueprint.get("/projects/<int:number>/about")
    async def about_project(number: int) -> Response:
        found = await space(context, number)
        about = await context.store.query(lambda tx: about_of(tx, found))
        return await context.renderer.public(
            "projects/about.html",
            **await about_values(context, found, about),
            space=found,
            tabs=TABS,
        )


async def about_values(context: WebContext, found: Space, about: About) -> dict[str, Any]:
    """What the page of a project and its public page have in common."""
    language = await context.renderer.language()
    project = found.project
    open_to_all = found.record.reach == "public" and bool(found.group.local)
    address = context.settings.origin + found.base
    data = json_ld(found, about, address)

    def html(text: str) -> Markup:
        """What the leads wrote in Markdown, cleaned."""
        return Markup(markdown_html(text, below=2))  # noqa: S704

    return {
        "about": about,
        "texts": {
            name: html(getattr(project, name))
            for name in ("purpose", "governance", "risks")
            if getattr(project, name)
        },
        "period": period(project, language),
        "budget": "" if project.budget is None else written_number(project.budget, language),
        "states": STATE_NAMES,
        "roles": ROLE_NAMES,
        "joinings": JOINING_NAMES,
        "concepts": about.concepts,
        "linked_data": Markup(script_text(data)) if open_to_all else "",  # noqa: S704
        "index": open_to_all,
    }
