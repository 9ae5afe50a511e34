"""`emoji …`: small pictures with a name, for posts and profiles."""

from pathlib import Path
from typing import Annotated, Any

import typer

from actors.administration import COMMAND_LINE
from node.commands.shared import AsJson, show_json, with_node
from node.services import Services
from objects.emojis import add_emoji, hide_emoji, remove_emoji
from storage.emojis import EmojiRecord

emoji = typer.Typer(help="Custom emoji of this node.", no_args_is_help=True)

Shortcode = Annotated[str, typer.Argument(help="Its name, without colons.")]


@emoji.command("list")
def list_emoji(as_json: AsJson = False) -> None:
    """Show every emoji of this node."""

    async def work(services: Services) -> list[EmojiRecord]:
        host = services.identifiers.host
        return await services.store.query(lambda tx: tx.emojis.all(host))

    found = with_node(work)
    if as_json:
        show_json([_shown(one) for one in found])
        return
    for one in found:
        state = "  (hidden)" if one.hidden else ""
        typer.echo(f":{one.shortcode}:  {one.category}  {one.url}{state}")


@emoji.command("add")
def add(
    shortcode: Shortcode,
    picture: Annotated[Path, typer.Argument(help="PNG, GIF or WebP, 256 kilobytes at most.")],
    category: Annotated[str, typer.Option(help="Apps show what has the same one together.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add an emoji, or give the one of this name another picture."""

    async def work(services: Services) -> EmojiRecord:
        content = _read(picture)
        owner = await services.store.query(lambda tx: tx.instance.organisation())
        if owner is None:
            raise LookupError("this node has no organisation yet")
        return await add_emoji(
            services.store,
            services.files,
            services.identifiers,
            COMMAND_LINE,
            owner,
            shortcode,
            content,
            category,
            services.now(),
        )

    made = with_node(work)
    if as_json:
        show_json(_shown(made))
    else:
        typer.echo(f":{made.shortcode}: can be used.")


@emoji.command("remove")
def remove(shortcode: Shortcode) -> None:
    """Drop an emoji; its name stays text wherever it stands."""

    async def work(services: Services) -> None:
        await services.store.write(
            lambda tx: remove_emoji(
                tx, services.identifiers, COMMAND_LINE, shortcode, services.now()
            )
        )

    with_node(work)
    typer.echo(f":{shortcode}: is removed.")


@emoji.command("hide")
def hide(
    shortcode: Shortcode,
    show: Annotated[bool, typer.Option("--show", help="Offer it again instead.")] = False,
) -> None:
    """Offer an emoji no more; where it is used it stays."""

    async def work(services: Services) -> None:
        await services.store.write(
            lambda tx: hide_emoji(
                tx, services.identifiers, COMMAND_LINE, shortcode, services.now(), hidden=not show
            )
        )

    with_node(work)
    typer.echo(f":{shortcode}: is {'offered again' if show else 'not offered any more'}.")


def _read(picture: Path) -> bytes:
    try:
        return picture.read_bytes()
    except OSError as error:
        raise LookupError(f"{picture} cannot be read: {error.strerror}") from None


def _shown(one: EmojiRecord) -> dict[str, Any]:
    return {
        "shortcode": one.shortcode,
        "category": one.category,
        "url": one.url,
        "hidden": bool(one.hidden),
    }
