"""Follows and blocks between actors, here and elsewhere: a declared state machine.

Every function works for local and remote actors alike and may be repeated without harm.
"""

from typing import Final, Literal

from storage.ids import new_id
from storage.records import ActorRecord, FollowRecord
from storage.store import Tx

State = Literal["none", "pending", "accepted", "rejected"]
Event = Literal["follow", "accept", "reject", "undo"]

# (state, event) → next state; what is missing here is refused. `none` means: no row.
TRANSITIONS: Final[dict[tuple[str, Event], State]] = {
    ("none", "follow"): "pending",
    ("pending", "follow"): "pending",
    ("accepted", "follow"): "accepted",
    ("rejected", "follow"): "pending",
    ("pending", "accept"): "accepted",
    ("accepted", "accept"): "accepted",
    ("pending", "reject"): "rejected",
    ("accepted", "reject"): "none",
    ("rejected", "reject"): "rejected",
    ("pending", "undo"): "none",
    ("accepted", "undo"): "none",
    ("rejected", "undo"): "none",
}


def next_state(state: str, event: Event) -> State | None:
    """Where an event leads from a state; None when it is refused there."""
    return TRANSITIONS.get((state, event))


async def request_follow(
    tx: Tx, follower: ActorRecord, followee: ActorRecord, follow_url: str, now: int
) -> FollowRecord:
    """A local actor asks to follow somebody; `now` in milliseconds.

    The follow is pending until an Accept comes, a local one too. When it has been accepted
    already the old record is given back, so a `url` other than `follow_url` means that there is
    nothing to send. When one of the two blocks the other the record is `rejected` and not saved.
    """
    existing = await tx.relationships.follow(follower.id, followee.id)
    if existing is not None and existing.state == "accepted":
        return existing
    return await _follow(tx, follower, followee, follow_url, now, existing)


async def receive_follow(
    tx: Tx, follower: ActorRecord, followee: ActorRecord, follow_url: str, now: int
) -> FollowRecord:
    """A Follow of a local actor arrived; `now` in milliseconds.

    The record's state tells the answer: `pending` waits (or is accepted at once when the
    followee is not locked), `accepted` was accepted before and gets its Accept again, `rejected`
    is a block between the two, or of the follower's domain; nothing is saved then.
    """
    existing = await tx.relationships.follow(follower.id, followee.id)
    return await _follow(tx, follower, followee, follow_url, now, existing)


async def _follow(
    tx: Tx,
    follower: ActorRecord,
    followee: ActorRecord,
    follow_url: str,
    now: int,
    existing: FollowRecord | None,
) -> FollowRecord:
    allowed = follower.id != followee.id and await may_interact(tx, follower, followee)
    if allowed and followee.local and not follower.local:
        allowed = not await tx.bonds.blocks_domain(followee.id, follower.host)
    state = next_state(existing.state if existing else "none", "follow") if allowed else None
    follow = FollowRecord(
        id=existing.id if existing else new_id(),
        follower_id=follower.id,
        followee_id=followee.id,
        follower_local=follower.local,
        state=state or "rejected",
        url=follow_url,
        created_at=existing.created_at if existing else now,
    )
    return await tx.relationships.save_follow(follow) if state else follow


async def accept_follow(
    tx: Tx, followee: ActorRecord, follow_url: str, follower: ActorRecord | None = None
) -> FollowRecord | None:
    """The followee accepts; gives the accepted follow, or None when there is nothing to accept.

    The follow is found by its Follow activity, else by the pair when `follower` is known: some
    servers answer with an id of their own.
    """
    return await _answer(tx, followee, follow_url, follower, "accept")


async def reject_follow(
    tx: Tx, followee: ActorRecord, follow_url: str, follower: ActorRecord | None = None
) -> FollowRecord | None:
    """The followee refuses, or throws a follower out; gives the follow as it now is.

    None when there is no such follow, or when it has ended with this.
    """
    return await _answer(tx, followee, follow_url, follower, "reject")


async def undo_follow(
    tx: Tx, follower: ActorRecord, follow_url: str, followee: ActorRecord | None = None
) -> FollowRecord | None:
    """The follower takes the follow back; gives the follow that was, None when there was none."""
    follow = await tx.relationships.follow_by_url(follow_url) if follow_url else None
    if follow is None and followee is not None:
        follow = await tx.relationships.follow(follower.id, followee.id)
    if follow is None or follow.follower_id != follower.id:
        return None
    await tx.relationships.remove_follow(follow)
    for kind in ("follow", "follow_request"):
        await tx.activities.unnotify(follow.followee_id, kind, follower.id, None)
    return follow


async def _answer(
    tx: Tx,
    followee: ActorRecord,
    follow_url: str,
    follower: ActorRecord | None,
    event: Literal["accept", "reject"],
) -> FollowRecord | None:
    follow = await tx.relationships.follow_by_url(follow_url) if follow_url else None
    if follow is None and follower is not None:
        follow = await tx.relationships.follow(follower.id, followee.id)
    if follow is None or follow.followee_id != followee.id:
        return None
    state = next_state(follow.state, event)
    if follow.state == "pending" and followee.local:
        await tx.activities.unnotify(followee.id, "follow_request", follow.follower_id, None)
    if state == "none":
        await tx.relationships.remove_follow(follow)
        return None
    if state is None:
        return None
    return await tx.relationships.set_follow_state(follow, state)


async def block(
    tx: Tx, actor: ActorRecord, target: ActorRecord, url: str, now: int
) -> tuple[FollowRecord, ...]:
    """`actor` blocks `target`: the follows between them end, timelines forget the target.

    `url` is the Block activity, `now` in milliseconds. Gives the follows that ended.
    """
    await tx.relationships.block(actor.id, target.id, url, now)
    found = [
        await tx.relationships.follow(actor.id, target.id),
        await tx.relationships.follow(target.id, actor.id),
    ]
    ended = tuple(follow for follow in found if follow is not None)
    for follow in ended:
        await tx.relationships.remove_follow(follow)
    for owner, hidden in ((actor, target), (target, actor)):
        if owner.local:
            await tx.activities.hide_actor(owner.id, hidden.id)
    return ended


async def unblock(tx: Tx, actor: ActorRecord, target: ActorRecord) -> bool:
    """`actor` no longer blocks `target`; False when there was no block."""
    return await tx.relationships.unblock(actor.id, target.id)


async def may_interact(tx: Tx, actor: ActorRecord, target: ActorRecord) -> bool:
    """Whether `actor` may follow, like, share or answer `target`: both live, no block between."""
    if actor.state != "active" or target.state != "active":
        return False
    return not await tx.relationships.blocked_either_way(actor.id, target.id)
