"""`/sitemap.xml`: the public pages of this site for search engines (sitemaps.org 0.9)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil
from typing import Final
from xml.sax.saxutils import escape

from quart import Blueprint, Response

from actors.problems import not_found
from objects.vocabularies.names import OURS, ROLE, concept_page
from storage.store import Tx
from web.context import WebContext

MOST: Final = 50_000
"""Addresses in one file, as the protocol allows."""
_XML: Final = "application/xml; charset=utf-8"
_SPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
Entry = tuple[str, int]
"""An address and its last change in milliseconds, 0 when unknown."""


def add_sitemap_routes(blueprint: Blueprint, context: WebContext) -> None:
    """One file while it is small; an index of files beyond 50,000 experiences."""

    @blueprint.get("/sitemap.xml")
    async def sitemap() -> Response:
        await context.renderer.ensure_open()
        total = await context.store.query(lambda tx: tx.search.count_for_engines())
        if total > MOST:
            names = [f"/sitemap-{number}.xml" for number in range(ceil(total / MOST) + 1)]
            return _index(context.settings.origin + name for name in names)
        return _file([*await _pages(context), *await _experiences(context, 1)])

    @blueprint.get("/sitemap-<int:number>.xml")
    async def part(number: int) -> Response:
        await context.renderer.ensure_open()
        entries = await (_experiences(context, number) if number else _pages(context))
        if not entries:
            raise not_found("sitemap")
        return _file(entries)


async def _experiences(context: WebContext, number: int) -> list[Entry]:
    if number > 100_000:
        return []
    offset = (number - 1) * MOST
    return await context.store.query(lambda tx: tx.search.for_engines(offset, MOST))


async def _pages(context: WebContext) -> list[Entry]:
    """The lists, the organisation and its people, the concepts that experiences have."""
    origin = context.settings.origin

    async def operation(tx: Tx) -> list[Entry]:
        found: list[Entry] = [(f"{origin}{path}", 0) for path in ("/", "/experiences")]
        for actor in await tx.actors.all_local():
            shown = actor.state == "active" and actor.indexable and actor.type != "Application"
            if shown:
                found.append((actor.html_url or actor.url, actor.updated_at))
        schemes = [name for name in OURS if name != ROLE]
        for concepts in (await tx.concepts.of_schemes(schemes)).values():
            found += [(origin + concept_page(concept), 0) for concept in concepts]
        return found

    return await context.store.query(operation)


def _file(entries: Iterable[Entry]) -> Response:
    lines = [_HEAD, f"<urlset {_SPACE}>\n"]
    for url, changed in entries:
        lines.append(f"<url><loc>{escape(url)}</loc>{_day(changed)}</url>\n")
    return _xml("".join([*lines, "</urlset>\n"]))


def _index(addresses: Iterable[str]) -> Response:
    files = "".join(f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in addresses)
    return _xml(f"{_HEAD}<sitemapindex {_SPACE}>\n{files}</sitemapindex>\n")


def _day(ms: int) -> str:
    if not ms:
        return ""
    return f"<lastmod>{datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()}</lastmod>"


def _xml(text: str) -> Response:
    return Response(text, content_type=_XML, headers={"Cache-Control": "public, max-age=3600"})
