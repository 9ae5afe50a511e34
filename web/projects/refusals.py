"""Why something about a project is not possible, in the words of its pages."""

from collections.abc import Awaitable, Mapping
from typing import Final, TypeVar

from federation.errors import Refused
from outbox.context import ActRefused
from web.context import WebContext
from web.texts import mark

T = TypeVar("T")

REASONS: Final[Mapping[str, str]] = {
    "member": mark("This person belongs to the project already."),
    "not-a-person": mark("Only persons and organisations can belong to a project."),
    "no-invitation": mark("No invitation waits for an answer: it was answered or withdrawn."),
    "no-request": mark("This request was answered or withdrawn already."),
    "not-a-member": mark("This person does not belong to the project (any more)."),
    "last-lead": mark("A project is never without a lead: name another one first."),
    "moved": mark("This project lives on another site now."),
    "by-invitation": mark("One joins this project by invitation only."),
    "blocked": mark("This is not possible: one of the two blocks the other."),
    "project-ended": mark("The project has ended: nothing more is added to it."),
    "project-full": mark(
        "The files of this project take all the room that it has on this site. Add none, or ask "
        "the administrators for more."
    ),
    "answered": mark("This proposal was answered or withdrawn already."),
    "too-many-offers": mark(
        "Too many of your proposals wait for an answer. Take one back, or wait for the leads."
    ),
    "not-offered": mark("This cannot be proposed to a project."),
    "ended": mark("This project has ended already."),
    "not-ended": mark("This project has not ended."),
    "empty": mark("Write a title or a text first."),
    "no-title": mark("Fill this in: it is needed."),
    "no-name": mark("Fill this in: it is needed."),
    "too-long": mark("This is too long."),
    "no-day": mark("This is no day."),
    "over": mark("The last day to answer cannot be over already."),
    "no-milestone": mark("This milestone is not there any more: choose another one, or none."),
    "no-licence": mark("Choose one of the proposals."),
    "unknown-state": mark("Choose one of the proposals."),
    "unknown-value": mark("Choose one of the proposals."),
    "no-project": mark("Choose a project in which you may publish."),
}
"""Code of a refusal → marked sentence."""

ANSWERS: Final = (
    mark("Only members of the project write in it."),
    mark("Observers read and comment; they publish no notes."),
    mark("Milestones and calls are proposed with an Offer."),
)
"""What sites of this software answer to a note that they do not take, beside the above."""
_NONE: Final[Mapping[str, str]] = {}


async def because(context: WebContext, refused: ActRefused, own: Mapping[str, str] = _NONE) -> str:
    """The reason in the language of the page; its own words for what is not known here.

    `own` are the sentences of one page, like `REASONS`, which come before those.
    """
    sentence = {**REASONS, **own}.get(refused.code)
    translate = await context.renderer.translate()
    return translate(sentence) if sentence is not None else refused.detail


async def done(context: WebContext, doing: Awaitable[T], own: Mapping[str, str] = _NONE) -> T:
    """Await an act; what it refuses becomes a page that says why. Raises `Refused`."""
    try:
        return await doing
    except ActRefused as refused:
        reason = await because(context, refused, own)
        raise Refused(refused.status, refused.code, reason) from refused
