"""`/projects/ID/members`: who belongs to a project; leads invite, admit, change, remove."""

from collections.abc import Awaitable
from typing import Any, Final

from quart import Blueprint, Response, request

from federation.errors import FederationError, Gone, Refused, Unreachable
from objects.projects.fields import ROLES, Role
from objects.projects.membership import MAX_ENGAGEMENT
from outbox.context import ActRefused
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area, choice, line
from web.projects.deciding import Decisions
from web.projects.desk import TABS, Space, space
from web.projects.map import partner_map
from web.projects.refusals import because, done
from web.projects.words import ROLE_MEANINGS, ROLE_NAMES
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MAX_ADDRESS: Final = 500
MAX_REASON: Final = 500
Person = tuple[MembershipRecord, ActorRecord]

register_done(
    {
        "invited": mark("The invitation is sent."),
        "invitation-withdrawn": mark("The invitation is withdrawn."),
        "admitted": mark("Admitted: this person belongs to the project now."),
        "request-declined": mark("Declined; the person is told."),
        "member-changed": mark("The change is saved."),
        "member-removed": mark("This person no longer belongs to the project."),
        "proposal-accepted": mark("Done as proposed."),
        "proposal-rejected": mark("The proposal is declined; who made it is told."),
        "proposal-withdrawn": mark("Your proposal is withdrawn."),
        "sent-on": mark("Your decision is sent to the site where the project lives."),
    }
)
_ACTS: Final = {
    "withdraw": "invitation-withdrawn",
    "accept": "admitted",
    "decline": "request-declined",
    "remove": "member-removed",
}


class InviteForm(Form):
    """Who is invited, as what."""

    address = line(
        mark("Address of the person or organisation"),
        required(),
        longest(MAX_ADDRESS),
        hint=mark("It looks like name@site.example; for somebody of this site the name is enough."),
        autocapitalize="none",
        spellcheck="false",
    )
    role = choice(mark("Role"), (), required())
    message = area(mark("A word to them"), longest(MAX_ENGAGEMENT), rows=2)


class MemberForm(Form):
    """What a member is and does in the project."""

    role = choice(mark("Role"), (), required())
    engagement = area(
        mark("What they do in the project"),
        longest(MAX_ENGAGEMENT),
        rows=2,
        hint=mark("Days, rooms, money, skills; all members read it."),
    )


