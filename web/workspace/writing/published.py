"""Changing, comparing, adapting and withdrawing what is published."""

import asyncio

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.experiences.changing import (
    begin_change,
    begin_reuse,
    may_change,
    may_withdraw,
)
from objects.experiences.checking import concepts_of
from objects.experiences.comparison import Change, compare
from objects.experiences.drafts import Draft, Writer
from objects.experiences.reading import StoredExperience, load
from objects.experiences.versions import Version, versions_of
from outbox.acts.change import withdraw
from outbox.context import ActRefused
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect
from web.workspace.writing.names import LABELS
from web.workspace.writing.saving import Saving


def add_published_routes(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    """`/objects/ID/…`: edit, versions, reuse, withdraw."""
    _changing(blueprint, context, saving)
    _versions(blueprint, context)
    _withdrawing(blueprint, context, saving)


def _changing(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/objects/<int:number>/edit")
    async def edit_experience(number: int) -> Response:
        _, writer = await saving.writer()
        now = context.now()

        async def operation(tx: Tx) -> Draft:
            stored = await _found(tx, number, writer.actor)
            return await begin_change(tx, stored, writer, now)

        draft = await context.store.write(operation)
        return redirect(f"/drafts/{draft.record.id}/full")

    @blueprint.get("/objects/<int:number>/reuse")
    async def explain_reuse(number: int) -> Response:
        _, writer = await saving.writer()
        stored = await context.store.query(lambda tx: _found(tx, number, writer.actor))
        return await context.renderer.render(
            "workspace/writing/reuse.html", index=False, stored=stored
        )

    @blueprint.post("/objects/<int:number>/reuse")
    async def reuse_experience(number: int) -> Response:
        _, writer = await saving.writer()
        await context.sessions.checked_form()
        now = context.now()

        async def operation(tx: Tx) -> Draft:
            stored = await _found(tx, number, writer.actor)
            return await begin_reuse(tx, stored, writer, now)

        draft = await context.store.write(operation)
        return redirect(f"/drafts/{draft.record.id}")


def _versions(blueprint: Blueprint, context: WebContext) -> None:
    @blueprint.get("/objects/<int:number>/versions")
    async def experience_versions(number: int) -> Response:
        await context.renderer.ensure_open()
        signed = await context.sessions.current()
        organisation = await context.renderer.organisation()
        viewer = signed.actor if signed else None

        async def look(tx: Tx) -> tuple[StoredExperience, list[Version], bool]:
            stored = await _found(tx, number, viewer)
            insider = signed is not None and may_change(
                stored, Writer(signed.actor, signed.is_editor, organisation)
            )
            found = await versions_of(tx, stored.record, stored.author, insider=insider)
            return stored, found, insider

        stored, found, insider = await context.store.query(look)
        pair = _pair(found)
        changes: list[Change] = []
        if pair is not None:
            changes = await asyncio.to_thread(compare, pair[0].experience, pair[1].experience)
        named = [uri for version in pair or () for uri in concepts_of(version.experience)]
        return await context.renderer.public(
            "workspace/writing/versions.html",
            index=False,
            concepts=await context.store.query(lambda tx: tx.concepts.by_uris(named)),
            stored=stored,
            versions=found,
            pair=pair,
            changes=changes,
            labels=LABELS,
            insider=insider,
        )


def _pair(versions: list[Version]) -> tuple[Version, Version] | None:
    """The versions that `?from=` and `?to=` name, else the last two; older first."""
    by_number = {str(version.number): version for version in versions}
    first = by_number.get(request.args.get("from", ""))
    second = by_number.get(request.args.get("to", ""))
    if first is None or second is None:
        if len(versions) < 2:
            return None
        first, second = versions[1], versions[0]
    older, newer = sorted((first, second), key=lambda version: version.number)
    return older, newer


def _withdrawing(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/objects/<int:number>/withdraw")
    async def ask_withdrawal(number: int) -> Response:
        _, writer = await saving.writer()
        stored = await context.store.query(lambda tx: _withdrawable(tx, number, writer))
        reuses = await context.store.query(
            lambda tx: tx.experiences.reuse_counts([stored.record.url])
        )
        return await context.renderer.render(
            "workspace/writing/withdraw.html",
            index=False,
            stored=stored,
            reuses=reuses.get(stored.record.url, 0),
        )

    @blueprint.post("/objects/<int:number>/withdraw")
    async def withdraw_experience(number: int) -> Response:
        _, writer = await saving.writer()
        await context.sessions.checked_form()
        stored = await context.store.query(lambda tx: _withdrawable(tx, number, writer))
        try:
            await withdraw(context.outbox, stored.author, stored.record)
        except ActRefused as refused:
            raise Refused(refused.status, refused.code, refused.detail) from None
        return redirect("/my/experiences", done="withdrawn")


async def _found(tx: Tx, number: int, viewer: ActorRecord | None) -> StoredExperience:
    """An experience that somebody may see; raises `Refused` 404."""
    stored = await load(tx, number, viewer)
    if stored is None:
        raise Refused(404, "no-object", "There is no such experience.")
    return stored


async def _withdrawable(tx: Tx, number: int, writer: Writer) -> StoredExperience:
    stored = await _found(tx, number, writer.actor)
    if not may_withdraw(stored, writer):
        raise Refused(403, "not-yours", "Only its author can withdraw this experience.")
    return stored
