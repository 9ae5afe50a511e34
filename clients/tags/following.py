"""One hashtag, and following it."""

import re
from typing import Final

from clients.door import Call, Door, missing
from clients.entities.timelines import Tag
from clients.paging import Paged
from clients.rendering.tags import tag_list
from clients.timelines.pages import open_to
from objects.text import normalise_hashtag
from storage.ids import new_id
from storage.store import Tx
from storage.tags import TagRecord

_NAME: Final = re.compile(r"\w*[^\W\d_]\w*")


def add_following_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/tags/<name>", who="anyone")
    async def one(call: Call, name: str) -> Tag:
        await open_to(call)
        return await tag(call, known_name(name))

    @door.post("/api/v1/tags/<name>/follow", "write:follows")
    async def follow(call: Call, name: str) -> Tag:
        record = TagRecord(new_id(), call.me.id, known_name(name), call.context.now())
        await call.store.write(lambda tx: tx.tags.follow(record))
        return await tag(call, record.name)

    @door.post("/api/v1/tags/<name>/unfollow", "write:follows")
    async def unfollow(call: Call, name: str) -> Tag:
        name, owner = known_name(name), call.me.id

        async def operation(tx: Tx) -> None:
            if await tx.tags.unfollow(owner, name):
                await tx.home_feeds.leave_tag(owner, name)

        await call.store.write(operation)
        return await tag(call, name)

    @door.get("/api/v1/followed_tags", "read:follows")
    async def followed(call: Call) -> Paged:
        span = call.span(100, 200)

        async def operation(tx: Tx) -> Paged:
            rows = await tx.tags.followed(call.me.id, span)
            items = await tag_list(tx, call.context, call.viewer, [row.name for row in rows])
            return Paged.of(items, [row.id for row in rows], span)

        return await call.store.query(operation)


async def tag(call: Call, name: str) -> Tag:
    """A hashtag as the caller stands to it."""
    found = await call.store.query(lambda tx: tag_list(tx, call.context, call.viewer, [name]))
    return found[0]


def known_name(text: str) -> str:
    """A hashtag as it compares; raises `Refused` 404 for what can be none."""
    name = normalise_hashtag(text)
    if not _NAME.fullmatch(name):
        raise missing()
    return name
