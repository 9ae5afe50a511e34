"""`/api/oembed`: what is for everybody here on the pages of others, without a script."""

from html import escape
from typing import Final

import msgspec

from clients.door import Call, Door, missing
from clients.entities.instance import OEmbed
from clients.rendering.content import shown_content
from objects.text import plain_text
from objects.visibility import visible_by_ids
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

WIDTH: Final = 400
SMALLEST: Final = 100
CACHED_S: Final = 86_400
EXCERPT: Final = 500
TITLE: Final = 80


class Wanted(msgspec.Struct):
    """The address of a post, and how wide it may be."""

    url: str = ""
    maxwidth: str = ""

    @property
    def width(self) -> int:
        """The width in pixels; what is no number counts as nothing said."""
        typed = self.maxwidth
        asked = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else WIDTH
        return max(SMALLEST, min(asked, WIDTH))


def add_oembed_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.get("/api/oembed", who="anyone")
    async def oembed(call: Call) -> OEmbed:
        wanted = await call.read(Wanted)
        record, author = await _found(call, wanted.url)
        text = plain_text(shown_content(record))
        excerpt = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
        organisation = await call.store.query(lambda tx: tx.instance.organisation())
        name = author.name or author.username
        return OEmbed(
            type="rich",
            version="1.0",
            title=record.name or f"{name} : {text[:TITLE]}",
            author_name=name,
            author_url=author.html_url or author.url,
            provider_name=organisation.name if organisation else call.context.identifiers.host,
            provider_url=f"{call.context.identifiers.origin}/",
            cache_age=CACHED_S,
            html=_quoted(record, excerpt, name),
            width=wanted.width,
        )


async def _found(call: Call, url: str) -> tuple[ObjectRecord, ActorRecord]:
    """A post of this node that everybody may see, with its author; raises `Refused` 404."""
    address = url.partition("#")[0].partition("?")[0].rstrip("/")
    local = call.context.identifiers.parse(address)
    if local is None or local.kind != "object" or len(local.value) > 18:
        raise missing()
    number = int(local.value)

    async def operation(tx: Tx) -> tuple[ObjectRecord, ActorRecord] | None:
        record = (await visible_by_ids(tx, [number], None)).get(number)
        author = await tx.actors.by_id(record.actor_id) if record else None
        return None if record is None or author is None else (record, author)

    found = await call.store.query(operation)
    if found is None or not found[0].local:
        raise missing()
    return found


def _quoted(record: ObjectRecord, excerpt: str, name: str) -> str:
    page = escape(record.html_url or record.url)
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in excerpt.split("\n\n") if part)
    signed = f'<p><a href="{page}">{escape(name)}</a></p>'
    return f'<blockquote cite="{page}">{paragraphs}{signed}</blockquote>'
