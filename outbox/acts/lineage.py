"""What an experience was made from: found, fetched where it is elsewhere, up to a bounded depth."""

from typing import Final

from federation.errors import FederationError
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

MAX_ANCESTORS: Final = 12


async def original(
    context: OutboxContext, author: ActorRecord, url: str, before: ObjectRecord | None
) -> str:
    """The id of the object that is adapted, which the author must be able to see.

    What an earlier version (`before`) was made from may be withdrawn or silent meanwhile. Raises
    `ActRefused` 422 `no-original`.
    """
    if before is not None:
        number = before.id
        row = await context.store.query(lambda tx: tx.experiences.by_id(number))
        if row is not None and row.adapted_from == url:
            return url
    try:
        found = await context.objects.visible(url, author)
    except (FederationError, LookupError, ValueError):
        detail = f"The experience {url} is not to be had."
        raise ActRefused(422, "no-original", detail) from None
    if before is not None and found.id == before.id:
        raise ActRefused(422, "no-original", "An experience cannot be made from itself.")
    return found.url


async def ancestors(context: OutboxContext, author: ActorRecord, url: str) -> list[str]:
    """The ids of what an experience is made from, nearest first, as far as they can be found."""
    line: list[str] = []
    while url and url not in line and len(line) < MAX_ANCESTORS:
        line.append(url)
        url = await _origin(context, author, url)
    return line


async def _origin(context: OutboxContext, author: ActorRecord, url: str) -> str:
    """What an experience was made from; empty at the beginning of the line."""
    known = await context.store.query(lambda tx: tx.objects.by_url(url))
    if known is None:
        try:
            known = await context.objects.visible(url, author)
        except (FederationError, LookupError, ValueError):
            return ""
    number = known.id

    async def operation(tx: Tx) -> str:
        row = await tx.experiences.by_id(number)
        return row.adapted_from if row is not None else ""

    return await context.store.query(operation)
