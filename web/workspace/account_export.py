"""`/settings/export`: everything of a member as one file; the list of those followed, both ways."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from quart import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from actors.documents import wire_time
from federation.errors import FederationError
from objects.archive.lists import following_csv
from objects.archive.reading import accounts
from objects.archive.writing import ArchiveSources, archive
from outbox.acts.follow import ask
from outbox.context import ActRefused
from storage.records import ActorRecord
from web.context import WebContext
from web.forms import Form, upload
from web.rules import required
from web.texts import mark

log = logging.getLogger(__name__)

MAX_FOLLOWS: Final = 200
MAX_CSV: Final = 1_000_000
AT_ONCE: Final = 8
PATIENCE_S: Final = 25.0


class FollowingForm(Form):
    """A list of accounts to follow."""

    file = upload(
        mark("List of accounts (CSV)"),
        required(),
        hint=mark("As this site or Mastodon writes it: one address on each line."),
        accept=".csv,text/csv",
    )


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a list: how many were asked, and those who could not be."""

    asked: int
    missing: tuple[str, ...]


def add_export_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page, the archive, the list and the way back in."""
    sources = ArchiveSources(
        context.store, context.outbox.identifiers, context.files, version("communotic")
    )

    @blueprint.get("/settings/export")
    async def export_page() -> Response:
        await context.sessions.required("reader")
        form = await context.renderer.form(FollowingForm)
        return await _show(context, form)

    @blueprint.post("/settings/export/archive")
    async def export_archive() -> Response:
        signed = await context.sessions.recent("reader")
        await context.sessions.checked_form()
        now = context.now()
        name = f"{signed.actor.username}-{wire_time(now)[:10]}.tar"
        response = Response(archive(sources, signed.actor, now), content_type="application/x-tar")
        response.timeout = None
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @blueprint.get("/settings/export/following.csv")
    async def export_following() -> Response:
        signed = await context.sessions.required("reader")
        content = await context.store.query(lambda tx: following_csv(tx, signed.actor))
        response = Response(content, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="following_accounts.csv"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @blueprint.post("/settings/export/following")
    async def import_following() -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form()
        form = await context.renderer.form(FollowingForm, sent, files=await request.files)
        given = form.file.data
        names = accounts(given.read(MAX_CSV)) if isinstance(given, FileStorage) else []
        if not names:
            _ = await context.renderer.translate()
            form.refuse("file", _("There is no address in this file."))
            return await _show(context, form, status=422)
        brought = await follow_all(context, signed.actor, names)
        return await _show(context, await context.renderer.form(FollowingForm), brought=brought)


async def follow_all(context: WebContext, actor: ActorRecord, names: Sequence[str]) -> Brought:
    """Ask to follow each of these, a few at a time, as long as a page may take."""
    gate, missing = asyncio.Semaphore(AT_ONCE), list(names[MAX_FOLLOWS:])
    asked = 0

    async def one(name: str) -> bool:
        async with gate:
            try:
                target = await context.outbox.remote.by_acct(name)
                await ask(context.outbox, actor, target)
            except (FederationError, LookupError, ValueError, ActRefused) as error:
                log.info("%s cannot follow %s: %s", actor.account, name[:100], error)
                return False
            return True

    tasks = {asyncio.create_task(one(name)): name for name in names[:MAX_FOLLOWS]}
    done, late = await asyncio.wait(tasks, timeout=PATIENCE_S)
    for task in late:
        task.cancel()
    for task, name in tasks.items():
        if task in done and not task.cancelled() and task.exception() is None and task.result():
            asked += 1
        else:
            missing.append(name)
    return Brought(asked, tuple(missing))


async def _show(
    context: WebContext,
    form: FollowingForm,
    *,
    brought: Brought | None = None,
    status: int = 200,
) -> Response:
    return await context.renderer.render(
        "workspace/export.html", index=False, form=form, brought=brought, status=status
    )
