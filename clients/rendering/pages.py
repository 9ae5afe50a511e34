"""Pages of timelines: what was rendered a moment ago is looked at again, not made again."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clients.context import ClientContext
from clients.entities.accounts import Account
from clients.entities.statuses import Status
from clients.filters.matching import active_filters
from clients.rendering.accounts import accounts
from clients.rendering.cache import KeptStatus
from clients.rendering.quotes import approval_for, ties_for
from clients.rendering.statuses import Line, shared, statuses
from storage.apps_reading import SharedRecord
from storage.peeks import ActorMark, Peek, Signs
from storage.records import ActorRecord
from storage.store import Tx

NO_SIGNS: Final = Signs()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline: the id that apps know, the object, and who brought it."""

    id: int
    object_id: int
    by_id: int


async def page_of(
    tx: Tx, context: ClientContext, viewer: ActorRecord | None, entries: Sequence[Entry]
) -> list[Status]:
    """The entries that the viewer may see as statuses, in their order.

    A constant number of queries: three or four when everything was rendered lately.
    """
    ids = list(dict.fromkeys(entry.object_id for entry in entries))
    peeks = await tx.peeks.objects(ids, viewer.id if viewer else 0)
    signs = await tx.peeks.signs(viewer.id if viewer else 0, list(peeks))
    made = await _plain(tx, context, viewer, peeks, signs)
    special = [number for number in peeks if signs.get(number, NO_SIGNS).special]
    if special:
        records = await tx.objects.by_ids(special)
        lines = [Line.of(record) for record in records.values()]
        rendered = await statuses(tx, context, viewer, lines)
        made |= {line.record.id: one for line, one in zip(lines, rendered, strict=True)}
    shares = [entry for entry in entries if entry.id != entry.object_id]
    around = await _shares(tx, context, shares) if shares else {}
    return [
        made[entry.object_id]
        if entry.id == entry.object_id
        else around[entry.id].around(made[entry.object_id], entry.id)
        for entry in entries
        if entry.object_id in made and (entry.id == entry.object_id or entry.id in around)
    ]


async def _plain(
    tx: Tx,
    context: ClientContext,
    viewer: ActorRecord | None,
    peeks: Mapping[int, Peek],
    signs: Mapping[int, Signs],
) -> dict[int, Status]:
    """The statuses without poll and quote, from the cache as far as they look the same."""
    filters = await active_filters(tx, viewer, context.now())
    kept: dict[int, KeptStatus] = {}
    missing: list[int] = []
    for number, peek in peeks.items():
        sign = signs.get(number, NO_SIGNS)
        if sign.special:
            continue
        found = context.cache.status(peek, sign.card_id)
        if found is None:
            missing.append(number)
        else:
            kept[number] = found
    if missing:
        kept |= await _rendered(tx, context, peeks, signs, missing)
    made = {}
    ties = await ties_for(tx, viewer, ((one.record, one.status) for one in kept.values()))
    for number, one in kept.items():
        status = _seen(one.status, peeks[number], signs.get(number, NO_SIGNS))
        status.quote_approval = approval_for(status.quote_approval, one.record, viewer, ties)
        if viewer is None or one.record.actor_id != viewer.id:
            status.filtered = filters.results(status)
        made[number] = status
    return made


async def _rendered(
    tx: Tx,
    context: ClientContext,
    peeks: Mapping[int, Peek],
    signs: Mapping[int, Signs],
    missing: Sequence[int],
) -> dict[int, KeptStatus]:
    """Statuses as a stranger sees them, made now and kept."""
    records = await tx.objects.by_ids(list(missing))
    lines = [Line.of(record) for record in records.values()]
    rendered = await statuses(tx, context, None, lines)
    return {
        line.record.id: context.cache.keep_status(
            line.record,
            status,
            peeks[line.record.id].author,
            signs.get(line.record.id, NO_SIGNS).card_id,
        )
        for line, status in zip(lines, rendered, strict=True)
    }


def _seen(status: Status, peek: Peek, signs: Signs) -> Status:
    """A copy with the counts of now, and what the viewer did."""
    seen = copy.copy(status)
    seen.replies_count = peek.replies_count
    seen.reblogs_count = peek.shares_count
    seen.favourites_count = peek.likes_count
    seen.favourited = signs.favourited
    seen.reblogged = signs.reblogged
    seen.bookmarked = signs.bookmarked
    seen.muted = signs.muted
    seen.pinned = signs.pinned
    return seen


@dataclass(frozen=True, slots=True)
class _Share:
    """Who shared something, and how."""

    account: Account
    share: SharedRecord

    def around(self, status: Status, number: int) -> Status:
        """The share as apps show it."""
        return shared(status, number, self.account, self.share)


async def _shares(tx: Tx, context: ClientContext, entries: Sequence[Entry]) -> dict[int, _Share]:
    """The shares behind entries, by their id; three queries at most."""
    found = await tx.apps.shares_by_activity([entry.id for entry in entries])
    marks = await tx.peeks.actors(sorted({share.actor_id for share in found.values()}))
    people = await _accounts(tx, context, marks)
    return {
        number: _Share(people[share.actor_id], share)
        for number, share in found.items()
        if share.actor_id in people and _heard(marks[share.actor_id])
    }


def _heard(mark: ActorMark) -> bool:
    return mark[5] == "active" and mark[6] != "suspend"


async def _accounts(
    tx: Tx, context: ClientContext, marks: Mapping[int, ActorMark]
) -> dict[int, Account]:
    kept = {number: context.cache.account(mark) for number, mark in marks.items()}
    missing = [number for number, account in kept.items() if account is None]
    found = {number: account for number, account in kept.items() if account is not None}
    if missing:
        actors = await tx.actors.by_ids(missing)
        for number, account in (await accounts(tx, context.identifiers, actors.values())).items():
            context.cache.keep_account(account, marks[number])
            found[number] = account
    return found
