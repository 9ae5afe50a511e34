"""Experiences like another one: the same themes, publics, modalities and places."""

from storage.records import ActorRecord
from storage.store import Tx


async def related(tx: Tx, object_id: int, viewer: ActorRecord | None, limit: int = 4) -> list[int]:
    """The ids of the experiences that share most with one and that the viewer may see."""
    return await tx.search.alike(object_id, viewer.id if viewer is not None else 0, limit)
