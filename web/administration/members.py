"""`/admin/members`: the people of the node, what they may do, and their way in."""

from typing import Final

from quart import Blueprint, Response

from actors.administration import (
    ROLES,
    NotPossible,
    audit,
    close_account,
    open_account,
    set_role,
)
from actors.moderation import keep_somebody_in_charge
from actors.sign_in.codes import HANDED_LINK, new_code
from actors.sign_in.totp import turn_off
from federation.errors import Refused
from storage.records import ActorRecord, MemberRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.forms import Form, choice, line
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

ROLE_NAMES: Final = {
    "reader": mark("Reader"),
    "member": mark("Author"),
    "editor": mark("Editor"),
    "admin": mark("Administrator"),
}
ROLE_MEANINGS: Final = {
    "reader": mark("Reads what members read, comments, follows."),
    "member": mark("Does the same, writes and publishes experiences."),
    "editor": mark("Does the same, reviews what others wrote, writes for the organisation."),
    "admin": mark("Does everything: people, settings of the site, reports."),
}

register_done(
    {
        "role-changed": mark("The role is changed."),
        "account-closed": mark("The account is closed: nobody can sign in to it any more."),
        "factor-off": mark("No code is asked for any more."),
        "account-open": mark("The account is open again."),
    }
)


class RoleForm(Form):
    """What somebody may do."""

    role = choice(mark("What this person may do"), (), required(mark("Choose a role.")))
    reason = line(mark("Why"), longest(300), hint=mark("It is kept in the list “Who did what”."))


class ReasonForm(Form):
    """Why an account is closed or opened."""

    reason = line(mark("Why"), longest(300), hint=mark("It is kept in the list “Who did what”."))


