"""Actors, here and elsewhere, and their keys."""

from dataclasses import astuple, replace

from storage.records import ActorRecord, KeyRecord, columns, placeholders
from storage.statements import Statements

PROFILE = (
    "type username host name summary inbox shared_inbox outbox followers_url following_url "
    "featured_url html_url icon image fields also_known_as moved_to locked discoverable "
    "indexable document updated_at fetched_at"
).split()


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
        """The actor known as `username@host`."""
        return await self.one_of(
            ActorRecord,
            "from actors where lower(username) = lower($1) and host = $2 order by id limit 1",
            username,
            host,
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
            "returning id, state, followers_count, following_count, posts_count, created_at",
            *astuple(actor),
        )
        assert row is not None
        return replace(
            actor,
            id=row["id"],
            state=row["state"],
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

    async def key_owner(self, key_id: str) -> tuple[KeyRecord, ActorRecord] | None:
        """A key and its owner."""
        key = await self.key(key_id)
        owner = await self.by_id(key.actor_id) if key else None
        return (key, owner) if key and owner else None

    async def keys(self, actor_id: int) -> list[KeyRecord]:
        """The keys of an actor, the RSA key first."""
        return await self.all_of(
            KeyRecord, "from keys where actor_id = $1 order by algorithm desc, key_id", actor_id
        )

    async def replace_keys(self, actor_id: int, keys: list[KeyRecord]) -> None:
        """Forget an actor's keys and remember these."""
        await self.connection.execute("delete from keys where actor_id = $1", actor_id)
        for key in keys:
            await self.insert(
                "keys",
                key,
                rest="on conflict (key_id) do update set actor_id = excluded.actor_id, "
                "algorithm = excluded.algorithm, public_pem = excluded.public_pem, "
                "private_pem = excluded.private_pem, created_at = excluded.created_at "
                "where keys.private_pem is null",
            )

    async def forget_key(self, key_id: str) -> None:
        """Drop one key of someone else's."""
        await self.connection.execute(
            "delete from keys where key_id = $1 and private_pem is null", key_id
        )
