"""Searches that a member keeps: their addresses, under a name made of what is asked for."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson
from quart import Blueprint, Response
from werkzeug.datastructures import MultiDict

from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.asking import SCHEMES, Asked, read_request
from web.public.facets import Labels
from web.rendering import redirect, register_done
from web.texts import mark

PREFERENCE: Final = "searches"
MOST: Final = 30
register_done(
    {
        "search-saved": mark("This search is saved."),
        "search-forgotten": mark("The search is removed."),
    }
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search: its address from the root of the site, and its name."""

    address: str
    label: str


def add_saved_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Saving a search, and removing it."""

    @blueprint.post("/experiences/saved")
    async def save_search() -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        asked = _asked(form.get("address", ""))
        forget = "forget" in form
        actor, language = signed.actor, await context.renderer.language()

        async def operation(tx: Tx) -> None:
            kept = [
                each for each in await saved_searches(tx, actor) if each.address != asked.address()
            ]
            if not forget and asked.filtered:
                kept.insert(0, Saved(asked.address(), await _label(tx, asked, language)))
            rows = [{"address": each.address, "label": each.label} for each in kept[:MOST]]
            await tx.preferences.put(actor.id, PREFERENCE, orjson.dumps(rows).decode())

        await context.store.write(operation)
        if forget:
            return redirect("/experiences", done="search-forgotten")
        return redirect(asked.address(), done="search-saved")


async def saved_searches(tx: Tx, actor: ActorRecord) -> list[Saved]:
    """The searches that a member keeps, the latest first."""
    text = await tx.preferences.get(actor.id, PREFERENCE)
    rows: list[dict[str, Any]] = orjson.loads(text) if text else []
    return [Saved(str(row["address"]), str(row["label"])) for row in rows]


def _asked(address: str) -> Asked:
    """What an address of our list asks for; whatever else it says is lost."""
    pairs = parse_qs(urlsplit(address[:4_000]).query, max_num_fields=500)
    return read_request(MultiDict(pairs))


async def _label(tx: Tx, asked: Asked, language: str) -> str:
    values = {uri for facet in SCHEMES for uri in asked.facets.get(facet, ())}
    labels = Labels(await tx.concepts.by_uris(sorted(values)), language)
    names = [labels.of(facet, value) for facet, found in asked.facets.items() for value in found]
    return ", ".join(part for part in (asked.text, *names, asked.start, asked.end) if part)
