"""Actors, here and elsewhere, and their keys."""

from dataclasses import astuple, replace

from storage.records import ActorRecord, KeyRecord, columns, placeholders
from storage.statements import Statements

# What a fetched or edited actor brings along; identity, state, sanctions and counts stay.
PROFILE = (
    "type", "username", "host", "name", "summary", "inbox", "shared_inbox", "outbox",
    "followers_url", "following_url", "featured_url", "html_url", "icon", "image", "fields",
    "also_known_as", "moved_to", "locked", "discoverable", "indexable", "document", "updated_at",
    "fetched_at", "hides_network", "extras",
)  # fmt: skip


class ActorStatements(Statements):
    """Everything that is asked of the tables `actors` and `keys`."""

    async def by_id(self, actor_id: int) -> ActorRecord | None:
        """The actor with this id."""
        return await self.one_of(ActorRecord, "from actors where id = $1", actor_id)

    async def by_url(self, url: str) -> ActorRecord | None:
        """The actor whose ActivityPub id is `url`."""
        return await self.one_of(ActorRecord, "from actors where url = $1", url)

    async def local(self, username: str) -> ActorRecord | None:
        """The local actor with this name, in any case."""
        return await self.one_of(
            ActorRecord, "from actors where lower(username) = lower($1) and local = 1", username
        )

    async def by_account(self, username: str, host: str) -> ActorRecord | None:
        """The actor known as `username@host`; the one confirmed last when several claim it."""
        return await self.one_of(
            ActorRecord,
            "from actors where lower(username) = lower($1) and host = $2 "
            "order by local desc, fetched_at desc, id desc limit 1",
            username,
            host,
        )

    async def by_accounts(self, names: list[str], hosts: list[str]) -> list[ActorRecord]:
        """Whoever has one of these names (lower-case) on one of these hosts, as `by_account`."""
        if not names:
            return []
        return await self.all_of(
            ActorRecord,
            "from actors where lower(username) = any($1) and host = any($2) "
            "order by local desc, fetched_at desc, id desc",
            names,
            hosts,
        )

    async def by_ids(self, ids: list[int]) -> dict[int, ActorRecord]:
        """Several actors in one query."""
        if not ids:
            return {}
        found = await self.all_of(ActorRecord, "from actors where id = any($1)", ids)
        return {actor.id: actor for actor in found}

    async def by_urls(self, urls: list[str]) -> dict[str, ActorRecord]:
        """Several actors in one query, by their ActivityPub ids."""
        if not urls:
            return {}
        found = await self.all_of(ActorRecord, "from actors where url = any($1)", urls)
        return {actor.url: actor for actor in found}

    async def all_local(self) -> list[ActorRecord]:
        """Every local actor, oldest first."""
        return await self.all_of(ActorRecord, "from actors where local = 1 order by id")

    async def add(self, actor: ActorRecord) -> None:
        """A new actor. Raises `Conflict` when its URL or local name is taken."""
        await self.insert("actors", actor)

    async def save(self, actor: ActorRecord) -> ActorRecord:
        """Add an actor, or renew the profile of the one that has this URL; gives the row."""
        assignments = ", ".join(f"{name} = excluded.{name}" for name in PROFILE)
        row = await self.connection.fetch_one(
            f"insert into actors ({columns(ActorRecord)}) values ({placeholders(ActorRecord)}) "
            f"on conflict (url) do update set {assignments} "
            "returning id, state, severity, sanction, sensitized, followers_count, "
            "following_count, posts_count, created_at",
            *astuple(actor),
        )
        assert row is not None
        return replace(
            actor,
            id=row["id"],
            state=row["state"],
            severity=row["severity"],
            sanction=row["sanction"],
            sensitized=row["sensitized"],
            followers_count=row["followers_count"],
            following_count=row["following_count"],
            posts_count=row["posts_count"],
            created_at=row["created_at"],
        )

    async def set_state(self, actor_id: int, state: str, now: int) -> None:
        """`active`, `suspended` or `gone`."""
        await self.connection.execute(
            "update actors set state = $2, updated_at = $3 where id = $1", actor_id, state, now
        )

    async def set_moved(self, actor_id: int, target: str, now: int) -> None:
        """Note where an actor moved to."""
        await self.connection.execute(
            "update actors set moved_to = $2, updated_at = $3 where id = $1", actor_id, target, now
        )

    async def erase(self, actor_id: int, now: int) -> None:
        """Make a tombstone: nothing of the person stays but the address."""
        await self.connection.execute("delete from attendances where actor_id = $1", actor_id)
        await self.connection.execute(
            "update actors set state = 'gone', name = '', summary = '', icon = '', image = '', "
            "fields = '[]', also_known_as = '[]', document = '', updated_at = $2, "
            "followers_count = 0, following_count = 0, posts_count = 0 where id = $1",
            actor_id,
            now,
        )

    async def count_local(self) -> dict[str, int]:
        """How many living local actors there are of each type."""
        rows = await self.connection.fetch_all(
            "select type, count(*) as number from actors "
            "where local = 1 and state = 'active' group by type"
        )
        return {row["type"]: row["number"] for row in rows}

    async def key(self, key_id: str) -> KeyRecord | None:
        """One key."""
        return await self.one_of(KeyRecord, "from keys where key_id = $1", key_id)

    async def public_key(self, key_id: str) -> tuple[str, str, str] | None:
        """Owner URL, algorithm and public PEM of a key, unless its owner is gone."""
        row = await self.connection.fetch_one(
            "select a.url, k.algorithm, k.public_pem from keys k "
            "join actors a on a.id = k.actor_id where k.key_id = $1 and a.state <> 'gone'",
            key_id,
        )
        return None if row is None else (row[0], row[1], row[2])

    async def keys(self, actor_id: int) -> list[KeyRecord]:
        """The keys of an actor, the RSA key first."""
        return await self.all_of(
            KeyRecord, "from keys where actor_id = $1 order by algorithm desc, key_id", actor_id
        )

    async def replace_keys(self, actor_id: int, keys: list[KeyRecord]) -> None:
        """Forget someone else's keys and remember these; key pairs of ours stay."""
        await self.connection.execute(
            "delete from keys where actor_id = $1 and private_pem is null", actor_id
        )
        await self.add_keys(keys)

    async def forget_key(self, key_id: str) -> None:
        """Drop one key of someone else's."""
        await self.connection.execute(
            "delete from keys where key_id = $1 and private_pem is null", key_id
        )

    async def add_keys(self, keys: list[KeyRecord]) -> None:
        """Remember keys beside those that are there; never in the place of one of ours."""
        for key in keys:
            await self.insert(
                "keys",
                key,
                rest="on conflict (key_id) do update set actor_id = excluded.actor_id, "
                "algorithm = excluded.algorithm, public_pem = excluded.public_pem "
                "where keys.private_pem is null",
            )

    async def revive(self, actor_id: int) -> None:
        """An actor whom its server serves again is not gone; suspended here they stay."""
        await self.connection.execute(
            "update actors set state = case when sanction = 'suspend' then 'suspended' "
            "else 'active' end where id = $1 and state = 'gone'",
            actor_id,
        )

    async def delivered_farewells(self) -> list[int]:
        """Deleted local actors with keys whose last activities have all been delivered."""
        rows = await self.connection.fetch_all(
            "select a.id from actors a where a.local = 1 and a.state = 'gone' "
            "and exists (select 1 from keys k where k.actor_id = a.id) "
            "and not exists (select 1 from deliveries d "
            "where d.actor_id = a.id and d.state in ('waiting', 'held')) "
            "and not exists (select 1 from fanouts f "
            "where f.actor_id = a.id and f.state = 'waiting')"
        )
        return [row[0] for row in rows]

    async def remove_keys(self, actor_id: int) -> None:
        """Forget the keys of an actor, private ones too."""
        await self.connection.execute("delete from keys where actor_id = $1", actor_id)

    async def active_since(self, activity_id: int) -> int:
        """How many living local people and organisations published since this id."""
        found = await self.connection.fetch_value(
            "select count(*) from actors a where a.local = 1 and a.state = 'active' "
            "and a.type <> 'Application' and exists (select 1 from activities x "
            "where x.actor_id = a.id and x.local = 1 and x.id >= $1)",
            activity_id,
        )
        return int(found or 0)

    async def count_posts(self) -> tuple[int, int]:
        """How many posts for everybody the local actors made, and how many of them are replies."""
        posts = await self.connection.fetch_value(
            "select coalesce(sum(posts_count), 0) from actors where local = 1"
        )
        # `coalesce` keeps the planner off the index of all replies, most of them from elsewhere.
        replies = await self.connection.fetch_value(
            "select count(*) from objects where local = 1 and visibility = 'public' "
            "and deleted_at is null and coalesce(in_reply_to, '') <> ''"
        )
        return int(posts), int(replies)

    async def liked(
        self, actor_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[tuple[int, str]]:
        """The URLs of what an actor likes, latest like first, with the id of each like."""
        bound = " and l.id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        rows = await self.connection.fetch_all(
            "select l.id, o.url from likes l join objects o on o.id = l.object_id "
            f"where l.actor_id = $1 and o.deleted_at is null{bound} order by l.id desc limit $2",
            *args,
        )
        return [(row[0], row[1]) for row in rows]

    async def count_liked(self, actor_id: int) -> int:
        """How many living objects an actor likes."""
        found = await self.connection.fetch_value(
            "select count(*) from likes l join objects o on o.id = l.object_id "
            "where l.actor_id = $1 and o.deleted_at is null",
            actor_id,
        )
        return int(found or 0)
