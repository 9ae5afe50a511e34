"""Who may see an object: decided here, asked by every door (rule 10 of the federation design)."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

import orjson

from federation.documents import Document, is_public
from federation.vocabulary import NETWORK, ORGANISATION, PROJECT, PUBLIC
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

Visibility = Literal[
    "public", "unlisted", "network", "organisation", "project", "followers", "direct"
]
VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
RESTRICTED: Final = frozenset({"network", "organisation", "project"})
"""For the members of the network's servers, of this one alone, or of a project."""
STRANGER: Final = 0


def of_document(
    document: Document, followers_url: str, *, fallback: Document | None = None
) -> Visibility:
    """How visible `to` and `cc` make an object; `fallback` (its activity) serves when it has none.

    What addresses nobody is direct: nobody may see it but its author. Whether the author is
    part of the network, or of this node, is asked when somebody wants to see the object.
    """
    if fallback is not None and not document.has("to") and not document.has("cc"):
        document = fallback
    to, cc = document.ids("to"), document.ids("cc")
    if any(is_public(uri) for uri in to):
        return "public"
    if any(is_public(uri) for uri in cc):
        return "unlisted"
    if NETWORK in to or NETWORK in cc:
        return "network"
    if ORGANISATION in to or ORGANISATION in cc:
        return "organisation"
    if PROJECT in to or PROJECT in cc:
        return "project"
    return "followers" if followers_url and followers_url in (*to, *cc) else "direct"


def addressing(
    visibility: Visibility, followers_url: str, mentioned: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The `to` and `cc` of a visibility, as Mastodon writes and reads them.

    The network is an address of ours: servers that do not know it see followers alone, on
    servers of the network alone, since nobody else is sent it.
    """
    followers = [followers_url] if followers_url else []
    named = list(dict.fromkeys(mentioned))
    match visibility:
        case "public":
            return [PUBLIC], [*followers, *named]
        case "unlisted":
            return followers, [PUBLIC, *named]
        case "network":
            return [NETWORK], [*followers, *named]
        case "organisation":
            return [ORGANISATION], named
        case "project":
            return [PROJECT], named
        case "followers":
            return followers, named
        case "direct":
            return named, []


async def may_see(tx: Tx, record: ObjectRecord, viewer: ActorRecord | None) -> bool:
    """Whether an actor (None: a stranger) may see an object; a tombstone nobody sees."""
    return bool(await filter_visible(tx, [record], viewer))


async def filter_visible(
    tx: Tx, records: Sequence[ObjectRecord], viewer: ActorRecord | None
) -> list[ObjectRecord]:
    """Those objects, in order, that an actor may see; one query however many they are."""
    visible = await tx.objects.visible_ids(
        [record.id for record in records if not record.deleted_at], _viewer_id(viewer)
    )
    return [record for record in records if record.id in visible]


async def visible_by_ids(
    tx: Tx, ids: Sequence[int], viewer: ActorRecord | None
) -> dict[int, ObjectRecord]:
    """The objects with these ids that an actor may see; one query."""
    return await tx.objects.visible_by_ids(list(dict.fromkeys(ids)), _viewer_id(viewer))


async def may_see_activity(tx: Tx, activity: ActivityRecord, viewer: ActorRecord | None) -> bool:
    """Whether an actor may see an activity of ours: its author, those whom it addresses by name.

    An activity about a stored object is as visible as that object, and never more than it says
    itself. A Follow can be fetched by everybody, because peers look an `Accept` of it up by its
    id, unless its actor hides whom they follow: then only from the server of the followed one.
    """
    if viewer is not None and viewer.id == activity.actor_id:
        return True
    if activity.type == "Follow":
        return await _may_see_follow(tx, activity, viewer)
    if activity.object_id is not None:
        record = await tx.objects.by_id(activity.object_id)
        if record is None or not (record.deleted_at or await may_see(tx, record, viewer)):
            return False
        if activity.visibility in {"network", "project"}:
            inside = viewer is not None and await tx.objects.in_project(record.id, viewer.id)
            if inside or activity.visibility == "project":
                return inside
    if activity.visibility in {"public", "unlisted"}:
        return True
    if viewer is None:
        return False
    if activity.visibility in RESTRICTED:
        return await _in_reach(tx, viewer, activity.visibility)
    if activity.visibility == "followers" and await _follows(tx, viewer, activity.actor_id):
        return True
    return viewer.url in _named(activity)


async def _in_reach(tx: Tx, viewer: ActorRecord, visibility: str) -> bool:
    """Whether something restricted that was done here is for an actor."""
    if viewer.local:
        return True
    return visibility == "network" and await tx.network.listed(viewer.host)


async def _may_see_follow(tx: Tx, activity: ActivityRecord, viewer: ActorRecord | None) -> bool:
    actor = await tx.actors.by_id(activity.actor_id)
    if actor is None or not actor.hides_network:
        return actor is not None
    followed = await tx.actors.by_url(activity.object_url)
    return viewer is not None and followed is not None and viewer.host == followed.host


async def _follows(tx: Tx, viewer: ActorRecord, actor_id: int) -> bool:
    follow = await tx.relationships.follow(viewer.id, actor_id)
    return follow is not None and follow.state == "accepted"


def _named(activity: ActivityRecord) -> set[str]:
    """Everybody whom an activity of ours names: its audience, and the actor that it is about."""
    document = Document(orjson.loads(activity.document))
    inner = document.embedded("object")
    named = {*document.ids("to"), *document.ids("cc"), activity.object_url}
    return named if inner is None else named | {*inner.ids("actor"), *inner.ids("object")}


def _viewer_id(viewer: ActorRecord | None) -> int:
    return STRANGER if viewer is None else viewer.id
