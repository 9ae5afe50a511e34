"""`/settings/security`: password, mail address, passkeys, codes, identities and sessions.

The page asks for a recent proof before it is shown, so that its forms simply work.
"""

from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response

from actors.administration import audit
from actors.mail_domains import shut_out
from actors.sign_in.codes import NEW_MAIL, details_of, end_access, end_links, new_code, spend
from actors.sign_in.identities import disconnect
from actors.sign_in.mail_addresses import BadMailAddress, mail_address
from actors.sign_in.passwords import MAX_PASSWORD
from actors.sign_in.totp import recovery_left
from storage.credentials import FactorRecord, IdentityRecord, PasskeyRecord
from storage.sessions import SessionRecord
from storage.store import Tx
from web.forms import Form, mail, secret
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.sessions import SignedIn
from web.sign_in.desk import Desk, address
from web.sign_in.new_accounts import PASSWORD_HINT, hashed, password_problem
from web.texts import mark

PAGE = "/settings/security"

register_done(
    {
        "signed-out": mark("You are signed out."),
        "password-changed": mark("Your password is changed. Other devices are signed out."),
        "mail-sent": mark("Open the link in the mail that we sent to your new address."),
        "mail-changed": mark("Your mail address is changed."),
        "session-ended": mark("That device is signed out."),
        "sessions-ended": mark("All other devices are signed out."),
        "identity-removed": mark("That account does not sign in here any more."),
        "last-way": mark("This is your last way to sign in; add another one first."),
    }
)


class PasswordForm(Form):
    """A new password."""

    password = secret(
        mark("New password"),
        required(mark("Choose a password.")),
        longest(MAX_PASSWORD),
        hint=PASSWORD_HINT,
        autocomplete="new-password",
    )


