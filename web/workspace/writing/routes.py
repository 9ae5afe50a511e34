"""Writing an experience: the quick form, the full one, the interview; drafts and their savings."""

from collections.abc import Awaitable, Callable
from typing import Any

from quart import Blueprint, Response, jsonify, request

from federation.errors import Refused
from objects.experiences.drafts import Draft, discard, load_draft
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect
from web.workspace.writing.checks import add_review_routes
from web.workspace.writing.files import Files
from web.workspace.writing.lists import add_list_routes
from web.workspace.writing.pages import Asked, WritingPages
from web.workspace.writing.published import add_published_routes
from web.workspace.writing.publishing import Publishing
from web.workspace.writing.saving import Kind, Saving, Sent, draft_path, kind_named, state_of

ROWS = frozenset({"tools", "means", "indicators", "partners", "contributors"})
Handler = Callable[..., Awaitable[Response]]


def add_writing_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Everything about drafts, and about one's own published experiences."""
    saving = Saving(context)
    pages = WritingPages(context, saving)
    publishing = Publishing(context, pages)
    files = Files(context, pages)
    _forms(blueprint, saving, pages, publishing, files)
    _autosave(blueprint, context, saving, pages)
    _discarding(blueprint, context, saving)
    add_review_routes(blueprint, context, saving, publishing)
    add_list_routes(blueprint, context, saving)
    add_published_routes(blueprint, context, saving)


def _forms(
    blueprint: Blueprint,
    saving: Saving,
    pages: WritingPages,
    publishing: Publishing,
    files: Files,
) -> None:
    async def sent(kind: Kind, number: int | None) -> Response:
        received = await saving.receive(kind, number)
        return await _answer(received, publishing, files)

    for kind, begin in (
        ("quick", "/write"), ("full", "/write/full"), ("interview", "/write/interview")
    ):  # fmt: skip
        _begin_routes(blueprint, saving, pages, kind_named(kind), begin, sent)
    for kind, tail in (("quick", ""), ("full", "/full"), ("interview", "/interview")):
        _draft_routes(blueprint, saving, pages, kind_named(kind), tail, sent)


def _begin_routes(
    blueprint: Blueprint, saving: Saving, pages: WritingPages, kind: Kind, path: str, sent: Handler
) -> None:
    async def begin() -> Response:
        signed, writer = await saving.writer()
        return await pages.form(kind, signed, writer, None)

    async def begun() -> Response:
        return await sent(kind, None)

    blueprint.add_url_rule(path, f"begin_{kind}", begin, methods=["GET"])
    blueprint.add_url_rule(path, f"begun_{kind}", begun, methods=["POST"])


def _draft_routes(
    blueprint: Blueprint, saving: Saving, pages: WritingPages, kind: Kind, tail: str, sent: Handler
) -> None:
    async def show(number: int) -> Response:
        signed, writer = await saving.writer()
        draft = await saving.draft(number, writer)
        if draft is None:
            raise Refused(404, "no-draft", "There is no such draft.")
        add = request.args.get("add", "")
        asked = Asked(add=add if add in ROWS else "", subject=request.args.get("subject"))
        return await pages.form(kind, signed, writer, draft, asked)

    async def save(number: int) -> Response:
        return await sent(kind, number)

    path = f"/drafts/<int:number>{tail}"
    blueprint.add_url_rule(path, f"draft_{kind}", show, methods=["GET"])
    blueprint.add_url_rule(path, f"save_{kind}", save, methods=["POST"])


async def _answer(sent: Sent, publishing: Publishing, files: Files) -> Response:
    """What the pressed button asks for, once everything is saved."""
    draft, kind = sent.draft, sent.kind
    here = draft_path(draft, kind)
    if sent.saved.copied:
        return redirect(f"{draft_path(draft)}/compare", done="both-kept")
    verb, _, about = sent.do.partition(":")
    if verb == "publish":
        agreed = bool(sent.raw.get("agreed"))
        return await publishing.go(kind, sent.signed, sent.writer, draft, agreed=agreed)
    if verb in {"upload", "up", "down", "drop"}:
        return await files.change(sent, verb, about)
    if verb == "add" and about in ROWS:
        return redirect(f"{here}?add={about}#{about}")
    if verb == "suggest":
        subject = str(sent.raw.get("subject", ""))[:100].strip()
        return redirect(f"{here}?{_query(subject=subject)}#themes")
    if verb in {"preview", "full", "interview"}:
        return redirect(f"/drafts/{draft.record.id}/{verb}")
    if verb == "quick":
        return redirect(f"/drafts/{draft.record.id}")
    return redirect(here, done="draft-saved")


def _autosave(
    blueprint: Blueprint, context: WebContext, saving: Saving, pages: WritingPages
) -> None:
    async def save(number: int | None) -> tuple[Response, int]:
        form = await request.form
        kind = kind_named(form.get("kind", ""))
        try:
            sent = await saving.receive(kind, number, automatic=True)
        except Refused as refused:
            if refused.status == 401:
                raise
            return jsonify({"code": refused.code}), refused.status
        return jsonify(await _state(context, sent)), 409 if sent.saved.copied else 200

    @blueprint.post("/drafts/autosave")
    async def autosave_new() -> tuple[Response, int]:
        return await save(None)

    @blueprint.post("/drafts/<int:number>/autosave")
    async def autosave_draft(number: int) -> tuple[Response, int]:
        return await save(number)

    @blueprint.get("/drafts/<int:number>/suggestions")
    async def draft_suggestions(number: int) -> Response:
        _, writer = await saving.writer()
        draft = await context.store.query(lambda tx: load_draft(tx, number, writer))
        language = await context.renderer.language()
        subject = request.args.get("subject", "")[:100].strip()
        found = await pages.suggestions(draft.experience, subject, language)
        return jsonify(
            [
                {"uri": s.concept.uri, "label": s.concept.label(language), "reason": s.reason}
                for s in found
            ]
        )


async def _state(context: WebContext, sent: Sent) -> dict[str, Any]:
    """What a page needs to know of a saving."""
    language = await context.renderer.language()
    draft, record = sent.draft, sent.draft.record
    return state_of(
        language,
        record.id,
        record.revision,
        record.updated_at,
        draft_path(draft, sent.kind),
        compare=f"{draft_path(draft)}/compare" if sent.saved.copied else "",
    )


def _discarding(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/drafts/<int:number>/delete")
    async def ask_discard(number: int) -> Response:
        _, writer = await saving.writer()
        draft = await context.store.query(lambda tx: load_draft(tx, number, writer))
        return await context.renderer.render(
            "workspace/writing/discard.html", index=False, draft=draft
        )

    @blueprint.post("/drafts/<int:number>/delete")
    async def discard_draft(number: int) -> Response:
        _, writer = await saving.writer()
        await context.sessions.checked_form()

        async def operation(tx: Tx) -> Draft:
            return await discard(tx, number, writer)

        await context.store.write(operation)
        return redirect("/drafts", done="draft-deleted")


def _query(**values: str) -> str:
    from urllib.parse import urlencode

    return urlencode(values)