class MemberPages:
    """The list, one member, and what leads decide."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._decisions = Decisions(context)

    async def listed(
        self, found: Space, form: InviteForm | None = None, *, status: int = 200
    ) -> Response:
        """Everybody who belongs to the project; for its leads also what waits."""
        context, steering = self._context, self._decisions.may(found)
        _ = await context.renderer.translate()
        if form is None:
            form = await context.renderer.form(InviteForm, data={"role": "partner"})
        _fill_roles(form, _)
        shown = shows_members(found)

        async def look(tx: Tx) -> dict[str, list[Person]]:
            everybody = await tx.projects.everybody(found.group.id)
            people: dict[str, list[Person]] = {"member": [], "requested": [], "invited": []}
            for membership, person in everybody:
                known = membership.state in people and person.state == "active"
                if known and (membership.state == "member" or steering):
                    people[membership.state].append((membership, person))
            if not shown:
                people["member"] = [p for p in people["member"] if p[0].role == "lead"]
            return people

        people = await context.store.query(look)
        people["member"].sort(key=lambda pair: ROLES.index(pair[0].role))
        organisation = await context.renderer.organisation()
        drawn = await context.store.query(
            lambda tx: partner_map(tx, found, people["member"], organisation)
        )
        return await context.renderer.render(
            "projects/members.html",
            status=status,
            index=found.record.reach == "public" and bool(found.group.local),
            space=found,
            tabs=TABS,
            form=form,
            people=people,
            map=drawn,
            shown=shown,
            steering=steering,
            proposals=await self._decisions.proposals(found),
            own_proposals=await self._decisions.own(found),
            roles=ROLE_NAMES,
            role_meanings={role: _(text) for role, text in ROLE_MEANINGS.items()},
        )

    async def invite(self, number: int) -> Response:
        """Invite somebody of any server."""
        context, found = self._context, await self._led(number)
        sent = await context.sessions.checked_form()
        form = await context.renderer.form(InviteForm, sent)
        _ = await context.renderer.translate()
        _fill_roles(form, _)
        if not form.validate():
            return await self.listed(found, form, status=422)
        person = await self._looked_up(form)
        if person is None:
            return await self.listed(found, form, status=422)
        try:
            sent_on = await self._decisions.invite(
                found, person, form.role.data, form.message.data or ""
            )
        except ActRefused as refused:
            form.refuse("address", await because(context, refused))
            return await self.listed(found, form, status=422)
        return redirect(f"{found.base}/members", done="sent-on" if sent_on else "invited")

    async def one(self, number: int, actor_id: int) -> Response:
        """One member: role, engagement, and the way out."""
        context, found = self._context, await self._led(number)
        membership, person = await self._person(found, actor_id)
        if membership.state != "member":
            raise Refused(404, "not-found", "There is no such member.")
        _ = await context.renderer.translate()
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        present = {"role": membership.role, "engagement": membership.engagement}
        form = await context.renderer.form(MemberForm, sent, data=present)
        _fill_roles(form, _)
        if not found.group.local and not form.engagement.data and membership.engagement:
            form.refuse("engagement", _(mark("From here this can be changed, not taken away.")))
        elif sent is not None and form.validate():
            try:
                sent_on = await self._decisions.change(
                    found, person, form.role.data, form.engagement.data or ""
                )
            except ActRefused as refused:
                form.refuse("role", await because(context, refused))
            else:
                said = "sent-on" if sent_on else "member-changed"
                return redirect(f"{found.base}/members", done=said)
        return await context.renderer.render(
            "projects/member.html",
            status=422 if sent is not None else 200,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
            person=person,
            membership=membership,
            role_meanings={role: _(text) for role, text in ROLE_MEANINGS.items()},
        )

    async def act(self, number: int, actor_id: int, act: str) -> Response:
        """Withdraw an invitation, answer a request, remove a member."""
        context, found = self._context, await self._led(number)
        sent = await context.sessions.checked_form()
        _membership, person = await self._person(found, actor_id)
        role: Role = next((r for r in ROLES if r == sent.get("role")), "partner")
        reason = sent.get("reason", "").strip()[:MAX_REASON]
        sent_on = await done(context, self._decisions.act(found, person, act, role, reason))
        return redirect(f"{found.base}/members", done="sent-on" if sent_on else _ACTS[act])

    async def decide(self, number: int, offer_id: int) -> Response:
        """Agree to a proposal, or not."""
        found = await self._led(number)
        sent = await self._context.sessions.checked_form()
        agreed = sent.get("answer") == "yes"
        reason = sent.get("reason", "").strip()[:MAX_REASON]
        deciding = self._decisions.decide(found, offer_id, agreed=agreed, reason=reason)
        await self._known(deciding)
        said = "proposal-accepted" if agreed else "proposal-rejected"
        return redirect(f"{found.base}/members", done=said)

    async def take_back(self, number: int, offer_id: int) -> Response:
        """Withdraw one's own proposal."""
        await self._context.sessions.required("reader")
        await self._context.sessions.checked_form()
        found = await space(self._context, number)
        await self._known(self._decisions.take_back(found, offer_id))
        return redirect(f"{found.base}/members", done="proposal-withdrawn")

    async def _known(self, doing: Awaitable[None]) -> None:
        try:
            await done(self._context, doing)
        except LookupError:
            raise Refused(404, "not-found", "There is no such proposal.") from None

    async def _led(self, number: int) -> Space:
        """The project, for those who lead it here or from here. Raises `Refused`: 404, 403."""
        await self._context.sessions.required("reader")
        found = await space(self._context, number)
        if not self._decisions.may(found):
            raise Refused(403, "not-a-lead", "Only those who lead the project do this.")
        return found

    async def _person(self, found: Space, actor_id: int) -> Person:
        async def look(tx: Tx) -> Person | None:
            membership = await tx.projects.membership(found.group.id, actor_id)
            person = await tx.actors.by_id(actor_id)
            return (membership, person) if membership is not None and person is not None else None

        known = await self._context.store.query(look) if actor_id < 2**63 else None
        if known is None:
            raise Refused(404, "not-found", "There is no such member.")
        return known

    async def _looked_up(self, form: InviteForm) -> ActorRecord | None:
        """Who was typed; None when nobody was found, said beside the field."""
        typed = (form.address.data or "").strip().removeprefix("@")
        _ = await self._context.renderer.translate()
        own = "@" not in typed and "://" not in typed
        try:
            if not own:
                return await self._context.outbox.remote.resolve(typed)
            person = await self._context.store.query(lambda tx: tx.actors.local(typed))
            if person is not None and person.state == "active":
                return person
            text = mark("Nobody of this name is on this site. Write the whole address for others.")
        except Unreachable:
            text = mark("The site of this address does not answer. Try again in a moment.")
        except (Gone, LookupError, ValueError):
            text = mark("This address leads to nobody. It looks like name@site.example; check it.")
        except FederationError:
            text = mark("What answers at this address is no account that can be invited.")
        form.refuse("address", _(text))
        return None


def shows_members(found: Space) -> bool:
    """Whether the viewer may know who belongs to the project, beside those who lead it."""
    if found.record.reach == "public" or found.is_member:
        return True
    invited = found.membership is not None and found.membership.state == "invited"
    return invited or (found.record.reach == "network" and found.viewer is not None)


def _fill_roles(form: Any, translate: Any) -> None:
    form.role.choices = [(role, translate(ROLE_NAMES[role])) for role in ROLES]


def add_member_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The list of members and everything that leads do with it."""
    pages = MemberPages(context)

    @blueprint.get("/projects/<int:number>/members")
    async def members(number: int) -> Response:
        await context.renderer.ensure_open()
        return await pages.listed(await space(context, number))

    blueprint.post("/projects/<int:number>/members", endpoint="invite")(pages.invite)
    blueprint.route(
        "/projects/<int:number>/members/<int:actor_id>", methods=["GET", "POST"], endpoint="member"
    )(pages.one)
    blueprint.post(
        "/projects/<int:number>/members/<int:actor_id>/"
        "<any(withdraw, accept, decline, remove):act>",
        endpoint="act_on_member",
    )(pages.act)
    blueprint.post("/projects/<int:number>/proposals/<int:offer_id>", endpoint="decide_proposal")(
        pages.decide
    )
    blueprint.post(
        "/projects/<int:number>/proposals/<int:offer_id>/withdraw", endpoint="withdraw_proposal"
    )(pages.take_back)
