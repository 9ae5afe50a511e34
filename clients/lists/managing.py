"""A member's lists: made, changed, read."""

from dataclasses import replace
from typing import Final

import msgspec

from clients.door import Call, Door, missing
from clients.entities.timelines import List
from clients.paging import Paged
from clients.timelines.pages import page
from federation.errors import Refused
from storage.ids import new_id
from storage.lists import ListRecord
from storage.store import Tx

POLICIES: Final = ("followed", "list", "none")
MOST_LISTS: Final = 50
LONGEST_TITLE: Final = 256


class Wanted(msgspec.Struct):
    """What a list is to be; what is not said stays as it is."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


def add_managing_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/lists", "read:lists")
    async def lists(call: Call) -> list[List]:
        found = await call.store.query(lambda tx: tx.lists.of_actor(call.me.id))
        return [list_entity(record) for record in found]

    @door.post("/api/v1/lists", "write:lists")
    async def create(call: Call) -> List:
        now = call.context.now()
        blank = ListRecord(new_id(), call.me.id, "", "list", 0, now)
        record = _changed(blank, await call.read(Wanted))

        async def operation(tx: Tx) -> None:
            if await tx.lists.count(call.me.id) >= MOST_LISTS:
                raise _invalid("You have reached the maximum number of lists")
            await tx.lists.add(record)

        await call.store.write(operation)
        return list_entity(record)

    @door.get("/api/v1/lists/<int:list_id>", "read:lists")
    async def one(call: Call, list_id: int) -> List:
        return list_entity(await call.store.query(lambda tx: own_list(tx, call, list_id)))

    @door.put("/api/v1/lists/<int:list_id>", "write:lists")
    async def update(call: Call, list_id: int) -> List:
        wanted = await call.read(Wanted)

        async def operation(tx: Tx) -> ListRecord:
            record = _changed(await own_list(tx, call, list_id), wanted)
            await tx.lists.change(record)
            return record

        return list_entity(await call.store.write(operation))

    @door.delete("/api/v1/lists/<int:list_id>", "write:lists")
    async def remove(call: Call, list_id: int) -> dict[str, str]:
        async def operation(tx: Tx) -> None:
            await tx.lists.remove((await own_list(tx, call, list_id)).id)

        await call.store.write(operation)
        return {}

    @door.get("/api/v1/timelines/list/<int:list_id>", "read:lists")
    async def timeline(call: Call, list_id: int) -> Paged:
        span = call.span()

        async def operation(tx: Tx) -> Paged:
            record = await own_list(tx, call, list_id)
            lines = await tx.feeds.of_list(call.me.id, record.id, record.replies_policy, span)
            return await page(tx, call, lines, span, context="home")

        return await call.store.query(operation)


async def own_list(tx: Tx, call: Call, list_id: int) -> ListRecord:
    """A list of the caller's; raises `Refused` 404 for any other."""
    record = await tx.lists.one(call.me.id, list_id)
    if record is None:
        raise missing()
    return record


def list_entity(record: ListRecord) -> List:
    """A list as apps show it."""
    return List(
        id=str(record.id),
        title=record.title,
        replies_policy=record.replies_policy,
        exclusive=bool(record.exclusive),
    )


def _changed(record: ListRecord, wanted: Wanted) -> ListRecord:
    title = record.title if wanted.title is None else wanted.title.strip()
    if not title:
        raise _invalid("Title can't be blank")
    if len(title) > LONGEST_TITLE:
        raise _invalid(f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    policy = wanted.replies_policy or record.replies_policy
    if policy not in POLICIES:
        raise Refused(422, "invalid", f"'{policy[:50]}' is not a valid replies_policy")
    exclusive = record.exclusive if wanted.exclusive is None else int(wanted.exclusive)
    return replace(record, title=title, replies_policy=policy, exclusive=exclusive)


def _invalid(why: str) -> Refused:
    return Refused(422, "invalid", f"Validation failed: {why}")
