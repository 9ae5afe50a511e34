"""`/admin`: what waits for a decision or went wrong, and `/admin/review` for editors."""

from dataclasses import dataclass

import orjson
from quart import Blueprint, Response

from actors.site import LegalNotice, Policy, read_site
from storage.drafts import DraftRecord
from storage.oversight import Attention, OversightStatements
from storage.records import ActorRecord
from storage.store import Tx
from web.administration.desk import Desk


@dataclass(frozen=True, slots=True)
class Waiting:
    """An experience that waits for a second pair of eyes; `mine`: its reader wrote it."""

    draft: DraftRecord
    title: str
    author: ActorRecord | None
    owner: ActorRecord | None
    mine: bool


def add_overview_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The overview, and what waits for a second reader."""

    @blueprint.get("/admin")
    async def overview() -> Response:
        await desk.admin()
        attention, notice = await desk.query(_overview)
        return await desk.page("overview", attention=attention, missing=notice.missing())

    @blueprint.get("/admin/review")
    async def review() -> Response:
        signed = await desk.editor()
        waiting, policy = await desk.query(lambda tx: _review(tx, signed.actor))
        return await desk.page("review", waiting=waiting, policy=policy)


async def _overview(tx: Tx) -> tuple[Attention, LegalNotice]:
    attention = await OversightStatements(tx.connection).attention()
    return attention, await read_site(tx, LegalNotice)


async def _review(tx: Tx, reader: ActorRecord) -> tuple[list[Waiting], Policy]:
    drafts = await tx.drafts.in_review()
    ids = {number for draft in drafts for number in (draft.author_id, draft.owner_id)}
    actors = await tx.actors.by_ids(sorted(ids))
    waiting = [
        Waiting(
            draft,
            _title(draft),
            actors.get(draft.author_id),
            actors.get(draft.owner_id),
            reader.id in (draft.author_id, draft.owner_id),
        )
        for draft in drafts
    ]
    return waiting, await read_site(tx, Policy)


def _title(draft: DraftRecord) -> str:
    fields = orjson.loads(draft.fields)
    return str(fields.get("title") or "") if isinstance(fields, dict) else ""
