"""`/invitation/CODE`: an invited person becomes a member."""

import asyncio
from typing import Final

from quart import Blueprint, Response

from actors.keys import generate
from actors.local import NameRefused
from actors.sign_in.accounts import suggest_username
from actors.sign_in.invitations import (
    Invitation,
    InvitationGone,
    NewMember,
    accept,
    find_invitation,
)
from storage.store import Tx
from web.forms import Form, choice, secret
from web.rendering import register_done
from web.rules import required
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
    {
        "welcome": mark("Welcome! Your account is ready."),
        "welcome-passkey": mark("Welcome! Now make your passkey, so that you can sign in again."),
    }
)

WAYS: Final = {
    "password": mark("With a password"),
    "passkey": mark("With a passkey (the lock of your telephone or computer)"),
    "link": mark("With a link by mail each time"),
}


class InvitationForm(Form):
    """What an invited person chooses."""

    name = name_field()
    username = username_field()
    way = choice(mark("How do you want to sign in?"), (), required(mark("Choose one way.")))
    password = secret(mark("New password"), hint=PASSWORD_HINT, autocomplete="new-password")


class InvitationPages:
    """The page that an invitation opens, and what becomes of its form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self, code: str) -> Response:
        """What an invited person is asked."""
        self._desk.throttle.by_address(address())
        invitation, suggested = await self._found(code)
        if invitation is None:
            return await self._gone()
        form = await self._context.renderer.form(
            InvitationForm, name=invitation.name, username=suggested, way="password"
        )
        return await self._page(form, invitation, code)

    async def accept(self, code: str) -> Response:
        """Make the account and sign in; a problem comes back into the form."""
        context = self._context
        self._desk.throttle.by_address(address())
        form = await context.renderer.form(InvitationForm, await context.sessions.checked_form())
        invitation, _suggested = await self._found(code)
        if invitation is None:
            return await self._gone()
        await self._offer_ways(form, invitation)
        if not await check_new_account(
            context, form, invitation.mail, with_password=form.way.data == "password"
        ):
            return await self._page(form, invitation, code, status=422)
        new = NewMember(
            (form.username.data or "").lower(),
            form.name.data or "",
            await hashed(form.password.data if form.way.data == "password" else ""),
            await context.renderer.language(),
        )
        pairs, now = await asyncio.to_thread(generate), context.now()
        identifiers = context.outbox.identifiers
        try:
            actor = await context.store.write(
                lambda tx: accept(tx, identifiers, code, new, pairs, now)
            )
        except InvitationGone:
            return await self._gone()
        except NameRefused:
            await refuse_username(context, form)
            return await self._page(form, invitation, code, status=422)
        if form.way.data == "passkey":
            return await self._desk.enter(
                actor, "/settings/security#passkeys", done="welcome-passkey"
            )
        return await self._desk.enter(actor, "", done="welcome")

    async def _found(self, code: str) -> tuple[Invitation | None, str]:
        now = self._context.now()

        async def operation(tx: Tx) -> tuple[Invitation | None, str]:
            invitation = await find_invitation(tx, code, now)
            if invitation is None:
                return None, ""
            named = invitation.name or invitation.mail.partition("@")[0]
            return invitation, await suggest_username(tx, named)

        return await self._context.store.query(operation)

    async def _offer_ways(self, form: InvitationForm, invitation: Invitation) -> None:
        """The ways to sign in that this node can offer to this person."""
        _ = await self._context.renderer.translate()
        ways = ["password", "passkey"]
        if self._desk.mails_arrive and invitation.mail:
            ways.append("link")
        form.way.choices = [(way, _(WAYS[way])) for way in ways]
        if invitation.issuer:
            provider = _("With %s, as now") % self._context.settings.oidc_name
            form.way.choices.insert(0, ("provider", provider))

    async def _page(
        self, form: InvitationForm, invitation: Invitation, code: str, status: int = 200
    ) -> Response:
        if not form.way.choices:
            await self._offer_ways(form, invitation)
            form.way.data = "provider" if invitation.issuer else "password"
        return await self._context.renderer.render(
            "sign_in/invitation.html",
            status=status,
            index=False,
            form=form,
            invitation=invitation,
            code=code,
        )

    async def _gone(self) -> Response:
        return await self._context.renderer.render(
            "sign_in/invitation_gone.html", status=410, index=False
        )


def add_invitation_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The address of an invitation."""
    pages = InvitationPages(desk)
    blueprint.get("/invitation/<code>", endpoint="invitation")(pages.show)
    blueprint.post("/invitation/<code>", endpoint="accept")(pages.accept)
