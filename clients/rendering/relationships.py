"""How a member and accounts stand to each other."""

from collections.abc import Sequence

from clients.entities.accounts import Relationship
from clients.entities.base import moment
from storage.bonds import Bond
from storage.records import ActorRecord
from storage.store import Tx


async def relationships(
    tx: Tx, viewer: ActorRecord, ids: Sequence[int], now: int
) -> list[Relationship]:
    """The relationships with these accounts, in their order; one query. Unknown ones are out."""
    found = await tx.bonds.bonds(viewer.id, list(ids))
    return [_relationship(number, found[number], now) for number in ids if number in found]


def _relationship(number: int, bond: Bond, now: int) -> Relationship:
    following = bond.following == "accepted"
    asked = bond.following == "pending"
    muting = bond.muting and (bond.muted_until is None or bond.muted_until > now)
    languages = list(bond.options.languages) if following or asked else []
    until = bond.muted_until if muting else None
    return Relationship(
        id=str(number),
        following=following,
        showing_reblogs=(following or asked) and bond.options.reblogs,
        notifying=(following or asked) and bond.options.notify,
        languages=languages or None,
        followed_by=bond.followed_by == "accepted",
        blocking=bond.blocking,
        blocked_by=bond.blocked_by,
        muting=muting,
        muting_notifications=muting and bond.muting_notifications,
        muting_expires_at=None if until is None else moment(until),
        requested=asked,
        requested_by=bond.followed_by == "pending",
        domain_blocking=bond.domain_blocking,
        endorsed=bond.endorsed,
        note=bond.note,
    )
