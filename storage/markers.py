"""How far a member has read, told by their apps to one another."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class MarkerRecord:
    """The last id that was read in `home` or `notifications`; `version` counts the changes."""

    actor_id: int
    timeline: str
    last_read_id: int
    version: int
    updated_at: int


class MarkerStatements(Statements):
    """Everything that is asked of the table `markers`."""

    async def of_actor(self, actor_id: int, timelines: list[str]) -> list[MarkerRecord]:
        """A member's markers of these timelines."""
        return await self.all_of(
            MarkerRecord,
            "from markers where actor_id = $1 and timeline = any($2) order by timeline",
            actor_id,
            timelines,
        )

    async def move(self, actor_id: int, timeline: str, last_read_id: int, now: int) -> None:
        """Read up to here; a slower app never moves a marker back."""
        await self.connection.execute(
            "insert into markers (actor_id, timeline, last_read_id, version, updated_at) "
            "values ($1, $2, $3, 1, $4) on conflict (actor_id, timeline) do update set "
            "last_read_id = excluded.last_read_id, version = markers.version + 1, "
            "updated_at = excluded.updated_at "
            "where excluded.last_read_id > markers.last_read_id",
            actor_id,
            timeline,
            last_read_id,
            now,
        )