class MailForm(Form):
    """A new mail address, in force once a link sent there was opened."""

    mail = mail(
        mark("New mail address"),
        required(mark("Write your new mail address.")),
        longest(200),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """What an account proves with."""

    factor: FactorRecord | None
    passkeys: list[PasskeyRecord]
    identities: list[IdentityRecord]
    sessions: list[SessionRecord]


class Security:
    """The page, and the acts on it that need no page of their own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """Everything that signs in to this account."""
        return await self.page(await self._context.sessions.recent())

    async def page(self, signed: SignedIn, *, status: int = 200, **forms: Form) -> Response:
        """The page, with forms that were refused in place of empty ones."""
        context, now = self._context, self._context.now()
        owner = signed.actor.id

        async def operation(tx: Tx) -> Held:
            return Held(
                await tx.credentials.factor(owner),
                await tx.credentials.passkeys(owner),
                await tx.credentials.identities(owner),
                await tx.sessions.of_actor(owner, now),
            )

        held = await context.store.query(operation)
        active = held.factor is not None and bool(held.factor.confirmed_at)
        shown: dict[str, Any] = {
            "password_form": await context.renderer.form(PasswordForm),
            "mail_form": await context.renderer.form(MailForm),
        }
        return await context.renderer.render(
            "sign_in/security.html",
            status=status,
            index=False,
            scripts=("passkeys.js",),
            member=signed.member,
            held=held,
            factor_active=active,
            recovery_left=recovery_left(held.factor) if held.factor and active else 0,
            this_session=signed.session.id,
            provider=context.settings.oidc_name if self._desk.provider else "",
            **(shown | forms),
        )

    async def password(self) -> Response:
        """Change the password; every other session ends."""
        context = self._context
        values, signed = await context.sessions.checked_form(), await context.sessions.recent()
        form = await context.renderer.form(PasswordForm, values)
        _ = await context.renderer.translate()
        actor, member, now = signed.actor, signed.member, context.now()
        valid = form.validate()
        problem = password_problem(
            form.password.data or "", actor.username, actor.name, member.email
        )
        if valid and problem:
            form.refuse("password", _(problem))
        if not valid or problem:
            return await self.page(signed, status=422, password_form=form)
        fresh = await hashed(form.password.data)

        async def operation(tx: Tx) -> None:
            await tx.members.set_password(actor.id, fresh)
            await end_access(tx, actor.id, keep=signed.session.id)
            await audit(tx, actor.account, "own password", actor.account, "", now)
            await self._desk.tell(tx, signed, "password")

        await context.store.write(operation)
        return redirect(PAGE, done="password-changed")

    async def mail(self) -> Response:
        """Send a link to a new mail address."""
        context = self._context
        values, signed = await context.sessions.checked_form(), await context.sessions.recent()
        self._desk.throttle.by_address(address())
        form = await context.renderer.form(MailForm, values)
        _ = await context.renderer.translate()
        if not form.validate():
            return await self.page(signed, status=422, mail_form=form)
        try:
            wanted = mail_address(form.mail.data or "")
        except BadMailAddress:
            form.refuse("mail", _("This is no mail address; one looks like name@example.org."))
            return await self.page(signed, status=422, mail_form=form)
        if await context.store.query(lambda tx: shut_out(tx, [wanted])):
            form.refuse("mail", _("Addresses at this mail domain are not accepted here."))
            return await self.page(signed, status=422, mail_form=form)
        actor, now = signed.actor, context.now()
        language = await context.renderer.language()

        async def operation(tx: Tx) -> None:
            await tx.sessions.drop_codes(NEW_MAIL.name, actor.id)
            code = await new_code(tx, NEW_MAIL, now, actor_id=actor.id, details={"mail": wanted})
            link = f"{context.settings.origin}{PAGE}/mail/{code}"
            name = actor.name or actor.username
            await context.mails.queue(tx, wanted, "new_mail", language, name=name, link=link)

        await context.store.write(operation)
        return redirect(PAGE, done="mail-sent")

    async def mail_link(self, code: str) -> Response:
        """What the link in that mail opens: a button."""
        await self._context.sessions.required("reader")
        return await self._context.renderer.render(
            "sign_in/confirm_mail.html", index=False, code=code
        )

    async def confirm_mail(self, code: str) -> Response:
        """The new mail address is theirs: it takes the place of the old one, which is told."""
        context = self._context
        await context.sessions.checked_form()
        signed, now = await context.sessions.required("reader"), context.now()

        async def operation(tx: Tx) -> bool:
            record = await spend(tx, code, NEW_MAIL, now)
            if record is None or record.actor_id != signed.actor.id:
                return False
            await self._desk.tell(tx, signed, "mail")
            await end_links(tx, signed.actor.id)
            await tx.credentials.set_mail(signed.actor.id, str(details_of(record)["mail"]))
            await audit(tx, signed.actor.account, "own mail", signed.actor.account, "", now)
            return True

        if not await context.store.write(operation):
            return await context.renderer.render(
                "sign_in/confirm_mail.html", status=410, index=False, code=""
            )
        return redirect(PAGE, done="mail-changed")

    async def identity(self) -> Response:
        """Disconnect an outside identity."""
        context = self._context
        values, signed = await context.sessions.checked_form(), await context.sessions.recent()
        issuer, subject = values.get("issuer", ""), values.get("subject", "")
        now = context.now()

        async def operation(tx: Tx) -> str:
            if await tx.credentials.ways_in(signed.actor.id) < 2:
                return "last-way"
            await disconnect(tx, signed.actor, issuer, subject, now)
            await self._desk.tell(tx, signed, "identity")
            return "identity-removed"

        return redirect(PAGE, done=await context.store.write(operation))

    async def sessions(self) -> Response:
        """End one other session, or all others."""
        context = self._context
        values, signed = await context.sessions.checked_form(), await context.sessions.recent()
        number, owner = values.get("session", ""), signed.actor.id
        if number.isascii() and number.isdigit() and len(number) < 20:
            await context.store.write(lambda tx: tx.sessions.end_one(owner, int(number)))
            return redirect(PAGE, done="session-ended")
        await context.store.write(lambda tx: end_access(tx, owner, keep=signed.session.id))
        return redirect(PAGE, done="sessions-ended")


def add_security_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The addresses of the security page."""
    security = Security(desk)
    blueprint.get(PAGE, endpoint="security")(security.show)
    blueprint.post(f"{PAGE}/password", endpoint="own_password")(security.password)
    blueprint.post(f"{PAGE}/mail", endpoint="own_mail")(security.mail)
    blueprint.get(f"{PAGE}/mail/<code>", endpoint="mail_link")(security.mail_link)
    blueprint.post(f"{PAGE}/mail/<code>", endpoint="confirm_mail")(security.confirm_mail)
    blueprint.post(f"{PAGE}/identity", endpoint="own_identity")(security.identity)
    blueprint.post(f"{PAGE}/sessions", endpoint="own_sessions")(security.sessions)
