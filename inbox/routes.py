"""The inboxes as doors: POST for servers, GET for an actor's own client."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from quart import Blueprint, Response, request

from actors.access import incoming_request
from actors.auth import authenticate, require_scope
from actors.collections import PAGE_SIZE, collection, page
from actors.identifiers import Identifiers
from actors.policy import DomainRules
from actors.rush import Rush
from federation.documents import MAX_BYTES, Document
from federation.errors import Refused
from federation.incoming import IncomingRequest
from federation.policy import RateLimiter
from federation.verify import Verifier
from federation.vocabulary import ACTIVITY_JSON
from inbox.door import Delivery, Door, find_owner
from inbox.gate import BODY_SECONDS
from inbox.receive import Receiver
from inbox.reply import Reply, refusal, reply_to
from objects.reading import without_media
from storage.records import ActivityRecord, ActorRecord
from storage.store import Store


@dataclass(frozen=True, slots=True)
class InboxServices:
    """What the routes need; `limits` counts deliveries by sending server."""

    store: Store
    identifiers: Identifiers
    verifier: Verifier
    rules: DomainRules
    limits: RateLimiter
    receiver: Receiver
    rush: Rush
    clock: Callable[[], float]


def inbox_door(services: InboxServices) -> Door:
    """The door behind every inbox: one for a node, as it counts who fails."""
    return Door(
        services.store,
        services.identifiers,
        services.verifier,
        services.rules,
        services.limits,
        services.receiver,
        services.rush,
        services.clock,
    )


def inbox_routes(services: InboxServices, door: Door) -> Blueprint:
    """POST of the shared inbox and of personal ones; GET of one's own (ActivityPub 5.2, 7).

    Nearly every POST is answered by `inbox.gate` before it comes here.
    """
    blueprint = Blueprint("inbox", __name__)

    @blueprint.post("/inbox")
    async def shared() -> Response:
        return await _deliver(door, None)

    @blueprint.post("/users/<username>/inbox")
    async def personal(username: str) -> Response:
        return await _deliver(door, username)

    @blueprint.get("/users/<username>/inbox")
    async def own(username: str) -> Response:
        try:
            return await _own_inbox(services, username)
        except Refused as refused:
            return _response(refusal(refused, "Bearer"))

    return blueprint


async def _deliver(door: Door, username: str | None) -> Response:
    scope: Any = request.scope

    def build(body: bytes) -> IncomingRequest:
        return incoming_request(scope, body, door.identifiers)

    address = request.remote_addr or "unknown"
    return _response(await reply_to(door, Delivery(address, username, _read_body, build)))


async def _read_body() -> bytes:
    """The body, if it is short enough and comes soon enough. Raises `Refused` 413, 408, 400."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.body:
                size += len(part)
                if size > MAX_BYTES:
                    raise Refused(413, "too-large", f"at most {MAX_BYTES} bytes are read")
                parts.append(part)
    except TimeoutError:
        raise Refused(408, "too-slow", f"the body took longer than {BODY_SECONDS:g} s") from None
    return b"".join(parts)


async def _own_inbox(services: InboxServices, username: str) -> Response:
    """What arrived for the holder of the token, latest first (ActivityPub 5.2)."""
    owner = await find_owner(services.store, username)
    header = request.headers.get("Authorization")
    holder = require_scope(await authenticate(services.store, header, services.clock), "read")
    if holder.actor.id != owner.id:
        raise Refused(403, "not-yours", "Only its owner reads an inbox.")
    url = services.identifiers.collection(owner.url, "inbox")
    before = request.args.get("before")
    if before is None:
        total = await services.store.query(lambda tx: tx.activities.count_inbox(owner.id))
        return _activity_json(collection(url, total, f"{url}?before=0"))
    if not (before.isascii() and before.isdigit()):
        raise Refused(400, "bad-page", "`before` is a number.")
    return _activity_json(await _page(services, owner, url, int(before[:19])))


async def _page(
    services: InboxServices, owner: ActorRecord, url: str, before: int
) -> dict[str, Any]:
    """A page of activities with their documents; `before` 0 is the first one."""
    found = await services.store.query(
        lambda tx: tx.activities.inbox(owner.id, before=before or None, limit=PAGE_SIZE)
    )
    items = [await _listed(services, activity) for _, activity in found]
    following = f"{url}?before={found[-1][0]}" if len(found) == PAGE_SIZE else None
    return page(f"{url}?before={before}", url, items, next=following)


async def _listed(services: InboxServices, activity: ActivityRecord) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(activity.document)
    if await services.rules.severity(activity.url) == "reject_media":
        document = without_media(Document(document)).raw
    return _without_context(document)


def _without_context(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in document.items() if name not in ("@context", "bto", "bcc")
    }


def _activity_json(document: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept"}
    return Response(orjson.dumps(document), content_type=ACTIVITY_JSON, headers=headers)


def _response(reply: Reply) -> Response:
    return Response(reply.body, status=reply.status, headers=dict(reply.headers))
