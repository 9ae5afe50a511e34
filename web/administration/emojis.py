"""`/admin/emoji`: small pictures with a name, for posts and profiles."""

from typing import Final

from quart import Blueprint, Response, request

from actors.administration import NotPossible
from actors.emojis import SHORTCODE
from federation.errors import Refused
from objects.emojis import MAX_CATEGORY, add_emoji, hide_emoji, remove_emoji
from web.administration.desk import Desk
from web.administration.pictures import has_errors
from web.forms import Form, line, upload
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

register_done(
    {
        "emoji-added": mark("The emoji can be used."),
        "emoji-hidden": mark("The emoji is not offered any more; where it stands it stays."),
        "emoji-shown": mark("The emoji is offered again."),
        "emoji-removed": mark("The emoji is removed."),
    }
)
TOO_LARGE: Final = mark("This is no PNG, GIF or WebP picture of at most 256 kilobytes.")


class EmojiForm(Form):
    """A picture and its name."""

    shortcode = line(
        mark("Name"),
        required(mark("Write a name.")),
        longest(60),
        hint=mark("Letters without accents, digits and _. Members write it between two colons."),
        spellcheck="false",
        autocapitalize="none",
    )
    category = line(mark("Group"), longest(MAX_CATEGORY), hint=mark("Apps show groups together."))
    picture = upload(
        mark("Picture"),
        hint=mark("PNG, GIF or WebP, best square and small; 256 kilobytes at most."),
        accept="image/png,image/gif,image/webp",
    )


class EmojiPages:
    """The list, and what its forms do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, form: EmojiForm | None = None, status: int = 200) -> Response:
        """Every emoji of this node, and a form for another one."""
        await self._desk.admin()
        form = form or await self._desk.context.renderer.form(EmojiForm)
        host = self._desk.context.outbox.identifiers.host
        found = await self._desk.query(lambda tx: tx.emojis.all(host))
        return await self._desk.page("emoji", form=form, emojis=found, status=status)

    async def add(self) -> Response:
        """Add one, or give one another picture."""
        await self._desk.admin()
        context = self._desk.context
        form = await context.renderer.form(EmojiForm, await context.sessions.checked_form())
        _ = await context.renderer.translate()
        form.validate()
        name = form.shortcode.data or ""
        if name and not SHORTCODE.fullmatch(name):
            form.refuse("shortcode", _("A name has 2 to 60 letters without accents, digits or _."))
        file = (await request.files).get("picture")
        content = file.read() if file is not None else b""
        if not has_errors(form):
            await self._keep(form, content)
        if has_errors(form):
            return await self.page(form, 422)
        return redirect("/admin/emoji", done="emoji-added")

    async def _keep(self, form: EmojiForm, content: bytes) -> None:
        context, desk = self._desk.context, self._desk
        _ = await context.renderer.translate()
        try:
            await add_emoji(
                context.store,
                context.files,
                context.outbox.identifiers,
                await desk.who(),
                await desk.organisation(),
                form.shortcode.data or "",
                content,
                form.category.data or "",
                desk.now(),
            )
        except (NotPossible, Refused):
            form.refuse("picture", _(TOO_LARGE))

    async def change(self) -> Response:
        """Hide one, offer it again, or remove it."""
        await self._desk.admin()
        values = await self._desk.context.sessions.checked_form()
        name, done = values.get("shortcode", ""), values.get("do", "")
        who, now = await self._desk.who(), self._desk.now()
        identifiers = self._desk.context.outbox.identifiers
        if done == "remove":
            await self._desk.write(lambda tx: remove_emoji(tx, identifiers, who, name, now))
            return redirect("/admin/emoji", done="emoji-removed")
        hidden = done == "hide"
        await self._desk.write(
            lambda tx: hide_emoji(tx, identifiers, who, name, now, hidden=hidden)
        )
        return redirect("/admin/emoji", done="emoji-hidden" if hidden else "emoji-shown")


def add_emoji_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The custom emoji of the node."""
    pages = EmojiPages(desk)
    blueprint.post("/admin/emoji", endpoint="add_emoji")(pages.add)
    blueprint.post("/admin/emoji/change", endpoint="change_emoji")(pages.change)

    @blueprint.get("/admin/emoji")
    async def emoji() -> Response:
        return await pages.page()
