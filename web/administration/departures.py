"""`/admin/departures/NAME`: somebody leaves; their experiences stay here, or go with them."""

from typing import Final

from quart import Blueprint, Response

from actors.administration import NotPossible
from actors.site import Policy, read_site
from federation.errors import Refused
from outbox.acts.handover import hand_over
from outbox.acts.leave import leave
from storage.oversight import OversightStatements
from storage.records import ActorRecord, MemberRecord, ObjectRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.administration.members import LAST_ONE
from web.forms import Form, choice, line, ticked
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

CHOICES: Final = {
    "organisation": mark("The experiences stay with the organisation"),
    "person": mark("Everything goes with the person"),
}
MEANINGS: Final = {
    "organisation": mark(
        "The account is closed and emptied. The experiences keep their addresses, comments and "
        "author; the organisation becomes their co-author and looks after them."
    ),
    "person": mark(
        "The account and everything published with it is deleted, here and on the servers that "
        "got it. This cannot be undone. Let the person take their archive first (Settings)."
    ),
}

register_done(
    {
        "left-stays": mark("The account is closed. The organisation looks after the experiences."),
        "left-gone": mark("The account is deleted, and other servers are told to delete too."),
    }
)


class DepartureForm(Form):
    """How somebody leaves."""

    fate = choice(mark("What becomes of the experiences?"), (), required(mark("Choose.")))
    anonymous = ticked(
        mark("Take the person’s name away"),
        hint=mark("If they stay: “former member” stands in its place. The address keeps its word."),
    )
    reason = line(mark("Why"), longest(300), hint=mark("It is kept in the list “Who did what”."))
    confirmation = line(
        mark("To confirm, write the name of the account"),
        required(mark("Write the name of the account, as it stands above.")),
        autocapitalize="none",
        autocomplete="off",
        spellcheck="false",
    )


class DeparturePages:
    """The form, and what it does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(
        self, username: str, form: DepartureForm | None = None, status: int = 200
    ) -> Response:
        """What would become of how many experiences."""
        await self._desk.careful_admin()
        actor, _member = await self._person(username)
        known = await self._desk.query(lambda tx: _stock(tx, actor))
        records, policy = known
        form = form or await self._desk.context.renderer.form(DepartureForm, fate=policy.departures)
        _ = await self._desk.context.renderer.translate()
        form.fate.choices = [(name, _(text)) for name, text in CHOICES.items()]
        return await self._desk.page(
            "departure",
            actor=actor,
            form=form,
            number_of=len(records),
            meanings={name: _(text) for name, text in MEANINGS.items()},
            status=status,
        )

    async def depart(self, username: str) -> Response:
        """Let somebody go."""
        signed = await self._desk.careful_admin()
        actor, _member = await self._person(username)
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(DepartureForm, values)
        _ = await self._desk.context.renderer.translate()
        form.fate.choices = [(name, _(text)) for name, text in CHOICES.items()]
        form.validate()
        typed = (form.confirmation.data or "").removeprefix("@").lower()
        if typed and typed != actor.username.lower():
            form.refuse("confirmation", _("This is not the name of the account."))
        if actor.id == signed.actor.id:
            form.refuse("", _("Ask another administrator, or leave through your own settings."))
        stays = form.fate.data == "organisation"
        if form.errors:
            return await self.page(username, form, 422)
        try:
            await self._carry_out(actor, signed.actor, form, stays=stays)
        except NotPossible:
            form.refuse("", _(LAST_ONE))
            return await self.page(username, form, 422)
        return redirect("/admin/members", done="left-stays" if stays else "left-gone")

    async def _carry_out(
        self, actor: ActorRecord, by: ActorRecord, form: DepartureForm, *, stays: bool
    ) -> None:
        context, reason = self._desk.context, form.reason.data or ""
        if not stays:
            await leave(context.outbox, actor, by.account, reason)
            return
        _ = await context.renderer.translate()
        former = _("Former member") if form.anonymous.data else ""
        organisation = await self._desk.organisation()
        await hand_over(context.outbox, actor, organisation, by, reason, former_name=former)

    async def _person(self, username: str) -> tuple[ActorRecord, MemberRecord]:
        actor = await self._desk.actor(username)
        member = await self._desk.query(lambda tx: tx.members.by_actor(actor.id))
        if actor.type != "Person" or member is None:
            raise Refused(404, "no-member", "There is no such person here.")
        return actor, member


async def _stock(tx: Tx, actor: ActorRecord) -> tuple[list[ObjectRecord], Policy]:
    records = await OversightStatements(tx.connection).experiences_of(actor.id)
    return records, await read_site(tx, Policy)


def add_departure_routes(blueprint: Blueprint, desk: Desk) -> None:
    """People who leave."""
    pages = DeparturePages(desk)
    blueprint.post("/admin/departures/<username>", endpoint="depart")(pages.depart)

    @blueprint.get("/admin/departures/<username>")
    async def departure(username: str) -> Response:
        return await pages.page(username)
