"""The home page: the organisation, what was tried here, by theme, and what is new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quart import Response

from objects.experiences.reading import StoredExperience, concepts_of, load_many
from objects.search.find import Query, find
from objects.vocabularies.names import concept_page
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.posts import PAGE, Post, posts_of

LATEST: Final = 6
THEMES: Final = 12
POSTS: Final = 4
PEOPLE: Final = 12


@dataclass(frozen=True, slots=True)
class _Home:
    """What the page shows; `themes` are (concept, number of experiences)."""

    total: int
    latest: tuple[StoredExperience, ...]
    themes: tuple[tuple[Concept, int], ...]
    concepts: Mapping[str, Concept]
    posts: tuple[Post, ...]
    people: tuple[ActorRecord, ...]


async def home_page(context: WebContext) -> Response:
    """The organisation, its latest experiences, its themes, its posts and its people."""
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None
    home = await context.store.query(lambda tx: _home(tx, viewer))
    return await context.renderer.public(
        "public/home.html",
        home=home,
        concepts=home.concepts,
        concept_pages={found.uri: concept_page(found) for found, _ in home.themes},
        canonical=context.outbox.identifiers.home_page,
    )


async def _home(tx: Tx, viewer: ActorRecord | None) -> _Home:
    found = await find(tx, Query(viewer=viewer, sort="newest", limit=LATEST))
    latest = tuple((await load_many(tx, found.ids, viewer)).values())
    counted = dict(found.facets.get("theme", []))
    named = await tx.concepts.by_uris(list(counted))
    themes = [(named[uri], n) for uri, n in counted.items() if uri in named]
    concepts = await concepts_of(tx, [one.experience for one in latest]) | named
    recent = await tx.objects.local_public(before=None, limit=PAGE)
    sheets = await tx.experiences.by_ids([record.id for record in recent])
    notes = [record for record in recent if record.id not in sheets and record.in_reply_to is None]
    actors = await tx.actors.all_local()
    people = [
        actor
        for actor in actors
        if actor.type == "Person" and actor.state == "active" and actor.discoverable
    ]
    people.sort(key=lambda actor: -actor.posts_count)
    return _Home(
        found.total,
        latest,
        tuple(themes[:THEMES]),
        concepts,
        tuple(await posts_of(tx, notes[:POSTS])),
        tuple(people[:PEOPLE]),
    )
