"""The lists into which members sort whom they follow."""

from dataclasses import dataclass

from storage.ids import new_id
from storage.ports import Value
from storage.records import ActorRecord, columns
from storage.spans import Span
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list; `replies_policy` is followed, list or none; `exclusive`: they leave the home."""

    id: int
    actor_id: int
    title: str
    replies_policy: str
    exclusive: int
    created_at: int


class ListStatements(Statements):
    """Everything that is asked of `lists` and `list_accounts`."""

    async def of_actor(self, actor_id: int) -> list[ListRecord]:
        """A member's lists, oldest first."""
        return await self.all_of(ListRecord, "from lists where actor_id = $1 order by id", actor_id)

    async def one(self, actor_id: int, list_id: int) -> ListRecord | None:
        """A list, if it is this member's."""
        return await self.one_of(
            ListRecord, "from lists where actor_id = $1 and id = $2", actor_id, list_id
        )

    async def with_account(self, actor_id: int, account_id: int) -> list[ListRecord]:
        """Those of a member's lists on which somebody stands."""
        return await self.all_of(
            ListRecord,
            "from lists where actor_id = $1 and id in "
            "(select list_id from list_accounts where actor_id = $2) order by id",
            actor_id,
            account_id,
        )

    async def count(self, actor_id: int) -> int:
        """How many lists a member has."""
        found = await self.connection.fetch_value(
            "select count(*) from lists where actor_id = $1", actor_id
        )
        return int(found or 0)

    async def add(self, record: ListRecord) -> None:
        """A new list."""
        await self.insert("lists", record)

    async def change(self, record: ListRecord) -> None:
        """Give a list another title, policy or exclusivity."""
        await self.connection.execute(
            "update lists set title = $2, replies_policy = $3, exclusive = $4 where id = $1",
            record.id,
            record.title,
            record.replies_policy,
            record.exclusive,
        )

    async def remove(self, list_id: int) -> None:
        """Delete a list; those on it are followed as before."""
        await self.connection.execute("delete from lists where id = $1", list_id)

    async def followed(self, actor_id: int, ids: list[int]) -> set[int]:
        """Those of these whom a member follows or asked to follow; the member too."""
        rows = await self.connection.fetch_all(
            "select followee_id from follows where follower_id = $1 and followee_id = any($2) "
            "and state in ('accepted', 'pending')",
            actor_id,
            ids,
        )
        return {row[0] for row in rows} | ({actor_id} & set(ids))

    async def on_list(self, list_id: int, ids: list[int]) -> set[int]:
        """Those of these who stand on a list."""
        rows = await self.connection.fetch_all(
            "select actor_id from list_accounts where list_id = $1 and actor_id = any($2)",
            list_id,
            ids,
        )
        return {row[0] for row in rows}

    async def put_on(self, list_id: int, ids: list[int]) -> None:
        """Put people on a list."""
        await self.connection.execute_many(
            "insert into list_accounts (list_id, actor_id, id) values ($1, $2, $3) "
            "on conflict (list_id, actor_id) do nothing",
            [(list_id, number, new_id()) for number in ids],
        )

    async def take_off(self, list_id: int, ids: list[int]) -> None:
        """Take people off a list."""
        await self.connection.execute(
            "delete from list_accounts where list_id = $1 and actor_id = any($2)", list_id, ids
        )

    async def accounts(self, list_id: int, span: Span) -> list[tuple[int, ActorRecord]]:
        """Who stands on a list, latest first, with the id of each place for paging."""
        args: list[Value] = [list_id]
        bounds = span.bounds("p.id", args)
        order = span.order("p.id", args)
        rows = await self.connection.fetch_all(
            f"select p.id as place, {columns(ActorRecord, 'a')} from list_accounts p "
            f"join actors a on a.id = p.actor_id where p.list_id = $1{bounds}{order}",
            *args,
        )
        return [(row[0], ActorRecord(*tuple(row)[1:])) for row in span.arranged(rows)]
