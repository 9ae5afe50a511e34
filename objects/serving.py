"""What the addresses of objects answer, as documents; every check of a reader happens here."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson

from actors.access import Visitors
from actors.auth import authenticate
from actors.collections import PAGE_SIZE, collection, page, whole
from actors.identifiers import Identifiers
from actors.negotiation import Format
from actors.problems import not_found
from actors.serving import PRIVATE, PUBLIC, Served
from federation.errors import Refused
from federation.incoming import IncomingRequest
from federation.linked_data import serialise
from federation.vocabulary import CONTEXT
from objects import documents
from objects.documents import FIRST_REPLIES, object_document
from objects.quotes import authorization
from objects.tags import hashtag_document
from objects.visibility import RESTRICTED, filter_visible, may_see, may_see_activity
from storage.activities import Reaction
from storage.records import ActorRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx

OPEN: Final = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True)
class ObjectServing:
    """Answers about local objects and activities."""

    store: Store
    identifiers: Identifiers
    visitors: Visitors
    clock: Callable[[], float]

    async def object(self, number: int, request: IncomingRequest, form: Format) -> Served:
        """An object of ours, or its tombstone with 410."""
        record, viewer = await self._visible(number, request)
        if record.deleted_at is not None:
            return Served(orjson.dumps(documents.tombstone(record)), status=410, cache=PUBLIC)
        document = await self.store.query(lambda tx: self._document(tx, record, viewer))
        if form.linked_data:
            media_type = form.value.partition(";")[0]
            body = await asyncio.to_thread(serialise, document, media_type)
        else:
            body = orjson.dumps(document)
        return Served(body, form.value, cache=self._cache(record))

    async def authorization(self, number: int, quoting_id: int, request: IncomingRequest) -> Served:
        """The leave that an object has to quote one of ours (FEP-044f), as long as it has it."""
        record, _ = await self._living(number, request)
        url = self.identifiers.quote_authorization(record.url, quoting_id)

        async def look(tx: Tx) -> dict[str, Any] | None:
            quote = await tx.quotes.by_approval(url)
            quoting = await tx.objects.by_id(quoting_id)
            author = await tx.actors.by_id(record.actor_id)
            if quote is None or quoting is None or author is None or quoting.deleted_at:
                return None
            granted = quote.state == "accepted" and quote.quoted_id == record.id
            return authorization(url, record, author, quoting.url) if granted else None

        document = await self.store.query(look)
        if document is None:
            raise not_found("authorization")
        return _served({"@context": CONTEXT, **document})

    async def activity(self, number: int, request: IncomingRequest) -> Served:
        """An activity of ours, for those who may see it and what it is about."""
        activity = await self.store.query(lambda tx: tx.activities.by_id(number))
        known = activity is not None and bool(activity.local) and activity.visibility in OPEN
        viewer = await self._viewer(request, anybody=known)
        if activity is None or not activity.local:
            raise not_found("activity")
        about_id = activity.object_id

        async def look(tx: Tx) -> tuple[bool, ObjectRecord | None]:
            seen = await may_see_activity(tx, activity, viewer)
            return seen, await tx.objects.by_id(about_id) if about_id is not None else None

        seen, about = await self.store.query(look)
        if not seen:
            raise not_found("activity")
        if about is not None and about.deleted_at is not None and activity.type != "Delete":
            raise Refused(410, "gone", "What this activity was about was deleted.")
        return _served(documents.activity_document(activity, about, self.identifiers))

    async def reactions(
        self, kind: Reaction, number: int, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """`likes` or `shares` of an object: the activities, latest first.

        They are embedded in brief: many of them cannot be fetched from where they come from.
        """
        record, _ = await self._living(number, request)
        url = self.identifiers.object_collection(record.url, kind)
        total = record.likes_count if kind == "likes" else record.shares_count
        if "page" not in args:
            first = self.identifiers.collection_page(url, None)
            return _served(collection(url, total, first))
        before = bound(args, "before")

        async def look(tx: Tx) -> tuple[list[ReactionRecord], dict[int, ActorRecord]]:
            rows = await tx.activities.reactions(kind, number, before=before, limit=PAGE_SIZE + 1)
            return rows, await tx.actors.by_ids([row.actor_id for row in rows])

        found, people = await self.store.query(look)
        more = len(found) > PAGE_SIZE
        following = self.identifiers.collection_page(url, found[PAGE_SIZE - 1].id) if more else None
        here = self.identifiers.collection_page(url, before)
        items = [
            documents.reaction_document(kind, reaction, people[reaction.actor_id].url, record.url)
            for reaction in found[:PAGE_SIZE]
        ]
        return _served(page(here, url, items, next=following, total=total))

    async def replies(
        self, number: int, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """The public answers to an object that the reader may see, oldest first."""
        record, viewer = await self._living(number, request)
        url = self.identifiers.object_collection(record.url, "replies")
        after = bound(args, "after")

        async def look(tx: Tx) -> tuple[list[ObjectRecord], list[ObjectRecord], int]:
            within = _within(record)
            found = await tx.objects.replies(
                record.url, after=after or 0, limit=PAGE_SIZE, within=within
            )
            count = tx.objects.count_replies
            total = 0 if "page" in args else await count(record.url, within=within)
            return found, await filter_visible(tx, found, viewer), total

        found, visible, total = await self.store.query(look)
        items, following = [reply.url for reply in visible], _after(url, found)
        if "page" not in args:
            return _served(documents.replies_collection(url, items, following, total))
        return _served(documents.replies_page(_page(url, after), url, items, following))

    async def context(
        self, number: int, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """The conversation that began with an object of ours; survives the object."""
        record, viewer = await self._visible(number, request)
        url = self.identifiers.conversation(number)
        after = bound(args, "after")

        async def look(
            tx: Tx,
        ) -> tuple[list[ObjectRecord], list[ObjectRecord], int, ActorRecord | None]:
            within = _within(record)
            found = await tx.objects.conversation(
                url, after=after or 0, limit=PAGE_SIZE, within=within
            )
            count = tx.objects.count_conversation
            total = 0 if "page" in args else await count(url, within=within)
            author = await tx.actors.by_id(record.actor_id)
            return found, await filter_visible(tx, found, viewer), total, author

        found, visible, total, author = await self.store.query(look)
        if not found and record.deleted_at is not None:
            raise Refused(410, "gone", "This conversation was deleted.")
        items, following = [post.url for post in visible], _after(url, found)
        if "page" in args:
            return _served(documents.conversation_page(_page(url, after), url, items, following))
        owner = author.url if author else None
        return _served(documents.conversation_collection(url, owner, items, following, total))

    async def featured(self, name: str, request: IncomingRequest) -> Served:
        """What a local actor pinned, as far as the reader may see it."""
        actor, viewer = await self._featuring(name, request)

        async def look(tx: Tx) -> list[ObjectRecord]:
            return await filter_visible(tx, await tx.activities.featured(actor.id), viewer)

        items = [
            object_document(record, self.identifiers) for record in await self.store.query(look)
        ]
        for item in items:
            item.pop("@context", None)
        return _served(whole(actor.featured_url, items, attributed_to=actor.url))

    async def featured_tags(self, name: str, request: IncomingRequest) -> Served:
        """The hashtags that a local actor shows."""
        actor, _ = await self._featuring(name, request)
        records = await self.store.query(lambda tx: tx.tags.featured(actor.id))
        items = [hashtag_document(self.identifiers, record.name) for record in records]
        url = self.identifiers.collection(actor.url, "featuredTags")
        return _served(whole(url, items, attributed_to=actor.url))

    async def _featuring(
        self, name: str, request: IncomingRequest
    ) -> tuple[ActorRecord, ActorRecord | None]:
        """A living local actor, and who asks."""
        actor = await self.store.query(lambda tx: tx.actors.local(name))
        viewer = await self._viewer(request, anybody=actor is not None)
        if actor is None or actor.state == "suspended":
            raise not_found("actor")
        if actor.state == "gone":
            raise Refused(410, "gone", "This account was deleted.")
        return actor, viewer

    async def tag(self, name: str, request: IncomingRequest, args: Mapping[str, str]) -> Served:
        """The public posts of this node with a hashtag (normalised), latest first."""
        viewer = await self._viewer(request, anybody=True)
        url = self.identifiers.tag(quote(name))
        if "page" not in args:
            total = await self.store.query(lambda tx: tx.objects.count_tagged(name))
            return _served(collection(url, total, self.identifiers.collection_page(url, None)))
        before = bound(args, "before")

        async def look(tx: Tx) -> tuple[list[ObjectRecord], list[ObjectRecord]]:
            found = await tx.objects.tagged_here(name, before=before, limit=PAGE_SIZE)
            return found, await filter_visible(tx, found, viewer)

        found, visible = await self.store.query(look)
        more = len(found) == PAGE_SIZE
        following = self.identifiers.collection_page(url, found[-1].id) if more else None
        here = self.identifiers.collection_page(url, before)
        return _served(page(here, url, [post.url for post in visible], next=following))

    async def _document(
        self, tx: Tx, record: ObjectRecord, viewer: ActorRecord | None
    ) -> dict[str, Any]:
        if record.type in documents.COLLECTIONS:
            return documents.collection_document(record, await tx.objects.items(record.id))
        poll = await tx.objects.poll(record.id) if record.type == "Question" else None
        replies: list[ObjectRecord] = []
        if record.replies_count:
            found = await tx.objects.replies(
                record.url, limit=FIRST_REPLIES, within=_within(record)
            )
            replies = await filter_visible(tx, found, viewer)
        urls = [reply.url for reply in replies]
        now = int(self.clock() * 1000)
        return object_document(record, self.identifiers, poll=poll, replies=urls, now=now)

    async def _living(
        self, number: int, request: IncomingRequest
    ) -> tuple[ObjectRecord, ActorRecord | None]:
        record, viewer = await self._visible(number, request)
        if record.deleted_at is not None:
            raise Refused(410, "gone", "This object was deleted.")
        return record, viewer

    async def _visible(
        self, number: int, request: IncomingRequest
    ) -> tuple[ObjectRecord, ActorRecord | None]:
        """A local object that the reader may see (or a tombstone), and the reader.

        Raises `Refused`: 404 for what they may not see just as for what is not there, and what
        `Visitors` refuses. Whether an object exists never changes how a reader is checked.
        """
        record = await self.store.query(lambda tx: tx.objects.by_id(number))
        known = record is not None and bool(record.local)
        anybody = record is not None and known and record.visibility in OPEN
        viewer = await self._viewer(request, anybody=anybody)
        if record is None or not known:
            raise not_found("object")
        if record.deleted_at is not None and record.visibility in OPEN:
            return record, viewer
        if not await self.store.query(lambda tx: may_see(tx, record, viewer)):
            raise not_found("object")
        return record, viewer

    async def _viewer(self, request: IncomingRequest, *, anybody: bool) -> ActorRecord | None:
        return await reader_of(self.store, self.visitors, self.clock, request, anybody=anybody)

    def _cache(self, record: ObjectRecord) -> str:
        """A shared cache may keep only what every reader gets."""
        return PUBLIC if record.visibility in OPEN and not self.visitors.secure_mode else PRIVATE


async def reader_of(
    store: Store,
    visitors: Visitors,
    clock: Callable[[], float],
    request: IncomingRequest,
    *,
    anybody: bool,
) -> ActorRecord | None:
    """Who reads: the holder of a token, or the signer; with `anybody` no key is fetched."""
    header = request.fields.get("authorization")
    if header:
        holder = await authenticate(store, header, clock)
        if holder is not None:
            return holder.actor
    url = await (visitors.known_viewer if anybody else visitors.viewer)(request)
    return await store.query(lambda tx: tx.actors.by_url(url)) if url else None


async def shown_object(store: Store, number: int, viewer: ActorRecord | None) -> ObjectRecord:
    """An object of ours for the page that `viewer` (None: a stranger) asks for.

    Raises `Refused`: 404 for what they may not see just as for what is not there, 410 for what
    was deleted, when everybody could see it before.
    """

    async def find(tx: Tx) -> ObjectRecord | None:
        record = await tx.objects.by_id(number) if number < 2**63 else None
        if record is None or not record.local:
            return None
        # Nobody learns from a tombstone that something private was here.
        buried = record.deleted_at is not None and record.visibility in OPEN
        return record if buried or await may_see(tx, record, viewer) else None

    found = await store.query(find)
    if found is None:
        raise not_found("object")
    if found.deleted_at is not None:
        raise Refused(410, "gone", "This object was deleted.")
    return found


def bound(args: Mapping[str, str], name: str) -> int | None:
    """The number that a page begins at; raises `Refused` 400 for anything else."""
    text = args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, "bad-page", f"`{name}` is the number that `next` gave.")
    return int(text)


def _within(record: ObjectRecord) -> str:
    """The visibility of answers that stand under an object beside the public ones."""
    return record.visibility if record.visibility in RESTRICTED else "public"


def _page(url: str, after: int | None) -> str:
    return f"{url}?page=true" + ("" if after is None else f"&after={after}")


def _after(url: str, found: list[ObjectRecord]) -> str | None:
    """The page after a full one."""
    return _page(url, found[-1].id) if len(found) == PAGE_SIZE else None


def _served(document: dict[str, Any]) -> Served:
    return Served(orjson.dumps(document))
