"""An experience to take along: Markdown, JSON-LD, BibTeX, and its address as a QR code."""

import io

import orjson
from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.vocabulary import LD_JSON
from objects.archive.markdown import experience_markdown
from objects.documents import object_document
from storage.store import Tx
from web.context import WebContext
from web.public.citation import bibtex
from web.public.objects import visible_experience
from web.public.sheet import Sheet, short_sheet


async def sheet_for(context: WebContext, number: int) -> Sheet:
    """The experience for whoever is looking. Raises `Refused` 404, 410, 503."""
    record = await visible_experience(context, number)
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None

    async def find(tx: Tx) -> Sheet | None:
        return await short_sheet(tx, record.id, viewer, context.outbox.identifiers)

    sheet = await context.store.query(find)
    if sheet is None:
        raise not_found("experience")
    return sheet


async def download(
    content: str | bytes, media_type: str, sheet: Sheet, suffix: str, *, inline: bool = False
) -> Response:
    """A file about an experience; asked again with its tag it costs nothing."""
    response = Response(content, content_type=media_type)
    kind = "inline" if inline else "attachment"
    name = f"experience-{sheet.record.id}.{suffix}"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Vary"] = "Cookie, Accept-Language"
    if sheet.record.visibility == "public":
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Link"] = f'<{sheet.record.url}>; rel="canonical"'
    else:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    await response.add_etag()
    await response.make_conditional(request)
    return response


async def site_name(context: WebContext) -> str:
    """What the site is called."""
    organisation = await context.renderer.organisation()
    return organisation.name if organisation is not None else context.settings.domain


def add_download_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/objects/ID.md`, `.jsonld`, `.bib`, and the QR code of its page."""

    @blueprint.get("/objects/<int:number>.md")
    async def markdown(number: int) -> Response:
        sheet = await sheet_for(context, number)
        text = experience_markdown(sheet.experience, sheet.record, sheet.author, sheet.concepts)
        return await download(text, "text/markdown; charset=utf-8", sheet, "md")

    @blueprint.get("/objects/<int:number>.jsonld")
    async def linked(number: int) -> Response:
        sheet = await sheet_for(context, number)
        document = object_document(sheet.record, context.outbox.identifiers)
        body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        return await download(body, LD_JSON, sheet, "jsonld")

    @blueprint.get("/objects/<int:number>.bib")
    async def reference(number: int) -> Response:
        sheet = await sheet_for(context, number)
        text = bibtex(sheet.reference(await site_name(context)))
        return await download(text, "application/x-bibtex; charset=utf-8", sheet, "bib")

    @blueprint.get("/objects/<int:number>/qr.svg")
    async def qr(number: int) -> Response:
        sheet = await sheet_for(context, number)
        return await download(qr_svg(sheet.record.url), "image/svg+xml", sheet, "svg", inline=True)


def qr_svg(address: str) -> str:
    """An address as a QR code: black on white, whatever the theme."""
    import segno

    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", border=2, scale=4, xmldecl=False, light="#ffffff")
    return drawn.getvalue().decode()
