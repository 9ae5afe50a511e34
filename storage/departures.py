"""What is left of a local actor who has gone: objects still to be buried, doings to be undone."""

from storage.statements import Statements


class DepartureStatements(Statements):
    """Statements about the actors of this node that were deleted."""

    async def unfinished(self) -> list[int]:
        """Deleted local actors some of whose objects are not tombstones yet."""
        rows = await self.connection.fetch_all(
            "select a.id from actors a where a.local = 1 and a.state = 'gone' and exists "
            "(select 1 from objects o where o.actor_id = a.id and o.deleted_at is null)"
        )
        return [row[0] for row in rows]

    async def undo_doings(self, actor_id: int) -> None:
        """Take back the likes, shares and pins of an actor, and empty their timelines.

        What they brought into the timelines of others goes too, what others were told, and what
        the actor chose, and what they were writing in their own name.
        """
        for kind in ("likes", "shares"):
            await self.connection.execute(
                f"update objects set {kind}_count = {kind}_count - 1 where {kind}_count > 0 "
                f"and id in (select object_id from {kind} where actor_id = $1)",
                actor_id,
            )
            await self.connection.execute(f"delete from {kind} where actor_id = $1", actor_id)
        await self.connection.execute("delete from featured where actor_id = $1", actor_id)
        await self.connection.execute(
            "delete from drafts where owner_id = $1 and author_id = $1", actor_id
        )
        await self.connection.execute("delete from project_drafts where owner_id = $1", actor_id)
        for table in ("preferences", "bookmarks", "thread_mutes", "scheduled", "idempotency_keys"):
            await self.connection.execute(f"delete from {table} where actor_id = $1", actor_id)
        for table in ("announcement_reads", "announcement_reactions", "account_warnings"):
            await self.connection.execute(f"delete from {table} where actor_id = $1", actor_id)
        for table in ("timeline", "notifications", "notification_permissions"):
            await self.connection.execute(
                f"delete from {table} where actor_id = $1 or owner_id = $1", actor_id
            )
