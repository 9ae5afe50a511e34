"""Notes of projects that are kept for later: saved by the page or by a button, copied, deleted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from federation.errors import Refused
from objects.projects.drafts import (
    Kept,
    Meanwhile,
    Typed,
    Unpublished,
    draft_of,
    keep,
    may_go_on,
)
from storage.records import ActorRecord, MediaRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import Space, group_now
from web.projects.kinds import KIND_NAMES
from web.projects.writing import NotePage, kept_files
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.paging import MAX_ID
from web.workspace.writing.saving import state_of, window_of
from web.workspace.writing.values import cleaned

FIELDS: Final = Typed.__struct_fields__
MEANWHILE: Final[dict[Meanwhile, str]] = {
    "saved": mark(
        "Not published yet: you saved another text for this project in another window. Both are "
        "kept; compare them, then publish the one that you want."
    ),
    "gone": mark(
        "Not published: this draft was published or deleted meanwhile, in another window. What "
        "stands here is kept as a new draft; look at the journal before you publish it."
    ),
}

register_done(
    {
        "note-kept": mark("Your note is kept. You find it here, and among your drafts."),
        "notes-kept": mark(
            "Your note is kept, and so is the other text that you saved in another window."
        ),
    }
)


def wanted_draft() -> int | None:
    """The draft that the address names."""
    text = request.args.get("draft", "")
    short = len(text) < 20 and text.isascii() and text.isdigit()
    return min(int(text), MAX_ID) if short else None


async def belonged(context: WebContext, number: int, person: ActorRecord) -> int | None:
    """The project with this number, if somebody belongs to it or did.

    Whoever was removed while they wrote keeps their text, though they see the project no more.
    """

    async def look(tx: Tx) -> int | None:
        group = await group_now(tx, number)
        known = await tx.projects.membership(group.id, person.id) if group is not None else None
        return known.project_id if known is not None else None

    return await context.store.query(look)


async def keep_note(
    context: WebContext,
    owner: int,
    project: int,
    values: "MultiDict[str, Any]",
    files: Sequence[MediaRecord],
    draft: int | None,
    *,
    automatic: bool = False,
) -> Kept | None:
    """Keep what a form of a note sent; None while nothing is said. Raises `Refused` 410, 422."""
    typed = Typed(**{name: str(values.get(name, "")) for name in FIELDS})
    window, now = window_of(values, automatic=automatic), context.now()
    ids = [media.id for media in files]
    return await context.store.write(
        lambda tx: keep(tx, owner, project, typed, window, now, files=ids, draft_id=draft)
    )


async def kept(
    context: WebContext, found: Space, page: NotePage, values: "MultiDict[str, Any]"
) -> tuple[NotePage, Meanwhile]:
    """The page with the draft that holds what it says, and what happened to the one before."""
    if found.membership is None:
        return page, ""
    draft = wanted_draft()
    kept = await keep_note(context, found.member.id, found.group.id, values, page.files, draft)
    if kept is None:
        return page, ""
    return replace(page, draft=kept.draft), kept.meanwhile


def add_draft_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Savings by the page itself; the page of a draft that can only be copied; deleting."""
    _autosave(blueprint, context)
    _pages(blueprint, context)


def _autosave(blueprint: Blueprint, context: WebContext) -> None:
    async def save(number: int, draft: int | None) -> tuple[Response, int]:
        signed = await context.sessions.required("reader")
        try:
            values = cleaned(await context.sessions.checked_form())
            project = await belonged(context, number, signed.actor)
            if project is None:
                raise Refused(403, "not-a-member", "Only members of the project write in it.")
            owner = signed.actor.id
            files = await kept_files(context, owner, values, automatic=True)
            kept = await keep_note(context, owner, project, values, files, draft, automatic=True)
        except Refused as refused:
            if refused.status == 401:
                raise
            return jsonify({"code": refused.code}), refused.status
        status = 409 if kept is not None and kept.meanwhile else 200
        return jsonify(await _state(context, f"/projects/{number}", kept)), status

    @blueprint.post("/projects/<int:number>/drafts/autosave")
    async def autosave_new_note(number: int) -> tuple[Response, int]:
        return await save(number, None)

    @blueprint.post("/projects/<int:number>/drafts/<int:draft>/autosave")
    async def autosave_note(number: int, draft: int) -> tuple[Response, int]:
        return await save(number, min(draft, MAX_ID))


async def _state(context: WebContext, base: str, kept: Kept | None) -> dict[str, Any]:
    """What the page needs to know of a saving; of nothing there is nothing to say."""
    if kept is None:
        return {"id": "", "revision": 0, "action": base, "said": "", "compare": ""}
    record, others = kept.draft.record, kept.draft.others
    return state_of(
        await context.renderer.language(),
        record.id,
        record.revision,
        record.updated_at,
        f"{base}?draft={record.id}",
        compare=f"{base}?draft={others[0].id}#write" if others else "",
    )


def _pages(blueprint: Blueprint, context: WebContext) -> None:
    async def look(number: int) -> tuple[Unpublished, bool]:
        signed = await context.sessions.required("reader")

        async def operation(tx: Tx) -> tuple[Unpublished, bool]:
            found = await draft_of(tx, signed.actor.id, min(number, MAX_ID))
            return found, await may_go_on(tx, found)

        return await context.store.query(operation)

    async def page(found: Unpublished, *, writable: bool) -> Response:
        return await context.renderer.render(
            "projects/draft.html",
            index=False,
            found=found,
            writable=writable,
            kinds=KIND_NAMES,
            base=_base(found),
        )

    @blueprint.get("/drafts/notes/<int:number>")
    async def kept_note(number: int) -> Response:
        found, writable = await look(number)
        if writable:
            return redirect(f"{_base(found)}?draft={number}#write")
        return await page(found, writable=False)

    @blueprint.get("/drafts/notes/<int:number>/delete")
    async def ask_delete_note(number: int) -> Response:
        found, writable = await look(number)
        return await page(found, writable=writable)

    @blueprint.post("/drafts/notes/<int:number>/delete")
    async def delete_kept_note(number: int) -> Response:
        found, writable = await look(number)
        await context.sessions.checked_form()
        await context.store.write(lambda tx: tx.project_drafts.remove(number))
        return redirect(_base(found) if writable else "/drafts", done="draft-deleted")


def _base(found: Unpublished) -> str:
    return f"/projects/{found.group.id}"
