"""`/projects/ID/decisions`: proposals, what is objected, votes, outcomes."""

from collections.abc import Awaitable
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.errors import Refused
from objects.polls import choices, may_vote
from objects.projects.decisions import STANCES, Decision, decision, decisions
from objects.projects.entries import end_of
from objects.projects.fields import PROJECT_REACHES
from outbox.acts.projects.decisions import (
    MAX_QUORUM,
    Proposal,
    close_vote,
    propose,
    raise_objection,
    resolve_objection,
    tidy_choices,
    withdraw_proposal,
)
from outbox.acts.projects.entries import MAX_TITLE
from outbox.acts.vote import vote
from outbox.context import ActRefused
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area, choice, integer, line, pick
from web.projects.desk import TABS, Space, member_space, space
from web.projects.journal import milestones_of
from web.projects.notes import Place, place_of
from web.projects.offering import own_text
from web.projects.refusals import because, done
from web.projects.words import REACH_NAMES
from web.projects.writing import offer_milestones
from web.rendering import redirect, register_done
from web.rules import longest, of_our_time, required
from web.texts import mark

MAX_TEXT: Final = 20_000
MAX_OBJECTION: Final = 5_000
REASONS: Final = {
    "over": mark("The last day to vote cannot be over already."),
    "choices": mark("A vote has two to ten different choices, one on each line."),
    "quorum": mark("Write a whole number from 1 to 10,000."),
    "closed": mark("The vote is closed."),
    "voted": mark("You have voted already; a vote counts once."),
    "no-voter": mark("Leads and partners of the project vote."),
    "no-choice": mark("Choose one of the proposals."),
    "decided": mark("This proposal is decided or withdrawn already."),
    "resolved": mark("This objection is met already."),
    "not-yours": mark("Only who wrote it does this."),
    "not-a-member": mark("Only members of the project do this."),
    "observer": mark("Observers read and comment; they propose nothing."),
}
_FIELDS: Final = {"over": "closes", "choices": "choices", "quorum": "quorum", "no-title": "title"}

register_done(
    {
        "proposed-vote": mark("Your proposal is published; leads and partners can vote now."),
        "vote-cast": mark("Your vote is sent to who counts it. It counts once."),
        "objected": mark("Your objection stands beside the proposal."),
        "objection-met": mark("This objection is met."),
        "vote-closed": mark("The vote is closed, and its outcome is published."),
        "proposal-taken-back": mark("The proposal is withdrawn."),
    }
)


class ProposalForm(Form):
    """What is proposed, and how one votes on it."""

    title = line(mark("What do you propose?"), required(), longest(MAX_TITLE))
    text = area(mark("Why, and what would follow"), longest(MAX_TEXT), rows=6)
    choices = area(
        mark("Choices"),
        required(),
        rows=4,
        hint=mark("One on each line. For and against are counted; abstentions are not."),
    )
    closes = line(
        mark("Last day to vote"), required(), of_our_time(), type="date", **{"class": "short"}
    )
    quorum = integer(
        mark("How many must vote"),
        hint=mark("With fewer votes nothing is adopted. Leads and partners vote."),
    )
    milestone = pick(mark("Milestone"))
    reach = pick(mark("Who can read it?"), (), required())


class BallotForm(Form):
    """One vote."""

    chosen = choice(mark("Your vote"), (), required())


class ObjectionForm(Form):
    """What speaks against a proposal."""

    text = area(mark("What do you object?"), required(), longest(MAX_OBJECTION), rows=4)


