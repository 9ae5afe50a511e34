"""Feeds (RSS, Atom) of the site, of people, of themes and of searches; public things only.

The suffixes are those of FEP-a5c5. A reader that has the present state is answered 304.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from quart import Blueprint, Response, request
from werkzeug.http import http_date

from actors.problems import not_found
from objects.experiences.reading import StoredExperience, concepts_of, load_many
from objects.search.find import Query, find
from objects.text import plain_text
from objects.vocabularies.names import ROLE, concept_page
from storage.concepts import Concept
from storage.store import Tx
from web.context import WebContext
from web.projects.feed import project_feed
from web.public.asking import SCHEMES, Asked, read_request
from web.public.facets import Labels
from web.public.syndication import (
    CONTENT_TYPES,
    Channel,
    Kind,
    last_change,
    written,
    written_items,
)
from web.texts import texts_of

ENTRIES: Final = 30
FRESH_S: Final = 300


@dataclass(frozen=True, slots=True)
class _Source:
    """What a feed shows: a query, its title, the page beside it."""

    query: Query
    title: str
    page: str


Find = Callable[[Tx], Awaitable[_Source | None]]


def add_feed_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Every feed, each in both formats."""

    @blueprint.get("/feed.<any(atom, rss):kind>")
    async def site_feed(kind: str) -> Response:
        return await _feed(context, kind, _everything(context, Asked()))

    @blueprint.get("/experiences.<any(atom, rss):kind>")
    async def search_feed(kind: str) -> Response:
        asked = replace(read_request(request.args), scope="here", page=1)
        return await _feed(context, kind, _everything(context, asked))

    @blueprint.get("/@<name>.<any(atom, rss):kind>")
    async def actor_feed(name: str, kind: str) -> Response:
        project = await _of_project(context, name, kind)
        if project is not None:
            return project
        return await _feed(context, kind, _of_actor(context, name))

    @blueprint.get("/concepts/<scheme>/<notation>.<any(atom, rss):kind>")
    async def concept_feed(scheme: str, notation: str, kind: str) -> Response:
        return await _feed(context, kind, _of_concept(context, scheme, notation))


def _everything(context: WebContext, asked: Asked) -> Find:
    async def source(tx: Tx) -> _Source:
        language = context.settings.language
        values = {uri for facet in SCHEMES for uri in asked.facets.get(facet, ())}
        labels = Labels(await tx.concepts.by_uris(sorted(values)), language)
        names = [
            labels.of(facet, value) for facet, found in asked.facets.items() for value in found
        ]
        period = "–".join(part for part in (asked.start, asked.end) if part)
        said = [part for part in (asked.text, *names, period) if part]
        title = texts_of(language)("Experiences")
        return _Source(
            asked.query(None),
            f"{title} : {', '.join(said)}" if said else title,
            context.settings.origin + asked.address(sort=None),
        )

    return source


def _of_actor(context: WebContext, name: str) -> Find:
    async def source(tx: Tx) -> _Source | None:
        actor = await tx.actors.local(name)
        if actor is None or actor.state != "active":
            return None
        page = actor.html_url or context.outbox.identifiers.profile(actor.username)
        return _Source(Query(author=actor), actor.name or actor.username, page)

    return source


async def _of_project(context: WebContext, name: str, kind: str) -> Response | None:
    """The feed of a project; None for others, who have one of experiences."""
    await context.renderer.ensure_open()
    identifiers, language = context.outbox.identifiers, context.settings.language
    found = await context.store.query(lambda tx: project_feed(tx, identifiers, name, language))
    if found is None:
        return None
    group = found.group
    channel = await _channel(
        context,
        group.name or group.username,
        group.html_url or context.outbox.identifiers.profile(group.username),
        plain_text(group.summary),
    )
    body = written_items(cast("Kind", kind), channel, found.items)
    return _answer(body, CONTENT_TYPES[cast("Kind", kind)], found.changed)


async def _channel(context: WebContext, title: str, page: str, subtitle: str) -> Channel:
    """What the feed of this request says of itself."""
    organisation = await context.renderer.organisation()
    site = organisation.name if organisation is not None else context.settings.domain
    return Channel(
        title=f"{title} · {site}" if title != site else site,
        subtitle=subtitle,
        page=page,
        address=context.settings.origin + request.full_path.removesuffix("?"),
        language=context.settings.language,
        author=site,
    )


def _of_concept(context: WebContext, scheme: str, notation: str) -> Find:
    async def source(tx: Tx) -> _Source | None:
        concept = await tx.concepts.by_notation(scheme, notation)
        if concept is None or scheme == ROLE:
            return None
        facet = next((facet for facet, name in SCHEMES.items() if name == scheme), "theme")
        return _Source(
            Query(facets={facet: (concept.uri,)}),
            concept.label(context.settings.language),
            context.settings.origin + concept_page(concept),
        )

    return source


async def _feed(context: WebContext, kind: str, source_of: Find) -> Response:
    await context.renderer.ensure_open()

    async def operation(
        tx: Tx,
    ) -> tuple[_Source, list[StoredExperience], dict[str, Concept]] | None:
        source = await source_of(tx)
        if source is None:
            return None
        newest = replace(source.query, sort="newest", offset=0, limit=ENTRIES, counted=False)
        found = await find(tx, newest)
        entries = [*(await load_many(tx, found.ids, None)).values()]
        return source, entries, await concepts_of(tx, [each.experience for each in entries])

    answer = await context.store.query(operation)
    if answer is None:
        raise not_found("feed")
    source, entries, concepts = answer
    channel = await _channel(context, source.title, source.page, context.settings.description)
    body = written(cast("Kind", kind), channel, entries, concepts)
    return _answer(body, CONTENT_TYPES[cast("Kind", kind)], last_change(entries))


def _answer(body: str, content_type: str, changed: int) -> Response:
    """The feed, or 304 when the reader has it already (RFC 9110, 13.2.2)."""
    encoded = body.encode()
    tag = hashlib.sha256(encoded).hexdigest()[:32]
    headers: dict[str, Any] = {
        "ETag": f'"{tag}"',
        "Cache-Control": f"public, max-age={FRESH_S}",
        "Access-Control-Allow-Origin": "*",
    }
    if changed:
        headers["Last-Modified"] = http_date(changed // 1000)
    if _unchanged(tag, changed):
        return Response(status=304, headers=headers)
    return Response(encoded, content_type=content_type, headers=headers)


def _unchanged(tag: str, changed: int) -> bool:
    """`If-None-Match` alone counts when it is there; dates have a second's precision."""
    if request.if_none_match:
        return request.if_none_match.contains_weak(tag)
    since = request.if_modified_since
    return since is not None and 0 < changed // 1000 <= int(since.timestamp())
