"""The page of an experience: everything that is known of it, for whoever may see it."""

import re
from typing import Any, Final

from markupsafe import Markup
from quart import Response

from actors.problems import not_found
from objects.text import plain_text
from objects.vocabularies.names import concept_page
from storage.records import ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.public.citation import apa
from web.public.linked import json_ld, script_text
from web.public.sheet import Sheet, whole_sheet
from web.sessions import SignedIn
from web.workspace.actions import Actions, standing

WORDS_PER_MINUTE: Final = 200
_WORD: Final = re.compile(r"\w+")


async def experience_page(context: WebContext, record: ObjectRecord) -> Response:
    """The whole page; raises `Refused` 404 when the reader may not see it."""
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None
    identifiers = context.outbox.identifiers

    async def find(tx: Tx) -> tuple[Sheet | None, Actions | None]:
        sheet = await whole_sheet(tx, record.id, viewer, identifiers)
        done = await standing(tx, record, viewer) if viewer is not None else None
        return sheet, done

    sheet, done = await context.store.query(find)
    if sheet is None:
        raise not_found("experience")
    return await context.renderer.public(
        "public/experience.html",
        **await page_values(context, sheet),
        standing=done,
        may_edit=_may_edit(sheet, signed),
    )


async def page_values(context: WebContext, sheet: Sheet) -> dict[str, Any]:
    """What the page, the print and the embedded card have in common."""
    language = await context.renderer.language()
    organisation = await context.renderer.organisation()
    site_name = organisation.name if organisation is not None else context.settings.domain
    open_to_all = sheet.record.visibility == "public"
    data = json_ld(sheet, site_name, context.outbox.identifiers)
    return {
        "sheet": sheet,
        "record": sheet.record,
        "experience": sheet.experience,
        "author": sheet.author,
        "sections": sheet.sections(language),
        "minutes": reading_minutes(sheet),
        "citation": apa(sheet.reference(site_name)),
        "linked_data": Markup(script_text(data)) if open_to_all else "",  # noqa: S704
        "concepts": sheet.concepts,
        "concept_pages": {uri: concept_page(found) for uri, found in sheet.concepts.items()},
        "canonical": sheet.record.url,
        # Who publishes for everybody chose search engines too: the choice says so.
        "index": open_to_all,
        "open_to_all": open_to_all,
    }


def reading_minutes(sheet: Sheet) -> int:
    """How long it takes to read, at least a minute."""
    return max(1, round(len(_WORD.findall(plain_text(sheet.record.content))) / WORDS_PER_MINUTE))


def _may_edit(sheet: Sheet, signed: SignedIn | None) -> bool:
    """Whether to show the way to the form; the form asks again."""
    if signed is None or not signed.is_author:
        return False
    urls = {person.url for person in sheet.stored.contributors}
    ours = sheet.author.type == "Organization" and bool(sheet.author.local)
    own = sheet.author.id == signed.actor.id or signed.actor.url in urls
    return own or (signed.is_editor and ours)
