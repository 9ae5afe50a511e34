"""Experiences on other sites' pages: oEmbed, and the one page that may stand in a frame."""

from html import escape
from typing import Any, Final

import orjson
from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.errors import Refused
from web.context import WebContext
from web.public.downloads import sheet_for, site_name
from web.public.sheet import Sheet

WIDTH: Final = 600
HEIGHT: Final = 360
SMALLEST: Final = 220
MAX_URL: Final = 2_048


def add_embed_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/oembed?url=…` and `/objects/ID/embed`; only for what everybody may see."""

    async def open_sheet(number: int) -> Sheet:
        sheet = await sheet_for(context, number)
        if sheet.record.visibility != "public":
            raise not_found("experience")
        return sheet

    @blueprint.get("/oembed")
    async def oembed() -> Response:
        if request.args.get("format", "json") != "json":
            raise Refused(501, "format", "Only JSON is offered.")
        address = request.args.get("url", "")[:MAX_URL].partition("#")[0]
        local = context.outbox.identifiers.parse(address)
        if local is None or local.kind != "object" or len(local.value) > 19:
            raise not_found("experience")
        sheet = await open_sheet(int(local.value))
        document = rich(
            sheet, await site_name(context), context.settings.origin, _size("maxwidth", WIDTH),
            _size("maxheight", HEIGHT),
        )  # fmt: skip
        response = Response(orjson.dumps(document), content_type="application/json")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    @blueprint.get("/objects/<int:number>/embed")
    async def embed(number: int) -> Response:
        sheet = await open_sheet(number)
        return await context.renderer.public(
            "public/embed.html",
            sheet=sheet,
            experience=sheet.experience,
            record=sheet.record,
            concepts=sheet.concepts,
            canonical=sheet.record.url,
            index=False,
            framed=True,
            headers={"Cross-Origin-Resource-Policy": "cross-origin"},
        )


def rich(sheet: Sheet, name: str, origin: str, width: int, height: int) -> dict[str, Any]:
    """The oEmbed answer (type `rich`), with a frame that shows `/objects/ID/embed`."""
    title = sheet.experience.title or sheet.record.name
    address = escape(f"{sheet.record.url}/embed", quote=True)
    html = (
        f'<iframe src="{address}" title="{escape(title, quote=True)}" width="{width}" '
        f'height="{height}" loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox">'
        "</iframe>"
    )
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "author_name": ", ".join(person.name for person in sheet.people),
        "author_url": sheet.people[0].url,
        "provider_name": name,
        "provider_url": f"{origin}/",
        "cache_age": 3600,
        "thumbnail_url": f"{sheet.record.url}.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
        "width": width,
        "height": height,
        "html": html,
    }


def _size(name: str, usual: int) -> int:
    """The size that a consumer allows, never more than ours; raises `Refused` 400."""
    text = request.args.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(400, "bad-size", f"`{name}` is a number of pixels.")
    return max(SMALLEST, min(usual, int(text)))
