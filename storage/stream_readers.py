"""Who of those with open streams gets what: one statement for many events and many members."""

from dataclasses import dataclass
from typing import Final

from storage.announcements import AnnouncementRecord
from storage.apps_reading import Marks
from storage.audience import LISTED, may_see
from storage.conversations import ConversationRecord
from storage.feeds import answers_others, hidden_from_feeds, kept_apart
from storage.hiding import hidden_at_home, hides, unheard
from storage.records import NotificationRecord, columns
from storage.severances import SeveranceRecord
from storage.statements import Statements

Pairs = set[tuple[int, int]]

_ON_LIST: Final = "select x.actor_id from list_accounts x where x.list_id = l.id"
# What a home timeline shows, or left out because the object stands there and may be news here.
_NEWS: Final = (
    "(t.home = 1 or (t.id = t.activity_id and exists (select 1 from activities a "
    "where a.id = t.activity_id and a.type = 'Announce') and not exists "
    "(select 1 from timeline s where s.object_id = t.object_id and s.owner_id = t.owner_id "
    f"and s.id < t.id and s.actor_id in ({_ON_LIST}))))"
)
_ANSWERS_SHOWN: Final = (
    "(l.replies_policy = 'followed' or o.in_reply_to is null or t.actor_id <> o.actor_id "
    "or exists (select 1 from objects p where p.id = o.in_reply_to_id "
    "and (p.actor_id in (o.actor_id, l.actor_id) "
    f"or (l.replies_policy = 'list' and p.actor_id in ({_ON_LIST})))))"
)
_ANSWER: Final = (
    "(o.in_reply_to is not null and not exists (select 1 from objects p "
    "where p.id = o.in_reply_to_id and p.actor_id = o.actor_id))"
)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A public post for streams of everybody; `answers`: somebody other than its author."""

    object_id: int
    author_id: int
    local: int
    has_media: int
    answers: int


class StreamReaderStatements(Statements):
    """What is asked for each batch of events, whatever the number of streams."""

    async def at_home(self, entry_ids: list[int], owner_ids: list[int]) -> Pairs:
        """(entry, member): whose home timelines show which of these entries."""
        return await self._pairs(
            "select t.id, t.owner_id from timeline t join objects o on o.id = t.object_id "
            "where t.id = any($1) and t.owner_id = any($2) and t.home = 1 "
            f"and not {hidden_from_feeds('t.owner_id', 't.actor_id')} "
            f"and not {kept_apart('t.owner_id', 't.actor_id')}",
            entry_ids,
            owner_ids,
        )

    async def have_at_home(self, object_ids: list[int], owner_ids: list[int]) -> Pairs:
        """(object, member): whose home timelines show these objects, themselves or as a share."""
        return await self._pairs(
            "select distinct t.object_id, t.owner_id from timeline t "
            "join objects o on o.id = t.object_id "
            "where t.object_id = any($1) and t.owner_id = any($2) and t.home = 1 "
            f"and not {hidden_at_home('t.owner_id', 't.actor_id')} "
            f"and not {kept_apart('t.owner_id', 't.actor_id')}",
            object_ids,
            owner_ids,
        )

    async def on_lists(self, entry_ids: list[int], list_ids: list[int]) -> Pairs:
        """(entry, list): which lists show which of these entries."""
        return await self._pairs(
            "select t.id, l.id as list_id from lists l "
            "join list_accounts la on la.list_id = l.id "
            "join timeline t on t.owner_id = l.actor_id and t.actor_id = la.actor_id "
            "join objects o on o.id = t.object_id "
            f"where l.id = any($2) and t.id = any($1) and {_NEWS} and {_ANSWERS_SHOWN} "
            f"and not {hidden_at_home('l.actor_id', 't.actor_id')} "
            f"and not {answers_others('l.actor_id', 't.actor_id')}",
            entry_ids,
            list_ids,
        )

    async def listing(self, actor_ids: list[int], list_ids: list[int]) -> Pairs:
        """(actor, list): who of these stands on which of these lists."""
        return await self._pairs(
            "select actor_id, list_id from list_accounts "
            "where actor_id = any($1) and list_id = any($2)",
            actor_ids,
            list_ids,
        )

    async def broadcasts(self, object_ids: list[int]) -> list[Broadcast]:
        """Those of these objects that are public, of authors who are shown to everybody."""
        rows = await self.connection.fetch_all(
            "select o.id, o.actor_id, o.local, o.has_media, "
            f"case when {_ANSWER} then 1 else 0 end as answers from objects o "
            "where o.id = any($1) and o.visibility = 'public' and o.deleted_at is null "
            f"and {LISTED}",
            object_ids,
        )
        return [Broadcast(*row) for row in rows]

    async def hiding(self, viewer_ids: list[int], actor_ids: list[int]) -> Pairs:
        """(viewer, actor): who hides what these actors write."""
        return await self._pairs(
            "select z.id, y.id as hidden_id from actors z, actors y "
            f"where z.id = any($1) and y.id = any($2) and {hides('z.id', 'y.id')}",
            viewer_ids,
            actor_ids,
        )

    async def seeing(self, viewer_ids: list[int], object_ids: list[int]) -> Pairs:
        """(viewer, object): who may see which of these objects."""
        return await self._pairs(
            "select z.id, o.id as object_id from actors z, objects o "
            "join actors w on w.id = o.actor_id where z.id = any($1) and o.id = any($2) "
            f"and o.deleted_at is null and {may_see('z.id')}",
            viewer_ids,
            object_ids,
        )

    async def marks(
        self, viewer_ids: list[int], object_ids: list[int]
    ) -> dict[tuple[int, int], Marks]:
        """What these members did with these objects, where they did something."""
        which = "where actor_id = any($1) and object_id = any($2)"
        rows = await self.connection.fetch_all(
            f"select actor_id, object_id, 0 as sign from likes {which} "
            f"union all select actor_id, object_id, 1 from shares {which} "
            f"union all select actor_id, object_id, 2 from bookmarks {which} "
            "union all select m.actor_id, o.id, 3 from objects o join thread_mutes m "
            "on m.conversation = o.conversation "
            "where m.actor_id = any($1) and o.id = any($2) "
            f"union all select actor_id, object_id, 4 from featured {which}",
            viewer_ids,
            object_ids,
        )
        signs: dict[tuple[int, int], set[int]] = {}
        for row in rows:
            signs.setdefault((row[0], row[1]), set()).add(row[2])
        return {pair: Marks(*(sign in given for sign in range(5))) for pair, given in signs.items()}

    async def votes(
        self, viewer_ids: list[int], object_ids: list[int]
    ) -> dict[tuple[int, int], set[str]]:
        """What these members voted in these polls."""
        rows = await self.connection.fetch_all(
            "select actor_id, object_id, choice from votes "
            "where actor_id = any($1) and object_id = any($2)",
            viewer_ids,
            object_ids,
        )
        found: dict[tuple[int, int], set[str]] = {}
        for row in rows:
            found.setdefault((row[0], row[1]), set()).add(row[2])
        return found

    async def ties(
        self, viewer_ids: list[int], actor_ids: list[int]
    ) -> dict[int, dict[int, set[str]]]:
        """How these members stand to actors, in the words of `storage.quotes`."""
        rows = await self.connection.fetch_all(
            "select follower_id as viewer, followee_id as other, 'follows' as tie from follows "
            "where follower_id = any($1) and followee_id = any($2) and state = 'accepted' "
            "union all select followee_id, follower_id, 'followed' from follows "
            "where followee_id = any($1) and follower_id = any($2) and state = 'accepted' "
            "union all select actor_id, target_id, 'blocks' from blocks "
            "where actor_id = any($1) and target_id = any($2) "
            "union all select actor_id, target_id, 'mutes' from mutes "
            "where actor_id = any($1) and target_id = any($2) "
            "union all select d.actor_id, a.id, 'domain' from domain_blocks d "
            "join actors a on a.host = d.domain "
            "where d.actor_id = any($1) and a.id = any($2)",
            viewer_ids,
            actor_ids,
        )
        found: dict[int, dict[int, set[str]]] = {}
        for row in rows:
            found.setdefault(row[0], {}).setdefault(row[1], set()).add(row[2])
        return found

    async def notifications(self, ids: list[int]) -> list[NotificationRecord]:
        """Those of these that wait for nobody's leave, of senders whom their owner hears."""
        rows = await self.connection.fetch_all(
            f"select {columns(NotificationRecord, 'n')} from notifications n "
            "join actors s on s.id = n.actor_id where n.id = any($1) and n.filtered = 0 "
            f"and s.severity <> 'suspend' and not {unheard('n.owner_id', 'n.actor_id')}",
            ids,
        )
        return [NotificationRecord(*row) for row in rows]

    async def severances(self, ids: list[int]) -> list[SeveranceRecord]:
        """What ended for members."""
        return await self.all_of(SeveranceRecord, "from severances where id = any($1)", ids)

    async def announcements(self, ids: list[int]) -> list[AnnouncementRecord]:
        """Those of these announcements that members may read."""
        return await self.all_of(
            AnnouncementRecord,
            "from announcements where id = any($1) and published_at is not null",
            ids,
        )

    async def conversations(
        self, ids: list[int], object_ids: list[int], owner_ids: list[int]
    ) -> list[ConversationRecord]:
        """The conversations of these members with one of these ids or latest posts."""
        if not owner_ids:
            return []
        return await self.all_of(
            ConversationRecord,
            "from conversations where owner_id = any($3) "
            "and (id = any($1) or last_object_id = any($2))",
            ids,
            object_ids,
            owner_ids,
        )

    async def living(self, token_ids: list[int]) -> set[int]:
        """Those of these tokens that still let somebody in."""
        rows = await self.connection.fetch_all(
            "select t.id from tokens t join members m on m.actor_id = t.actor_id "
            "join actors a on a.id = t.actor_id where t.id = any($1) "
            "and t.revoked_at is null and m.disabled_at is null and a.state = 'active' "
            "and a.severity <> 'suspend' and a.sanction <> 'suspend'",
            token_ids,
        )
        return {row[0] for row in rows}

    async def _pairs(self, sql: str, first: list[int], second: list[int]) -> Pairs:
        if not first or not second:
            return set()
        return {(row[0], row[1]) for row in await self.connection.fetch_all(sql, first, second)}
