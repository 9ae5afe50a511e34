"""`/notifications`: what concerns a member, several thanks in one line; requests to follow."""

from collections.abc import Callable, Sequence
from typing import Final

from quart import Blueprint, Response

from objects.notices import ENTRY, Notice, notices_of, read_until
from objects.text import plain_text
from outbox.acts.follow import answer
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect, register_done
from web.texts import counted, mark, texts_of
from web.workspace.actions import acted
from web.workspace.cards import page_for
from web.workspace.paging import Page, before
from web.workspace.people import person_with_id

PAGE: Final = 40
MAX_QUOTED: Final = 80
PLAIN_ENTRY: Final = "project.entry by the project"

register_done(
    {
        "read": mark("Everything is marked as read."),
        "accepted": mark("Accepted: this person follows you now."),
        "rejected": mark("Refused: this person does not follow you."),
    }
)

_SINGLE: Final[dict[str, str]] = {
    "comment": mark("%(who)s commented on: %(above)s"),
    "mention": mark("%(who)s mentioned you: %(what)s"),
    "question": mark("%(who)s wrote to you alone: %(what)s"),
    "quote": mark("%(who)s quoted you: %(what)s"),
    "quoted_update": mark("%(who)s changed what you quoted: %(what)s"),
    "poll": mark("A poll has ended: %(what)s"),
    "update": mark("%(who)s changed what you shared: %(what)s"),
    "reuse": mark("%(who)s reused your experience: %(what)s"),
    "coauthor": mark("%(who)s named you as an author of: %(what)s"),
    "event.asked": mark("%(who)s would like to take part in: %(what)s"),
    "event.joined": mark("%(who)s registered for: %(what)s"),
    "event.admitted": mark("You are registered for: %(what)s"),
    "event.declined": mark("You cannot take part in: %(what)s"),
    "event.changed": mark("The time has changed of: %(what)s"),
    "event.cancelled": mark("Cancelled: %(what)s"),
    "event.deleted": mark("%(who)s deleted an event in which you were to take part"),
    "review": mark("%(who)s has news about a draft"),
    "follow_request": mark("%(who)s would like to follow you"),
    "status": mark("%(who)s published: %(what)s"),
    "project.invited": mark("You are invited to the project %(project)s"),
    "project.asked": mark("%(who)s would like to join the project %(project)s"),
    "project.admitted": mark("You belong to the project %(project)s now"),
    "project.declined": mark("The project %(project)s declined your request to join"),
    "project.removed": mark("You no longer belong to the project %(project)s"),
    "project.refused": mark("The project %(project)s did not take your note: %(what)s"),
    "project.offered": mark("%(who)s proposes something for the project %(project)s"),
    "project.offer-accepted": mark("The project %(project)s did what you proposed"),
    "project.offer-rejected": mark("The project %(project)s did not agree to your proposal"),
    "project.entry": mark("New in the project %(project)s: %(what)s (%(who)s)"),
    PLAIN_ENTRY: mark("New in the project %(project)s: %(what)s"),
    "admin.sign_up": mark("%(who)s became a member"),
    "admin.report": mark("%(who)s reported something"),
    "severed_relationships": mark("Some of your follows have ended"),
    "moderation_warning": mark("The administrators wrote to you about your account"),
}
_PLACES: Final[dict[str, str]] = {
    "review": "/drafts",
    "admin.report": "/admin/reports",
    "severed_relationships": "/notifications",
    "moderation_warning": "/notifications",
}
_PROJECT_PAGES: Final[dict[str, str]] = {
    "project.asked": "/members",
    "project.offered": "/members",
    "project.offer-accepted": "/members",
    "project.offer-rejected": "/members",
}
_OTHER: Final = mark("%(who)s did something that concerns you")


def sentence(notice: Notice, language: str) -> str:
    """A notice in one sentence of plain text."""
    people = [person for person in notice.people if not _is(person, notice.project)]
    kind = notice.kind if people or notice.kind != ENTRY else PLAIN_ENTRY
    values = {
        "who": names(people or notice.people, language),
        "what": quoted(notice.record, language),
        "above": quoted(notice.parent, language),
        "project": names([notice.project], language) if notice.project else "",
    }
    text = _by_several(notice.kind, counted(language), len(notice.people))
    if not text:
        text = texts_of(language)(_SINGLE.get(kind, _OTHER))
    return text % values


def _is(person: ActorRecord, project: ActorRecord | None) -> bool:
    """Whether it is the project itself, which writes its milestones and calls."""
    return project is not None and person.id == project.id


