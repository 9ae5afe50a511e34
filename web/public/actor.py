"""The page of an organisation, of a person, of the node itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from quart import Response

from objects.choices import ProfileChoices, profile_choices
from objects.experiences.reading import StoredExperience, concepts_of, load_many
from objects.search.find import Query, find
from objects.vocabularies.names import concept_page
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.listing import ProjectCard, cards_with_leads, public_projects
from web.projects.public import project_page
from web.public.posts import PAGE, Post, before_of_request, posts_of

EXPERIENCES: Final = 12
PEOPLE: Final = 100
PROJECTS: Final = 12


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a page shows of an actor."""

    experiences: tuple[StoredExperience, ...]
    concepts: Mapping[str, Concept]
    featured: list[Post]
    posts: list[Post]
    following: int | None
    people: list[ActorRecord]
    role: str
    skills: tuple[str, ...]
    projects: list[ProjectCard]


async def actor_page(context: WebContext, actor: ActorRecord) -> Response:
    """A living actor's page; `/users/NAME` and `/@NAME` show the same."""
    project = await project_page(context, actor) if actor.type == "Group" else None
    if project is not None:
        return project
    before = before_of_request()
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None
    profile = await context.store.query(lambda tx: _profile(tx, actor, viewer, before))
    return await context.renderer.public(
        "public/actor.html",
        actor=actor,
        profile=profile,
        fields=_fields(actor),
        before=before,
        concepts=profile.concepts,
        concept_pages={uri: concept_page(found) for uri, found in profile.concepts.items()},
        canonical=actor.html_url or actor.url,
        index=bool(actor.indexable) and actor.type != "Application",
    )


async def _profile(
    tx: Tx, actor: ActorRecord, viewer: ActorRecord | None, before: int | None
) -> _Profile:
    organisation = actor.type == "Organization"
    experiences: tuple[StoredExperience, ...] = ()
    people: list[ActorRecord] = []
    featured: list[Post] = []
    projects: list[ProjectCard] = []
    if before is None:
        experiences = await _experiences(tx, actor, viewer)
        projects = await _projects(tx, actor)
        featured = await posts_of(tx, await tx.activities.featured(actor.id))
        if organisation:
            everybody = await tx.actors.all_local()
            people = [
                one
                for one in everybody
                if one.type == "Person" and one.state == "active" and one.discoverable
            ][:PEOPLE]
    records = await tx.objects.of_actor(actor.id, before=before, limit=PAGE + 1)
    shown = {one.record.id for one in experiences}
    posts = await posts_of(tx, [one for one in records[:PAGE] if one.id not in shown])
    following = records[PAGE - 1].id if len(records) > PAGE else None
    choices = ProfileChoices() if organisation else await profile_choices(tx, actor.id)
    concepts = await concepts_of(tx, [one.experience for one in experiences])
    concepts |= await tx.concepts.by_uris([uri for uri in (choices.role, *choices.skills) if uri])
    return _Profile(
        experiences,
        concepts,
        featured,
        posts,
        following,
        people,
        choices.role,
        choices.skills,
        projects,
    )


async def _projects(tx: Tx, actor: ActorRecord) -> list[ProjectCard]:
    """The public projects of a person; of the organisation, those that live here as well."""
    own = await public_projects(tx, actor)
    if actor.type != "Organization":
        return own
    known = {card.group.id for card in own}
    hosted = [row for row in await tx.project_lists.hosted(["public"]) if row[0].id not in known]
    return [*own, *await cards_with_leads(tx, hosted[:PROJECTS])]


async def _experiences(
    tx: Tx, actor: ActorRecord, viewer: ActorRecord | None
) -> tuple[StoredExperience, ...]:
    """What a person wrote, alone or with others; of the organisation, everything from here."""
    if actor.type == "Organization":
        found = await find(
            tx, Query(viewer=viewer, sort="newest", limit=EXPERIENCES, counted=False)
        )
        ids = list(found.ids)
    else:
        ids = await tx.experiences.of_author(actor.url, limit=EXPERIENCES)
    return tuple((await load_many(tx, ids, viewer)).values())


def _fields(actor: ActorRecord) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(actor.fields)
    return found
