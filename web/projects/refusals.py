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
    "invited": mark("You are invited already: answer the invitation."),
    "by-invitation": mark("One joins this project by invitation only."),
    "blocked": mark("This is not possible: one of the two blocks the other."),
    "project-ended": mark("The project has ended: nothing more is added to it."),
    "project-full": mark(
        "The files of this project take all the room that it has on this site. Add none, or ask "
        "the administrators for more."
    ),
    "answered": mark("This proposal was answered or withdrawn already."),
}
"""Code of a refusal → marked sentence."""


async def because(context: WebContext, refused: ActRefused) -> str:
    """The reason in the language of the page; its own words for what is not known here."""
    translate = await context.renderer.translate()
    return translate(REASONS[refused.code]) if refused.code in REASONS else refused.detail


async def done(context: WebContext, doing: Awaitable[T]) -> T:
    """Await an act; what it refuses becomes a page that says why. Raises `Refused`."""
    try:
        return await doing
    except ActRefused as refused:
        reason = await because(context, refused)
        raise Refused(refused.status, refused.code, reason) from refused
