"""`/settings/move`, `/settings/delete`: going elsewhere, or leaving for good."""

from typing import Final

import orjson
from quart import Blueprint, Response, request

from actors.administration import NotPossible
from actors.local import ProfileChanges
from federation.errors import FederationError
from objects.choices import leaving_at, set_leaving
from outbox.acts.move import move
from outbox.c2s_profile import change_profile
from outbox.context import ActRefused
from storage.store import Tx
from web.context import WebContext
from web.departures import GRACE_MS, announce_departure, refuse_departure
from web.forms import Form, area, line
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MAX_ALIASES: Final = 5

register_done(
    {
        "aliases": mark("Your other accounts are saved."),
        "moved": mark("You have moved: those who follow you are being told."),
        "leaving": mark("Your account will be deleted in 24 hours, unless you change your mind."),
        "staying": mark("Your account stays. Nothing was deleted."),
    }
)


class Aliases(Form):
    """Accounts elsewhere that are the same person."""

    accounts = area(
        mark("My other accounts"),
        longest(2_000),
        rows=3,
        hint=mark("One a line: @name@site.fr, or the address of the page."),
    )


class MoveForm(Form):
    """Where somebody goes."""

    target = line(
        mark("My new account"),
        required(),
        longest(500),
        hint=mark("Its settings must name this account first."),
        autocapitalize="none",
        spellcheck="false",
    )


class DeleteForm(Form):
    """The name, typed once more."""

    username = line(mark("Type your account name to confirm"), required(), autocapitalize="none")


def add_move_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Other accounts of the same person, and moving to one of them."""

    @blueprint.get("/settings/move")
    async def move_page() -> Response:
        await context.sessions.required("reader")
        return await _show_move(context)

    @blueprint.post("/settings/move/aliases")
    async def save_aliases() -> Response:
        signed = await context.sessions.required("reader")
        form = await context.renderer.form(Aliases, await context.sessions.checked_form())
        found: list[str] = []
        if form.validate():
            typed = [one.strip() for one in (form.accounts.data or "").splitlines() if one.strip()]
            _ = await context.renderer.translate()
            for name in typed[:MAX_ALIASES]:
                try:
                    found.append((await context.outbox.remote.resolve(name)).url)
                except (FederationError, LookupError, ValueError):
                    form.refuse("accounts", _("Nobody answers at %s.") % name[:100])
        if form.errors:
            return await _show_move(context, aliases=form, status=422)
        changes = ProfileChanges(also_known_as=found)
        await change_profile(context.outbox, signed.actor, changes)
        return redirect("/settings/move", done="aliases")

    @blueprint.post("/settings/move")
    async def move_away() -> Response:
        signed = await context.sessions.recent("reader")
        form = await context.renderer.form(MoveForm, await context.sessions.checked_form())
        _ = await context.renderer.translate()
        if form.validate():
            try:
                target = await context.outbox.remote.resolve(form.target.data or "")
                await move(context.outbox, signed.actor, target.url)
                return redirect("/settings/move", done="moved")
            except ActRefused as refused:
                text = mark("The new account does not name this one among its other accounts yet.")
                if refused.code == "move-self":
                    text = mark("This is the account that you use now.")
                form.refuse("target", _(text))
            except (FederationError, LookupError, ValueError):
                form.refuse("target", _("Nobody answers at %s.") % (form.target.data or "")[:100])
        return await _show_move(context, going=form, status=422)


async def _show_move(
    context: WebContext,
    *,
    aliases: Aliases | None = None,
    going: MoveForm | None = None,
    status: int = 200,
) -> Response:
    signed = await context.sessions.required("reader")
    named = "\n".join(orjson.loads(signed.actor.also_known_as))
    return await context.renderer.render(
        "workspace/move.html",
        index=False,
        status=status,
        aliases=aliases or await context.renderer.form(Aliases, data={"accounts": named}),
        going=going or await context.renderer.form(MoveForm),
    )


def add_delete_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Deleting one's account: a day to change one's mind."""

    @blueprint.route("/settings/delete", methods=["GET", "POST"])
    async def delete_account() -> Response:
        signed = await context.sessions.recent("reader")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await context.renderer.form(DeleteForm, sent)
        _ = await context.renderer.translate()
        if sent is not None and form.validate():
            typed = (form.username.data or "").removeprefix("@").partition("@")[0].lower()
            if typed != signed.actor.username.lower():
                form.refuse("username", _("This is not the name of your account."))
            else:
                at = context.now() + GRACE_MS

                async def operation(tx: Tx) -> None:
                    await refuse_departure(tx, signed.actor)
                    await set_leaving(tx, signed.actor.id, at)
                    await announce_departure(context.mails, tx, signed.actor, signed.member, at)

                try:
                    await context.store.write(operation)
                    return redirect("/settings", done="leaving")
                except NotPossible:
                    form.refuse("", _("You are the last to look after this site: name somebody."))
        leaving = await context.store.query(lambda tx: leaving_at(tx, signed.actor.id))
        return await context.renderer.render(
            "workspace/delete.html",
            index=False,
            form=form,
            leaving=leaving,
            status=422 if sent is not None else 200,
        )

    @blueprint.post("/settings/delete/cancel")
    async def keep_account() -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        await context.store.write(lambda tx: set_leaving(tx, signed.actor.id, None))
        return redirect("/dashboard", done="staying")
