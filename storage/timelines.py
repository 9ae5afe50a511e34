"""What members read: their timeline by kind, the network's experiences, threads, search."""

from dataclasses import dataclass

from storage.audience import LISTED
from storage.feeds import AT_HOME
from storage.ports import Value
from storage.records import ActorRecord, columns
from storage.statements import Statements

_MODALITY = (
    " and exists (select 1 from experience_facets m where m.object_id = {of} "
    "and m.facet = 'modality' and m.value = {value})"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one member did with an object."""

    liked: bool = False
    shared: bool = False


class TimelineStatements(Statements):
    """Readings across `timeline`, `experiences` and `objects` for one member."""

    async def home(
        self,
        owner_id: int,
        *,
        experiences: bool = False,
        modality: str = "",
        before: int | None = None,
        limit: int = 20,
    ) -> list[tuple[int, int, int]]:
        """A home timeline, latest first: entry id, object id, id of who brought it.

        With `experiences` or a `modality` (concept URI) experiences alone.
        """
        args: list[Value] = [owner_id, limit]
        rest = ""
        if experiences or modality:
            rest += " and exists (select 1 from experiences e where e.object_id = t.object_id)"
        if modality:
            args.append(modality)
            rest += _MODALITY.format(of="t.object_id", value=f"${len(args)}")
        if before is not None:
            args.append(before)
            rest += f" and t.id < ${len(args)}"
        rows = await self.connection.fetch_all(
            "select t.id, t.object_id, t.actor_id from timeline t "
            "join objects o on o.id = t.object_id "
            f"where t.owner_id = $1 and t.home = 1 {AT_HOME}{rest} order by t.id desc limit $2",
            *args,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def experiences(
        self, *, modality: str = "", before: int | None = None, limit: int = 20
    ) -> list[int]:
        """Ids of the experiences that came here or were written here, latest first.

        Whether somebody may see each of them is another question.
        """
        args: list[Value] = [limit]
        rest = ""
        if modality:
            args.append(modality)
            rest += _MODALITY.format(of="e.object_id", value=f"${len(args)}")
        if before is not None:
            args.append(before)
            rest += f" and e.object_id < ${len(args)}"
        rows = await self.connection.fetch_all(
            "select e.object_id from experiences e join objects o on o.id = e.object_id "
            f"where o.deleted_at is null and {LISTED}{rest} order by e.object_id desc limit $1",
            *args,
        )
        return [row[0] for row in rows]

    async def experiences_of(
        self, actor_id: int, *, before: int | None = None, limit: int = 50
    ) -> list[int]:
        """Ids of the living experiences of an author, in any reach, latest first."""
        bound = " and o.id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        rows = await self.connection.fetch_all(
            "select o.id from objects o join experiences e on e.object_id = o.id "
            f"where o.actor_id = $1 and o.deleted_at is null{bound} order by o.id desc limit $2",
            *args,
        )
        return [row[0] for row in rows]

    async def with_theme(
        self, themes: list[str], after: int, until: int, limit: int = 200
    ) -> list[tuple[str, int]]:
        """Experiences stored with an id over `after` up to `until` that have one of these themes.

        As pairs of theme and object id, latest first.
        """
        rows = await self.connection.fetch_all(
            "select f.value, f.object_id from experience_facets f "
            "join objects o on o.id = f.object_id where f.facet = 'theme' and f.value = any($1) "
            "and f.object_id > $2 and f.object_id <= $3 and o.deleted_at is null "
            f"and {LISTED} order by f.object_id desc, f.value limit $4",
            themes,
            after,
            until,
            limit,
        )
        return [(row[0], row[1]) for row in rows]

    async def thread(self, url: str, conversation: str | None, limit: int = 300) -> list[int]:
        """Ids of the objects that answer one, or stand in its conversation, oldest first."""
        rows = await self.connection.fetch_all(
            "select id from (select id from objects where in_reply_to = $1 and deleted_at is null "
            "union select id from objects where conversation = $2 and deleted_at is null) as found "
            "order by id limit $3",
            url,
            conversation or "",
            limit,
        )
        return [row[0] for row in rows]

    async def standings(self, actor_id: int, object_ids: list[int]) -> dict[int, Standing]:
        """What a member did with each of these objects; those not touched are left out."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, 0 as shared from likes where actor_id = $1 and object_id = any($2) "
            "union all select object_id, 1 from shares "
            "where actor_id = $1 and object_id = any($2)",
            actor_id,
            object_ids,
        )
        liked = {row[0] for row in rows if not row[1]}
        shared = {row[0] for row in rows if row[1]}
        return {number: Standing(number in liked, number in shared) for number in liked | shared}

    async def people(self, text: str, viewer_id: int, *, limit: int = 40) -> list[ActorRecord]:
        """Living actors whose name or address contains a text, those here first.

        Who does not want to be found is found by whoever
        follows them only; those of limited domains and those blocked are left out.
        """
        typed = text.strip().lstrip("@")
        # SQLite's lower() leaves É as it is: a name is tried with its capitals too.
        patterns = ["%" + _escaped(form) + "%" for form in (typed.lower(), typed.title())]
        return await self.all_of(
            ActorRecord,
            "from actors a where (lower(a.name) like $1 escape '!' or a.name like $4 escape '!' "
            "or lower(a.username || '@' || a.host) like $1 escape '!') "
            "and a.state = 'active' and a.type <> 'Application' and a.id <> $2 "
            "and a.severity not in ('limit', 'suspend') and a.sanction <> 'limit' "
            "and (a.discoverable = 1 or exists (select 1 from follows f "
            "where f.follower_id = $2 and f.followee_id = a.id)) "
            "and not exists (select 1 from blocks b where (b.actor_id = $2 and b.target_id = a.id) "
            "or (b.actor_id = a.id and b.target_id = $2)) "
            "order by a.local desc, a.followers_count desc, a.id limit $3",
            patterns[0],
            viewer_id,
            limit,
            patterns[1],
        )

    async def bonds(self, actor_id: int, others: list[int]) -> dict[int, tuple[str, str]]:
        """How an actor follows each of these, and how each follows back: states or ''."""
        if not others:
            return {}
        rows = await self.connection.fetch_all(
            "select followee_id, state, 1 as mine from follows "
            "where follower_id = $1 and followee_id = any($2) "
            "union all select follower_id, state, 0 from follows "
            "where followee_id = $1 and follower_id = any($2)",
            actor_id,
            others,
        )
        mine = {row[0]: row[1] for row in rows if row[2]}
        theirs = {row[0]: row[1] for row in rows if not row[2]}
        return {one: (mine.get(one, ""), theirs.get(one, "")) for one in others}

    async def blocked(self, actor_id: int, limit: int = 1_000) -> list[ActorRecord]:
        """Those whom an actor blocks, latest block first."""
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')} from blocks b "
            "join actors a on a.id = b.target_id where b.actor_id = $1 "
            "order by b.created_at desc, a.id limit $2",
            actor_id,
            limit,
        )
        return [ActorRecord(*row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
