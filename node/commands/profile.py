"""`profile`: how an account presents itself, here and elsewhere."""

import html
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from actors.local import ProfileChanges
from node.commands.shared import AsJson, Username, fail, local_actor, show_json, with_node
from node.services import Services
from objects.media import MediaLimits, store_upload
from objects.text import plain_text, render_plain
from outbox.c2s_profile import change_profile
from storage.records import ActorRecord

Flag = bool | None


def profile(
    username: Username,
    name: Annotated[str | None, typer.Option(help="Name as people read it.")] = None,
    summary: Annotated[str | None, typer.Option(help="Some words about the account.")] = None,
    icon: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Avatar.")
    ] = None,
    image: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Banner.")
    ] = None,
    locked: Annotated[Flag, typer.Option(help="Whether follows have to be accepted.")] = None,
    discoverable: Annotated[Flag, typer.Option(help="Whether the account is listed.")] = None,
    indexable: Annotated[Flag, typer.Option(help="Whether posts may be searched.")] = None,
    hides_network: Annotated[
        Flag, typer.Option(help="Whether followers and followed are hidden.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A line of the profile; replaces all of them."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change an account's profile and tell its followers; without options, show it."""
    words = ProfileChanges(
        name=name,
        fields=None if field is None else [_field(text) for text in field],
        locked=locked,
        discoverable=discoverable,
        indexable=indexable,
        hides_network=hides_network,
    )
    pictures = {"icon": icon, "image": image}

    async def work(services: Services) -> dict[str, Any]:
        actor = await local_actor(services, username)
        changes = await _complete(services, actor, words, summary, pictures)
        if changes != ProfileChanges():
            await change_profile(services.outbox, actor, changes)
            actor = await local_actor(services, username)
        return _shown(actor)

    _say(with_node(work), as_json)


async def _complete(
    services: Services,
    actor: ActorRecord,
    words: ProfileChanges,
    summary: str | None,
    pictures: dict[str, Path | None],
) -> ProfileChanges:
    """The changes with the summary as HTML and the pictures uploaded."""
    settings = services.settings
    limits = MediaLimits(settings.max_upload, settings.max_pixels, settings.virus_scanner)
    values: dict[str, Any] = {}
    if summary is not None:
        values["summary"] = render_plain(summary, {}, services.identifiers).html
    for place, path in pictures.items():
        if path is None:
            continue
        if path.stat().st_size > settings.max_upload:
            raise ValueError(f"{path} is larger than {settings.max_upload} bytes")
        media = await store_upload(
            services.store, services.files, limits, actor, path.read_bytes(), "", services.now()
        )
        if not media.media_type.startswith("image/"):
            raise ValueError(f"{path} is no picture")
        values[place] = services.identifiers.media(media.file)
    return replace(words, **values)


def _field(text: str) -> tuple[str, str]:
    """NAME=VALUE as a name and safe HTML; an address becomes a link."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        fail(f"--field {text!r}: write NAME=VALUE")
    shown = html.escape(value.strip())
    if value.strip().startswith(("https://", "http://")) and " " not in value.strip():
        shown = f'<a href="{shown}" rel="me">{shown}</a>'
    return name.strip(), shown


def _shown(actor: ActorRecord) -> dict[str, Any]:
    return {
        "account": actor.account,
        "url": actor.url,
        "name": actor.name,
        "summary": plain_text(actor.summary),
        "icon": actor.icon or None,
        "image": actor.image or None,
        "locked": bool(actor.locked),
        "discoverable": bool(actor.discoverable),
        "indexable": bool(actor.indexable),
        "hides_network": bool(actor.hides_network),
        "fields": {f["name"]: plain_text(f["value"]) for f in orjson.loads(actor.fields)},
    }


def _say(profile: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(profile)
        return
    for name, value in profile.items():
        if name != "fields":
            typer.echo(f"{name + ':':<15}{'' if value is None else value}".rstrip())
    for name, value in profile["fields"].items():
        typer.echo(f"  {name}: {value}")
