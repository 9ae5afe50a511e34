"""Objects: notes, articles, questions; their audience, tags, versions and polls."""

from dataclasses import astuple

from storage.records import ObjectRecord, PollRecord, columns, placeholders
from storage.statements import Statements

PUBLIC_VISIBILITIES = "('public', 'unlisted')"


class ObjectStatements(Statements):
    """Everything that is asked of the tables about objects."""

    async def by_id(self, object_id: int) -> ObjectRecord | None:
        """The object with this id, a tombstone too."""
        return await self.one_of(ObjectRecord, "from objects where id = $1", object_id)

    async def by_url(self, url: str) -> ObjectRecord | None:
        """The object with this ActivityPub id, a tombstone too."""
        return await self.one_of(ObjectRecord, "from objects where url = $1", url)

    async def by_ids(self, ids: list[int]) -> dict[int, ObjectRecord]:
        """Several objects in one query."""
        if not ids:
            return {}
        found = await self.all_of(ObjectRecord, "from objects where id = any($1)", ids)
        return {record.id: record for record in found}

    async def add(self, record: ObjectRecord) -> bool:
        """A new object; False when its URL is known already. Counts posts and replies."""
        row = await self.connection.fetch_one(
            f"insert into objects ({columns(ObjectRecord)}) values ({placeholders(ObjectRecord)}) "
            "on conflict (url) do nothing returning id",
            *astuple(record),
        )
        if row is None:
            return False
        await self.connection.execute(
            "update actors set posts_count = posts_count + 1 where id = $1", record.actor_id
        )
        if record.in_reply_to_id is not None:
            await self._count_reply(record.in_reply_to_id, 1)
        return True

    async def _count_reply(self, object_id: int, change: int) -> None:
        await self.connection.execute(
            "update objects set replies_count = replies_count + $2 where id = $1",
            object_id,
            change,
        )

    async def adopt_replies(self, parent: ObjectRecord) -> None:
        """Join replies that arrived before the object that they answer."""
        await self.connection.execute(
            "update objects set in_reply_to_id = $2 where in_reply_to = $1 "
            "and in_reply_to_id is null",
            parent.url,
            parent.id,
        )
        await self.connection.execute(
            "update objects set replies_count = (select count(*) from objects r "
            "where r.in_reply_to = $2 and r.deleted_at is null) where id = $1",
            parent.id,
            parent.url,
        )

    async def edit(self, record: ObjectRecord, version_id: int) -> None:
        """Replace the content of an object and keep the version that it had."""
        await self.connection.execute(
            "insert into object_versions (id, object_id, document, created_at) "
            "select $2, id, document, coalesce(edited_at, published_at) "
            "from objects where id = $1",
            record.id,
            version_id,
        )
        await self.connection.execute(
            "update objects set type = $2, name = $3, summary = $4, content = $5, language = $6, "
            "sensitive = $7, html_url = $8, document = $9, edited_at = $10, visibility = $11 "
            "where id = $1",
            record.id,
            record.type,
            record.name,
            record.summary,
            record.content,
            record.language,
            record.sensitive,
            record.html_url,
            record.document,
            record.edited_at,
            record.visibility,
        )

    async def versions(self, object_id: int) -> list[tuple[int, str]]:
        """Earlier versions, oldest first: when each was current, and its document."""
        rows = await self.connection.fetch_all(
            "select created_at, document from object_versions where object_id = $1 order by id",
            object_id,
        )
        return [(row[0], row[1]) for row in rows]

    async def bury(self, record: ObjectRecord, now: int) -> bool:
        """Make a tombstone of an object; False when it was one already."""
        row = await self.connection.fetch_one(
            "update objects set deleted_at = $2, document = '', content = '', summary = '', "
            "name = '', likes_count = 0, shares_count = 0 "
            "where id = $1 and deleted_at is null returning id",
            record.id,
            now,
        )
        if row is None:
            return False
        for table in ("timeline", "notifications", "featured", "likes", "shares", "object_tags"):
            await self.connection.execute(f"delete from {table} where object_id = $1", record.id)
        for table in ("object_versions", "polls", "votes"):
            await self.connection.execute(f"delete from {table} where object_id = $1", record.id)
        await self.connection.execute(
            "update actors set posts_count = posts_count - 1 where id = $1", record.actor_id
        )
        if record.in_reply_to_id is not None:
            await self._count_reply(record.in_reply_to_id, -1)
        return True

    async def of_actor(
        self, actor_id: int, *, before: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """What an actor published for everyone, latest first."""
        bound = " and id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        return await self.all_of(
            ObjectRecord,
            f"from objects where actor_id = $1 and deleted_at is null "
            f"and visibility in {PUBLIC_VISIBILITIES}{bound} order by id desc limit $2",
            *args,
        )

    async def ids_of_actor(self, actor_id: int) -> list[int]:
        """Every living object of an actor, in any visibility."""
        rows = await self.connection.fetch_all(
            "select id from objects where actor_id = $1 and deleted_at is null", actor_id
        )
        return [row[0] for row in rows]

    async def local_public(
        self, *, before: int | None = None, after: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """The node's public posts, latest first; with `after`, oldest first from there on."""
        common = "from objects where local = 1 and visibility = 'public' and deleted_at is null"
        if after is not None:
            rest = f"{common} and id > $1 order by id limit $2"
            return await self.all_of(ObjectRecord, rest, after, limit)
        if before is not None:
            rest = f"{common} and id < $1 order by id desc limit $2"
            return await self.all_of(ObjectRecord, rest, before, limit)
        return await self.all_of(ObjectRecord, f"{common} order by id desc limit $1", limit)

    async def replies(
        self, url: str, *, after: int = 0, limit: int = 20
    ) -> list[ObjectRecord]:
        """Public answers to an object, oldest first."""
        return await self.all_of(
            ObjectRecord,
            "from objects where in_reply_to = $1 and id > $2 and deleted_at is null "
            f"and visibility in {PUBLIC_VISIBILITIES} order by id limit $3",
            url,
            after,
            limit,
        )

    async def conversation(
        self, conversation: str, *, after: int = 0, limit: int = 50
    ) -> list[ObjectRecord]:
        """The public posts of one conversation, oldest first."""
        return await self.all_of(
            ObjectRecord,
            "from objects where conversation = $1 and id > $2 and deleted_at is null "
            f"and visibility in {PUBLIC_VISIBILITIES} order by id limit $3",
            conversation,
            after,
            limit,
        )

    async def add_audience(self, object_id: int, mentioned: dict[int, bool]) -> None:
        """Note who is addressed; True for those who are mentioned in the text too."""
        await self.connection.execute_many(
            "insert into audience (object_id, actor_id, mentioned) values ($1, $2, $3) "
            "on conflict (object_id, actor_id) do nothing",
            [(object_id, actor_id, int(named)) for actor_id, named in mentioned.items()],
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

    async def set_tags(self, object_id: int, names: list[str]) -> None:
        """Replace the hashtags of an object (lower-case names without #)."""
        await self.connection.execute("delete from object_tags where object_id = $1", object_id)
        await self.connection.execute_many(
            "insert into object_tags (name, object_id) values ($1, $2) "
            "on conflict (name, object_id) do nothing",
            [(name, object_id) for name in names],
        )

    async def tagged(
        self, name: str, *, before: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """Public posts with a hashtag, latest first."""
        bound = " and o.id < $3" if before is not None else ""
        args = (name, limit) if before is None else (name, limit, before)
        rows = await self.connection.fetch_all(
            f"select {columns(ObjectRecord, 'o')} from object_tags t "
            "join objects o on o.id = t.object_id where t.name = $1 and o.visibility = 'public' "
            f"and o.deleted_at is null{bound} order by o.id desc limit $2",
            *args,
        )
        return [ObjectRecord(*row) for row in rows]

    async def save_poll(self, poll: PollRecord) -> None:
        """Add or renew the choices and counts of a Question."""
        await self.insert(
            "polls",
            poll,
            rest="on conflict (object_id) do update set options = excluded.options, "
            "voters_count = excluded.voters_count, closes_at = excluded.closes_at",
        )

    async def poll(self, object_id: int) -> PollRecord | None:
        """The choices and counts of a Question."""
        return await self.one_of(PollRecord, "from polls where object_id = $1", object_id)

    async def votes_of(self, object_id: int, actor_id: int) -> list[str]:
        """What somebody voted."""
        rows = await self.connection.fetch_all(
            "select choice from votes where object_id = $1 and actor_id = $2", object_id, actor_id
        )
        return [row[0] for row in rows]

    async def add_vote(
        self, object_id: int, actor_id: int, choice: str, url: str, now: int
    ) -> bool:
        """Record one vote; False when it was there already."""
        return 0 < await self.connection.execute(
            "insert into votes (object_id, actor_id, choice, url, created_at) "
            "values ($1, $2, $3, $4, $5) on conflict (object_id, actor_id, choice) do nothing",
            object_id,
            actor_id,
            choice,
            url,
            now,
        )

    async def add_item(self, collection_id: int, item_id: int, item: str) -> bool:
        """Add a member to a collection object; False when it was in it."""
        return 0 < await self.connection.execute(
            "insert into collection_items (collection_id, id, item) values ($1, $2, $3) "
            "on conflict (collection_id, item) do nothing",
            collection_id,
            item_id,
            item,
        )

    async def remove_item(self, collection_id: int, item: str) -> bool:
        """Take a member out of a collection object."""
        return 0 < await self.connection.execute(
            "delete from collection_items where collection_id = $1 and item = $2",
            collection_id,
            item,
        )

    async def items(self, collection_id: int) -> list[str]:
        """The members of a collection object, latest first."""
        rows = await self.connection.fetch_all(
            "select item from collection_items where collection_id = $1 order by id desc",
            collection_id,
        )
        return [row[0] for row in rows]
