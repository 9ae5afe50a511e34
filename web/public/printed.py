"""An experience on paper and as a picture: tagged PDF, print page, the card of social networks."""

from pathlib import Path
from typing import Any, Final

from quart import Blueprint, Response

from actors.identifiers import Identifiers
from objects.experiences.labels import label, spoken
from objects.vocabularies.names import concept_page
from storage.files import MediaFiles
from web.context import WebContext
from web.public.citation import apa
from web.public.downloads import download, qr_svg, sheet_for, site_name
from web.public.experience import reading_minutes
from web.public.sheet import Sheet
from web.texts import day, texts_of
from web.typesetting.press import Press
from web.typesetting.tree import tree_of

STATIC: Final = Path(__file__).parents[1] / "static"
ACCENT: Final = "#3a6416"
MAX_PICTURES: Final = 12
DRAWABLE: Final = (".gif", ".jpg", ".png", ".webp")
TITLE_SIZES: Final = ((60, 76), (100, 62), (150, 52))
MAX_LINE: Final = 90


def add_printed_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/objects/ID.pdf`, `/objects/ID.png`, `/objects/ID/print`."""
    press = Press(context.settings.documents_dir, context.settings.media_dir)

    @blueprint.get("/objects/<int:number>.pdf")
    async def pdf(number: int) -> Response:
        sheet = await sheet_for(context, number)
        values = paper(sheet, await site_name(context), context.outbox.identifiers, context)
        content = await press.document("experience", "pdf", values, changed(sheet))
        return await download(content, "application/pdf", sheet, "pdf", inline=True)

    @blueprint.get("/objects/<int:number>.png")
    async def card(number: int) -> Response:
        sheet = await sheet_for(context, number)
        accent = (await context.site.appearance()).accent or ACCENT
        values = social_card(sheet, await site_name(context), accent)
        content = await press.document("card", "png", values, changed(sheet))
        response = await download(content, "image/png", sheet, "png", inline=True)
        if sheet.record.visibility == "public":
            response.headers["Cache-Control"] = "public, max-age=86400"
        return response

    @blueprint.get("/objects/<int:number>/print")
    async def printed(number: int) -> Response:
        sheet = await sheet_for(context, number)
        language = await context.renderer.language()
        name = await site_name(context)
        return await context.renderer.public(
            "public/print.html",
            sheet=sheet,
            experience=sheet.experience,
            record=sheet.record,
            sections=sheet.sections(language),
            citation=apa(sheet.reference(name)),
            minutes=reading_minutes(sheet),
            concepts=sheet.concepts,
            concept_pages={uri: concept_page(one) for uri, one in sheet.concepts.items()},
            canonical=sheet.record.url,
            index=False,
        )


def changed(sheet: Sheet) -> int:
    """When the experience was last changed, in milliseconds."""
    return sheet.record.edited_at or sheet.record.published_at


def paper(sheet: Sheet, name: str, identifiers: Identifiers, context: WebContext) -> dict[str, Any]:
    """What `experience.typ` draws, in the experience's own language."""
    language = spoken(sheet.experience.language)
    _ = texts_of(language)
    title = sheet.experience.title or sheet.record.name or sheet.record.url
    return {
        "title": title,
        "summary": sheet.experience.summary,
        "authors": [person.name for person in sheet.people],
        "keywords": sheet.named(sheet.experience.themes, language),
        "language": language,
        "site": name,
        "byline": byline(sheet, language),
        "origin": _origin(sheet),
        "facts": facts(sheet, language),
        "sections": [
            {"key": part.key, "heading": part.heading, "nodes": tree_of(part.html)}
            for part in sheet.sections(language)
        ],
        "pictures": pictures(sheet, identifiers, context.files, _("Picture")),
        "qr": qr_svg(sheet.record.url),
        "citation": apa(sheet.reference(name)),
        "url": sheet.record.url,
        "licence": {"name": sheet.licence_name, "url": sheet.licence_url or sheet.record.url},
        "printed": _("Version of %s") % day(changed(sheet), language),
        "words": {
            "adapted": _("Adapted from:"),
            "facts": _("At a glance"),
            "pictures": _("Pictures"),
            "reference": _("To cite or find this experience"),
            "qr": _("QR code that leads to this experience:") + " " + sheet.record.url,
            "licence": _("Licence:"),
        },
    }


def byline(sheet: Sheet, language: str) -> str:
    """Who, for which organisation, when."""
    people = ", ".join(person.name for person in sheet.people)
    carrier = sheet.carrier.name if sheet.carrier is not None else ""
    date = day(sheet.record.published_at, language)
    return " · ".join(part for part in (people, carrier, date) if part)


def facts(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Short facts with their labels."""
    e = sheet.experience
    number = f" ({e.public_number})" if e.public_number else ""
    rows = [
        ("publics", ", ".join(sheet.named(e.publics, language)) + number),
        ("modalities", ", ".join(sheet.named(e.modalities, language))),
        ("territory", e.territory_name or e.territory),
        ("maturity", ", ".join(sheet.named((e.maturity,), language)) if e.maturity else ""),
        ("duration", sheet.duration(language) if e.duration else ""),
        ("period", sheet.period(language)),
        ("rhythm", e.rhythm),
        ("contact", e.contact),
    ]
    names = {"period": texts_of(language)("When")}
    return [
        (names.get(key) or label(key, language), value.strip())
        for key, value in rows
        if value.strip()
    ]


def pictures(
    sheet: Sheet, identifiers: Identifiers, files: MediaFiles, unnamed: str
) -> list[dict[str, Any]]:
    """The pictures that are files of ours, in a size for paper."""
    found: list[dict[str, Any]] = []
    for file in sheet.stored.files:
        small = (sheet.pictures or {}).get(file.url)
        for address in (small.webp_url if small else "", file.url):
            local = identifiers.parse(address) if address else None
            if local is None or local.kind != "media" or not local.value.endswith(DRAWABLE):
                continue
            path = files.path(local.value)
            if path.is_file():
                upright = bool(file.width and file.height and file.height > file.width)
                found.append(
                    {
                        "file": "/" + "/".join(path.parts[-3:]),
                        "alt": file.description or unnamed,
                        "width": 45 if upright else 80,
                    }
                )
                break
    return found[:MAX_PICTURES]


def social_card(sheet: Sheet, name: str, accent: str) -> dict[str, Any]:
    """What `card.typ` draws."""
    language = spoken(sheet.experience.language)
    title = _shortened(sheet.experience.title or sheet.record.name, TITLE_SIZES[-1][0])
    size = next(size for most, size in TITLE_SIZES if len(title) <= most)
    people = [person.name for person in sheet.people[:2]]
    carrier = [sheet.carrier.name] if sheet.carrier is not None else []
    return {
        "language": language,
        "accent": accent,
        "kind": texts_of(language)("Training experience"),
        "title": title,
        "size": size,
        "byline": _shortened(", ".join([*people, *carrier]), MAX_LINE),
        "site": _shortened(name, MAX_LINE - 30),
        "mark": (STATIC / "mark.svg").read_text(encoding="utf-8"),
    }


def _origin(sheet: Sheet) -> dict[str, str] | None:
    if not sheet.experience.adapted_from:
        return None
    nearest = sheet.family.ancestors[0] if sheet.family.ancestors else None
    title = nearest.title if nearest is not None else ""
    url = sheet.experience.adapted_from
    return {"url": url, "title": title or url}


def _shortened(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
