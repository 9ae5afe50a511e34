"""`/admin/invitations`: inviting one colleague or a list, and what became of it."""

from dataclasses import replace
from typing import Final

from quart import Blueprint, Response, request

from actors.administration import ROLES
from actors.sign_in.invitation_files import MAX_BYTES, read_file
from actors.sign_in.invitations import (
    Invitation,
    Problem,
    Sent,
    Wanted,
    invite,
    open_invitations,
    renew,
    revoke,
)
from storage.store import Tx
from web.administration.desk import Desk
from web.administration.members import ROLE_MEANINGS, ROLE_NAMES
from web.forms import Form, choice, line, mail, upload
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

WRONG: Final = {
    "mail": mark("This is no mail address."),
    "role": mark("There is no such role."),
    "twice": mark("This address stands in the list twice."),
    "member": mark("Somebody with this address is a member already."),
    "columns": mark("There is no mail address on this line."),
    "shut": mark("Addresses at this mail domain are not accepted here."),
    "too-many": mark("The list is too long; the rest was left out."),
}

register_done(
    {
        "invited": mark("The invitation is on its way."),
        "invited-again": mark("The invitation was sent once more, with two more weeks."),
        "invitation-revoked": mark("The invitation is taken back."),
    }
)


class InviteForm(Form):
    """One person to invite."""

    mail = mail(mark("Mail address"), required(mark("Write the mail address.")), longest(200))
    name = line(mark("Name"), longest(100))
    role = choice(mark("What this person may do"), (), required(mark("Choose a role.")))


class ListForm(Form):
    """A list of people to invite."""

    people = upload(
        mark("A list from a spreadsheet (CSV)"),
        required(mark("Choose a file.")),
        hint=mark("Columns: name, mail, role. One person on each line, a thousand at most."),
        accept=".csv,text/csv",
    )


class InvitationPages:
    """The page, and what its forms do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(
        self,
        form: InviteForm | None = None,
        listed: ListForm | None = None,
        *,
        sent: list[Sent] | None = None,
        problems: list[Problem] | None = None,
        status: int = 200,
    ) -> Response:
        """Open invitations and the forms; after a list, who was invited and who was not."""
        await self._desk.admin()
        _ = await self._desk.context.renderer.translate()
        form = form or await self._desk.context.renderer.form(InviteForm, role="member")
        form.role.choices = [(role, _(ROLE_NAMES[role])) for role in ROLES]
        listed = listed or await self._desk.context.renderer.form(ListForm)
        now = self._desk.now()
        return await self._desk.page(
            "invitations",
            form=form,
            listed=listed,
            waiting=await self._desk.query(lambda tx: open_invitations(tx, now)),
            sent=sent or [],
            problems=[(problem, WRONG[problem.wrong]) for problem in problems or []],
            roles=ROLE_NAMES,
            meanings={role: _(text) for role, text in ROLE_MEANINGS.items()},
            origin=self._desk.context.settings.origin,
            mails_go_out=bool(self._desk.context.settings.mail_server),
            status=status,
        )

    async def one(self) -> Response:
        """Invite one person."""
        await self._desk.careful_admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(InviteForm, values)
        _ = await self._desk.context.renderer.translate()
        form.role.choices = [(role, _(ROLE_NAMES[role])) for role in ROLES]
        if not form.validate():
            return await self.page(form, status=422)
        wanted = Wanted(form.mail.data or "", form.name.data or "", form.role.data)
        sent, problems = await self._invite([wanted])
        if problems:
            form.refuse("mail", _(WRONG[problems[0].wrong]))
            return await self.page(form, status=422)
        return await self.page(sent=sent)

    async def several(self) -> Response:
        """Invite a list; whoever cannot be invited is named, the others are."""
        await self._desk.careful_admin()
        values = await self._desk.context.sessions.checked_form()
        files = await request.files
        listed = await self._desk.context.renderer.form(ListForm, values, files=files)
        _ = await self._desk.context.renderer.translate()
        if not listed.validate():
            return await self.page(listed=listed, status=422)
        data = listed.people.data.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            listed.refuse("people", _("This file is too large for a list of people."))
            return await self.page(listed=listed, status=422)
        wanted, bad = read_file(data)
        sent, problems = await self._invite(wanted)
        if not sent and not bad and not problems:
            listed.refuse("people", _("There is nobody in this file."))
            return await self.page(listed=listed, status=422)
        return await self.page(sent=sent, problems=bad + problems)

    async def again(self) -> Response:
        """Send an invitation once more."""
        await self._desk.careful_admin()
        key = (await self._desk.context.sessions.checked_form()).get("key", "")
        who, now = await self._desk.who(), self._desk.now()

        async def operation(tx: Tx) -> Sent:
            sent = await renew(tx, who, key, now)
            await self._mail(tx, sent)
            return sent

        return await self.page(sent=[await self._desk.write(operation)])

    async def take_back(self) -> Response:
        """Revoke an invitation."""
        await self._desk.admin()
        key = (await self._desk.context.sessions.checked_form()).get("key", "")
        who, now = await self._desk.who(), self._desk.now()
        await self._desk.write(lambda tx: revoke(tx, who, key, now))
        return redirect("/admin/invitations", done="invitation-revoked")

    async def _invite(self, wanted: list[Wanted]) -> tuple[list[Sent], list[Problem]]:
        who, now = await self._desk.who(), self._desk.now()

        async def operation(tx: Tx) -> tuple[list[Sent], list[Problem]]:
            sent, problems = await invite(tx, who, wanted, now)
            for one in sent:
                await self._mail(tx, one)
            return sent, problems

        return await self._desk.write(operation)

    async def _mail(self, tx: Tx, sent: Sent) -> None:
        invitation: Invitation = replace(sent.invitation, key="")
        await self._desk.context.mails.queue(
            tx,
            invitation.mail,
            "invitation",
            self._desk.context.settings.language,
            invitation=invitation,
            code=sent.code,
        )


def add_invitation_routes(blueprint: Blueprint, desk: Desk) -> None:
    """Inviting people."""
    pages = InvitationPages(desk)
    blueprint.post("/admin/invitations", endpoint="invite")(pages.one)
    blueprint.post("/admin/invitations/list", endpoint="invite_list")(pages.several)
    blueprint.post("/admin/invitations/again", endpoint="invite_again")(pages.again)
    blueprint.post("/admin/invitations/revoke", endpoint="revoke_invitation")(pages.take_back)

    @blueprint.get("/admin/invitations")
    async def invitations() -> Response:
        return await pages.page()

    @blueprint.get("/admin/invitations/<path:_>")
    async def reload_invitations(_: str) -> Response:
        """Somebody reloaded the answer to a form."""
        await desk.admin()
        return redirect("/admin/invitations")
