"""Keeping the index right: made anew when its rules or the vocabularies changed, tidied up."""

from functools import partial
from typing import Final

from objects.experiences.fields import from_json
from objects.search.index import INDEX_VERSION, index_experience
from storage.store import Store, Tx

FACT: Final = "search_index"
BATCH: Final = 50
COUNTED_BATCH: Final = 500


async def keep_index(store: Store) -> int:
    """Index everything anew if that is due, else forget unused words; gives how many of either.

    Due after a new version of the program, and after vocabularies were loaded: the labels and
    synonyms of concepts are part of what is found.
    """
    wanted = await store.query(_state)
    if await store.query(lambda tx: tx.ledger.fact(FACT)) == wanted:
        return await _tidy(store)
    number = await reindex(store)
    await store.write(lambda tx: tx.ledger.set_fact(FACT, wanted))
    return number


async def reindex(store: Store) -> int:
    """Index every experience anew, a few at a time; gives their number."""
    after = number = 0
    while True:
        done = await store.write(partial(_reindex_some, after=after))
        if not done:
            await _tidy(store)
            return number
        after, number = done[-1], number + len(done)


async def _state(tx: Tx) -> str:
    """What the index depends on: its rules, and when the vocabularies were loaded."""
    loaded = max((scheme.loaded_at for scheme in await tx.concepts.schemes()), default=0)
    return f"{INDEX_VERSION}/{loaded}"


async def _reindex_some(tx: Tx, after: int) -> list[int]:
    rows = await tx.experiences.after(after, BATCH)
    records = await tx.objects.by_ids([row.object_id for row in rows])
    for row in rows:
        record = records[row.object_id]
        await index_experience(tx, record, from_json(row.fields))
    return [row.object_id for row in rows]


async def _tidy(store: Store) -> int:
    """Forget the words of experiences that went with a whole account."""

    async def counted(tx: Tx) -> set[str]:
        found: set[str] = set()
        after = 0
        while rows := await tx.search.counted(after, COUNTED_BATCH):
            found.update(*(words.split() for _, words in rows))
            after = rows[-1][0]
        return found

    async def operation(tx: Tx) -> int:
        return await tx.search.forget_uncounted(await counted(tx))

    return await store.write(operation)
