"""Joining, answering an invitation, leaving: what people do about their own belonging."""

from typing import Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.projects.membership import MAX_ENGAGEMENT, is_member
from objects.projects.store import fields_of
from outbox.acts.projects.belonging import answer_invitation, join, leave
from outbox.context import ActRefused
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area
from web.projects.desk import TABS, Space, space
from web.projects.known import known_project
from web.projects.refusals import because, done
from web.rendering import redirect, register_done
from web.rules import longest
from web.texts import mark

_BELONGS: Final = {"member", "requested", "invited"}

register_done(
    {
        "joined": mark("You belong to the project now."),
        "asked-to-join": mark("Your request is sent; you are told when somebody has answered."),
        "invitation-accepted": mark("You have accepted the invitation."),
        "invitation-declined": mark("You have declined the invitation."),
        "project-left": mark("You no longer belong to the project."),
        "request-withdrawn": mark("Your request is withdrawn."),
    }
)


class JoinForm(Form):
    """Why somebody would like to join."""

    message = area(
        mark("What would you bring to the project?"),
        longest(MAX_ENGAGEMENT),
        rows=3,
        hint=mark("A sentence or two; those who lead the project read it."),
    )


def add_belonging_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/projects/ID/{join,answer,leave}`."""

    @blueprint.route("/projects/<int:number>/join", methods=["GET", "POST"])
    async def join_project(number: int) -> Response:
        signed = await context.sessions.required("reader")
        asked = await _joinable(context, number, signed.actor)
        if asked.membership is not None and asked.membership.state in _BELONGS:
            return redirect(asked.base)
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await context.renderer.form(JoinForm, sent)
        if sent is not None and form.validate():
            word = form.message.data or ""
            try:
                now = await join(context.outbox, signed.actor, asked.group, word)
            except ActRefused as refused:
                form.refuse("", await because(context, refused))
            else:
                if now.state == "member":
                    return redirect(asked.base, done="joined")
                return redirect("/projects", done="asked-to-join")
        return await context.renderer.render(
            "projects/join.html",
            status=422 if sent is not None else 200,
            index=False,
            space=asked,
            form=form,
        )

    @blueprint.post("/projects/<int:number>/answer")
    async def answer(number: int) -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        invited = await space(context, number)
        agreed = form.get("answer") == "yes"
        await done(
            context, answer_invitation(context.outbox, signed.actor, invited.group, agreed=agreed)
        )
        if agreed:
            return redirect(invited.base, done="invitation-accepted")
        return redirect("/projects", done="invitation-declined")

    @blueprint.route("/projects/<int:number>/leave", methods=["GET", "POST"])
    async def leave_project(number: int) -> Response:
        signed = await context.sessions.required("reader")
        left = await _left(context, number, signed.actor)
        if request.method == "POST":
            await context.sessions.checked_form()
            await done(context, leave(context.outbox, signed.actor, left.group))
            said = "project-left" if is_member(left.membership) else "request-withdrawn"
            return redirect("/projects", done=said)
        return await context.renderer.render(
            "projects/leave.html", index=False, space=left, tabs=TABS
        )


async def _joinable(context: WebContext, number: int, person: ActorRecord) -> Space:
    """A project that somebody may ask to join, of any server. Raises `Refused` 404.

    One that shows itself to its members alone can be asked by whoever was given its address; one
    that is joined by invitation only is not even there for others then.
    """
    found = await _standing(context, number, person)
    closed = found.record.reach == "project" and found.record.joining == "invitation"
    if closed and (found.membership is None or found.membership.state not in _BELONGS):
        raise _nothing()
    return found


async def _left(context: WebContext, number: int, person: ActorRecord) -> Space:
    """A project to which somebody belongs, or asked to. Raises `Refused` 404."""
    found = await _standing(context, number, person)
    if found.membership is None or found.membership.state not in _BELONGS:
        raise _nothing()
    return found


async def _standing(context: WebContext, number: int, person: ActorRecord) -> Space:
    """A living project and how somebody stands to it, whoever may see it. Raises `Refused` 404."""

    async def look(tx: Tx) -> tuple[ActorRecord | None, MembershipRecord | None]:
        if number >= 2**63:
            return None, None
        return await tx.actors.by_id(number), await tx.projects.membership(number, person.id)

    group, membership = await context.store.query(look)
    record = await known_project(context, group) if group is not None else None
    if group is None or record is None:
        raise _nothing()
    return Space(group, record, fields_of(record), person, membership)


def _nothing() -> Refused:
    return Refused(404, "not-found", "There is no such project, or not for you.")
