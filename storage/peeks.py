"""Short looks at a page of objects: whether they may be seen, and what changed about them."""

from dataclasses import dataclass
from typing import Final

from storage.audience import MAY_SEE
from storage.statements import Statements

# What an account shows changes with one of these; `last_status_at` with the number of posts.
_ACTOR: Final = (
    "{w}.id, {w}.updated_at, {w}.followers_count, {w}.following_count, {w}.posts_count, "
    "{w}.state, {w}.severity, {w}.moved_to"
)

ActorMark = tuple[int, int, int, int, int, str, str, str]
"""An actor's id and what changes whenever their account looks different."""


@dataclass(frozen=True, slots=True)
class Peek:
    """What is needed to know whether an object still looks as it did, and its counts of now."""

    id: int
    edited_at: int | None
    replies_count: int
    likes_count: int
    shares_count: int
    author: ActorMark


@dataclass(frozen=True, slots=True)
class Signs:
    """What hangs on an object: `special` says that a poll or a quote does."""

    favourited: bool = False
    reblogged: bool = False
    bookmarked: bool = False
    muted: bool = False
    pinned: bool = False
    card_id: int = 0
    special: bool = False


class PeekStatements(Statements):
    """Readings for pages that are asked for again and again."""

    async def objects(self, ids: list[int], viewer_id: int) -> dict[int, Peek]:
        """Looks at those of these objects that an actor (0: a stranger) may see."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select o.id, o.edited_at, o.replies_count, o.likes_count, o.shares_count, "
            f"{_ACTOR.format(w='w')} from objects o join actors w on w.id = o.actor_id "
            f"where o.id = any($1) and o.deleted_at is null and {MAY_SEE}",
            ids,
            viewer_id,
        )
        return {row[0]: _peek(tuple(row)) for row in rows}

    async def actors(self, ids: list[int]) -> dict[int, ActorMark]:
        """Looks at actors."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            f"select {_ACTOR.format(w='w')} from actors w where w.id = any($1)", ids
        )
        found: dict[int, ActorMark] = {row[0]: tuple(row) for row in rows}
        return found

    async def signs(self, viewer_id: int, ids: list[int]) -> dict[int, Signs]:
        """What the viewer did with these objects, and what hangs on them; one query."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, 1 as sign, 0 as value from likes "
            "where actor_id = $1 and object_id = any($2) "
            "union all select object_id, 2, 0 from shares "
            "where actor_id = $1 and object_id = any($2) "
            "union all select object_id, 3, 0 from bookmarks "
            "where actor_id = $1 and object_id = any($2) "
            "union all select o.id, 4, 0 from objects o join thread_mutes m on m.actor_id = $1 "
            "and m.conversation = o.conversation where o.id = any($2) "
            "union all select object_id, 5, 0 from featured "
            "where actor_id = $1 and object_id = any($2) "
            "union all select w.object_id, 6, w.card_id from object_cards w "
            "join cards c on c.id = w.card_id where w.object_id = any($2) and c.state = 'ready' "
            "union all select object_id, 7, 0 from polls where object_id = any($2) "
            "union all select object_id, 7, 0 from quotes where object_id = any($2) "
            "union all select quoted_id, 7, 0 from quotes where quoted_id = any($2)",
            viewer_id,
            ids,
        )
        found: dict[int, dict[int, int]] = {}
        for row in rows:
            found.setdefault(row[0], {})[row[1]] = row[2]
        return {
            number: Signs(
                1 in signs,
                2 in signs,
                3 in signs,
                4 in signs,
                5 in signs,
                signs.get(6, 0),
                7 in signs,
            )
            for number, signs in found.items()
        }


def _peek(row: tuple) -> Peek:  # type: ignore[type-arg]
    return Peek(row[0], row[1], row[2], row[3], row[4], row[5:])
