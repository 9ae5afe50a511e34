"""`/sign-in`: name and password, or a link by mail; and `/sign-in/again` for dangerous acts."""

import logging

from quart import Blueprint, Response, request

from actors.sign_in.accounts import account_with_password, find_accounts, spelling
from actors.sign_in.codes import SIGN_IN_LINK, details_of, look_at, new_code, spend
from actors.sign_in.passwords import MAX_PASSWORD
from actors.sign_in.throttle import TooOften
from storage.records import ActorRecord, MemberRecord
from storage.sessions import CodeRecord
from storage.store import Tx
from web.forms import Form, line, secret
from web.rendering import redirect
from web.rules import longest, required
from web.sessions import SignInNeeded
from web.sign_in.desk import HOME, Desk, address, say_too_often, wanted_path
from web.texts import mark

log = logging.getLogger(__name__)


class SignInForm(Form):
    """Name and password; the password is not needed for a link by mail."""

    name = line(
        mark("Your name on this site, or your mail address"),
        required(mark("Write your name on this site or your mail address.")),
        longest(300),
        autocomplete="username webauthn",
        autocapitalize="none",
        spellcheck="false",
    )
    password = secret(mark("Password"), longest(MAX_PASSWORD))


class Entrance:
    """The page where members sign in, and what becomes of its form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """The empty form; whoever is signed in goes on at once."""
        if await self._context.sessions.current() is not None:
            return redirect(wanted_path(request.args) or HOME)
        form = await self._context.renderer.form(SignInForm)
        return await self._page(form, wanted_path(request.args))

    async def again(self) -> Response:
        """The same for somebody who is signed in, and must prove it once more."""
        signed = await self._context.sessions.required("reader")
        form = await self._context.renderer.form(SignInForm, name=signed.actor.username)
        return await self._page(form, wanted_path(request.args))

    async def password(self) -> Response:
        """Check name and password; every problem comes back into the form."""
        values = await self._context.sessions.checked_form()
        form = await self._context.renderer.form(SignInForm, values)
        _ = await self._context.renderer.translate()
        path = wanted_path(values)
        if not form.validate():
            return await self._page(form, path, status=422)
        if not form.password.data:
            form.refuse("password", _("Write your password, or ask for a link by mail."))
            return await self._page(form, path, status=422)
        try:
            found = await self._account(form.name.data or "", form.password.data)
        except TooOften as error:
            return await self._too_often(form, path, error)
        if found is None:
            log.info("a wrong password from %s", address())
            form.refuse("", _("The name or the password is wrong."))
            return await self._page(form, path, status=403)
        return await self._desk.proved(*found, path)

    async def mail(self) -> Response:
        """Send a link, and answer the same whether there is such an account or not."""
        values = await self._context.sessions.checked_form()
        form = await self._context.renderer.form(SignInForm, values)
        path = wanted_path(values)
        if not form.validate():
            return await self._page(form, path, status=422)
        try:
            self._desk.throttle.by_address(address())
        except TooOften as error:
            return await self._too_often(form, path, error)
        await self._send_link(form.name.data or "", path)
        return await self._context.renderer.render(
            "sign_in/mail_sent.html", index=False, typed=form.name.data
        )

    async def link(self) -> Response:
        """What the link in the mail opens: a button. Mail filters open links, but press nothing."""
        code = request.args.get("code", "")
        known = await self._known_link(code)
        return await self._link_page(code, known)

    async def use_link(self) -> Response:
        """The button of that page: the link is spent, and somebody is signed in."""
        values = await self._context.sessions.checked_form()
        code, now = values.get("code", ""), self._context.now()
        self._desk.throttle.by_address(address())
        record = await self._context.store.write(lambda tx: spend(tx, code, SIGN_IN_LINK, now))
        accounts = await self._accounts_of(record) if record else []
        if record is None or not accounts:
            return await self._link_page("", None)
        return await self._desk.proved(*accounts[0], str(details_of(record).get("next", "")))

    async def sign_out(self) -> Response:
        """End this session."""
        await self._context.sessions.checked_form()
        response = redirect("/", done="signed-out")
        await self._context.sessions.end(response)
        return response

    async def _account(self, typed: str, password: str) -> tuple[ActorRecord, MemberRecord] | None:
        self._desk.throttle.by_address(address())
        identifiers = self._context.outbox.identifiers
        key = spelling(typed).removesuffix(f"@{identifiers.host}")
        self._desk.throttle.by_account(f"password {key}")
        return await account_with_password(self._context.store, identifiers, typed, password)

    async def _send_link(self, typed: str, path: str) -> None:
        """Queue the mails; for nobody, do the same work and send nothing."""
        context, now = self._context, self._context.now()
        enough = not self._desk.throttle.mail(spelling(typed))
        language = await context.renderer.language()

        async def operation(tx: Tx) -> None:
            found = await find_accounts(tx, context.outbox.identifiers, typed)
            reachable = [(actor, member) for actor, member in found if member.email]
            for actor, member in reachable:
                code = await new_code(
                    tx, SIGN_IN_LINK, now, actor_id=actor.id, details={"next": path}
                )
                link = f"{context.settings.origin}/sign-in/link?code={code}"
                if not enough:
                    await context.mails.queue(
                        tx,
                        member.email,
                        "sign_in_link",
                        member.language or language,
                        name=actor.name or actor.username,
                        link=link,
                    )
            if not reachable:
                # As much work as for an account, so that the time tells nothing.
                await new_code(tx, SIGN_IN_LINK, now, details={"next": path})
                await context.mails.message(tx, "sign_in_link", language, name="", link="")

        await context.store.write(operation)

    async def _known_link(self, code: str) -> ActorRecord | None:
        now = self._context.now()
        record = await self._context.store.query(lambda tx: look_at(tx, code, SIGN_IN_LINK, now))
        accounts = await self._accounts_of(record) if record else []
        return accounts[0][0] if accounts else None

    async def _accounts_of(self, record: CodeRecord) -> list[tuple[ActorRecord, MemberRecord]]:
        owner = record.actor_id
        if owner is None:
            return []
        return await self._context.store.query(lambda tx: tx.credentials.account(owner))

    async def _link_page(self, code: str, actor: ActorRecord | None) -> Response:
        return await self._context.renderer.render(
            "sign_in/link.html",
            status=200 if actor else 410,
            index=False,
            code=code,
            actor=actor,
        )

    async def _too_often(self, form: SignInForm, path: str, error: TooOften) -> Response:
        headers = await say_too_often(self._context, form, error)
        return await self._page(form, path, status=429, headers=headers)

    async def _page(
        self,
        form: SignInForm,
        path: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        signed = await self._context.sessions.current()
        # Needed for this button alone; the one for a link by mail does without.
        form.password.flags.required = True
        return await self._context.renderer.render(
            "sign_in/sign_in.html",
            status=status,
            headers=headers,
            index=False,
            scripts=("passkeys.js",),
            form=form,
            again=signed is not None,
            with_password=signed is None or bool(signed.member.password_hash),
            next=path,
            mails_arrive=self._desk.mails_arrive,
            provider=self._context.settings.oidc_name if self._desk.provider else "",
        )


def add_entering_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The addresses of signing in and out."""
    entrance = Entrance(desk)
    blueprint.get("/sign-in", endpoint="sign_in")(entrance.show)
    blueprint.get("/sign-in/again", endpoint="again")(entrance.again)
    blueprint.post("/sign-in/password", endpoint="password")(entrance.password)
    blueprint.post("/sign-in/mail", endpoint="mail")(entrance.mail)
    blueprint.get("/sign-in/link", endpoint="link")(entrance.link)
    blueprint.post("/sign-in/link", endpoint="use_link")(entrance.use_link)
    blueprint.post("/sign-out", endpoint="sign_out")(entrance.sign_out)

    @blueprint.get("/sign-in/password", endpoint="reload_password")
    @blueprint.get("/sign-in/mail", endpoint="reload_mail")
    async def back() -> Response:
        """Somebody reloaded the answer to a form."""
        raise SignInNeeded(HOME)