def _by_several(kind: str, ngettext: Callable[[str, str, int], str], n: int) -> str:
    """What one person did, or several; empty for what is never told together."""
    match kind:
        case "like":
            return ngettext(
                "%(who)s found this useful: %(what)s", "%(who)s have found useful: %(what)s", n
            )
        case "share":
            return ngettext("%(who)s shared: %(what)s", "%(who)s have shared: %(what)s", n)
        case "follow":
            return ngettext("%(who)s follows you", "%(who)s follow you", n)
    return ""


def names(people: Sequence[ActorRecord], language: str) -> str:
    """`Amina`, `Amina and Bruno`, `Amina, Bruno and 3 others`."""
    _, ngettext = texts_of(language), counted(language)
    shown = [person.name or person.username for person in people]
    if len(shown) == 1:
        return shown[0]
    if len(shown) == 2:
        return _("%(one)s and %(other)s") % {"one": shown[0], "other": shown[1]}
    rest = len(shown) - 2
    text = ngettext("%(names)s and %(n)d other", "%(names)s and %(n)d others", rest)
    return text % {"names": ", ".join(shown[:2]), "n": rest}


def quoted(record: ObjectRecord | None, language: str) -> str:
    """The title or the first words of an object, in quotation marks."""
    if record is None:
        return ""
    words = " ".join((record.name or plain_text(record.content)).split())
    cut = words if len(words) <= MAX_QUOTED else words[:MAX_QUOTED].rsplit(None, 1)[0] + "…"
    _ = texts_of(language)
    return _("“%s”") % cut


def address(notice: Notice) -> str:
    """Where a notice leads."""
    if notice.project is not None:
        return f"/projects/{notice.project.id}{_PROJECT_PAGES.get(notice.kind, '')}"
    if notice.record is not None and notice.kind == "event.asked":
        return f"/events/{notice.record.id}/attendance"
    if notice.record is not None:
        return page_for(notice.record)
    if notice.kind in _PLACES:
        return _PLACES[notice.kind]
    return f"/people/{notice.people[0].id}"


async def page_of(tx: Tx, owner: ActorRecord, start: int | None) -> Page[Notice]:
    """One page of notices; four queries."""
    found = await tx.notifications.page(owner.id, before=start, limit=PAGE + 1)
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return Page(await notices_of(tx, owner, found[:PAGE]), following)


def add_notification_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page, `POST /notifications/read`, `POST /people/ID/{accept,reject}`."""

    @blueprint.get("/notifications")
    async def notifications() -> Response:
        signed = await context.sessions.required("reader")
        start = before()

        async def operation(
            tx: Tx,
        ) -> tuple[Page[Notice], list[tuple[int, ActorRecord]], list[ActorRecord]]:
            page = await page_of(tx, signed.actor, start)
            invited = await tx.project_lists.of_member(signed.actor.id, ["invited"])
            requests = await tx.relationships.requests(signed.actor.id)
            return page, requests, [group for group, _, _ in invited]

        page, requests, invitations = await context.store.query(operation)
        language = await context.renderer.language()
        return await context.renderer.render(
            "workspace/notifications.html",
            index=False,
            page=page,
            requests=[person for _, person in requests],
            invitations=invitations,
            sentence=_in(language, sentence),
            address=address,
            # Read is what was there when the page was made, not what came since.
            until=page.entries[0].id if page.entries else 0,
            start=start,
        )

    @blueprint.post("/notifications/read")
    async def mark_read() -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        text = form.get("until", "")
        until = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else new_id()
        await context.store.write(lambda tx: read_until(tx, signed.actor.id, until, context.now()))
        return redirect("/notifications", done="read")

    @blueprint.post("/people/<int:actor_id>/accept")
    async def accept_follower(actor_id: int) -> Response:
        return await _answer(context, actor_id, agreed=True)

    @blueprint.post("/people/<int:actor_id>/reject")
    async def reject_follower(actor_id: int) -> Response:
        return await _answer(context, actor_id, agreed=False)


async def _answer(context: WebContext, actor_id: int, *, agreed: bool) -> Response:
    signed = await context.sessions.required("reader")
    await context.sessions.checked_form()
    asker = await person_with_id(context, actor_id)
    await acted(answer(context.outbox, signed.actor, asker, agreed=agreed))
    return redirect("/notifications", done="accepted" if agreed else "rejected")


def _in(language: str, say: Callable[[Notice, str], str]) -> Callable[[Notice], str]:
    return lambda notice: say(notice, language)
