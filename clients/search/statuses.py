"""Posts with the words that a member typed, as far as the member may search them."""

from dataclasses import dataclass

from objects.search.post_query import PostQuery, parse_post_query
from storage.post_search import PostSelection
from storage.records import ActorRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which posts are wanted: by one author, above and below an id, how many, from which on."""

    by: int | None
    above: int | None
    below: int | None
    limit: int
    offset: int


async def matching_posts(tx: Tx, viewer: ActorRecord, typed: str, bounds: Bounds) -> list[int]:
    """The ids of the posts that fit, latest first."""
    query = parse_post_query(typed)
    if not await _authors(tx, viewer, query) or query.nothing:
        return []
    if bounds.by is not None:
        query.marks.append(f"a{bounds.by}")
    above = [n for n in (bounds.above, query.after) if n is not None]
    below = [n for n in (bounds.below, query.before) if n is not None]
    selection = PostSelection(
        viewer_id=viewer.id,
        terms=query.terms,
        marks=tuple(query.marks),
        unwanted=query.unwanted,
        unmarked=tuple(query.unmarked),
        after=max(above, default=None),
        before=min(below, default=None),
        where=query.where,
        limit=bounds.limit,
        offset=bounds.offset,
    )
    return [] if selection.empty else await tx.posts.find(selection)


async def _authors(tx: Tx, viewer: ActorRecord, query: PostQuery) -> bool:
    """Marks for the authors that are named; False when a wanted one is unknown."""
    for typed, wanted in query.authors[:2]:
        name, _, host = typed.removeprefix("@").partition("@")
        actor: ActorRecord | None = viewer
        if typed.lower() != "me":
            here = not host or host.lower() == viewer.host
            actor = await (tx.actors.local(name) if here else tx.actors.by_account(name, host))
        if actor is not None:
            (query.marks if wanted else query.unmarked).append(f"a{actor.id}")
        elif wanted:
            return False
    return True
