"""Forgetting what other servers published and nobody here touched, a little at a time."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from storage.files import MediaFiles
from storage.ids import first_id_at
from storage.records import MediaRecord
from storage.retention import Place, RetentionStatements
from storage.store import Store, Tx

BATCH: Final = 200
DAY_MS: Final = 86_400_000
HOUR_S: Final = 3_600.0

Find = Callable[[RetentionStatements, int, Place, int], Awaitable[list[Place]]]
Remove = Callable[[RetentionStatements, Sequence[int]], Awaitable[int]]

# Activities after the objects that they are about, actors after everything of theirs.
_WALKS: Final[tuple[tuple[Find, Remove], ...]] = (
    (RetentionStatements.old_objects, RetentionStatements.remove_untouched_objects),
    (RetentionStatements.old_activities, RetentionStatements.remove_spent_activities),
    (RetentionStatements.old_actors, RetentionStatements.remove_strangers),
)


async def prune_remote(store: Store, before: int) -> int:
    """Forget remote posts, activities and actors from before a moment (milliseconds).

    What somebody here answered, liked, shared, pinned, voted in, was addressed by or talks
    under is kept. Short transactions, so that others can write in between; gives how many rows
    were removed.
    """
    removed = 0
    for find, remove in _WALKS:
        place: Place | None = Place()
        while place is not None:
            step, place = await _step(store, before, place, find, remove)
            removed += step
    return removed


async def _step(
    store: Store, before: int, place: Place, find: Find, remove: Remove
) -> tuple[int, Place | None]:
    """One batch; gives how many rows were removed and where to go on, None at the end."""

    async def look(tx: Tx) -> list[Place]:
        return await find(RetentionStatements(tx.connection), before, place, BATCH)

    async def clean(tx: Tx, ids: Sequence[int]) -> int:
        return await remove(RetentionStatements(tx.connection), ids)

    found = await store.query(look)
    if not found:
        return 0, None
    removed = await store.write(partial(clean, ids=[old.id for old in found]))
    return removed, found[-1] if len(found) == BATCH else None


async def prune_media(store: Store, files: MediaFiles, now: int) -> int:
    """Delete uploads that no object shows a day after they came; gives how many."""
    removed = 0
    while orphans := await store.query(lambda tx: tx.ledger.orphans(now - DAY_MS, BATCH)):
        for media in orphans:
            for name in await store.write(partial(_forget, media=media)):
                await files.delete(name)
            removed += 1
    await files.sweep(HOUR_S)
    return removed


async def prune_cards(store: Store, now: int) -> int:
    """Forget previews that no post shows any more, a day after they were made; gives how many."""
    before, removed = first_id_at(now - DAY_MS), 0
    while gone := await store.write(lambda tx: tx.cards.prune(before, BATCH)):
        removed += gone
    return removed


async def _forget(tx: Tx, media: MediaRecord) -> list[str]:
    return await tx.ledger.remove_media(media)
