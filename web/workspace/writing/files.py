"""The pictures and files of a draft: added with a description, ordered, removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from quart import Response, request

from federation.errors import Refused
from objects.experiences.drafts import MAX_FILES, Draft, set_files
from objects.media import recognise, store_upload
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect
from web.texts import mark
from web.workspace.writing.pages import Asked, WritingPages
from web.workspace.writing.saving import Sent, draft_path

MISSING: Final = mark("Choose a file first.")
UNDESCRIBED: Final = mark(
    "Describe the picture in a sentence: people who cannot see it read this instead."
)
TOO_MANY: Final = mark("There are 20 files already; remove one first.")
REASONS: Final = {
    "empty": mark("This file is empty."),
    "too-large": mark("This file is too large."),
    "too-many-pixels": mark("This picture is too large; make it smaller first."),
    "unsupported-media": mark(
        "This kind of file cannot be shown. Pictures (JPEG, PNG, GIF, WebP), sound, films "
        "(MP4, WebM), PDF and office documents without macros (ODT, DOCX, XLSX, PPTX…) are "
        "accepted."
    ),
    "broken-image": mark("This picture cannot be read; it may be damaged."),
    "harmful": mark("The virus scanner found something in this file: it was not kept."),
    "not-scanned": mark("The virus scanner does not answer at the moment: try again later."),
}


@dataclass(frozen=True, slots=True)
class Files:
    """Changes the files of drafts."""

    context: WebContext
    pages: WritingPages

    async def change(self, sent: Sent, verb: str, about: str) -> Response:
        """Add the chosen file, or move or remove the one with the id `about`."""
        if verb == "upload":
            problem = await self._add(sent)
            if problem:
                translate = await self.context.renderer.translate()
                return await self._refused(sent, problem, translate)
        else:
            await self._move(sent.draft, verb, about)
        return redirect(f"{draft_path(sent.draft, sent.kind)}#files")

    async def _add(self, sent: Sent) -> str:
        """Keep what was sent; gives the marked text of what is wrong with it, or nothing."""
        chosen = (await request.files).get("file")
        described = str(sent.raw.get("file_description", "")).strip()
        if chosen is None or not chosen.filename:
            return MISSING
        if len(sent.draft.media) >= MAX_FILES:
            return TOO_MANY
        content = chosen.stream.read(self.context.limits.max_bytes + 1)
        try:
            if content and recognise(content).startswith("image/") and not described:
                return UNDESCRIBED
            media = await store_upload(
                self.context.store,
                self.context.files,
                self.context.limits,
                sent.writer.actor,
                content,
                described or str(chosen.filename)[:200],
                self.context.now(),
            )
        except Refused as refused:
            return REASONS.get(refused.code, REASONS["unsupported-media"])
        draft = sent.draft

        async def operation(tx: Tx) -> None:
            files = [known.id for known in await tx.drafts.media(draft.record.id)]
            await set_files(tx, draft, [*files, media.id])

        await self.context.store.write(operation)
        return ""

    async def _move(self, draft: Draft, verb: str, about: str) -> None:
        async def operation(tx: Tx) -> None:
            files = [media.id for media in await tx.drafts.media(draft.record.id)]
            number = int(about) if about.isascii() and about.isdigit() else 0
            if number not in files:
                return
            place = files.index(number)
            files.remove(number)
            if verb != "drop":
                files.insert(max(0, place - 1 if verb == "up" else place + 1), number)
            await set_files(tx, draft, files)

        await self.context.store.write(operation)

    async def _refused(self, sent: Sent, problem: str, translate: Callable[[str], str]) -> Response:
        asked = Asked(
            upload=translate(problem),
            undescribed=problem == UNDESCRIBED,
            described=str(sent.raw.get("file_description", "")),
        )
        return await self.pages.form(
            sent.kind, sent.signed, sent.writer, sent.draft, asked, status=422
        )
