"""What an address or a name stands for: known here, else fetched for a member."""

import re
from dataclasses import dataclass
from typing import Final

from clients.door import Call
from federation.errors import FederationError
from storage.records import ActorRecord
from storage.store import Tx

_ACCOUNT: Final = re.compile(r"@?[^\s@/]+@[^\s@/]+\.[^\s@/]+")


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody, or a post."""

    actor: ActorRecord | None = None
    object_id: int | None = None


async def by_address(call: Call, url: str, *, fetch: bool) -> Resource | None:
    """What stands at an address; elsewhere it is looked for only when a member says `fetch`."""
    known = await call.store.query(lambda tx: _known(tx, call, url))
    if known is not None or not fetch:
        return known
    outbox = call.context.outbox
    try:
        record = await outbox.objects.visible(url, call.me)
        return Resource(object_id=record.id)
    except (FederationError, LookupError):
        pass
    try:
        return Resource(actor=await outbox.remote.by_url(url))
    except (FederationError, LookupError):
        return None


async def by_name(call: Call, typed: str) -> Resource | None:
    """Whom `name@host` names, asked elsewhere when they are unknown here."""
    if not _ACCOUNT.fullmatch(typed):
        return None
    try:
        return Resource(actor=await call.context.outbox.remote.by_acct(typed))
    except (FederationError, LookupError):
        return None


async def _known(tx: Tx, call: Call, url: str) -> Resource | None:
    record = await tx.objects.by_url(url)
    if record is not None and record.deleted_at is None:
        return Resource(object_id=record.id)
    name = call.context.identifiers.named(url)
    actor = await tx.actors.local(name) if name else await tx.actors.by_url(url)
    return Resource(actor=actor) if actor is not None and actor.state == "active" else None
