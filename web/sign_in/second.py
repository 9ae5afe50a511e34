"""`/sign-in/code`: the second proof, a code of an authenticator application or a recovery code."""

import logging

from quart import Blueprint, Response, request

from actors.sign_in.codes import SECOND_FACTOR, details_of, look_at, spend
from actors.sign_in.throttle import TooOften
from actors.sign_in.totp import prove
from storage.records import ActorRecord
from storage.store import Tx
from web.forms import Form, line
from web.rendering import redirect
from web.rules import longest, required
from web.sign_in.desk import Desk, address, say_too_often
from web.texts import mark

log = logging.getLogger(__name__)


class CodeForm(Form):
    """Six digits, or a recovery code."""

    code = line(
        mark("Code"),
        required(mark("Write the code that your application shows.")),
        longest(40),
        hint=mark("The six digits that your application shows, or one of your recovery codes."),
        autocomplete="one-time-code",
        autocapitalize="none",
        spellcheck="false",
        autofocus=True,
    )


class SecondProof:
    """The page that asks for a code after the first proof."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """The form, for somebody who gave the first proof a moment ago."""
        pending, now = self._pending(), self._context.now()
        found = await self._context.store.query(lambda tx: look_at(tx, pending, SECOND_FACTOR, now))
        if found is None:
            return redirect("/sign-in")
        return await self._page(await self._context.renderer.form(CodeForm))

    async def check(self) -> Response:
        """Sign in with a right code; a wrong one leaves the first proof as it is."""
        form = await self._context.renderer.form(
            CodeForm, await self._context.sessions.checked_form()
        )
        _ = await self._context.renderer.translate()
        if not form.validate():
            return await self._page(form, status=422)
        try:
            owner = await self._owner()
            if owner is None:
                return redirect("/sign-in")
            self._desk.throttle.by_address(address())
            self._desk.throttle.by_code(str(owner))
        except TooOften as error:
            headers = await say_too_often(self._context, form, error)
            return await self._page(form, status=429, headers=headers)
        found = await self._prove(form.code.data or "")
        if found is None:
            log.info("a wrong second proof from %s", address())
            form.refuse("code", _("This code is wrong, too old, or was used already."))
            return await self._page(form, status=403)
        return await self._desk.enter(*found)

    def _pending(self) -> str:
        return request.cookies.get(self._desk.cookie("second"), "")

    async def _owner(self) -> int | None:
        pending, now = self._pending(), self._context.now()
        record = await self._context.store.query(
            lambda tx: look_at(tx, pending, SECOND_FACTOR, now)
        )
        return record.actor_id if record else None

    async def _prove(self, code: str) -> tuple[ActorRecord, str] | None:
        """Who is proved by this code, and where they go; the first proof is spent with it."""
        pending, now = self._pending(), self._context.now()

        async def operation(tx: Tx) -> tuple[ActorRecord, str] | None:
            record = await look_at(tx, pending, SECOND_FACTOR, now)
            owner = record.actor_id if record else None
            factor = await tx.credentials.factor(owner) if owner else None
            if record is None or factor is None or not factor.confirmed_at:
                return None
            accounts = await tx.credentials.account(factor.actor_id)
            if not accounts or not await prove(tx, factor, code, now):
                return None
            await spend(tx, pending, SECOND_FACTOR, now)
            return accounts[0][0], str(details_of(record).get("next", ""))

        return await self._context.store.write(operation)

    async def _page(
        self, form: CodeForm, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        return await self._context.renderer.render(
            "sign_in/code.html", status=status, headers=headers, index=False, form=form
        )


def add_second_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The addresses of the second proof."""
    second = SecondProof(desk)
    blueprint.get("/sign-in/code", endpoint="code")(second.show)
    blueprint.post("/sign-in/code", endpoint="check_code")(second.check)
