"""The words and the single posts of filters."""

import msgspec

from clients.door import Call, Door, missing, number
from clients.entities.filters import FilterKeyword, FilterStatus
from clients.filters.managing import keyword_entity, post_entity
from clients.filters.rules import invalid, own_filter, own_keyword, require_room, with_keyword
from clients.rendering.statuses import lines_by_ids
from storage.filters import FilterKeywordRecord, FilterStatusRecord
from storage.ids import new_id
from storage.store import Tx


class Word(msgspec.Struct):
    """What a word is to be."""

    keyword: str | None = None
    whole_word: bool | None = None


class Post(msgspec.Struct):
    """Which post is to be filtered."""

    status_id: str | None = None


def add_keyword_routes(door: Door) -> None:
    """Register the endpoints about words."""

    @door.get("/api/v2/filters/<int:filter_id>/keywords", "read:filters")
    async def words(call: Call, filter_id: int) -> list[FilterKeyword]:
        async def operation(tx: Tx) -> list[FilterKeyword]:
            record = await own_filter(tx, call, filter_id)
            return [keyword_entity(word) for word in await tx.filters.keywords([record.id])]

        return await call.store.query(operation)

    @door.post("/api/v2/filters/<int:filter_id>/keywords", "write:filters")
    async def add(call: Call, filter_id: int) -> FilterKeyword:
        wanted = await call.read(Word)

        async def operation(tx: Tx) -> FilterKeyword:
            record = await own_filter(tx, call, filter_id)
            await require_room(tx, call.me.id, keywords=1)
            blank = FilterKeywordRecord(new_id(), record.id, "", 1)
            return await _saved(tx, call, blank, wanted)

        return await call.store.write(operation)

    @door.get("/api/v2/filters/keywords/<int:keyword_id>", "read:filters")
    async def one(call: Call, keyword_id: int) -> FilterKeyword:
        return keyword_entity(await call.store.query(lambda tx: own_keyword(tx, call, keyword_id)))

    @door.put("/api/v2/filters/keywords/<int:keyword_id>", "write:filters")
    async def update(call: Call, keyword_id: int) -> FilterKeyword:
        wanted = await call.read(Word)

        async def operation(tx: Tx) -> FilterKeyword:
            return await _saved(tx, call, await own_keyword(tx, call, keyword_id), wanted)

        return await call.store.write(operation)

    @door.delete("/api/v2/filters/keywords/<int:keyword_id>", "write:filters")
    async def remove(call: Call, keyword_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            await tx.filters.remove_keyword((await own_keyword(tx, call, keyword_id)).id)
            await tx.streams.filters_changed(call.me.id)

        await call.store.write(operation)
        return {}


async def _saved(tx: Tx, call: Call, before: FilterKeywordRecord, wanted: Word) -> FilterKeyword:
    record = with_keyword(before, wanted.keyword, wanted.whole_word)
    await tx.filters.save_keyword(record)
    await tx.streams.filters_changed(call.me.id)
    return keyword_entity(record)


def add_post_routes(door: Door) -> None:
    """Register the endpoints about single posts."""

    @door.get("/api/v2/filters/<int:filter_id>/statuses", "read:filters")
    async def posts(call: Call, filter_id: int) -> list[FilterStatus]:
        async def operation(tx: Tx) -> list[FilterStatus]:
            record = await own_filter(tx, call, filter_id)
            return [post_entity(post) for post in await tx.filters.statuses([record.id])]

        return await call.store.query(operation)

    @door.post("/api/v2/filters/<int:filter_id>/statuses", "write:filters")
    async def add(call: Call, filter_id: int) -> FilterStatus:
        wanted = number((await call.read(Post)).status_id)

        async def operation(tx: Tx) -> FilterStatus:
            record = await own_filter(tx, call, filter_id)
            lines = await lines_by_ids(tx, call.me, [wanted])
            if not lines:
                raise missing()
            post = FilterStatusRecord(new_id(), record.id, lines[0].record.id)
            if not await tx.filters.add_status(post):
                raise invalid("Status has already been taken")
            await tx.streams.filters_changed(call.me.id)
            return post_entity(post)

        return await call.store.write(operation)

    @door.get("/api/v2/filters/statuses/<int:post_id>", "read:filters")
    async def one(call: Call, post_id: int) -> FilterStatus:
        return post_entity(await call.store.query(lambda tx: _own_post(tx, call, post_id)))

    @door.delete("/api/v2/filters/statuses/<int:post_id>", "write:filters")
    async def remove(call: Call, post_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            await tx.filters.remove_status((await _own_post(tx, call, post_id)).id)
            await tx.streams.filters_changed(call.me.id)

        await call.store.write(operation)
        return {}


async def _own_post(tx: Tx, call: Call, post_id: int) -> FilterStatusRecord:
    record = await tx.filters.status(call.me.id, post_id)
    if record is None:
        raise missing()
    return record
