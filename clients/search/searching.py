"""One search for people, hashtags and posts."""

import msgspec

from clients.door import Call, Door, number
from clients.entities.accounts import Account
from clients.entities.statuses import Status
from clients.entities.timelines import OldSearch, Search
from clients.paging import MAX_ID
from clients.rendering.accounts import account_list
from clients.rendering.pages import Entry, page_of
from clients.search.hashtags import matching_tags
from clients.search.resolving import Resource, by_address, by_name
from clients.search.statuses import Bounds, matching_posts
from clients.timelines.pages import open_to
from federation.errors import Refused
from storage.store import Tx

MOST = 40
LONGEST = 500


class Asked(msgspec.Struct):
    """What is searched for, and among what."""

    q: str = ""
    type: str = ""
    resolve: bool = False
    following: bool = False
    account_id: str = ""
    exclude_unreviewed: bool = False
    max_id: str = ""
    min_id: str = ""
    limit: int = 20
    offset: int = 0

    @property
    def most(self) -> int:
        """How many of each kind are given."""
        return min(max(self.limit, 1), MOST)

    @property
    def start(self) -> int:
        """How many are left out; counted within one kind alone."""
        return min(max(self.offset, 0), 10_000) if self.type else 0

    def wants(self, kind: str) -> bool:
        """Whether results of a kind are wanted."""
        return self.type in ("", kind)

    @property
    def bounds(self) -> Bounds:
        """Which posts: by whom, between which ids."""
        by = number(self.account_id) if self.account_id else None
        return Bounds(by, _bound(self.min_id), _bound(self.max_id), self.most, self.start)


def add_searching_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v2/search", "read:search", who="anyone")
    async def search(call: Call) -> Search:
        return await _search(call, await call.read(Asked))

    @door.get("/api/v1/search", "read:search", who="anyone")
    async def old_search(call: Call) -> OldSearch:
        found = await _search(call, await call.read(Asked))
        names = [tag.name for tag in found.hashtags]
        return OldSearch(accounts=found.accounts, statuses=found.statuses, hashtags=names)


async def _search(call: Call, asked: Asked) -> Search:
    await open_to(call)
    typed = asked.q.strip()[:LONGEST]
    if not typed:
        raise Refused(400, "missing", "param is missing or the value is empty: q")
    if call.viewer is None and (asked.resolve or asked.offset):
        what = "Search queries that resolve remote resources are"
        if not asked.resolve:
            what = "Search queries pagination is"
        detail = f"{what} not supported without authentication"
        raise Refused(401, "token-required", detail)
    if typed.startswith(("https://", "http://")) and not asked.start:
        found = await by_address(call, typed, fetch=asked.resolve)
        if found is not None:
            return await call.store.query(lambda tx: _resource(tx, call, asked, found))
    first = await by_name(call, typed) if asked.resolve and asked.wants("accounts") else None
    return await call.store.query(lambda tx: _everything(tx, call, asked, typed, first))


async def _resource(tx: Tx, call: Call, asked: Asked, found: Resource) -> Search:
    """What an address stands for, if it is of the kind that is wanted."""
    if found.actor is not None and asked.wants("accounts"):
        return Search(accounts=await account_list(tx, call.context.identifiers, [found.actor]))
    if found.object_id is not None and asked.wants("statuses"):
        return Search(statuses=await _statuses(tx, call, [found.object_id]))
    return Search()


async def _everything(
    tx: Tx, call: Call, asked: Asked, typed: str, first: Resource | None
) -> Search:
    found = Search()
    if asked.wants("accounts") and not typed.startswith("#"):
        found.accounts = await _accounts(tx, call, asked, typed, first)
    if asked.wants("statuses") and call.viewer is not None:
        ids = await matching_posts(tx, call.viewer, typed, asked.bounds)
        found.statuses = await _statuses(tx, call, ids)
    if asked.wants("hashtags") and "@" not in typed:
        tags = await matching_tags(tx, call, typed)
        found.hashtags = tags[asked.start : asked.start + asked.most]
    return found


async def _accounts(
    tx: Tx, call: Call, asked: Asked, typed: str, first: Resource | None
) -> list[Account]:
    viewer_id = call.viewer.id if call.viewer else 0
    actors = await tx.people.matching(
        typed, viewer_id, following=asked.following, limit=asked.most, offset=asked.start
    )
    named = first.actor if first is not None else None
    if named is not None and not asked.start and not asked.following:
        others = [actor for actor in actors if actor.id != named.id]
        actors = [named, *others][: asked.most]
    return await account_list(tx, call.context.identifiers, actors)


async def _statuses(tx: Tx, call: Call, ids: list[int]) -> list[Status]:
    entries = [Entry(object_id, object_id, 0) for object_id in ids]
    return await page_of(tx, call.context, call.viewer, entries)


def _bound(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    return min(int(text), MAX_ID)
