"""Filters as older apps know them: each word is one, with the settings of its filter."""

from dataclasses import replace

import msgspec

from clients.door import Call, Door
from clients.entities.filters import V1Filter
from clients.filters.matching import filter_entity
from clients.filters.rules import (
    LONGEST_TITLE,
    Wanted,
    changed,
    own_filter,
    own_keyword,
    require_room,
    with_keyword,
)
from federation.errors import Refused
from storage.filters import FilterKeywordRecord, FilterRecord
from storage.ids import new_id
from storage.store import Tx

SHARED = (
    "These parameters cannot be changed from this application because they apply to more than "
    "one filter keyword. Use a more recent application or the web interface."
)


class Phrase(msgspec.Struct):
    """What a filter of the first version is to be."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET

    def wanted(self, before: str) -> Wanted:
        """The same for the filter around it, whose action was `before`."""
        action = before
        if self.irreversible is not None and self.irreversible != (before == "hide"):
            action = "hide" if self.irreversible else "warn"
        return Wanted(context=self.context, filter_action=action, expires_in=self.expires_in)


def add_older_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/filters", "read:filters")
    async def filters(call: Call) -> list[V1Filter]:
        async def operation(tx: Tx) -> list[V1Filter]:
            known = {record.id: record for record in await tx.filters.of_actor(call.me.id)}
            words = await tx.filters.own_keywords(call.me.id)
            return [_entity(known[word.filter_id], word) for word in words]

        return await call.store.query(operation)

    @door.post("/api/v1/filters", "write:filters")
    async def create(call: Call) -> V1Filter:
        asked, now = await call.read(Phrase), call.context.now()
        word = with_keyword(FilterKeywordRecord(new_id(), 0, "", 1), asked.phrase, asked.whole_word)
        blank = FilterRecord(
            new_id(), call.me.id, word.keyword[:LONGEST_TITLE], "", "warn", None, now
        )
        record = changed(blank, asked.wanted(blank.action), now)

        async def operation(tx: Tx) -> V1Filter:
            await require_room(tx, call.me.id, filters=1, keywords=1)
            await tx.filters.add(record)
            return await _saved(tx, record, replace(word, filter_id=record.id))

        return await call.store.write(operation)

    @door.get("/api/v1/filters/<int:keyword_id>", "read:filters")
    async def one(call: Call, keyword_id: int) -> V1Filter:
        async def operation(tx: Tx) -> V1Filter:
            word = await own_keyword(tx, call, keyword_id)
            return _entity(await own_filter(tx, call, word.filter_id), word)

        return await call.store.query(operation)

    @door.put("/api/v1/filters/<int:keyword_id>", "write:filters")
    async def update(call: Call, keyword_id: int) -> V1Filter:
        asked = await call.read(Phrase)
        return await call.store.write(lambda tx: _changed(tx, call, keyword_id, asked))

    @door.delete("/api/v1/filters/<int:keyword_id>", "write:filters")
    async def remove(call: Call, keyword_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            word = await own_keyword(tx, call, keyword_id)
            await tx.filters.remove_keyword(word.id)
            others = await tx.filters.keywords([word.filter_id])
            posts = await tx.filters.statuses([word.filter_id])
            if not others and not posts:
                await tx.filters.remove(word.filter_id)
            await tx.streams.filters_changed(call.me.id)

        await call.store.write(operation)
        return {}


async def _changed(tx: Tx, call: Call, keyword_id: int, asked: Phrase) -> V1Filter:
    """Raises `Refused` 422 where a change would concern other words too."""
    known = await own_keyword(tx, call, keyword_id)
    before = await own_filter(tx, call, known.filter_id)
    record = changed(before, asked.wanted(before.action), call.context.now())
    word = with_keyword(known, asked.phrase, asked.whole_word)
    if len(await tx.filters.keywords([record.id])) == 1:
        record = replace(record, title=word.keyword[:LONGEST_TITLE])
    elif record != before:
        raise Refused(422, "shared", SHARED)
    await tx.filters.change(record)
    return await _saved(tx, record, word)


async def _saved(tx: Tx, record: FilterRecord, word: FilterKeywordRecord) -> V1Filter:
    await tx.filters.save_keyword(word)
    await tx.streams.filters_changed(record.actor_id)
    return _entity(record, word)


def _entity(record: FilterRecord, word: FilterKeywordRecord) -> V1Filter:
    shown = filter_entity(record)
    return V1Filter(
        id=str(word.id),
        phrase=word.keyword,
        context=shown.context,
        whole_word=bool(word.whole_word),
        expires_at=shown.expires_at,
        irreversible=record.action == "hide",
    )
