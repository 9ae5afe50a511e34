"""The table: which handler receives which activity about which kind of object."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from federation.documents import Document
from inbox.context import Gathered, HandlerContext, Incoming
from inbox.handlers import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    ignore,
    joining,
    like,
    membership,
    move,
    offer,
    quote,
    reject,
    remove,
    undo,
    update,
)
from inbox.sources import Sources

ANY = "*"
SELF = "itself"
"""The object of an activity about the very actor who does it."""


@dataclass(frozen=True, slots=True)
class Route:
    """An activity type, the type of its object (`*`: any), and the two steps of its handler.

    `gather` may fetch and refuse; `receive` acts, inside a transaction. `quick` handlers gather
    without the network for what usually comes, so that many rows share one transaction.
    """

    activity: str
    object: str
    gather: Callable[[Incoming, Sources], Awaitable[Gathered]]
    receive: Callable[[HandlerContext], Awaitable[str]]
    quick: bool = False


ROUTES: tuple[Route, ...] = (
    Route("Accept", ANY, ignore.gather, accept.receive),
    Route("Add", ANY, add.gather, add.receive),
    Route("Announce", ANY, announce.gather, announce.receive),
    Route("Block", ANY, ignore.gather, block.receive),
    Route("Create", ANY, create.gather, create.receive, quick=True),
    Route("Delete", SELF, delete.gather_actor, delete.receive_actor),
    Route("Delete", ANY, ignore.gather, delete.receive_object),
    Route("EmojiReact", ANY, ignore.gather, like.receive, quick=True),
    Route("Flag", ANY, ignore.gather, flag.receive),
    Route("Follow", ANY, ignore.gather, follow.receive),
    Route("Invite", ANY, membership.gather_invite, membership.receive_invite),
    Route("Join", ANY, ignore.gather, joining.receive),
    Route("Leave", ANY, ignore.gather, joining.receive_leave),
    Route("Like", ANY, ignore.gather, like.receive, quick=True),
    Route("Move", SELF, move.gather, move.receive),
    Route("Offer", ANY, offer.gather, offer.receive),
    Route("QuoteRequest", ANY, quote.gather, quote.receive),
    Route("Reject", ANY, ignore.gather, reject.receive),
    Route("Remove", ANY, remove.gather, remove.receive),
    Route("Undo", "Announce", ignore.gather, undo.receive_announce),
    Route("Undo", "Block", ignore.gather, undo.receive_block),
    Route("Undo", "EmojiReact", ignore.gather, undo.receive_like),
    Route("Undo", "Follow", ignore.gather, undo.receive_follow),
    Route("Undo", "Invite", ignore.gather, membership.receive_undo_invite),
    Route("Undo", "Join", ignore.gather, undo.receive_join),
    Route("Undo", "Like", ignore.gather, undo.receive_like),
    Route("Undo", "Offer", ignore.gather, undo.receive_offer),
    Route("Undo", ANY, ignore.gather, undo.receive_any),
    Route("Update", SELF, update.gather_actor, update.receive_actor),
    Route("Update", ANY, update.gather_object, update.receive_object),
    Route("Arrive", ANY, ignore.gather, ignore.receive),
    Route("Dislike", ANY, ignore.gather, ignore.receive),
    Route("Ignore", ANY, ignore.gather, ignore.receive),
    Route("Listen", ANY, ignore.gather, ignore.receive),
    Route("Read", ANY, ignore.gather, ignore.receive),
    Route("TentativeAccept", ANY, ignore.gather, ignore.receive),
    Route("TentativeReject", ANY, ignore.gather, ignore.receive),
    Route("Travel", ANY, ignore.gather, ignore.receive),
    Route("View", ANY, ignore.gather, ignore.receive),
)

UNKNOWN = Route(ANY, ANY, ignore.gather, ignore.receive)
"""What the fediverse invents next: accepted, noted, without effect."""

_TABLE = {(route.activity, route.object): route for route in ROUTES}


def route_of(activity: Document) -> Route:
    """The most exact route of an activity; its first type that we know decides."""
    kinds = (_object_kind(activity), ANY)
    for name in activity.types:
        for kind in kinds:
            route = _TABLE.get((name, kind))
            if route is not None:
                return route
    return UNKNOWN


def _object_kind(activity: Document) -> str:
    target = activity.first_id("object")
    if target is not None and target == activity.first_id("actor"):
        return SELF
    embedded = activity.embedded("object")
    return embedded.type if embedded is not None else ANY
