"""What a profile shows, posts and shares in one order; and whose links are to be looked at."""

from dataclasses import dataclass

from storage.audience import MAY_SEE
from storage.hiding import blocked
from storage.ports import Value
from storage.records import ActorRecord
from storage.spans import Span
from storage.statements import Statements

# The object `o` shows files: those of this server and of others stand in its document.
WITH_MEDIA = (
    "(o.type in ('Audio', 'Image', 'Video') or o.document like '%\"attachment\":[{%' "
    "or o.document like '%\"attachment\":{%')"
)
# The viewer $2 may see the share `s` of the actor `k`.
_SHARE_SHOWN = (
    "(s.actor_id = $2 or ((s.visibility in ('public', 'unlisted') or exists "
    "(select 1 from follows h where h.follower_id = $2 and h.followee_id = s.actor_id "
    f"and h.state = 'accepted')) and not {blocked('$2', 's.actor_id')}))"
)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which posts and shares of somebody are wanted; `tagged` is a hashtag as it is stored."""

    media: bool = False
    replies: bool = True
    shares: bool = True
    direct: bool = True
    tagged: str = ""


class ProfileStatements(Statements):
    """Readings of what one actor published, and the table `profile_checks`."""

    async def lines(
        self, actor_id: int, viewer_id: int, wanted: LineFilter, span: Span
    ) -> list[int]:
        """Ids of what an actor wrote and (by their Announce) shared, as far as one may see it.

        With `media` or `tagged` only what they wrote themselves; answers to oneself are no
        replies.
        """
        args: list[Value] = [actor_id, viewer_id]
        posts = _posts(wanted, args) + span.bounds("o.id", args)
        order = span.order("line", args)
        written = (
            "select * from (select o.id as line from objects o "
            "join actors w on w.id = o.actor_id where o.actor_id = $1 and o.deleted_at is null "
            f"and {MAY_SEE}{posts}{order}) as posts"
        )
        parts = [written]
        if wanted.shares and not wanted.media and not wanted.tagged:
            parts.append(
                "select * from (select a.id as line from activities a "
                "join shares s on s.url = a.url and s.actor_id = a.actor_id "
                "join objects o on o.id = s.object_id join actors w on w.id = o.actor_id "
                "where a.actor_id = $1 and a.type = 'Announce' and o.deleted_at is null "
                f"and {_SHARE_SHOWN} and {MAY_SEE}{span.bounds('a.id', args)}"
                f"{order}) as shared"
            )
        rows = await self.connection.fetch_all(" union all ".join(parts) + order, *args)
        return span.arranged([row[0] for row in rows])

    async def pinned(self, actor_id: int) -> list[int]:
        """Ids of the pinned objects of an actor, latest pin first."""
        rows = await self.connection.fetch_all(
            "select object_id from featured where actor_id = $1 "
            "order by created_at desc, object_id desc",
            actor_id,
        )
        return [row[0] for row in rows]

    async def check_later(self, actor_id: int, due_at: int) -> None:
        """Look at the links of a profile at a moment, unless that comes sooner anyway."""
        await self.connection.execute(
            "insert into profile_checks (actor_id, due_at) values ($1, $2) "
            "on conflict (actor_id) do update set due_at = excluded.due_at "
            "where profile_checks.due_at > excluded.due_at",
            actor_id,
            due_at,
        )

    async def due_checks(self, now: int, limit: int = 20) -> list[ActorRecord]:
        """The actors whose links are to be looked at now."""
        return await self.all_of(
            ActorRecord,
            "from actors where id in (select actor_id from profile_checks "
            "where due_at <= $1 order by due_at, actor_id limit $2)",
            now,
            limit,
        )

    async def checked(self, actor_id: int, due_at: int | None) -> None:
        """Note that a profile was looked at; `due_at`: when to do it again."""
        if due_at is None:
            await self.connection.execute(
                "delete from profile_checks where actor_id = $1", actor_id
            )
        else:
            await self.connection.execute(
                "update profile_checks set due_at = $2 where actor_id = $1", actor_id, due_at
            )

    async def set_fields(self, actor_id: int, before: str, fields: str) -> bool:
        """Replace the fields of a profile; False when somebody else changed them meanwhile."""
        changed = await self.connection.execute(
            "update actors set fields = $3 where id = $1 and fields = $2", actor_id, before, fields
        )
        return changed > 0


def _posts(wanted: LineFilter, args: list[Value]) -> str:
    """Conditions on the object `o`."""
    text = ""
    if not wanted.replies:
        text += (
            " and (o.in_reply_to is null or exists (select 1 from objects p "
            "where p.id = o.in_reply_to_id and p.actor_id = o.actor_id))"
        )
    if not wanted.direct:
        text += " and o.visibility <> 'direct'"
    if wanted.media:
        text += f" and {WITH_MEDIA}"
    if wanted.tagged:
        args.append(wanted.tagged)
        text += (
            " and exists (select 1 from object_tags t "
            f"where t.object_id = o.id and t.name = ${len(args)})"
        )
    return text
