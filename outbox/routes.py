"""The outbox as a door: what an actor did, and what its client asks it to do."""

from dataclasses import dataclass
from typing import Any, cast

import orjson
from quart import Blueprint, Response, request

from actors.access import Visitors, is_blocked
from actors.auth import TokenHolder, authenticate, require_scope
from actors.collections import PAGE_SIZE, collection, page
from actors.problems import not_found
from actors.routes import VARY, unread_request
from federation.documents import Document, parse
from federation.errors import FederationError, Gone, Refused, Unreachable, Untrusted
from federation.fetch import Fetcher
from federation.vocabulary import ACTIVITY_JSON, is_activity_content_type
from objects.documents import activity_document
from objects.media import MediaLimits
from objects.serving import bound
from outbox.c2s import perform
from outbox.context import ActRefused, OutboxContext
from outbox.lookup import look_up
from outbox.uploads import take_upload
from storage.files import MediaFiles
from storage.records import ActivityRecord, ActorRecord

MAX_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class OutboxDoor:
    """What the routes need."""

    context: OutboxContext
    visitors: Visitors
    fetcher: Fetcher
    files: MediaFiles
    limits: MediaLimits


def outbox_routes(door: OutboxDoor) -> Blueprint:
    """GET and POST of outboxes, `proxyUrl` and `uploadMedia` (ActivityPub 4.1, 6)."""
    blueprint = Blueprint("outbox", __name__)
    context = door.context

    @blueprint.get("/users/<username>/outbox")
    async def outbox(username: str) -> Response:
        actor = await _actor(context, username)
        own = await _is_owner(door, actor)
        return _json(await _page(context, actor, request.args.get("before"), own=own))

    @blueprint.post("/users/<username>/outbox")
    async def post(username: str) -> Response:
        actor = await _actor(context, username)
        await _holder(context, actor, "write")
        done = await _perform(context, actor, await _posted())
        answer = _json(orjson.loads(done.document), 201)
        answer.headers["Location"] = done.url
        return answer

    @blueprint.post("/proxy")
    async def proxy() -> Response:
        holder = await _holder(context, None, "read")
        url = (await request.form).get("id", "")
        if not url.startswith(("https://", "http://")):
            raise Refused(400, "no-id", "Send the form field `id` with the address to fetch.")
        try:
            found = await look_up(context, door.fetcher, url, holder.actor)
        except (Gone, Unreachable, Untrusted) as error:
            raise _not_had(error) from error
        except LookupError as error:
            raise Refused(404, "not-found", str(error)) from error
        return _json(found)

    @blueprint.post("/users/<username>/media")
    async def upload(username: str) -> Response:
        actor = await _actor(context, username)
        await _holder(context, actor, "write")
        document = await take_upload(
            context, door.files, door.limits, actor, await request.files, await request.form
        )
        answer = _json(document, 201)
        answer.headers["Location"] = document["id"]
        return answer

    return blueprint


async def _actor(context: OutboxContext, username: str) -> ActorRecord:
    async with context.store.read() as tx:
        actor = await tx.actors.local(username)
    if actor is None:
        raise not_found("actor")
    if actor.state == "gone":
        raise Refused(410, "gone", "This actor was deleted.")
    if actor.state == "suspended":
        raise Refused(403, "suspended", "This account is suspended.")
    return actor


async def _is_owner(door: OutboxDoor, actor: ActorRecord) -> bool:
    """Whether the owner reads; raises `Refused` for those who may not read at all.

    Secure mode, domain rules and blocks count here as they do for every collection.
    """
    context = door.context
    holder = await _token(context)
    if holder is not None:
        return holder.actor.id == actor.id and holder.has("read")
    viewer = await door.visitors.known_viewer(unread_request(context.identifiers))
    if await context.store.query(lambda tx: is_blocked(tx, actor, viewer)):
        raise not_found("collection")
    return False


async def _token(context: OutboxContext) -> TokenHolder | None:
    header = request.headers.get("Authorization")
    return await authenticate(context.store, header, context.clock)


async def _holder(context: OutboxContext, actor: ActorRecord | None, scope: str) -> TokenHolder:
    """Who holds the bearer token; 401 without one, 403 for another's outbox."""
    holder = await _token(context)
    holder = require_scope(holder, scope)
    if actor is not None and holder.actor.id != actor.id:
        raise Refused(403, "not-yours", "This token belongs to another actor.")
    return holder


async def _posted() -> Document:
    content_type = request.headers.get("Content-Type", "")
    plain = content_type.partition(";")[0].strip().lower() in (
        "application/json",
        "application/ld+json",
    )
    if not plain and not is_activity_content_type(content_type):
        raise Refused(415, "content-type", "Post application/activity+json.")
    return parse(cast("bytes", await request.get_data()), max_bytes=MAX_BODY)


async def _perform(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    try:
        return await perform(context, actor, posted)
    except ActRefused as refused:
        raise Refused(refused.status, refused.code, refused.detail) from refused
    except Refused:
        raise
    except FederationError as error:
        raise _not_had(error) from error
    except LookupError as error:
        raise Refused(404, "not-found", str(error)) from error


def _not_had(error: FederationError) -> Refused:
    if isinstance(error, Gone):
        return Refused(404, "gone-there", str(error))
    if isinstance(error, Unreachable):
        return Refused(502, "unreachable", str(error))
    return Refused(422, "untrusted", str(error))


async def _page(
    context: OutboxContext, actor: ActorRecord, before: str | None, *, own: bool
) -> dict[str, Any]:
    """The collection, or the page of activities before an id (`latest` for the first)."""
    last = None if before == "latest" else bound(request.args, "before")
    async with context.store.read() as tx:
        if before is None:
            total = await tx.activities.count_outbox(actor.id, everything=own)
            return collection(actor.outbox, total, f"{actor.outbox}?before=latest")
        found = await tx.activities.outbox(actor.id, before=last, limit=PAGE_SIZE, everything=own)
        ids = [record.object_id for record in found if record.object_id is not None]
        objects = await tx.objects.by_ids(ids)
    items = [
        activity_document(record, objects.get(record.object_id or 0), context.identifiers)
        for record in found
    ]
    following = f"{actor.outbox}?before={found[-1].id}" if len(found) == PAGE_SIZE else None
    return page(f"{actor.outbox}?before={before}", actor.outbox, items, next=following)


def _json(document: dict[str, Any], status: int = 200) -> Response:
    response = Response(orjson.dumps(document), status=status, content_type=ACTIVITY_JSON)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = VARY
    return response
