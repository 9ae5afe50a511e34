"""`/setup`: a new node gets the name of its organisation and its first administrator."""

import asyncio

from quart import Blueprint, Response, request

from actors.keys import generate
from actors.local import NameRefused
from actors.sign_in.first_administrator import (
    FirstAdministrator,
    SetupDone,
    set_up,
    setup_is_open,
)
from actors.sign_in.mail_addresses import BadMailAddress, mail_address
from web.forms import Form, line, mail, secret
from web.rendering import register_done
from web.rules import longest, required
from web.sign_in.desk import Desk, address
from web.sign_in.new_accounts import (
    PASSWORD_HINT,
    check_new_account,
    hashed,
    name_field,
    refuse_username,
    username_field,
)
from web.texts import mark

register_done(
    {"set-up": mark("Your account is ready. One thing is left before visitors can come.")}
)


class SetupForm(Form):
    """What the set-up page asks for."""

    organisation = line(
        mark("Name of your organisation"),
        required(mark("Write the name of your organisation, as visitors know it.")),
        longest(150),
        autocomplete="organization",
    )
    name = name_field()
    username = username_field()
    mail = mail(
        mark("Your mail address"),
        required(mark("Write your mail address: it helps when you forget your password.")),
        longest(200),
        hint=mark("Never shown to anybody."),
    )
    password = secret(
        mark("Password"),
        required(mark("Choose a password.")),
        hint=PASSWORD_HINT,
        autocomplete="new-password",
    )


class SetupPages:
    """The page that the node's own output leads to, and what becomes of its form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """The page that the node's first line of output leads to."""
        code = request.args.get("code", "")
        if not await self._open(code):
            return await self._closed()
        organisation = await self._context.renderer.organisation()
        form = await self._context.renderer.form(SetupForm)
        host = self._context.settings.domain
        if organisation is not None and organisation.name != host:
            form.organisation.data = organisation.name
        return await self._page(form, code)

    async def finish(self) -> Response:
        """Make the first administrator and sign in."""
        context = self._context
        values = await context.sessions.checked_form()
        code = values.get("code", "")
        if not await self._open(code):
            return await self._closed()
        form = await context.renderer.form(SetupForm, values)
        if not await check_new_account(context, form, form.mail.data or ""):
            return await self._page(form, code, status=422)
        first = await self._first(form)
        if first is None:
            return await self._page(form, code, status=422)
        pairs, now = await asyncio.to_thread(generate), context.now()
        identifiers = context.outbox.identifiers
        try:
            actor = await context.store.write(
                lambda tx: set_up(tx, identifiers, code, first, pairs, now)
            )
        except SetupDone:
            return await self._closed()
        except NameRefused:
            await refuse_username(context, form)
            return await self._page(form, code, status=422)
        context.renderer.forget()
        return await self._desk.enter(actor, "/admin/legal", done="set-up")

    async def _first(self, form: SetupForm) -> FirstAdministrator | None:
        _ = await self._context.renderer.translate()
        try:
            address = mail_address(form.mail.data or "")
        except BadMailAddress:
            form.refuse("mail", _("This is no mail address; one looks like name@example.org."))
            return None
        return FirstAdministrator(
            organisation=form.organisation.data or "",
            username=(form.username.data or "").lower(),
            name=form.name.data or "",
            mail=address,
            password_hash=await hashed(form.password.data),
            language=await self._context.renderer.language(),
        )

    async def _open(self, code: str) -> bool:
        self._desk.throttle.by_address(address())
        now = self._context.now()
        return await self._context.store.query(lambda tx: setup_is_open(tx, code, now))

    async def _page(self, form: SetupForm, code: str, status: int = 200) -> Response:
        return await self._context.renderer.render(
            "sign_in/setup.html", status=status, index=False, form=form, code=code
        )

    async def _closed(self) -> Response:
        return await self._context.renderer.render(
            "sign_in/setup_closed.html", status=410, index=False
        )


def add_setup_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The address of the set-up page."""
    pages = SetupPages(desk)
    blueprint.get("/setup", endpoint="setup")(pages.show)
    blueprint.post("/setup", endpoint="finish_setup")(pages.finish)
