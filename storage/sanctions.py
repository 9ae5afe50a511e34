"""What a rule about a domain does to the actors of that domain."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.relationships import HELD_UP_BY_ANY
from storage.statements import Statements

_THEIRS = "(f.follower_id = any($1) or f.followee_id = any($1))"


@dataclass(frozen=True, slots=True)
class Subject:
    """An actor elsewhere whom a rule may concern, and the severity that holds now."""

    id: int
    url: str
    host: str
    severity: str
    sanction: str = ""


class SanctionStatements(Statements):
    """Changes to many actors of other servers at once."""

    async def subjects(self, domain: str) -> list[Subject]:
        """The actors whose address or name may be of a domain; a few too many, never too few."""
        rows = await self.connection.fetch_all(
            "select id, url, host, severity, sanction from actors where local = 0 "
            "and (url like $1 or host like $1) order by id",
            f"%{domain}%",
        )
        return [Subject(*row) for row in rows]

    async def rules_of(self, domains: Sequence[str]) -> dict[str, str]:
        """The rules about exactly these domains: domain → severity."""
        rows = await self.connection.fetch_all(
            "select domain, severity from domain_rules where domain = any($1)", list(domains)
        )
        return {row[0]: row[1] for row in rows}

    async def set_severity(self, ids: Sequence[int], severity: str) -> None:
        """Note what the rules say of these actors."""
        await self.connection.execute(
            "update actors set severity = $2 where id = any($1)", list(ids), severity
        )

    async def set_sanction(
        self, actor_id: int, sanction: str, severity: str, state: str, now: int
    ) -> None:
        """Note what was decided about one actor, and what follows from it."""
        await self.connection.execute(
            "update actors set sanction = $2, severity = $3, state = $4, updated_at = $5 "
            "where id = $1",
            actor_id,
            sanction,
            severity,
            state,
            now,
        )

    async def set_sensitized(self, actor_id: int, sensitized: int, now: int) -> None:
        """Cover all files of an actor, or do so no more."""
        await self.connection.execute(
            "update actors set sensitized = $2, updated_at = $3 where id = $1",
            actor_id,
            sensitized,
            now,
        )

    async def drop_pictures(self, ids: Sequence[int]) -> None:
        """Forget the avatars and banners of these actors."""
        await self.connection.execute(
            "update actors set icon = '', image = '' where id = any($1)", list(ids)
        )

    async def emoji_hosts(self) -> list[str]:
        """The hosts of which custom emoji are remembered."""
        rows = await self.connection.fetch_all("select distinct host from emojis")
        return [row[0] for row in rows]

    async def drop_emojis(self, hosts: Sequence[str]) -> None:
        """Forget the custom emoji of these hosts."""
        await self.connection.execute("delete from emojis where host = any($1)", list(hosts))

    async def fetch_again(self, ids: Sequence[int]) -> None:
        """Let these profiles be fetched when they are next needed; until then they serve."""
        await self.connection.execute(
            "update actors set fetched_at = 1 where id = any($1) and fetched_at > 1", list(ids)
        )

    async def end_follows(self, ids: Sequence[int]) -> int:
        """End every follow of and by these actors, with the counts; gives how many there were."""
        chosen = list(ids)
        await self.connection.execute(
            "update actors set followers_count = followers_count - (select count(*) from follows f "
            f"where f.followee_id = actors.id and f.state = 'accepted' and {_THEIRS}), "
            "following_count = following_count - (select count(*) from follows f "
            f"where f.follower_id = actors.id and f.state = 'accepted' and {_THEIRS}) "
            "where id in (select f.followee_id from follows f where f.follower_id = any($1) "
            "union select f.follower_id from follows f where f.followee_id = any($1) "
            "union select f.followee_id from follows f where f.followee_id = any($1) "
            "union select f.follower_id from follows f where f.follower_id = any($1))",
            chosen,
        )
        for statement in HELD_UP_BY_ANY:
            await self.connection.execute(statement, chosen)
        return await self.connection.execute(
            "delete from follows where follower_id = any($1) or followee_id = any($1)", chosen
        )

    async def hosts_with_mail(self) -> list[str]:
        """The hosts for which deliveries wait or are held."""
        rows = await self.connection.fetch_all(
            "select distinct host from deliveries where state in ('waiting', 'held')"
        )
        return [row[0] for row in rows]

    async def cancel_deliveries(self, hosts: Sequence[str], now: int, reason: str) -> int:
        """Give up what waits for these hosts; gives how many deliveries."""
        return await self.connection.execute(
            "update deliveries set state = 'cancelled', error = $3, done_at = $2, lease_until = 0 "
            "where host = any($1) and state in ('waiting', 'held')",
            list(hosts),
            now,
            reason,
        )