class DecisionPages:
    """The list, one decision, and what members do with it."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def listed(self, number: int) -> Response:
        """All decisions that the viewer may see, latest first."""
        context, found = self._context, await space(self._context, number)
        viewer_id, now = found.viewer_id, context.now()
        group_id = found.group.id
        known = await context.store.query(lambda tx: decisions(tx, group_id, viewer_id, now))
        return await context.renderer.public(
            "projects/decisions.html",
            index=bool(found.group.local) and found.record.reach == "public",
            space=found,
            tabs=TABS,
            decisions=known,
            end_of=end_of,
        )

    async def one(
        self,
        place: Place,
        *,
        ballot: BallotForm | None = None,
        objection: ObjectionForm | None = None,
        status: int = 200,
    ) -> Response:
        """A decision from the proposal to its outcome."""
        context, viewer = self._context, place.space.viewer
        now, viewer_id = context.now(), place.space.viewer_id

        async def look(tx: Tx) -> tuple[Decision | None, bool]:
            found = await decision(tx, place.record, viewer_id, now)
            allowed = viewer is not None and await may_vote(tx, place.record, viewer)
            return found, allowed

        found, allowed = await context.store.query(look)
        if found is None:
            raise not_found("decision")
        ballot = ballot or await context.renderer.form(BallotForm)
        ballot.chosen.choices = [(name, name) for name, _votes in found.results]
        votes_now = allowed and not found.has_ended and not found.votes
        return await context.renderer.public(
            "projects/decision.html",
            status=status,
            index=bool(place.space.group.local) and place.record.visibility == "public",
            space=place.space,
            tabs=TABS,
            one=found,
            text=own_text(found.record),
            said={item.record.id: own_text(item.record) for item in found.objections},
            ballot=ballot if votes_now and found.poll is not None else None,
            objection=objection or await context.renderer.form(ObjectionForm),
            own=viewer is not None and viewer.id == found.author.id,
            end_of=end_of,
        )

    async def write(self, number: int) -> Response:
        """A new proposal."""
        context, found = self._context, await member_space(self._context, number)
        if not found.may_publish:
            raise Refused(403, "observer", "Observers read and comment; they propose nothing.")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await self._form(found, sent)
        if sent is not None and form.validate():
            try:
                record = await propose(
                    context.outbox, found.member, found.group, await self._proposal(form)
                )
            except ActRefused as refused:
                reason = await because(context, refused, REASONS)
                form.refuse(_FIELDS.get(refused.code, ""), reason)
            else:
                return redirect(f"{found.base}/decisions/{record.id}", done="proposed-vote")
        return await context.renderer.render(
            "projects/decision_form.html",
            status=200 if sent is None else 422,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
        )

    async def vote(self, number: int, object_id: int) -> Response:
        """One's own vote."""
        context, place, sent = self._context, *await self._sent(number, object_id)
        form = await context.renderer.form(BallotForm, sent)
        poll = await context.store.query(lambda tx: tx.objects.poll(object_id))
        form.chosen.choices = [(name, name) for name, _votes in (choices(poll) if poll else ())]
        if not form.validate():
            return await self.one(place, ballot=form, status=422)
        cast = vote(context.outbox, place.space.member, place.record, form.chosen.data or "")
        return await self._done(place, cast, "vote-cast")

    async def protest(self, number: int, object_id: int) -> Response:
        """Object to a proposal."""
        context, place, sent = self._context, *await self._sent(number, object_id)
        form = await context.renderer.form(ObjectionForm, sent)
        if not form.validate():
            return await self.one(place, objection=form, status=422)
        raised = raise_objection(
            context.outbox, place.space.member, place.record, form.text.data or ""
        )
        return await self._done(place, raised, "objected")

    async def resolve(self, number: int, object_id: int, objection_id: int) -> Response:
        """Say that an objection is met."""
        place, _ = await self._sent(number, object_id)
        objected = await place_of(self._context, number, objection_id)
        if objected.record.in_reply_to_id != object_id:
            raise not_found("objection")
        outbox, viewer = self._context.outbox, place.space.member
        resolved = resolve_objection(outbox, viewer, objected.record)
        return await self._done(place, resolved, "objection-met")

    async def end(self, number: int, object_id: int, *, withdrawn: bool) -> Response:
        """Close the vote now, or withdraw the proposal."""
        place, _ = await self._sent(number, object_id)
        end = withdraw_proposal if withdrawn else close_vote
        doing = end(self._context.outbox, place.space.member, place.record)
        return await self._done(place, doing, "proposal-taken-back" if withdrawn else "vote-closed")

    async def _sent(self, number: int, object_id: int) -> tuple[Place, Any]:
        """The decision and the form of a member. Raises `Refused`."""
        await member_space(self._context, number)
        sent = await self._context.sessions.checked_form()
        return await place_of(self._context, number, object_id), sent

    async def _done(self, place: Place, doing: Awaitable[object], said: str) -> Response:
        await done(self._context, doing, REASONS)
        return redirect(f"{place.space.base}/decisions/{place.record.id}", done=said)

    async def _form(self, found: Space, sent: Any) -> ProposalForm:
        context = self._context
        language = await context.renderer.language()
        data = {"choices": "\n".join(STANCES[language]), "reach": found.record.reach}
        form = await context.renderer.form(ProposalForm, sent, data=data)
        _ = await context.renderer.translate()
        form.reach.choices = [(reach, _(REACH_NAMES[reach])) for reach in PROJECT_REACHES]
        milestones = await context.store.query(lambda tx: milestones_of(tx, found))
        await offer_milestones(context, form, milestones)
        form.quorum.render_kw = {**(form.quorum.render_kw or {}), "maxlength": len(f"{MAX_QUORUM}")}
        return form

    async def _proposal(self, form: ProposalForm) -> Proposal:
        return Proposal(
            title=form.title.data or "",
            text=form.text.data or "",
            choices=tidy_choices((form.choices.data or "").splitlines()),
            closes=form.closes.data or "",
            quorum=form.quorum.data,
            milestone=form.milestone.data or "",
            reach=form.reach.data,
            language=await self._context.renderer.language(),
        )


def add_decision_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Reading, proposing, objecting, voting, closing."""
    pages = DecisionPages(context)
    path = "/projects/<int:number>/decisions"

    @blueprint.get(path)
    async def decision_list(number: int) -> Response:
        return await pages.listed(number)

    @blueprint.route(f"{path}/new", methods=["GET", "POST"])
    async def new_decision(number: int) -> Response:
        return await pages.write(number)

    @blueprint.get(f"{path}/<int:object_id>")
    async def one_decision(number: int, object_id: int) -> Response:
        return await pages.one(await place_of(context, number, object_id))

    @blueprint.post(f"{path}/<int:object_id>/vote")
    async def vote_on_decision(number: int, object_id: int) -> Response:
        return await pages.vote(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/object")
    async def object_to_decision(number: int, object_id: int) -> Response:
        return await pages.protest(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/objections/<int:objection_id>/met")
    async def meet_objection(number: int, object_id: int, objection_id: int) -> Response:
        return await pages.resolve(number, object_id, objection_id)

    @blueprint.post(f"{path}/<int:object_id>/close")
    async def close_decision(number: int, object_id: int) -> Response:
        return await pages.end(number, object_id, withdrawn=False)

    @blueprint.post(f"{path}/<int:object_id>/withdraw")
    async def withdraw_decision(number: int, object_id: int) -> Response:
        return await pages.end(number, object_id, withdrawn=True)
