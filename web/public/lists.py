"""`/experiences`: the list of experiences, the search, its filters; plain links and forms."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

from quart import Blueprint, Response, request

from objects.experiences.fields import Experience
from objects.experiences.reading import StoredExperience, concept_uris, load_many
from objects.search.find import Found, find
from objects.search.highlight import excerpt, pieces
from objects.search.index import body_texts
from objects.search.suggestions import Suggestion
from objects.vocabularies.names import concept_page
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.asking import PAGE, SORTS, Asked, read_request
from web.public.facets import NAMES, Labels, chips, concept_values, facet_views
from web.public.saved import Saved, saved_searches
from web.texts import mark

SORT_NAMES: Final = {
    "relevance": mark("Best match"), "newest": mark("Newest"), "reused": mark("Most reused"),
}  # fmt: skip
AROUND: Final = 2


@dataclass(frozen=True, slots=True)
class Card:
    """An experience in the list, with the words of the query to mark."""

    stored: StoredExperience
    title: list[tuple[str, bool]]
    summary: list[tuple[str, bool]]
    context: list[tuple[str, bool]]
    """Where the words stand, when neither title nor summary has them."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way on from a list without results: what it is, where it leads, to how many."""

    kind: str
    label: str
    address: str
    number: int


@dataclass(frozen=True, slots=True)
class _Listed:
    found: Found
    experiences: dict[int, StoredExperience]
    concepts: dict[str, Concept]
    saved: list[Saved]


def add_list_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The list and the search."""

    @blueprint.get("/experiences")
    async def experiences() -> Response:
        return await _page(context, read_request(request.args))


async def _page(context: WebContext, asked: Asked) -> Response:
    renderer = context.renderer
    await renderer.ensure_open()
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None
    if viewer is None:
        asked = replace(asked, scope="here")
    listed = await context.store.query(lambda tx: _listed(tx, asked, viewer))
    return await renderer.public(
        "public/lists/list.html",
        **await _values(context, asked, listed),
        index=not asked.filtered and asked.sort is None,
        concepts=listed.concepts,
    )


async def _listed(tx: Tx, asked: Asked, viewer: ActorRecord | None) -> _Listed:
    found = await find(tx, asked.query(viewer))
    experiences = await load_many(tx, found.ids, viewer)
    named = {uri for each in experiences.values() for uri in concept_uris(each.experience)}
    concepts = await tx.concepts.by_uris(sorted(named | concept_values(asked, found)))
    saved = [] if viewer is None or asked.filtered else await saved_searches(tx, viewer)
    return _Listed(found, experiences, concepts, saved)


async def _values(context: WebContext, asked: Asked, listed: _Listed) -> dict[str, Any]:
    found, origin = listed.found, context.settings.origin
    _ = await context.renderer.translate()
    labels = Labels(listed.concepts, await context.renderer.language())
    last = max(ceil(found.total / PAGE), 1)
    return {
        "asked": asked,
        "found": found,
        "cards": [card(each, found.marks) for each in listed.experiences.values()],
        "facets": facet_views(asked, found, labels),
        "chips": chips(asked, labels, _period(asked, _)),
        "ways": [way for each in found.suggestions if (way := _way(asked, each, labels, _))],
        "sorts": [
            (sort, SORT_NAMES[sort], asked.address(sort=sort))
            for sort in SORTS
            if sort != "relevance" or asked.text
        ],
        "sort": asked.query(None).sort,
        "last": last,
        "pages": _pages(asked, last),
        "canonical": origin + _canonical(asked, listed.concepts),
        "previous": asked.address(page=asked.page - 1) if asked.page > 1 else "",
        "following": asked.address(page=asked.page + 1) if asked.page < last else "",
        "feeds": {kind: asked.address(f".{kind}") for kind in ("atom", "rss")},
        "saved": listed.saved,
        "filters": len([*asked.facets]) + bool(asked.start or asked.end),
    }


def card(stored: StoredExperience, marks: frozenset[str]) -> Card:
    """An experience with the words that were asked for marked."""
    experience: Experience = stored.experience
    title, summary = pieces(experience.title, marks), pieces(experience.summary, marks)
    shown = any(marked for _, marked in (*title, *summary))
    context = "" if shown or not marks else excerpt(body_texts(experience), marks)
    return Card(stored, title, summary, pieces(context, marks))


def _canonical(asked: Asked, concepts: dict[str, Concept]) -> str:
    """Where search engines should look: a theme has its own page, other filters have none."""
    concept = concepts.get(asked.only_theme)
    if concept is not None:
        return concept_page(concept)
    plain = asked if not asked.filtered and asked.sort is None else Asked()
    return plain.address(page=plain.page, scope="here")


def _pages(asked: Asked, last: int) -> list[tuple[int, str]]:
    """The numbers of pages around this one, the first and the last; 0 stands for a gap."""
    wanted = {1, last, *range(asked.page - AROUND, asked.page + AROUND + 1)}
    found: list[tuple[int, str]] = []
    for number in sorted(number for number in wanted if 1 <= number <= last):
        if found and number > found[-1][0] + 1:
            found.append((0, ""))
        found.append((number, asked.address(page=number)))
    return found


def _period(asked: Asked, _: Any) -> str:
    if asked.start and asked.end:
        return str(_("From %(start)s to %(end)s") % {"start": asked.start, "end": asked.end})
    return str(_("From %s on") % asked.start) if asked.start else str(_("Until %s") % asked.end)


def _way(asked: Asked, each: Suggestion, labels: Labels, _: Any) -> Way | None:
    """A suggestion as a link."""
    match each.kind:
        case "without":
            name = _("Period") if each.value == "period" else _(NAMES[each.value])
            return Way(each.kind, name, asked.without(each.value).address(), each.number)
        case "without_filters":
            address = asked.address(facets={}, start="", end="")
        case "network":
            address = asked.address(scope="network")
        case "word":
            address = Asked(text=each.value, scope=asked.scope).address()
            return Way(each.kind, each.value, address, each.number)
        case _:
            address = Asked(facets={"theme": (each.value,)}, scope=asked.scope).address()
            return Way(each.kind, labels.of("theme", each.value), address, each.number)
    return Way(each.kind, "", address, each.number)
