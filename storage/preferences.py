"""What members chose, by name: JSON whose meaning the rooms above know."""

from storage.statements import Statements


class PreferenceStatements(Statements):
    """Everything that is asked of the table `preferences`."""

    async def get(self, actor_id: int, name: str) -> str | None:
        """What a member chose under a name; None when they never did."""
        value = await self.connection.fetch_value(
            "select value from preferences where actor_id = $1 and name = $2", actor_id, name
        )
        return None if value is None else str(value)

    async def all(self, actor_id: int) -> dict[str, str]:
        """Everything that a member chose, by name."""
        rows = await self.connection.fetch_all(
            "select name, value from preferences where actor_id = $1 order by name", actor_id
        )
        return {row[0]: row[1] for row in rows}

    async def named(self, name: str) -> dict[int, str]:
        """What every member chose under a name, by the id of their actor."""
        rows = await self.connection.fetch_all(
            "select actor_id, value from preferences where name = $1 order by actor_id", name
        )
        return {row[0]: row[1] for row in rows}

    async def put(self, actor_id: int, name: str, value: str) -> None:
        """Keep what a member chose."""
        await self.connection.execute(
            "insert into preferences (actor_id, name, value) values ($1, $2, $3) "
            "on conflict (actor_id, name) do update set value = excluded.value",
            actor_id,
            name,
            value,
        )

    async def remove(self, actor_id: int, name: str) -> bool:
        """Go back to what is usual; False when nothing was chosen."""
        removed = await self.connection.execute(
            "delete from preferences where actor_id = $1 and name = $2", actor_id, name
        )
        return removed > 0
