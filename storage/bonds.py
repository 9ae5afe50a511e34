"""How a member stands to others: mutes, notes, recommendations, blocked domains, ways to follow."""

from dataclasses import dataclass

from storage.audience import may_see
from storage.hiding import domain_blocked
from storage.ids import new_id
from storage.ports import Value
from storage.spans import Span
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """How somebody follows; no language stands for all of them."""

    reblogs: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()


USUAL = FollowOptions()


@dataclass(frozen=True, slots=True)
class Bond:
    """How a member and an actor stand to each other.

    `following` and `followed_by` are the states of the follows, '' where there is none;
    `muted_until` is None for a mute without end.
    """

    following: str
    followed_by: str
    options: FollowOptions
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muted_until: int | None
    domain_blocking: bool
    endorsed: bool
    note: str


class BondStatements(Statements):
    """Everything asked of `mutes`, `account_notes`, `endorsements`, `follow_options`, and so on."""

    async def bonds(self, member_id: int, ids: list[int]) -> dict[int, Bond]:
        """How a member stands to each of these actors, by their id; one query."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select a.id, f.state, g.state, p.reblogs, p.notify, p.languages, b.id, c.id, m.id, "
            "m.notifications, m.expires_at, e.id, n.comment, "
            f"case when {domain_blocked('$1', 'a.id')} then 1 else 0 end "
            "from actors a "
            "left join follows f on f.follower_id = $1 and f.followee_id = a.id "
            "left join follows g on g.follower_id = a.id and g.followee_id = $1 "
            "left join follow_options p on p.follower_id = $1 and p.followee_id = a.id "
            "left join blocks b on b.actor_id = $1 and b.target_id = a.id "
            "left join blocks c on c.actor_id = a.id and c.target_id = $1 "
            "left join mutes m on m.actor_id = $1 and m.target_id = a.id "
            "left join endorsements e on e.actor_id = $1 and e.target_id = a.id "
            "left join account_notes n on n.actor_id = $1 and n.target_id = a.id "
            "where a.id = any($2)",
            member_id,
            ids,
        )
        return {row[0]: _bond(tuple(row)) for row in rows}

    async def set_options(self, follower_id: int, followee_id: int, options: FollowOptions) -> None:
        """Note how somebody follows; the usual way needs no row."""
        if options == USUAL:
            await self.connection.execute(
                "delete from follow_options where follower_id = $1 and followee_id = $2",
                follower_id,
                followee_id,
            )
            return
        await self.connection.execute(
            "insert into follow_options (follower_id, followee_id, reblogs, notify, languages) "
            "values ($1, $2, $3, $4, $5) on conflict (follower_id, followee_id) do update set "
            "reblogs = excluded.reblogs, notify = excluded.notify, languages = excluded.languages",
            follower_id,
            followee_id,
            int(options.reblogs),
            int(options.notify),
            f" {' '.join(options.languages)} " if options.languages else "",
        )

    async def options(self, follower_id: int) -> dict[int, FollowOptions]:
        """How an actor follows those whom they do not follow in the usual way."""
        rows = await self.connection.fetch_all(
            "select followee_id, reblogs, notify, languages from follow_options "
            "where follower_id = $1",
            follower_id,
        )
        return {row[0]: _options(row[1], row[2], row[3]) for row in rows}

    async def watchers(self, actor_id: int, object_id: int) -> list[int]:
        """Members who want to be told of whatever an actor posts, and may see the object."""
        rows = await self.connection.fetch_all(
            "select p.follower_id from follow_options p "
            "join follows f on f.follower_id = p.follower_id and f.followee_id = p.followee_id "
            "and f.state = 'accepted' and f.follower_local = 1 "
            "join objects o on o.id = $2 join actors w on w.id = o.actor_id "
            f"where p.followee_id = $1 and p.notify = 1 and {may_see('p.follower_id')} "
            "order by p.follower_id",
            actor_id,
            object_id,
        )
        return [row[0] for row in rows]

    async def mute(
        self, actor_id: int, target_id: int, *, notifications: bool, until: int | None, now: int
    ) -> None:
        """Hide somebody, until a moment or (None) for good; what was agreed before is replaced."""
        await self.connection.execute(
            "insert into mutes (id, actor_id, target_id, notifications, expires_at, created_at) "
            "values ($1, $2, $3, $4, $5, $6) on conflict (actor_id, target_id) do update set "
            "notifications = excluded.notifications, expires_at = excluded.expires_at",
            new_id(),
            actor_id,
            target_id,
            int(notifications),
            until,
            now,
        )

    async def unmute(self, actor_id: int, target_id: int) -> bool:
        """Show somebody again; False when they were not hidden."""
        removed = await self.connection.execute(
            "delete from mutes where actor_id = $1 and target_id = $2", actor_id, target_id
        )
        return removed > 0

    async def muted(self, actor_id: int) -> list[tuple[str, bool]]:
        """Everybody whom a member mutes, and whether notifications are hidden too."""
        rows = await self.connection.fetch_all(
            "select a.username, a.host, m.notifications from mutes m "
            "join actors a on a.id = m.target_id where m.actor_id = $1 order by m.id",
            actor_id,
        )
        return [(f"{row[0]}@{row[1]}", bool(row[2])) for row in rows]

    async def next_end(self) -> int | None:
        """When the next mute ends, in milliseconds; None when none does."""
        found = await self.connection.fetch_value(
            "select min(expires_at) from mutes where expires_at is not null"
        )
        return None if found is None else int(found)

    async def end_mutes(self, now: int) -> int:
        """Delete the mutes whose time has come; gives how many."""
        return await self.connection.execute(
            "delete from mutes where expires_at is not null and expires_at <= $1", now
        )

    async def block_domain(self, actor_id: int, domain: str, now: int) -> bool:
        """Hear nothing of a domain any more; False when it was blocked already."""
        added = await self.connection.execute(
            "insert into domain_blocks (id, actor_id, domain, created_at) values ($1, $2, $3, $4) "
            "on conflict (actor_id, domain) do nothing",
            new_id(),
            actor_id,
            domain,
            now,
        )
        return added > 0

    async def unblock_domain(self, actor_id: int, domain: str) -> bool:
        """Hear a domain again; False when it was not blocked."""
        removed = await self.connection.execute(
            "delete from domain_blocks where actor_id = $1 and domain = $2", actor_id, domain
        )
        return removed > 0

    async def blocks_domain(self, actor_id: int, domain: str) -> bool:
        """Whether a member blocks a domain."""
        found = await self.connection.fetch_value(
            "select 1 from domain_blocks where actor_id = $1 and domain = $2", actor_id, domain
        )
        return found is not None

    async def blocked_domains(self, actor_id: int, span: Span) -> list[tuple[int, str]]:
        """A page of the domains that somebody blocks, latest first, with their numbers."""
        args: list[Value] = [actor_id]
        bounds = span.bounds("id", args)
        rows = await self.connection.fetch_all(
            f"select id, domain from domain_blocks where actor_id = $1{bounds}"
            f"{span.order('id', args)}",
            *args,
        )
        return span.arranged([(row[0], row[1]) for row in rows])

    async def hide_domain(self, owner_id: int, domain: str) -> None:
        """Take what came from a domain out of somebody's notifications."""
        await self.connection.execute(
            "delete from notifications where owner_id = $1 and actor_id in "
            "(select id from actors where host = $2 and local = 0)",
            owner_id,
            domain,
        )

    async def follows_with(self, actor_id: int, domain: str) -> list[tuple[int, bool]]:
        """Those of a domain who follow an actor (False) or are followed (True), in any state."""
        rows = await self.connection.fetch_all(
            "select a.id, 1 as mine from follows f join actors a on a.id = f.followee_id "
            "where f.follower_id = $1 and a.host = $2 and a.local = 0 "
            "union all select a.id, 0 from follows f join actors a on a.id = f.follower_id "
            "where f.followee_id = $1 and a.host = $2 and a.local = 0",
            actor_id,
            domain,
        )
        return [(row[0], bool(row[1])) for row in rows]

    async def set_note(self, actor_id: int, target_id: int, comment: str) -> None:
        """Keep a private note about somebody; an empty one is forgotten."""
        if not comment:
            await self.connection.execute(
                "delete from account_notes where actor_id = $1 and target_id = $2",
                actor_id,
                target_id,
            )
            return
        await self.connection.execute(
            "insert into account_notes (actor_id, target_id, comment) values ($1, $2, $3) "
            "on conflict (actor_id, target_id) do update set comment = excluded.comment",
            actor_id,
            target_id,
            comment,
        )

    async def notes(self, actor_id: int) -> list[tuple[str, str]]:
        """Every private note of a member, with whom it is about."""
        rows = await self.connection.fetch_all(
            "select a.username, a.host, n.comment from account_notes n "
            "join actors a on a.id = n.target_id where n.actor_id = $1 order by a.id",
            actor_id,
        )
        return [(f"{row[0]}@{row[1]}", row[2]) for row in rows]

    async def bookmarked(self, actor_id: int) -> list[str]:
        """The addresses of everything that a member bookmarked, oldest first."""
        rows = await self.connection.fetch_all(
            "select o.url from bookmarks b join objects o on o.id = b.object_id "
            "where b.actor_id = $1 and o.deleted_at is null order by b.id",
            actor_id,
        )
        return [row[0] for row in rows]

    async def endorse(self, actor_id: int, target_id: int, now: int) -> bool:
        """Recommend somebody who is followed; False when they are not."""
        await self.connection.execute(
            "insert into endorsements (id, actor_id, target_id, created_at) "
            "select cast($1 as bigint), f.follower_id, f.followee_id, cast($4 as bigint) "
            "from follows f where f.follower_id = $2 and f.followee_id = $3 "
            "and f.state = 'accepted' on conflict (actor_id, target_id) do nothing",
            new_id(),
            actor_id,
            target_id,
            now,
        )
        found = await self.connection.fetch_value(
            "select 1 from endorsements where actor_id = $1 and target_id = $2",
            actor_id,
            target_id,
        )
        return found is not None

    async def unendorse(self, actor_id: int, target_id: int) -> None:
        """Recommend somebody no more."""
        await self.connection.execute(
            "delete from endorsements where actor_id = $1 and target_id = $2", actor_id, target_id
        )

    async def dismiss(self, actor_id: int, target_id: int) -> None:
        """Never suggest somebody again."""
        await self.connection.execute(
            "insert into dismissed_suggestions (actor_id, target_id) values ($1, $2) "
            "on conflict (actor_id, target_id) do nothing",
            actor_id,
            target_id,
        )

    async def forget(self, target_id: int) -> None:
        """Drop what members noted about an actor who is gone."""
        for table in ("mutes", "account_notes", "endorsements", "dismissed_suggestions"):
            await self.connection.execute(f"delete from {table} where target_id = $1", target_id)


def _bond(row: tuple[object, ...]) -> Bond:
    (_, following, followed, reblogs, notify, languages, blocking, blocked, muting, silent, until,
     endorsed, note, domain) = row  # fmt: skip
    return Bond(
        following=str(following or ""),
        followed_by=str(followed or ""),
        options=USUAL if reblogs is None else _options(reblogs, notify, str(languages)),
        blocking=blocking is not None,
        blocked_by=blocked is not None,
        muting=muting is not None,
        muting_notifications=bool(silent),
        muted_until=until if isinstance(until, int) else None,
        domain_blocking=bool(domain),
        endorsed=endorsed is not None,
        note=str(note or ""),
    )


def _options(reblogs: object, notify: object, languages: str) -> FollowOptions:
    return FollowOptions(bool(reblogs), bool(notify), tuple(languages.split()))
