"""`/admin/measures`: what holds for single accounts, here and elsewhere."""

from typing import Final

from quart import Blueprint, Response, request

from actors.administration import NotPossible
from actors.moderation import Measure, Sanction, set_sensitized, warn_member
from federation.errors import FederationError, Refused
from outbox.acts.moderate import sanction_actor
from storage.records import ActorRecord
from storage.store import Tx
from web.administration.desk import Desk, id_of
from web.forms import Form, choice, line
from web.letters import Letters
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MEASURES: Final = {
    "limit": mark("Limit"),
    "suspend": mark("Suspend"),
    "sensitive": mark("Cover pictures and files"),
}
MEANINGS: Final = {
    "limit": mark("Only followers hear of the account; nothing of it is on public pages."),
    "suspend": mark("Nothing of the account is shown, nobody signs in to it; it can be lifted."),
    "sensitive": mark("Pictures and files are shown when one asks for them."),
}
TOLD: Final[dict[str, Measure]] = {
    "limit": "silence",
    "suspend": "suspend",
    "sensitive": "sensitive",
}

register_done(
    {
        "measure-taken": mark("The measure holds from now on."),
        "measure-lifted": mark("The measure is lifted."),
    }
)


class MeasureForm(Form):
    """A measure about one account."""

    account = line(
        mark("Account"),
        required(mark("Write the name of the account.")),
        longest(300),
        hint=mark("For example: name, or name@example.org for somebody on another server."),
        spellcheck="false",
        autocapitalize="none",
    )
    measure = choice(mark("What to do"), (), required(mark("Choose what to do.")))
    reason = line(
        mark("Why"),
        required(mark("Say why: others will ask.")),
        longest(500),
        hint=mark("It is kept in the list “Who did what”, and mailed to a member."),
    )


class MeasurePages:
    """The list, and what its forms do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, form: MeasureForm | None = None, status: int = 200) -> Response:
        """The accounts with a measure, and a form for another one."""
        await self._desk.admin()
        if form is None:
            asked = request.args.get("account", "")[:300]
            form = await self._desk.context.renderer.form(MeasureForm, account=asked)
        _ = await self._desk.context.renderer.translate()
        form.measure.choices = [(name, _(text)) for name, text in MEASURES.items()]
        found = await self._desk.query(lambda tx: tx.administration.measured())
        return await self._desk.page(
            "measures",
            form=form,
            accounts=found,
            names=MEASURES,
            meanings={name: _(text) for name, text in MEANINGS.items()},
            status=status,
        )

    async def take(self) -> Response:
        """Carry a measure out."""
        signed = await self._desk.careful_admin()
        context = self._desk.context
        form = await context.renderer.form(MeasureForm, await context.sessions.checked_form())
        _ = await context.renderer.translate()
        form.measure.choices = [(name, _(text)) for name, text in MEASURES.items()]
        if not form.validate():
            return await self.page(form, 422)
        actor = await self._named(form.account.data or "")
        if actor is None:
            form.refuse("account", _("There is no such account."))
            return await self.page(form, 422)
        if actor.id == signed.actor.id:
            form.refuse("account", _("Ask another administrator."))
            return await self.page(form, 422)
        try:
            await self._carry_out(actor, form.measure.data, form.reason.data or "")
        except NotPossible:
            form.refuse("measure", _("This is not possible for this account, or holds already."))
            return await self.page(form, 422)
        return redirect("/admin/measures", done="measure-taken")

    async def lift(self) -> Response:
        """Lift everything that holds for an account."""
        await self._desk.careful_admin()
        values = await self._desk.context.sessions.checked_form()
        number = id_of(values.get("account", ""))
        actor = await self._desk.query(lambda tx: tx.actors.by_id(number))
        if actor is None:
            raise Refused(404, "no-account", "There is no such account.")
        who, now = await self._desk.who(), self._desk.now()
        try:
            if actor.sanction:
                await sanction_actor(self._desk.context.outbox, who, actor, "", "")
            if actor.sensitized:
                await self._desk.write(
                    lambda tx: set_sensitized(tx, who, actor, "", now, sensitized=False)
                )
        except NotPossible as error:
            raise Refused(422, "not-possible", str(error)) from None
        return redirect("/admin/measures", done="measure-lifted")

    async def _named(self, typed: str) -> ActorRecord | None:
        """The account that was typed, here or elsewhere; None when there is none."""
        name = typed.strip().removeprefix("@")
        context = self._desk.context
        if "@" not in name and "://" not in name:
            return await self._desk.query(lambda tx: tx.actors.local(name))
        try:
            return await context.outbox.remote.resolve(name)
        except (FederationError, LookupError):
            return None

    async def _carry_out(self, actor: ActorRecord, measure: str, reason: str) -> None:
        who, now = await self._desk.who(), self._desk.now()
        letters = Letters(self._desk.context.mails, self._desk.context.settings)

        async def tell(tx: Tx) -> None:
            if actor.local:
                await warn_member(tx, actor, TOLD[measure], reason, now)
                await letters.measure(tx, actor, TOLD[measure], reason)

        async def cover(tx: Tx) -> None:
            await set_sensitized(tx, who, actor, reason, now, sensitized=True)
            await tell(tx)

        if measure == "sensitive":
            await self._desk.store.write(cover)
            return
        sanction: Sanction = "suspend" if measure == "suspend" else "limit"
        await sanction_actor(self._desk.context.outbox, who, actor, sanction, reason, also=tell)


def add_measure_routes(blueprint: Blueprint, desk: Desk) -> None:
    """Measures about single accounts."""
    pages = MeasurePages(desk)
    blueprint.post("/admin/measures", endpoint="take_measure")(pages.take)
    blueprint.post("/admin/measures/lift", endpoint="lift_measure")(pages.lift)

    @blueprint.get("/admin/measures")
    async def measures() -> Response:
        return await pages.page()
