"""Before publication: the preview, the comparison of two versions, the second pair of eyes."""

import asyncio
from dataclasses import dataclass

import orjson
from quart import Blueprint, Response

from federation.documents import Document
from federation.errors import Refused
from objects.experiences.changing import rebase
from objects.experiences.checking import concepts_of
from objects.experiences.comparison import Change, compare
from objects.experiences.drafts import Draft, Writer, load_draft, may_edit, other_version
from objects.experiences.fields import Experience
from objects.experiences.review import agree, give_back, next_step
from objects.experiences.wire import experience_of
from objects.vocabularies.names import concept_page
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.sheet import Sheet
from web.rendering import redirect
from web.workspace.writing.names import LABELS
from web.workspace.writing.preview import draft_sheet
from web.workspace.writing.publishing import Publishing
from web.workspace.writing.saving import Saving, draft_path


@dataclass(frozen=True, slots=True)
class Compared:
    """Another version beside a draft: somebody's other draft, or what is published."""

    experience: Experience
    by: ActorRecord | None
    at: int
    draft: Draft | None


def add_review_routes(
    blueprint: Blueprint, context: WebContext, saving: Saving, publishing: Publishing
) -> None:
    """`/drafts/ID/…`: preview, publish, compare, return, agree."""
    _preview(blueprint, context, saving)
    _compare(blueprint, context, saving)
    _decisions(blueprint, context, saving, publishing)


def _preview(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/drafts/<int:number>/preview")
    async def preview_draft(number: int) -> Response:
        _, writer = await saving.writer()
        policy = await context.site.policy()
        language = await context.renderer.language()
        identifiers = context.outbox.identifiers

        async def look(tx: Tx) -> tuple[Draft, ActorRecord, Sheet]:
            draft = await load_draft(tx, number, writer)
            owner = await tx.actors.by_id(draft.record.owner_id)
            return draft, owner or writer.actor, await draft_sheet(tx, draft, writer, identifiers)

        draft, owner, sheet = await context.store.query(look)
        return await context.renderer.render(
            "workspace/writing/preview.html",
            index=False,
            concepts=sheet.concepts,
            concept_pages={uri: concept_page(found) for uri, found in sheet.concepts.items()},
            draft=draft,
            experience=draft.experience,
            sheet=sheet,
            owner=owner,
            sections=sheet.sections(language),
            editable=may_edit(draft, writer),
            step=next_step(draft, writer, policy),
            write_path=draft_path(draft),
        )


def _compare(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/drafts/<int:number>/compare")
    async def compare_draft(number: int) -> Response:
        _, writer = await saving.writer()

        async def look(tx: Tx) -> tuple[Draft, ActorRecord | None, Compared | None]:
            draft = await load_draft(tx, number, writer)
            saved_by = draft.record.saved_by or draft.record.owner_id
            by = await tx.actors.by_id(saved_by)
            return draft, by, await _other(tx, draft, writer)

        draft, by, other = await context.store.query(look)
        changes: list[Change] = []
        if other is not None:
            changes = await asyncio.to_thread(compare, other.experience, draft.experience)
        named = [*concepts_of(draft.experience), *(concepts_of(other.experience) if other else [])]
        return await context.renderer.render(
            "workspace/writing/compare.html",
            index=False,
            concepts=await context.store.query(lambda tx: tx.concepts.by_uris(named)),
            draft=draft,
            by=by,
            other=other,
            changes=changes,
            labels=LABELS,
            write_path=draft_path(draft),
        )

    @blueprint.post("/drafts/<int:number>/rebase")
    async def rebase_draft(number: int) -> Response:
        _, writer = await saving.writer()
        await context.sessions.checked_form()
        now = context.now()

        async def operation(tx: Tx) -> Draft:
            draft = await load_draft(tx, number, writer)
            if not may_edit(draft, writer):
                raise Refused(403, "not-yours", "Only its authors can do this.")
            await rebase(tx, draft, now)
            return draft

        draft = await context.store.write(operation)
        return redirect(f"{draft_path(draft)}/preview")


async def _other(tx: Tx, draft: Draft, writer: Writer) -> Compared | None:
    """The version to compare with: another draft, else the published one."""
    other = await other_version(tx, draft, writer)
    if other is not None:
        by = await tx.actors.by_id(other.record.saved_by or other.record.owner_id)
        return Compared(other.experience, by, other.record.updated_at, other)
    if draft.record.object_id is None:
        return None
    record = await tx.objects.by_id(draft.record.object_id)
    if record is None or record.deleted_at is not None:
        return None
    author = await tx.actors.by_id(record.actor_id)
    document = Document(orjson.loads(record.document))
    published = experience_of(document, author.url if author else "")
    present = await tx.experiences.by_id(record.id)
    editor_id = present.editor_id if present and present.editor_id else record.actor_id
    by = await tx.actors.by_id(editor_id)
    at = record.edited_at or record.published_at
    return None if published is None else Compared(published, by, at, None)


def _decisions(
    blueprint: Blueprint, context: WebContext, saving: Saving, publishing: Publishing
) -> None:
    @blueprint.post("/drafts/<int:number>/publish")
    async def publish_draft(number: int) -> Response:
        signed, writer = await saving.writer()
        form = await context.sessions.checked_form()
        draft = await context.store.query(lambda tx: load_draft(tx, number, writer))
        if form.get("revision") != str(draft.record.revision):
            return redirect(f"{draft_path(draft)}/preview", done="read-again")
        agreed = bool(form.get("agreed"))
        return await publishing.go("quick", signed, writer, draft, agreed=agreed)

    @blueprint.post("/drafts/<int:number>/return")
    async def return_draft(number: int) -> Response:
        _, writer = await saving.writer()
        form = await context.sessions.checked_form()
        note = form.get("note", "").replace("\0", "")
        now = context.now()

        async def operation(tx: Tx) -> None:
            await give_back(tx, await load_draft(tx, number, writer), writer, note, now)

        try:
            await context.store.write(operation)
        except Refused as refused:
            if refused.code != "note-needed":
                raise
            return redirect(f"/drafts/{number}/preview", done="note-needed")
        return redirect("/drafts", done="returned")

    @blueprint.post("/drafts/<int:number>/agree")
    async def agree_to_draft(number: int) -> Response:
        _, writer = await saving.writer()
        form = await context.sessions.checked_form()
        text = form.get("revision", "")
        revision = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
        now = context.now()

        async def operation(tx: Tx) -> Draft:
            return await agree(tx, number, writer, revision, now)

        try:
            await context.store.write(operation)
        except Refused as refused:
            if refused.code != "draft-changed":
                raise
            return redirect(f"/drafts/{number}/preview", done="read-again")
        return redirect("/drafts", done="agreed")
