"""Follows, blocks between actors, and rules about domains."""

from dataclasses import replace
from typing import Literal

from storage.home_feeds import HomeFeedStatements
from storage.ids import new_id
from storage.ports import Value
from storage.projects import closed_project
from storage.records import ActorRecord, DomainRuleRecord, FollowRecord, columns
from storage.spans import Span
from storage.statements import Statements

FOLLOWERS = (
    "from follows f join actors a on a.id = f.follower_id "
    "where f.followee_id = $1 and f.state = 'accepted'"
)
# What only a follow holds up: how one follows, whom one recommends, who is on one's lists.
_HELD_UP = (
    "delete from follow_options where follower_id = $1 and followee_id = $2",
    "delete from endorsements where actor_id = $1 and target_id = $2",
    (
        "delete from list_accounts where actor_id = $2 "
        "and list_id in (select l.id from lists l where l.actor_id = $1)"
    ),
)
HELD_UP_BY_ANY = (
    "delete from follow_options where follower_id = any($1) or followee_id = any($1)",
    "delete from endorsements where actor_id = any($1) or target_id = any($1)",
    (
        "delete from list_accounts where actor_id = any($1) "
        "or list_id in (select l.id from lists l where l.actor_id = any($1))"
    ),
)


class RelationshipStatements(Statements):
    """Everything that is asked of the tables `follows`, `blocks` and `domain_rules`."""

    async def follow(self, follower_id: int, followee_id: int) -> FollowRecord | None:
        """How one actor follows another, in any state."""
        return await self.one_of(
            FollowRecord,
            "from follows where follower_id = $1 and followee_id = $2",
            follower_id,
            followee_id,
        )

    async def follow_by_url(self, url: str) -> FollowRecord | None:
        """The follow that this Follow activity made."""
        return await self.one_of(FollowRecord, "from follows where url = $1", url)

    async def save_follow(self, follow: FollowRecord) -> FollowRecord:
        """Add a follow, or give the existing one this state and Follow activity."""
        before = await self.follow(follow.follower_id, follow.followee_id)
        await self.insert(
            "follows",
            follow,
            rest="on conflict (follower_id, followee_id) do update "
            "set state = excluded.state, url = excluded.url",
        )
        was = before is not None and before.state == "accepted"
        await self._count(follow, int(follow.state == "accepted") - int(was))
        saved = await self.follow(follow.follower_id, follow.followee_id)
        assert saved is not None
        return saved

    async def set_follow_state(self, follow: FollowRecord, state: str) -> FollowRecord:
        """Give an existing follow another state; its counts follow."""
        before = await self.connection.fetch_value(
            "select state from follows where id = $1", follow.id
        )
        await self.connection.execute(
            "update follows set state = $2 where id = $1", follow.id, state
        )
        await self._count(follow, int(state == "accepted") - int(before == "accepted"))
        return replace(follow, state=state)

    async def remove_follow(self, follow: FollowRecord) -> None:
        """End a follow; nothing happens when it has ended already."""
        state = await self.connection.fetch_value(
            "delete from follows where id = $1 returning state", follow.id
        )
        await self._count(follow, -int(state == "accepted"))
        if follow.follower_local:
            for statement in _HELD_UP:
                await self.connection.execute(statement, follow.follower_id, follow.followee_id)

    async def end_follows(self, actor_id: int, *, keep_remote_followers: bool = False) -> None:
        """End every follow of and by an actor, with the counts of the others.

        `keep_remote_followers` leaves those rows until a farewell has been sent to them.
        """
        kept = " and follower_local = 1" if keep_remote_followers else ""
        await self.connection.execute(
            "update actors set following_count = following_count - 1 where id in "
            "(select follower_id from follows "
            f"where followee_id = $1 and state = 'accepted'{kept})",
            actor_id,
        )
        await self.connection.execute(
            "update actors set followers_count = followers_count - 1 where id in "
            "(select followee_id from follows where follower_id = $1 and state = 'accepted')",
            actor_id,
        )
        await self.connection.execute(f"delete from follows where followee_id = $1{kept}", actor_id)
        await self.connection.execute("delete from follows where follower_id = $1", actor_id)
        for statement in HELD_UP_BY_ANY:
            await self.connection.execute(statement, [actor_id])

    async def _count(self, follow: FollowRecord, change: int) -> None:
        if not change:
            return
        await self.connection.execute(
            "update actors set followers_count = followers_count + $2 where id = $1",
            follow.followee_id,
            change,
        )
        await self.connection.execute(
            "update actors set following_count = following_count + $2 where id = $1",
            follow.follower_id,
            change,
        )
        if follow.follower_local:
            home = HomeFeedStatements(self.connection)
            await (home.bring_along if change > 0 else home.leave)(
                follow.follower_id, follow.followee_id
            )

    async def followers(
        self, actor_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[tuple[int, ActorRecord]]:
        """Accepted followers, latest first, with the id of each follow for paging."""
        return await self._page(FOLLOWERS, actor_id, before, limit)

    async def following(
        self, actor_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[tuple[int, ActorRecord]]:
        """Those whom an actor follows, latest first, with the id of each follow."""
        rest = (
            "from follows f join actors a on a.id = f.followee_id "
            "where f.follower_id = $1 and f.state = 'accepted'"
        )
        return await self._page(rest, actor_id, before, limit)

    async def follows_in_state(
        self,
        actor_id: int,
        state: Literal["pending", "accepted"],
        *,
        by: bool,
        before: int | None = None,
        limit: int = 40,
        everything: bool = True,
    ) -> list[tuple[FollowRecord, str]]:
        """Follows by an actor (`by`) or of that actor, latest first, with the other's URL.

        Without `everything` none of projects for their members alone: others are not told.
        """
        mine, other = ("follower_id", "followee_id") if by else ("followee_id", "follower_id")
        bound = " and f.id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        quiet = "" if everything else f" and not {closed_project('f.followee_id')}"
        # The state stands in the text: only then are the partial indexes of any use.
        rows = await self.connection.fetch_all(
            f"select a.url, {columns(FollowRecord, 'f')} from follows f "
            f"join actors a on a.id = f.{other} where f.{mine} = $1 "
            f"and f.state = '{state}'{quiet}{bound} order by f.id desc limit $2",
            *args,
        )
        return [(FollowRecord(*tuple(row)[1:]), row[0]) for row in rows]

    async def count_pending(self, actor_id: int, *, by: bool) -> int:
        """How many follows by an actor (`by`), or of that actor, wait for an answer."""
        mine = "follower_id" if by else "followee_id"
        found = await self.connection.fetch_value(
            f"select count(*) from follows where {mine} = $1 and state = 'pending'", actor_id
        )
        return int(found or 0)

    async def requests(self, actor_id: int) -> list[tuple[int, ActorRecord]]:
        """Those who wait for an answer to their Follow, oldest first."""
        rest = (
            "from follows f join actors a on a.id = f.follower_id "
            "where f.followee_id = $1 and f.state = 'pending'"
        )
        return list(reversed(await self._page(rest, actor_id, None, 1000)))

    async def _page(
        self, rest: str, actor_id: int, before: int | None, limit: int
    ) -> list[tuple[int, ActorRecord]]:
        bound = " and f.id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        rows = await self.connection.fetch_all(
            f"select f.id as follow_id, {columns(ActorRecord, 'a')} {rest}{bound} "
            "order by f.id desc limit $2",
            *args,
        )
        return [(row[0], ActorRecord(*tuple(row)[1:])) for row in rows]

    async def local_followers(self, actor_id: int) -> list[int]:
        """Ids of the local actors who follow this one."""
        rows = await self.connection.fetch_all(
            "select follower_id from follows "
            "where followee_id = $1 and follower_local = 1 and state = 'accepted'",
            actor_id,
        )
        return [row[0] for row in rows]

    async def follower_inboxes(self, actor_id: int) -> list[str]:
        """The distinct inboxes (shared where there is one) of the remote followers."""
        rows = await self.connection.fetch_all(
            "select distinct case when a.shared_inbox <> '' then a.shared_inbox else a.inbox end "
            f"{FOLLOWERS} and f.follower_local = 0 and a.state = 'active' "
            "and not exists (select 1 from blocks b "
            "where b.actor_id = f.followee_id and b.target_id = f.follower_id)",
            actor_id,
        )
        return [row[0] for row in rows if row[0]]

    async def followed_inboxes(self, actor_id: int) -> list[str]:
        """The distinct inboxes (shared where there is one) of the remote actors followed."""
        rows = await self.connection.fetch_all(
            "select distinct case when a.shared_inbox <> '' then a.shared_inbox else a.inbox end "
            "from follows f join actors a on a.id = f.followee_id "
            "where f.follower_id = $1 and a.local = 0 and a.state = 'active'",
            actor_id,
        )
        return [row[0] for row in rows if row[0]]

    async def follower_urls_at(self, actor_id: int, origin: str) -> list[str]:
        """The followers whose ids begin with `origin/` (FEP-8fcf partial collection)."""
        rows = await self.connection.fetch_all(
            f"select a.url {FOLLOWERS} and substr(a.url, 1, $3) = $2 order by a.url",
            actor_id,
            origin + "/",
            len(origin) + 1,
        )
        return [row[0] for row in rows]

    async def follower_urls(self, actor_id: int) -> list[str]:
        """The ids of all remote followers, to digest them host by host (FEP-8fcf)."""
        rows = await self.connection.fetch_all(
            f"select a.url {FOLLOWERS} and f.follower_local = 0", actor_id
        )
        return [row[0] for row in rows]

    async def following_urls_at(self, followee_id: int, origin: str) -> list[ActorRecord]:
        """The local actors who follow `followee_id`: what FEP-8fcf compares on receipt."""
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')} {FOLLOWERS} and f.follower_local = 1 "
            "and substr(a.url, 1, $3) = $2",
            followee_id,
            origin + "/",
            len(origin) + 1,
        )
        return [ActorRecord(*tuple(row)) for row in rows]

    async def block(self, actor_id: int, target_id: int, url: str, now: int) -> bool:
        """Block an actor; False when it was blocked already."""
        inserted = await self.connection.execute(
            "insert into blocks (actor_id, target_id, url, created_at, id) "
            "values ($1, $2, $3, $4, $5) on conflict (actor_id, target_id) do nothing",
            actor_id,
            target_id,
            url,
            now,
            new_id(),
        )
        return inserted > 0

    async def unblock(self, actor_id: int, target_id: int) -> bool:
        """End a block; False when there was none."""
        return (
            await self.connection.execute(
                "delete from blocks where actor_id = $1 and target_id = $2", actor_id, target_id
            )
            > 0
        )

    async def block_url(self, actor_id: int, target_id: int) -> str | None:
        """The Block activity behind a block."""
        url = await self.connection.fetch_value(
            "select url from blocks where actor_id = $1 and target_id = $2", actor_id, target_id
        )
        return None if url is None else str(url)

    async def blocks(self, actor_id: int, target_id: int) -> bool:
        """Whether an actor blocks another."""
        found = await self.connection.fetch_value(
            "select 1 from blocks where actor_id = $1 and target_id = $2", actor_id, target_id
        )
        return found is not None

    async def blocked_either_way(self, one: int, other: int) -> bool:
        """Whether one of the two blocks the other."""
        found = await self.connection.fetch_value(
            "select 1 from blocks where (actor_id = $1 and target_id = $2) "
            "or (actor_id = $2 and target_id = $1) limit 1",
            one,
            other,
        )
        return found is not None

    async def blocked_by(self, target_id: int) -> set[int]:
        """Ids of the actors who block `target_id`."""
        rows = await self.connection.fetch_all(
            "select actor_id from blocks where target_id = $1", target_id
        )
        return {row[0] for row in rows}

    async def blocked_by_actor(self, actor_id: int) -> set[int]:
        """Ids of those whom `actor_id` blocks."""
        rows = await self.connection.fetch_all(
            "select target_id from blocks where actor_id = $1", actor_id
        )
        return {row[0] for row in rows}

    async def domain_rules(self) -> list[DomainRuleRecord]:
        """Every rule about a domain."""
        return await self.all_of(DomainRuleRecord, "from domain_rules order by domain")

    async def domain_rule(self, domain: str) -> DomainRuleRecord | None:
        """The rule about exactly this domain."""
        return await self.one_of(DomainRuleRecord, "from domain_rules where domain = $1", domain)

    async def domain_rule_by_id(self, number: int) -> DomainRuleRecord | None:
        """The rule that apps know by this number."""
        return await self.one_of(DomainRuleRecord, "from domain_rules where id = $1", number)

    async def domain_rules_page(self, severities: list[str], span: Span) -> list[DomainRuleRecord]:
        """A page of the rules of these severities, latest first."""
        args: list[Value] = [severities]
        where = "where severity = any($1)" + span.bounds("id", args)
        rest = f"from domain_rules {where}{span.order('id', args)}"
        return span.arranged(await self.all_of(DomainRuleRecord, rest, *args))

    async def save_domain_rule(self, rule: DomainRuleRecord) -> None:
        """Add or change a rule."""
        await self.insert(
            "domain_rules",
            rule,
            rest="on conflict (domain) do update set severity = excluded.severity, "
            "reason = excluded.reason, created_by = excluded.created_by, "
            "public_comment = excluded.public_comment, obfuscated = excluded.obfuscated",
        )

    async def remove_domain_rule(self, domain: str) -> bool:
        """Drop a rule; False when there was none."""
        return (
            await self.connection.execute("delete from domain_rules where domain = $1", domain) > 0
        )
