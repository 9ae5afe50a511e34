"""The whole document of a local actor, with everything that is kept beside the actor."""

from typing import Any

import orjson

from actors.documents import actor_document
from actors.emojis import profile_emojis
from actors.identifiers import Identifiers
from storage.records import ActorRecord
from storage.store import Tx


async def whole_document(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord, *, inside: bool = False
) -> dict[str, Any]:
    """An actor as everybody may read it, a project with what it says of itself.

    `inside`: as the servers of the project's members may read it.
    """
    keys = await tx.actors.keys(actor.id)
    emojis = await profile_emojis(tx, identifiers, actor)
    document = actor_document(actor, keys, identifiers, emojis)
    project = await tx.projects.by_id(actor.id) if actor.type == "Group" else None
    if project is None:
        return document
    said: dict[str, Any] = orjson.loads(project.member_properties if inside else project.properties)
    return document | said
