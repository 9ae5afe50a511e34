"""Posts in the index: written a moment after they were stored, found by members."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import orjson

from federation.documents import Document, is_public
from objects.incoming import attachments_of
from objects.polls import choices
from objects.search.index import field_words
from objects.text import plain_text
from storage.post_search import PostWords
from storage.records import ObjectRecord, PollRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

BATCH: Final = 50
IDLE_SECONDS: Final = 2.0
MOST_WAITS: Final = 15
"""So often a full inbox goes first; then a batch is indexed all the same."""


class PostIndexer:
    """Indexes new and changed posts while the inbox has nothing to do."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        waited = 0
        while not stop.is_set():
            if waited < MOST_WAITS and await self._busy():
                waited += 1
            else:
                waited = 0
                if await self.run_once() == BATCH:
                    continue
            try:
                await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue

    async def run_once(self) -> int:
        """Index some of what waits; gives how many."""
        return await index_some(self._store)

    async def _busy(self) -> bool:
        due = await self._store.query(lambda tx: tx.received.next_due())
        return due is not None and due <= int(self._clock() * 1000)


async def index_some(store: Store, limit: int = BATCH) -> int:
    """Index the next posts that wait, the words made outside of the transaction."""

    async def read(tx: Tx) -> tuple[list[int], list[ObjectRecord], Mapping[int, PollRecord]]:
        ids = await tx.posts.waiting(limit)
        records = await tx.objects.by_ids(ids)
        polls = [record.id for record in records.values() if record.type == "Question"]
        return ids, list(records.values()), await tx.apps.polls(polls)

    ids, records, polls = await store.query(read)
    if not ids:
        return 0
    words = await asyncio.to_thread(_words_of, records, polls)
    seen = {record.id: record.edited_at for record in records}

    async def write(tx: Tx) -> None:
        # What changed meanwhile waits for the next round.
        now = await tx.objects.by_ids(ids)
        same = [
            number
            for number in ids
            if number not in now
            or (now[number].edited_at == seen.get(number) and now[number].deleted_at is None)
        ]
        kept = {number for number in same if number in now}
        await tx.posts.put(same, [one for one in words if one.object_id in kept])

    await store.write(write)
    return len(ids)


def _words_of(records: Iterable[ObjectRecord], polls: Mapping[int, PollRecord]) -> list[PostWords]:
    return [
        post_words(record, polls.get(record.id))
        for record in records
        if record.deleted_at is None and _may_be_searched(record)
    ]


def post_words(record: ObjectRecord, poll: PollRecord | None = None) -> PostWords:
    """The words of a post: title, summary, text, descriptions of its files, choices."""
    texts = [record.name, record.summary, plain_text(record.content)]
    texts += [item.description for item in attachments_of(record)] if record.has_media else []
    texts += [name for name, _ in choices(poll)] if poll is not None else []
    words = field_words(texts, record.language[:2])
    return PostWords(record.id, [stem for stem, _ in words.words], marks_of(record))


def marks_of(record: ObjectRecord) -> list[str]:
    """The marks by which a search narrows posts down."""
    marks = [f"a{record.actor_id}"]
    if record.visibility == "public":
        marks.append("p")
    if record.has_media:
        marks.append("m")
    if record.type == "Question":
        marks.append("q")
    if record.in_reply_to is not None:
        marks.append("r")
    if record.sensitive:
        marks.append("s")
    language = record.language[:2].lower()
    if language.isascii() and language.isalpha():
        marks.append(f"l{language}")
    return marks


def _may_be_searched(record: ObjectRecord) -> bool:
    """Whether a post says of itself that nobody may search it (FEP-268d); else its author says."""
    if record.local or '"searchableBy"' not in record.document:
        return True
    document = Document(orjson.loads(record.document))
    return any(
        is_public(uri) or uri != document.first_id("attributedTo")
        for uri in document.ids("searchableBy")
    )
