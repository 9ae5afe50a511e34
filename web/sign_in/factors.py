"""`/settings/security/codes` and `/settings/security/passkeys`: adding and removing proofs."""

import io

from quart import Blueprint, Response

from actors.problems import not_found
from actors.sign_in.passkeys import PasskeyRefused, remove_passkey
from actors.sign_in.throttle import TooOften
from actors.sign_in.totp import (
    confirm,
    new_recovery_codes,
    propose,
    provisioning_uri,
    turn_off,
)
from federation.errors import Refused
from storage.credentials import FactorRecord
from storage.store import Tx
from web.forms import Form, line
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.sessions import SignedIn
from web.sign_in.desk import Desk, say_too_often
from web.sign_in.passkey import JSON
from web.sign_in.security import PAGE
from web.texts import mark

CODES = f"{PAGE}/codes"

register_done(
    {
        "codes-off": mark("No code is asked for any more when you sign in."),
        "passkey-added": mark("Your passkey is ready: you can sign in with it."),
        "passkey-removed": mark("That passkey does not sign in here any more."),
    }
)


class ConfirmForm(Form):
    """The first code of a new authenticator application."""

    code = line(
        mark("Code that the application shows"),
        required(mark("Write the code that your application shows.")),
        longest(20),
        autocomplete="one-time-code",
        inputmode="numeric",
    )


class Codes:
    """The pages about time-based codes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """The secret as a picture and as text, and a field for the first code."""
        signed = await self._context.sessions.recent()
        factor = await self._proposed(signed)
        if factor is None:
            return redirect(PAGE)
        form = await self._context.renderer.form(ConfirmForm)
        return await self._page(form, factor)

    async def picture(self) -> Response:
        """The secret as a QR code; never kept anywhere, shown only until it is confirmed."""
        import segno

        context = self._context
        signed = await context.sessions.recent()
        factor = await context.store.query(lambda tx: tx.credentials.factor(signed.actor.id))
        if factor is None or factor.confirmed_at:
            raise not_found("picture")
        site = await context.store.query(context.mails.site_name)
        drawn = io.BytesIO()
        uri = provisioning_uri(factor, signed.actor.account, site)
        segno.make(uri, error="m").save(drawn, kind="svg", scale=5, border=4, light="#ffffff")
        return Response(
            drawn.getvalue(),
            content_type="image/svg+xml",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Security-Policy": "default-src 'none'",
            },
        )

    async def confirm(self) -> Response:
        """Put the codes in force, and show the recovery codes this once."""
        context = self._context
        values, signed = await context.sessions.checked_form(), await context.sessions.recent()
        form, now = await context.renderer.form(ConfirmForm, values), context.now()
        factor = await self._proposed(signed)
        if factor is None:
            return redirect(PAGE)
        if not form.validate():
            return await self._page(form, factor, status=422)
        _ = await context.renderer.translate()
        try:
            self._desk.throttle.by_code(f"new {signed.actor.id}")
        except TooOften as error:
            headers = await say_too_often(context, form, error)
            return await self._page(form, factor, status=429, headers=headers)

        async def operation(tx: Tx) -> list[str] | None:
            codes = await confirm(tx, signed.actor, form.code.data or "", now)
            if codes:
                await self._desk.tell(tx, signed, "codes-on")
            return codes

        codes = await context.store.write(operation)
        if codes is None:
            form.refuse("code", _("This code is not right; check the time of your telephone."))
            return await self._page(form, factor, status=422)
        return await self._recovery_page(codes)

    async def recovery(self) -> Response:
        """Ten new recovery codes."""
        context = self._context
        await context.sessions.checked_form()
        signed, now = await context.sessions.recent(), context.now()
        codes = await context.store.write(lambda tx: new_recovery_codes(tx, signed.actor, now))
        return redirect(PAGE) if codes is None else await self._recovery_page(codes)

    async def off(self) -> Response:
        """Ask for no code any more."""
        context = self._context
        await context.sessions.checked_form()
        signed, now = await context.sessions.recent(), context.now()

        async def operation(tx: Tx) -> None:
            if await turn_off(tx, signed.actor.account, signed.actor, now):
                await self._desk.tell(tx, signed, "codes-off")

        await context.store.write(operation)
        return redirect(PAGE, done="codes-off")

    async def _proposed(self, signed: SignedIn) -> FactorRecord | None:
        return await self._context.store.write(lambda tx: propose(tx, signed.actor))

    async def _page(
        self,
        form: ConfirmForm,
        factor: FactorRecord,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        letters = factor.secret
        groups = " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
        return await self._context.renderer.render(
            "sign_in/codes.html",
            status=status,
            headers=headers,
            index=False,
            form=form,
            secret=groups,
        )

    async def _recovery_page(self, codes: list[str]) -> Response:
        return await self._context.renderer.render(
            "sign_in/recovery_codes.html", index=False, codes=codes
        )


def add_code_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The addresses about time-based codes."""
    codes = Codes(desk)
    blueprint.get(CODES, endpoint="codes")(codes.show)
    blueprint.get(f"{CODES}/picture.svg", endpoint="codes_picture")(codes.picture)
    blueprint.post(CODES, endpoint="confirm_codes")(codes.confirm)
    blueprint.post(f"{CODES}/recovery", endpoint="recovery_codes")(codes.recovery)
    blueprint.post(f"{CODES}/off", endpoint="codes_off")(codes.off)


def add_own_passkey_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The addresses about one's own passkeys."""
    context = desk.context

    @blueprint.post(f"{PAGE}/passkeys/options")
    async def new_passkey_options() -> Response:
        await context.sessions.checked_form()
        signed = await context.sessions.recent()
        site = await context.store.query(context.mails.site_name)
        options = await desk.passkeys.registration(signed.actor, site)
        return Response(options, content_type=JSON, headers={"Cache-Control": "no-store"})

    @blueprint.post(f"{PAGE}/passkeys")
    async def new_passkey() -> Response:
        values = await context.sessions.checked_form()
        signed = await context.sessions.recent()
        try:
            await desk.passkeys.register(
                signed.actor, values.get("credential", ""), values.get("label", "")
            )
        except PasskeyRefused as error:
            raise Refused(422, "passkey", "This passkey could not be registered.") from error
        await context.store.write(lambda tx: desk.tell(tx, signed, "passkey-on"))
        return redirect(f"{PAGE}#passkeys", done="passkey-added")

    @blueprint.post(f"{PAGE}/passkeys/remove")
    async def own_passkey_remove() -> Response:
        values = await context.sessions.checked_form()
        signed, now = await context.sessions.recent(), context.now()
        number = values.get("passkey", "")
        if not (number.isascii() and number.isdigit() and len(number) < 20):
            raise not_found("passkey")

        async def operation(tx: Tx) -> str:
            if await tx.credentials.ways_in(signed.actor.id) < 2:
                return "last-way"
            if await remove_passkey(tx, signed.actor, int(number), now):
                await desk.tell(tx, signed, "passkey-off")
            return "passkey-removed"

        return redirect(f"{PAGE}#passkeys", done=await context.store.write(operation))
