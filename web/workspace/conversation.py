"""Answers to an object, and short posts and messages of one's own."""

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.notes import NoteDraft
from objects.visibility import Visibility
from outbox.acts.change import must_own, withdraw
from outbox.acts.create import post
from outbox.acts.react import find_useful, share, take_back
from outbox.acts.rewrite import rewrite
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord
from web.context import WebContext
from web.forms import Form, area, choice
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.sessions import SignedIn
from web.texts import mark
from web.workspace.actions import (
    MAX_COMMENT,
    Comment,
    Question,
    acted,
    back_to,
    object_for,
    reply_visibility,
    write_reply,
)
from web.workspace.reading import page_in_project, show

AUDIENCES: Final[tuple[tuple[Visibility, str], ...]] = (
    ("public", mark("Everybody")),
    ("followers", mark("The people who follow me")),
    ("direct", mark("Only the people whom I name with their address (@name@site)")),
)

register_done(
    {
        "posted": mark("Your message is published."),
        "edited": mark("Your changes are published."),
        "deleted": mark("Your message is deleted, here and where it was sent."),
    }
)


class Note(Form):
    """A short post."""

    text = area(mark("Your message"), required(), longest(MAX_COMMENT), rows=6)
    audience = choice(mark("Who can read it?"), AUDIENCES, required())


class Edit(Form):
    """One's own post, once more."""

    text = area(mark("Your message"), required(), longest(MAX_COMMENT), rows=6)


def add_reaction_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`POST /objects/ID/{like,unlike,share,unshare,comment,ask}`."""

    async def reaction(object_id: int, done: str, doing: str) -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        record = await object_for(context, object_id, signed.actor)
        await acted(_ACTS[doing](context.outbox, signed.actor, record))
        return redirect(back_to(form, record), done=done)

    @blueprint.post("/objects/<int:object_id>/like")
    async def like(object_id: int) -> Response:
        return await reaction(object_id, "liked", "like")

    @blueprint.post("/objects/<int:object_id>/unlike")
    async def unlike(object_id: int) -> Response:
        return await reaction(object_id, "unliked", "unlike")

    @blueprint.post("/objects/<int:object_id>/share")
    async def share_it(object_id: int) -> Response:
        return await reaction(object_id, "shared", "share")

    @blueprint.post("/objects/<int:object_id>/unshare")
    async def unshare(object_id: int) -> Response:
        return await reaction(object_id, "unshared", "unshare")


_ACTS: Final[dict[str, Callable[[OutboxContext, ActorRecord, ObjectRecord], Awaitable[object]]]] = {
    "like": find_useful,
    "unlike": lambda outbox, actor, record: take_back(outbox, "likes", actor, record),
    "share": share,
    "unshare": lambda outbox, actor, record: take_back(outbox, "shares", actor, record),
}


def add_answer_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`POST /objects/ID/{comment,ask}`; a refused form comes back on the page of the object."""

    @blueprint.post("/objects/<int:object_id>/comment")
    async def comment_on(object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form()
        record = await object_for(context, object_id, signed.actor)
        form = await context.renderer.form(Comment, sent)
        if not form.validate():
            return await show(context, signed, record, comment=form, status=422)
        language = await context.renderer.language()
        reach = reply_visibility(record)
        await write_reply(context, signed.actor, record, form.text.data or "", reach, language)
        return redirect(f"{back_to(sent, record)}#conversation", done="commented")

    @blueprint.post("/objects/<int:object_id>/ask")
    async def ask_author(object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form()
        record = await object_for(context, object_id, signed.actor)
        form = await context.renderer.form(Question, sent)
        if not form.validate():
            return await show(context, signed, record, question=form, status=422)
        language = await context.renderer.language()
        await write_reply(context, signed.actor, record, form.text.data or "", "direct", language)
        return redirect(back_to(sent, record), done="asked")


def add_note_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/post`, `/read/ID/edit`, `/read/ID/delete`."""

    @blueprint.route("/post", methods=["GET", "POST"])
    async def write_note() -> Response:
        signed = await context.sessions.required("reader")
        _ = await context.renderer.translate()
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        to = request.args.get("to", "")[:200]
        defaults = {"text": f"@{to} " if to else "", "audience": "direct" if to else "public"}
        form = await context.renderer.form(Note, sent, data=defaults)
        form.audience.choices = [(value, _(text)) for value, text in AUDIENCES]
        if sent is not None and form.validate():
            draft = NoteDraft(
                form.text.data or "",
                visibility=form.audience.data,
                language=await context.renderer.language(),
                markdown=True,
            )
            record = await acted(post(context.outbox, signed.actor, draft))
            return redirect(f"/read/{record.id}", done="posted")
        return await context.renderer.render(
            "workspace/post.html", form=form, index=False, status=422 if sent is not None else 200
        )

    @blueprint.route("/read/<int:object_id>/edit", methods=["GET", "POST"])
    async def edit_note(object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        record = await _own_note(context, signed, object_id)
        inside = await page_in_project(context, record, signed.actor)
        if inside:
            return redirect(f"{inside}/edit")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await context.renderer.form(Edit, sent, data={"text": source_of(record)})
        if sent is not None and form.validate():
            await acted(rewrite(context.outbox, signed.actor, record, form.text.data or ""))
            return redirect(f"/read/{record.id}", done="edited")
        return await context.renderer.render(
            "workspace/edit_post.html",
            form=form,
            record=record,
            index=False,
            status=422 if sent is not None else 200,
        )

    @blueprint.post("/read/<int:object_id>/delete")
    async def delete_note(object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        record = await _own_note(context, signed, object_id)
        await acted(withdraw(context.outbox, signed.actor, record))
        return redirect("/timeline", done="deleted")


async def _own_note(context: WebContext, signed: SignedIn, object_id: int) -> ObjectRecord:
    """A post of one's own. Raises `Refused`: experiences are changed where they are written."""
    record = await object_for(context, object_id, signed.actor)
    try:
        must_own(signed.actor, record)
    except ActRefused as refused:
        raise Refused(refused.status, refused.code, refused.detail) from refused
    if record.type != "Note":
        raise Refused(422, "not-a-note", "This is changed on another page.")
    return record


def source_of(record: ObjectRecord) -> str:
    """What somebody typed for a post."""
    source = orjson.loads(record.document).get("source") or {}
    return str(source.get("content", ""))
