"""`/settings/posting`: what new posts begin with, and what applications show at once."""

from typing import Any, Final, cast

from quart import Blueprint, Response, request

from objects.choices import (
    PostChoices,
    ReadingChoices,
    post_choices,
    reading_choices,
    save_post_choices,
    save_reading_choices,
)
from objects.visibility import Visibility
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, choice, pick, ticked
from web.rendering import redirect
from web.rules import required
from web.texts import LANGUAGE_NAMES, mark

_AUDIENCES: Final = {
    "public": mark("Everybody"),
    "unlisted": mark("Everybody, but not in the lists of what is new"),
    "followers": mark("The people who follow me"),
    "direct": mark("Only the people whom I name"),
}
_QUOTERS: Final = {
    "public": mark("Everybody"),
    "followers": mark("The people who follow me"),
    "nobody": mark("Nobody but me"),
}
_MEDIA: Final = {
    "default": mark("Cover those marked as sensitive"),
    "show_all": mark("Show all of them"),
    "hide_all": mark("Cover all of them"),
}


class PostingForm(Form):
    """The choices that telephone applications ask for too."""

    visibility = choice(mark("Who sees my new posts"), (), required())
    quote_policy = choice(mark("Who may quote them"), (), required())
    sensitive = ticked(mark("Cover my pictures until somebody wants to see them"))
    language = pick(mark("Language in which I write"))
    media = choice(mark("Pictures and films of others"), (), required())
    spoilers = ticked(mark("Unfold texts behind a warning at once"))
    moving = ticked(mark("Let moving pictures move by themselves"))


def add_posting_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The form, and what becomes of it."""

    @blueprint.route("/settings/posting", methods=["GET", "POST"])
    async def posting() -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await _form(context, signed.actor.id, sent)
        if sent is not None and form.validate():
            await context.store.write(lambda tx: _save(tx, signed.actor.id, form))
            return redirect("/settings/posting", done="saved")
        return await context.renderer.render(
            "workspace/posting.html",
            index=False,
            form=form,
            status=422 if sent is not None else 200,
        )


async def _form(context: WebContext, actor_id: int, sent: Any) -> PostingForm:
    async def known(tx: Tx) -> tuple[PostChoices, ReadingChoices]:
        return await post_choices(tx, actor_id), await reading_choices(tx, actor_id)

    writing, reading = await context.store.query(known)
    names = ("visibility", "quote_policy", "sensitive", "language")
    data = {name: getattr(writing, name) for name in names}
    data |= {name: getattr(reading, name) for name in ("media", "spoilers", "moving")}
    form = await context.renderer.form(PostingForm, sent, data=data)
    _ = await context.renderer.translate()
    for field, texts in (
        (form.visibility, _AUDIENCES),
        (form.quote_policy, _QUOTERS),
        (form.media, _MEDIA),
    ):
        field.choices = [(value, _(text)) for value, text in texts.items()]
    others = (
        {} if writing.language in ("", *LANGUAGE_NAMES) else {writing.language: writing.language}
    )
    form.language.choices = [("", _("Not said")), *(LANGUAGE_NAMES | others).items()]
    return form


async def _save(tx: Tx, actor_id: int, form: PostingForm) -> None:
    writing = PostChoices(
        visibility=cast("Visibility", form.visibility.data),
        sensitive=form.sensitive.data,
        language=form.language.data or "",
        quote_policy=form.quote_policy.data,
    )
    reading = ReadingChoices(
        media=form.media.data, spoilers=form.spoilers.data, moving=form.moving.data
    )
    await save_post_choices(tx, actor_id, writing)
    await save_reading_choices(tx, actor_id, reading)
