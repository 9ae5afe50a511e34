"""Who stands on a list."""

import msgspec

from clients.door import Call, Door, missing, number
from clients.entities.accounts import Account
from clients.entities.timelines import List
from clients.lists.managing import list_entity, own_list
from clients.paging import Paged
from clients.rendering.accounts import account_list
from federation.errors import Refused
from storage.spans import Span
from storage.store import Tx

EVERYBODY = 5_000
"""What a limit of 0 means."""


class Whom(msgspec.Struct):
    """The accounts that are meant."""

    account_ids: list[str] = []

    @property
    def ids(self) -> list[int]:
        """Each once; raises `Refused` 404 for what is no id."""
        return list(dict.fromkeys(number(text) for text in self.account_ids))


class Limit(msgspec.Struct):
    """How many are asked for, as text: 0 means all."""

    limit: str = ""


def add_account_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/lists/<int:list_id>/accounts", "read:lists")
    async def accounts(call: Call, list_id: int) -> Paged | list[Account]:
        everybody = (await call.read(Limit)).limit == "0"
        span = Span(EVERYBODY) if everybody else call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            record = await own_list(tx, call, list_id)
            rows = await tx.lists.accounts(record.id, span)
            actors = [actor for _, actor in rows]
            items = await account_list(tx, call.context.identifiers, actors)
            return Paged.of(items, [place for place, _ in rows], span)

        found = await call.store.query(operation)
        return list(found.items) if everybody else found

    @door.post("/api/v1/lists/<int:list_id>/accounts", "write:lists")
    async def add(call: Call, list_id: int) -> dict[str, str]:
        ids = (await call.read(Whom)).ids

        async def operation(tx: Tx) -> None:
            record = await own_list(tx, call, list_id)
            if set(ids) - await tx.lists.followed(call.me.id, ids):
                raise missing()
            if await tx.lists.on_list(record.id, ids):
                raise Refused(422, "taken", "Validation failed: Account has already been taken")
            await tx.lists.put_on(record.id, ids)

        await call.store.write(operation)
        return {}

    @door.delete("/api/v1/lists/<int:list_id>/accounts", "write:lists")
    async def remove(call: Call, list_id: int) -> dict[str, str]:
        ids = (await call.read(Whom)).ids

        async def operation(tx: Tx) -> None:
            await tx.lists.take_off((await own_list(tx, call, list_id)).id, ids)

        await call.store.write(operation)
        return {}

    @door.get("/api/v1/accounts/<int:account_id>/lists", "read:lists")
    async def lists(call: Call, account_id: int) -> list[List]:
        async def operation(tx: Tx) -> list[List]:
            if await tx.actors.by_id(account_id) is None:
                raise missing()
            found = await tx.lists.with_account(call.me.id, account_id)
            return [list_entity(record) for record in found]

        return await call.store.query(operation)
