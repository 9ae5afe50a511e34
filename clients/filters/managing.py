"""A member's filters: made, changed, read (the second version of the API)."""

from collections.abc import Sequence

import msgspec

from clients.door import Call, Door, missing, number
from clients.entities.filters import Filter, FilterKeyword, FilterStatus
from clients.filters.matching import filter_entity
from clients.filters.rules import Wanted, changed, own_filter, require_room, with_keyword
from storage.filters import FilterKeywordRecord, FilterRecord, FilterStatusRecord
from storage.ids import new_id
from storage.store import Tx


class WantedKeyword(msgspec.Struct):
    """A word that is to be added, changed (`id`) or removed with its filter."""

    id: str | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = msgspec.field(default=False, name="_destroy")


class WantedFilter(Wanted):
    """A filter with its words."""

    keywords_attributes: list[WantedKeyword] = msgspec.field(default_factory=list)


def add_managing_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v2/filters", "read:filters")
    async def filters(call: Call) -> list[Filter]:
        async def operation(tx: Tx) -> list[Filter]:
            return await filter_list(tx, await tx.filters.of_actor(call.me.id))

        return await call.store.query(operation)

    @door.get("/api/v2/filters/<int:filter_id>", "read:filters")
    async def one(call: Call, filter_id: int) -> Filter:
        async def operation(tx: Tx) -> Filter:
            return (await filter_list(tx, [await own_filter(tx, call, filter_id)]))[0]

        return await call.store.query(operation)

    @door.post("/api/v2/filters", "write:filters")
    async def create(call: Call) -> Filter:
        wanted, now = await call.read(WantedFilter), call.context.now()
        blank = FilterRecord(new_id(), call.me.id, "", "", "warn", None, now)
        record = changed(blank, wanted, now)

        async def operation(tx: Tx) -> Filter:
            await require_room(tx, call.me.id, filters=1)
            await tx.filters.add(record)
            return await _saved(tx, record, wanted.keywords_attributes)

        return await call.store.write(operation)

    @door.put("/api/v2/filters/<int:filter_id>", "write:filters")
    async def update(call: Call, filter_id: int) -> Filter:
        wanted, now = await call.read(WantedFilter), call.context.now()

        async def operation(tx: Tx) -> Filter:
            record = changed(await own_filter(tx, call, filter_id), wanted, now)
            await tx.filters.change(record)
            return await _saved(tx, record, wanted.keywords_attributes)

        return await call.store.write(operation)

    @door.delete("/api/v2/filters/<int:filter_id>", "write:filters")
    async def remove(call: Call, filter_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            await tx.filters.remove((await own_filter(tx, call, filter_id)).id)
            await tx.streams.filters_changed(call.me.id)

        await call.store.write(operation)
        return {}


async def _saved(tx: Tx, record: FilterRecord, wanted: Sequence[WantedKeyword]) -> Filter:
    """Keep what is wanted of a filter's words, tell open streams, and give the filter."""
    known = {word.id: word for word in await tx.filters.keywords([record.id])} if wanted else {}
    added = [word for word in wanted if word.id is None and not word.destroy]
    await require_room(tx, record.actor_id, keywords=len(added))
    for word in wanted:
        if word.id is None:
            if not word.destroy:
                blank = FilterKeywordRecord(new_id(), record.id, "", 1)
                await tx.filters.save_keyword(with_keyword(blank, word.keyword, word.whole_word))
            continue
        before = known.get(number(word.id))
        if before is None:
            raise missing()
        if word.destroy:
            await tx.filters.remove_keyword(before.id)
        else:
            await tx.filters.save_keyword(with_keyword(before, word.keyword, word.whole_word))
    await tx.streams.filters_changed(record.actor_id)
    return (await filter_list(tx, [record]))[0]


async def filter_list(tx: Tx, records: Sequence[FilterRecord]) -> list[Filter]:
    """Filters with their words and posts; two queries."""
    made = {record.id: filter_entity(record) for record in records}
    if not made:
        return []
    for word in await tx.filters.keywords(list(made)):
        made[word.filter_id].keywords.append(keyword_entity(word))
    for post in await tx.filters.statuses(list(made)):
        made[post.filter_id].statuses.append(post_entity(post))
    return list(made.values())


def keyword_entity(record: FilterKeywordRecord) -> FilterKeyword:
    """A word as apps show it."""
    return FilterKeyword(
        id=str(record.id), keyword=record.keyword, whole_word=bool(record.whole_word)
    )


def post_entity(record: FilterStatusRecord) -> FilterStatus:
    """A single post as apps show it."""
    return FilterStatus(id=str(record.id), status_id=str(record.object_id))