class MemberPages:
    """The list, and one person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def listed(self) -> Response:
        """Everybody with an account; nothing about what they do is counted."""
        await self._desk.admin()
        accounts = await self._desk.query(lambda tx: tx.members.all())
        people = [pair for pair in accounts if pair[0].type == "Person"]
        people.sort(key=lambda pair: (pair[1].disabled_at is not None, _name(pair[0]).lower()))
        return await self._desk.page("members", people=people, roles=ROLE_NAMES)

    async def one(
        self,
        username: str,
        form: RoleForm | None = None,
        *,
        link: str = "",
        status: int = 200,
    ) -> Response:
        """One person, with what can be done."""
        await self._desk.admin()
        actor, member = await self._person(username)
        _ = await self._desk.context.renderer.translate()
        if form is None:
            form = await self._desk.context.renderer.form(RoleForm, role=member.role)
        form.role.choices = [(role, _(ROLE_NAMES[role])) for role in ROLES]
        ways, factor = await self._desk.query(lambda tx: _ways_in(tx, actor))
        return await self._desk.page(
            "member",
            actor=actor,
            member=member,
            form=form,
            link=link,
            can_sign_in=ways > 0,
            second_factor=factor,
            meanings={role: _(text) for role, text in ROLE_MEANINGS.items()},
            roles=ROLE_NAMES,
            status=status,
        )

    async def change_role(self, username: str) -> Response:
        """Give a role."""
        await self._desk.careful_admin()
        actor, member = await self._person(username)
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(RoleForm, values)
        _ = await self._desk.context.renderer.translate()
        form.role.choices = [(role, _(ROLE_NAMES[role])) for role in ROLES]
        if not form.validate():
            return await self.one(username, form, status=422)
        if form.role.data == member.role:
            return redirect(f"/admin/members/{username}")
        who, role, reason = await self._desk.who(), form.role.data, form.reason.data or ""

        async def operation(tx: Tx) -> None:
            if role != "admin":
                await _keep_a_person_in_charge(tx, actor)
            await set_role(tx, who, actor, role, reason, self._desk.now())

        try:
            await self._desk.store.write(operation)
        except NotPossible:
            form.refuse("role", _(LAST_ONE))
            return await self.one(username, form, status=422)
        return redirect(f"/admin/members/{username}", done="role-changed")

    async def close(self, username: str) -> Response:
        """Close an account."""
        signed = await self._desk.careful_admin()
        actor, _member = await self._person(username)
        form = await self._reason()
        _ = await self._desk.context.renderer.translate()
        if not form.validate():
            return await self.one(username, status=422)
        if actor.id == signed.actor.id:
            raise Refused(
                422, "not-possible", _("Ask another administrator to close your account.")
            )
        who, reason = signed.actor.account, form.reason.data or ""

        async def operation(tx: Tx) -> None:
            await _keep_a_person_in_charge(tx, actor)
            await close_account(tx, who, actor, reason, self._desk.now())

        await self._desk.write(operation)
        return redirect(f"/admin/members/{username}", done="account-closed")

    async def reopen(self, username: str) -> Response:
        """Open an account again."""
        await self._desk.careful_admin()
        actor, _ = await self._person(username)
        form = await self._reason()
        if not form.validate():
            return await self.one(username, status=422)
        who, reason = await self._desk.who(), form.reason.data or ""
        now = self._desk.now()
        await self._desk.write(lambda tx: open_account(tx, who, actor, reason, now))
        return redirect(f"/admin/members/{username}", done="account-open")

    async def hand_link(self, username: str) -> Response:
        """A link with which somebody can sign in once, to be handed over; shown this once."""
        await self._desk.careful_admin()
        actor, member = await self._person(username)
        await self._desk.context.sessions.checked_form()
        if member.disabled_at is not None:
            raise Refused(422, "not-possible", "This account is closed.")
        who, now = await self._desk.who(), self._desk.now()

        async def operation(tx: Tx) -> str:
            await audit(tx, who, "member link", actor.account, "", now)
            return await new_code(tx, HANDED_LINK, now, actor_id=actor.id, created_by=who)

        code = await self._desk.write(operation)
        link = f"{self._desk.context.settings.origin}/sign-in/link?code={code}"
        return await self.one(username, link=link)

    async def end_second_factor(self, username: str) -> Response:
        """Ask somebody for no code any more: they lost the telephone and the spare codes."""
        await self._desk.careful_admin()
        actor, _member = await self._person(username)
        await self._desk.context.sessions.checked_form()
        who, now = await self._desk.who(), self._desk.now()
        await self._desk.write(lambda tx: turn_off(tx, who, actor, now))
        return redirect(f"/admin/members/{username}", done="factor-off")

    async def _person(self, username: str) -> tuple[ActorRecord, MemberRecord]:
        actor = await self._desk.actor(username)
        member = await self._desk.query(lambda tx: tx.members.by_actor(actor.id))
        if member is None or actor.type != "Person":
            raise Refused(404, "no-member", "There is no such person here.")
        return actor, member

    async def _reason(self) -> ReasonForm:
        values = await self._desk.context.sessions.checked_form()
        return await self._desk.context.renderer.form(ReasonForm, values)


LAST_ONE: Final = mark("This is the last administrator. Name another one first.")


async def _ways_in(tx: Tx, actor: ActorRecord) -> tuple[int, bool]:
    """How many ways to sign in there are, and whether a code is asked for besides."""
    factor = await tx.credentials.factor(actor.id)
    asked = factor is not None and factor.confirmed_at is not None
    return await tx.credentials.ways_in(actor.id), asked


async def _keep_a_person_in_charge(tx: Tx, actor: ActorRecord) -> None:
    """Raise `NotPossible` when no person who can sign in would be administrator any more."""
    try:
        await keep_somebody_in_charge(tx, actor)
    except NotPossible:
        raise NotPossible(LAST_ONE) from None


def add_member_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The people of the node."""
    pages = MemberPages(desk)
    blueprint.get("/admin/members", endpoint="members")(pages.listed)
    blueprint.post("/admin/members/<username>/role", endpoint="role")(pages.change_role)
    blueprint.post("/admin/members/<username>/close", endpoint="close")(pages.close)
    blueprint.post("/admin/members/<username>/open", endpoint="open")(pages.reopen)
    blueprint.post("/admin/members/<username>/link", endpoint="link")(pages.hand_link)

    blueprint.post("/admin/members/<username>/factor", endpoint="factor")(pages.end_second_factor)

    @blueprint.get("/admin/members/<username>")
    async def member(username: str) -> Response:
        return await pages.one(username)

    @blueprint.get("/admin/members/<username>/<path:_>")
    async def reload_member(username: str, _: str) -> Response:
        """Somebody reloaded the answer to a form, or came back from proving who they are."""
        await desk.admin()
        return redirect(f"/admin/members/{username}")


def _name(actor: ActorRecord) -> str:
    return actor.name or actor.username
