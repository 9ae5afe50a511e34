"""Who an object is addressed to, and who may see it."""

from storage.records import ObjectRecord, columns
from storage.statements import Statements

PUBLIC_VISIBILITIES = "('public', 'unlisted')"
RESTRICTED_VISIBILITIES = "('network', 'organisation', 'project')"


def may_see(viewer: str) -> str:
    """Whether an actor (0: a stranger) may see an object: the one rule of visibility.

    `viewer` is an expression for the actor's id: a placeholder or a column. The object is `o`
    (id, actor_id, visibility), its author `w`. Somebody elsewhere who is named by what is
    restricted sees it only as part of the network.
    """
    # The network and this node alone: who else than the author and the followers is meant.
    # Members of a project need not be of the network to read what it says to both.
    here = f"exists (select 1 from actors v where v.id = {viewer} and v.local = 1)"
    restricted = (
        f"(o.visibility = 'organisation' and w.local = 1 and {here}) "
        "or (o.visibility = 'network' and ((w.local = 1 and exists (select 1 from actors v "
        f"where v.id = {viewer} "
        "and (v.local = 1 or v.host in (select n.host from network_servers n)))) "
        f"or (w.local = 0 and w.host in (select n.host from network_servers n) and {here}))) "
        f"or (o.visibility in ('network', 'project') and {in_project('o.id', viewer)})"
    )
    return (
        f"(o.actor_id = {viewer} or ("
        f"w.state = 'active' and w.severity <> 'suspend' "
        f"and (o.visibility in {PUBLIC_VISIBILITIES} "
        "or (o.visibility = 'followers' and exists (select 1 from follows f "
        f"where f.follower_id = {viewer} and f.followee_id = o.actor_id "
        "and f.state = 'accepted')) "
        f"or {restricted} "
        "or (exists (select 1 from audience u "
        f"where u.object_id = o.id and u.actor_id = {viewer}) "
        f"and o.visibility <> 'project' "
        f"and (o.visibility not in {RESTRICTED_VISIBILITIES} or {here}))) "
        "and not exists (select 1 from blocks b "
        f"where b.actor_id = o.actor_id and b.target_id = {viewer}) "
        "and not exists (select 1 from blocks b "
        f"where b.actor_id = {viewer} and b.target_id = o.actor_id)))"
    )


def in_project(object_id: str, viewer: str) -> str:
    """Whether an actor is a member of the project that an object belongs to, or the server of one.

    Both are expressions for ids. A server asks in the name of its `Application` actor.
    """
    return (
        "exists (select 1 from project_entries pe "
        "join project_members pm on pm.project_id = pe.project_id and pm.state = 'member' "
        f"join actors pv on pv.id = {viewer} where pe.object_id = {object_id} "
        "and (pm.actor_id = pv.id or (pv.type = 'Application' and pm.host = pv.host)))"
    )


MAY_SEE = may_see("$2")
"""Whether the actor $2 may see the object `o` of the author `w`."""

# Which of the objects $1 the actor $2 may see.
VISIBLE = (
    "from objects o join actors w on w.id = o.actor_id "
    f"where o.id = any($1) and o.deleted_at is null and {MAY_SEE}"
)


# The author of the object `o` is shown to everybody: living, limited neither alone nor by domain.
LISTED = (
    "exists (select 1 from actors w where w.id = o.actor_id and w.state = 'active' "
    "and w.severity not in ('limit', 'suspend') and w.sanction <> 'limit')"
)


class AudienceStatements(Statements):
    """Everything that is asked of `audience`, and the rule of visibility."""

    async def visible_ids(self, ids: list[int], viewer_id: int) -> set[int]:
        """Those of these objects that an actor may see; 0 stands for a stranger."""
        if not ids:
            return set()
        rows = await self.connection.fetch_all(f"select o.id {VISIBLE}", ids, viewer_id)
        return {row[0] for row in rows}

    async def visible_by_ids(self, ids: list[int], viewer_id: int) -> dict[int, ObjectRecord]:
        """The rows of those of these objects that an actor may see; 0 stands for a stranger."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            f"select {columns(ObjectRecord, 'o')} {VISIBLE}", ids, viewer_id
        )
        return {row[0]: ObjectRecord(*row) for row in rows}

    async def in_project(self, object_id: int, viewer_id: int) -> bool:
        """Whether an actor belongs to the project of an object, as a member or as their server."""
        found = await self.connection.fetch_value(
            f"select 1 where {in_project('$1', '$2')}", object_id, viewer_id
        )
        return found is not None

    async def add_audience(self, object_id: int, mentioned: dict[int, bool]) -> None:
        """Note who is addressed; True for those who are mentioned in the text too."""
        await self.connection.execute_many(
            "insert into audience (object_id, actor_id, mentioned) values ($1, $2, $3) "
            "on conflict (object_id, actor_id) do nothing",
            [(object_id, actor_id, int(named)) for actor_id, named in mentioned.items()],
        )

    async def address(self, object_id: int, urls: list[str], mentioned: list[str]) -> None:
        """Note those of the addressed actors who are known here; `mentioned` is part of `urls`."""
        await self.connection.execute(
            "insert into audience (object_id, actor_id, mentioned) "
            "select cast($1 as bigint), id, case when url = any($3) then 1 else 0 end "
            "from actors where url = any($2) on conflict (object_id, actor_id) do nothing",
            object_id,
            urls,
            mentioned,
        )

    async def audience(self, object_id: int) -> dict[int, bool]:
        """Actor ids that an object is addressed to; True for those mentioned."""
        rows = await self.connection.fetch_all(
            "select actor_id, mentioned from audience where object_id = $1", object_id
        )
        return {row[0]: bool(row[1]) for row in rows}

    async def addressed(self, object_id: int, actor_id: int) -> bool:
        """Whether an actor is in the audience by name."""
        found = await self.connection.fetch_value(
            "select 1 from audience where object_id = $1 and actor_id = $2", object_id, actor_id
        )
        return found is not None
