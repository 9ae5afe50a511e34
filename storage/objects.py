"""Objects: notes, articles, questions; their audience, tags, versions and polls."""

from dataclasses import dataclass

from storage.audience import (
    LISTED,
    PUBLIC_VISIBILITIES,
    RESTRICTED_VISIBILITIES,
    AudienceStatements,
)
from storage.polls import PollStatements
from storage.records import ObjectRecord, columns, placeholders, values

OPEN = ("public", "unlisted")
# What is shown under a post of the visibility {within}.
_TALK = f"(visibility in {PUBLIC_VISIBILITIES} or visibility = {{within}})"


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """What a reply needs to know of the object that it answers."""

    object_id: int
    actor_id: int
    conversation: str | None


class ObjectStatements(AudienceStatements, PollStatements):
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

    async def by_urls(self, urls: list[str]) -> dict[str, ObjectRecord]:
        """Several objects by their ActivityPub ids, tombstones too, in one query."""
        if not urls:
            return {}
        found = await self.all_of(ObjectRecord, "from objects where url = any($1)", urls)
        return {record.url: record for record in found}

    async def place(self, url: str) -> ThreadPlace | None:
        """Where an object stands, for a reply to it."""
        row = await self.connection.fetch_one(
            "select id, actor_id, conversation from objects where url = $1", url
        )
        return None if row is None else ThreadPlace(*row)

    async def awaited(self, url: str) -> bool:
        """Whether replies to an object arrived before it."""
        found = await self.connection.fetch_value(
            "select 1 from objects where in_reply_to = $1 and in_reply_to_id is null limit 1", url
        )
        return found is not None

    async def add(self, record: ObjectRecord) -> bool:
        """A new object; False when its URL is known already. Counts public posts, and replies."""
        row = await self.connection.fetch_one(
            f"insert into objects ({columns(ObjectRecord)}) values ({placeholders(ObjectRecord)}) "
            "on conflict (url) do nothing returning id",
            *values(record),
        )
        if row is None:
            return False
        await self._to_index(record.id)
        if record.visibility in OPEN:
            await self._count_post(record, 1)
        if record.in_reply_to_id is not None:
            await self._count_reply(record, 1)
        return True

    async def _to_index(self, object_id: int) -> None:
        await self.connection.execute(
            "insert into posts_to_index (object_id) values ($1) on conflict (object_id) do nothing",
            object_id,
        )

    async def _count_post(self, record: ObjectRecord, change: int) -> None:
        """Count what everybody may see alone: the number tells of nothing else."""
        latest = "case when last_post_id < $3 then $3 else last_post_id end"
        if change < 0:
            latest = (
                "case when last_post_id <> $3 then last_post_id else coalesce((select max(o.id) "
                "from objects o where o.actor_id = $1 and o.deleted_at is null "
                f"and o.visibility in {PUBLIC_VISIBILITIES}), 0) end"
            )
        await self.connection.execute(
            f"update actors set posts_count = posts_count + $2, last_post_id = {latest} "
            "where id = $1 and posts_count + $2 >= 0",
            record.actor_id,
            change,
            record.id,
        )

    async def _count_reply(self, reply: ObjectRecord, change: int) -> None:
        """Count an answer under what it answers, if it stands there for all who see that."""
        await self.connection.execute(
            "update objects set replies_count = replies_count + $2 where id = $1 "
            f"and replies_count + $2 >= 0 and ($3 in {PUBLIC_VISIBILITIES} or ($3 = visibility "
            f"and visibility in {RESTRICTED_VISIBILITIES}))",
            reply.in_reply_to_id,
            change,
            reply.visibility,
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
            f"where r.in_reply_to = $2 and r.deleted_at is null and (r.visibility in "
            f"{PUBLIC_VISIBILITIES} or (r.visibility = objects.visibility and r.visibility in "
            f"{RESTRICTED_VISIBILITIES}))) where id = $1",
            parent.id,
            parent.url,
        )

    async def edit(self, record: ObjectRecord, version_id: int) -> None:
        """Replace the content of an object and keep the version that it had, with who made it."""
        await self.connection.execute(
            "insert into object_versions (id, object_id, document, created_at, editor_id) "
            "select $2, id, document, coalesce(edited_at, published_at), coalesce("
            "(select e.editor_id from experiences e where e.object_id = objects.id), actor_id) "
            "from objects where id = $1",
            record.id,
            version_id,
        )
        grows = record.visibility in OPEN
        await self.connection.execute(
            "update actors set posts_count = posts_count + $3 where id = $1 and exists "
            "(select 1 from objects o where o.id = $2 and o.visibility "
            f"{'not in' if grows else 'in'} {PUBLIC_VISIBILITIES})",
            record.actor_id,
            record.id,
            1 if grows else -1,
        )
        await self.connection.execute(
            "update objects set type = $2, name = $3, summary = $4, content = $5, language = $6, "
            "sensitive = $7, html_url = $8, document = $9, edited_at = $10, visibility = $11, "
            "has_media = $12 where id = $1",
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
            record.has_media,
        )
        await self._to_index(record.id)

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
            "name = '', language = '', html_url = '', likes_count = 0, shares_count = 0 "
            "where id = $1 and deleted_at is null returning id",
            record.id,
            now,
        )
        if row is None:
            return False
        for table in ("timeline", "notifications", "featured", "likes", "shares", "object_tags"):
            await self.connection.execute(f"delete from {table} where object_id = $1", record.id)
        for table in ("object_versions", "polls", "votes", "bookmarks", "object_apps"):
            await self.connection.execute(f"delete from {table} where object_id = $1", record.id)
        await self.connection.execute("delete from posts_to_index where object_id = $1", record.id)
        await self.connection.execute("delete from post_words where rowid = $1", record.id)
        await self.connection.execute(
            "update media set object_id = null where object_id = $1", record.id
        )
        await self.connection.execute(
            "update project_entries set fields = '{}', refusal = '' where object_id = $1", record.id
        )
        if record.visibility in OPEN:
            await self._count_post(record, -1)
        if record.in_reply_to_id is not None:
            await self._count_reply(record, -1)
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

    async def ids_of_actor(self, actor_id: int, limit: int = 1_000_000) -> list[int]:
        """The living objects of an actor, in any visibility, oldest first."""
        rows = await self.connection.fetch_all(
            "select id from objects where actor_id = $1 and deleted_at is null "
            "order by id limit $2",
            actor_id,
            limit,
        )
        return [row[0] for row in rows]

    async def local_public(
        self, *, before: int | None = None, after: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """The node's public posts, latest first; with `after`, oldest first from there on."""
        common = (
            "from objects o where local = 1 and visibility = 'public' and deleted_at is null "
            f"and {LISTED}"
        )
        if after is not None:
            rest = f"{common} and id > $1 order by id limit $2"
            return await self.all_of(ObjectRecord, rest, after, limit)
        if before is not None:
            rest = f"{common} and id < $1 order by id desc limit $2"
            return await self.all_of(ObjectRecord, rest, before, limit)
        return await self.all_of(ObjectRecord, f"{common} order by id desc limit $1", limit)

    async def replies(
        self, url: str, *, after: int = 0, limit: int = 20, within: str = "public"
    ) -> list[ObjectRecord]:
        """Public answers to an object, oldest first, as far as their authors are shown.

        Those of the visibility `within` too: what answers something restricted is as restricted.
        """
        return await self.all_of(
            ObjectRecord,
            "from objects o where in_reply_to = $1 and id > $2 and deleted_at is null "
            f"and {_TALK.format(within='$4')} and {LISTED} order by id limit $3",
            url,
            after,
            limit,
            within,
        )

    async def count_conversation(self, conversation: str, *, within: str = "public") -> int:
        """How many posts `conversation` gives in all."""
        found = await self.connection.fetch_value(
            "select count(*) from objects o where conversation = $1 and deleted_at is null "
            f"and {_TALK.format(within='$2')} and {LISTED}",
            conversation,
            within,
        )
        return int(found or 0)

    async def count_replies(self, url: str, *, within: str = "public") -> int:
        """How many answers `replies` gives in all."""
        found = await self.connection.fetch_value(
            "select count(*) from objects o where in_reply_to = $1 and deleted_at is null "
            f"and {_TALK.format(within='$2')} and {LISTED}",
            url,
            within,
        )
        return int(found or 0)

    async def conversation(
        self, conversation: str, *, after: int = 0, limit: int = 50, within: str = "public"
    ) -> list[ObjectRecord]:
        """The public posts of one conversation, oldest first; `within` as in `replies`."""
        return await self.all_of(
            ObjectRecord,
            "from objects o where conversation = $1 and id > $2 and deleted_at is null "
            f"and {_TALK.format(within='$4')} and {LISTED} order by id limit $3",
            conversation,
            after,
            limit,
            within,
        )

    async def set_tags(self, object_id: int, names: list[str]) -> None:
        """Replace the hashtags of an object (lower-case names without #)."""
        await self.connection.execute("delete from object_tags where object_id = $1", object_id)
        await self.add_tags(object_id, names)

    async def add_tags(self, object_id: int, names: list[str]) -> None:
        """Give a new object its hashtags (lower-case names without #)."""
        await self.connection.execute_many(
            "insert into object_tags (name, object_id) values ($1, $2) "
            "on conflict (name, object_id) do nothing",
            [(name, object_id) for name in names],
        )

    async def tagged(
        self, name: str, *, before: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """Public posts with a hashtag, latest first."""
        bound = " and t.object_id < $3" if before is not None else ""
        args = (name, limit) if before is None else (name, limit, before)
        rows = await self.connection.fetch_all(
            f"select {columns(ObjectRecord, 'o')} from object_tags t "
            "join objects o on o.id = t.object_id where t.name = $1 and o.visibility = 'public' "
            f"and o.deleted_at is null and {LISTED}{bound} order by t.object_id desc limit $2",
            *args,
        )
        return [ObjectRecord(*row) for row in rows]

    async def tagged_here(
        self, name: str, *, before: int | None = None, limit: int = 20
    ) -> list[ObjectRecord]:
        """Public posts of this node with a hashtag, latest first."""
        bound = " and t.object_id < $3" if before is not None else ""
        args = (name, limit) if before is None else (name, limit, before)
        rows = await self.connection.fetch_all(
            f"select {columns(ObjectRecord, 'o')} from object_tags t "
            "join objects o on o.id = t.object_id where t.name = $1 and o.local = 1 "
            f"and o.visibility = 'public' and o.deleted_at is null and {LISTED}{bound} "
            "order by t.object_id desc limit $2",
            *args,
        )
        return [ObjectRecord(*row) for row in rows]

    async def count_tagged(self, name: str) -> int:
        """How many public posts of this node have a hashtag."""
        found = await self.connection.fetch_value(
            "select count(*) from object_tags t join objects o on o.id = t.object_id "
            "where t.name = $1 and o.local = 1 and o.visibility = 'public' "
            f"and o.deleted_at is null and {LISTED}",
            name,
        )
        return int(found or 0)

    async def concerned(self, object_id: int) -> list[int]:
        """Everybody who answered, liked, shared or joined an object: whom its end concerns too."""
        rows = await self.connection.fetch_all(
            "select actor_id from objects where in_reply_to = "
            "(select url from objects where id = $1) and deleted_at is null "
            "union select actor_id from likes where object_id = $1 "
            "union select actor_id from shares where object_id = $1 "
            "union select actor_id from attendances where object_id = $1 "
            "and state in ('accepted', 'requested')",
            object_id,
        )
        return [row[0] for row in rows]

    async def save_document(self, object_id: int, document: str) -> None:
        """Replace the stored document alone, without a new version."""
        await self.connection.execute(
            "update objects set document = $2 where id = $1", object_id, document
        )
