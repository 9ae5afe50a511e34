"""What the addresses of an actor answer, as bytes; the routes only carry it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from actors.access import Visitors, claimed_key, is_blocked
from actors.auth import TokenHolder, authenticate
from actors.collections import PAGE_SIZE, collection, page, whole
from actors.documents import (
    follow_document,
    owner_document,
    stub_document,
    suspended_document,
    tombstone,
)
from actors.identifiers import Identifiers
from actors.memory import Memory
from actors.negotiation import Format
from actors.problems import not_found
from actors.whole import whole_document
from federation.addresses import origin_of
from federation.errors import Refused
from federation.incoming import IncomingRequest
from federation.linked_data import serialise
from federation.vocabulary import ACTIVITY_JSON
from storage.records import ActorRecord
from storage.store import Store, Tx

DOCUMENTS_IN_MEMORY: Final = 1_000
PUBLIC: Final = "public, max-age=180"
PRIVATE: Final = "private, no-store"


@dataclass(frozen=True, slots=True)
class Served:
    """One answer: bytes, content type, status, and who may keep it."""

    body: bytes
    content_type: str = ACTIVITY_JSON
    status: int = 200
    cache: str = PRIVATE


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: the signer of the request, or the holder of a token."""

    url: str | None = None
    holder: TokenHolder | None = None

    def is_owner(self, actor: ActorRecord) -> bool:
        """Whether this is the actor in person, through a client."""
        return self.holder is not None and self.holder.actor.id == actor.id


@dataclass(slots=True)
class ActorServing:
    """Answers about local actors; every check of a reader happens here."""

    store: Store
    identifiers: Identifiers
    visitors: Visitors
    clock: Callable[[], float]
    _documents: Memory[tuple[int, int, str, Format], bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._documents = Memory(self.clock, size=DOCUMENTS_IN_MEMORY, ttl_s=600.0)

    async def find(self, name: str, *, suspended: bool = False) -> ActorRecord:
        """The local actor with this name; raises `Refused` 404.

        And 403 for the suspended, unless the caller deals with these.
        """
        actor = await self.store.query(lambda tx: tx.actors.local(name))
        if actor is None:
            raise not_found("actor")
        if actor.state == "suspended" and not suspended:
            raise Refused(403, "suspended", "This account is suspended.")
        return actor

    async def node(self, form: Format) -> Served:
        """The node actor: always answered, whoever asks (else secure nodes lock each other out)."""
        actor = await self.find(self.identifiers.node_name)
        return await self._document(actor, "whole", form)

    async def actor(self, actor: ActorRecord, request: IncomingRequest, form: Format) -> Served:
        """A person or organisation. Strangers of a secure node, and the blocked, get the keys."""
        if actor.url == self.identifiers.node_actor:
            raise not_found("actor")
        if actor.state == "gone":
            return self.gone(actor)
        if actor.state == "suspended":
            return await self._document(actor, "suspended", form)
        holder = await self._holder(request)
        if holder is not None:
            kind = "owner" if holder.actor.id == actor.id else "whole"
            return await self._document(actor, kind, form)
        viewer = await self._reader_of_keys(request)
        stranger = viewer is None and self.visitors.secure_mode
        hidden = stranger or await self._blocked(actor, viewer)
        if not hidden and actor.type == "Group" and await self._inside(actor, request):
            return await self._document(actor, "inside", form)
        return await self._document(actor, "stub" if hidden else "whole", form)

    async def _inside(self, group: ActorRecord, request: IncomingRequest) -> bool:
        """Whether the server of a member asks for a project that shows itself to members only.

        Its key is fetched if need be: the server's own actor, which is answered to everybody.
        """
        project = await self.store.query(lambda tx: tx.projects.by_id(group.id))
        if project is None or project.reach != "project" or claimed_key(request) is None:
            return False
        try:
            viewer = await self.visitors.viewer(request)
        except Refused as refused:
            if refused.status != 503:
                raise
            return False

        async def look(tx: Tx) -> bool:
            reader = await tx.actors.by_url(viewer or "")
            return reader is not None and await tx.projects.on_member_server(group.id, reader.id)

        return await self.store.query(look)

    def gone(self, actor: ActorRecord) -> Served:
        """The tombstone of a deleted actor, with 410."""
        document = tombstone(actor.url, actor.type, actor.updated_at)
        return Served(orjson.dumps(document), status=410, cache=PUBLIC)

    async def network(
        self, actor: ActorRecord, name: str, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """`followers` or `following`: the total, and pages unless the member hides them."""
        reader = await self._reader(actor, request)
        by, url = name == "following", self.identifiers.collection(actor.url, name)
        total = actor.following_count if by else actor.followers_count
        if actor.hides_network and not reader.is_owner(actor):
            return _collection(collection(url, total, attributed_to=actor.url))
        if "page" not in args:
            first = self.identifiers.collection_page(url, None)
            return _collection(collection(url, total, first, attributed_to=actor.url))
        before = _before(args)
        found = await self.store.query(
            lambda tx: tx.relationships.follows_in_state(
                actor.id,
                "accepted",
                by=by,
                before=before,
                limit=PAGE_SIZE + 1,
                everything=reader.is_owner(actor),
            )
        )
        return _collection(
            page(
                self.identifiers.collection_page(url, before),
                url,
                [other for _, other in found[:PAGE_SIZE]],
                next=self._next(url, [follow.id for follow, _ in found]),
                total=total,
            )
        )

    async def synchronization(self, actor: ActorRecord, request: IncomingRequest) -> Served:
        """The followers of the signer's own server, to that server alone (FEP-8fcf)."""
        _alive(actor)
        viewer = await self.visitors.viewer(request)
        if viewer is None:
            raise Refused(401, "signature-required", "Only for the followers' own server.")
        await self._refuse_blocked(actor, viewer)
        origin = origin_of(viewer)
        urls = await self.store.query(
            lambda tx: tx.relationships.follower_urls_at(actor.id, origin)
        )
        url = self.identifiers.collection(actor.url, "followers_synchronization")
        return _collection(whole(url, urls, attributed_to=actor.url))

    async def pending(
        self, actor: ActorRecord, name: str, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """`pendingFollowers` or `pendingFollowing`: Follow activities, for the owner alone."""
        reader = await self._reader(actor, request)
        if not reader.is_owner(actor):
            raise not_found("collection")
        by, url = name == "pendingFollowing", self.identifiers.collection(actor.url, name)
        if "page" not in args:
            total = await self.store.query(
                lambda tx: tx.relationships.count_pending(actor.id, by=by)
            )
            return _collection(collection(url, total, self.identifiers.collection_page(url, None)))
        before = _before(args)
        found = await self.store.query(
            lambda tx: tx.relationships.follows_in_state(
                actor.id, "pending", by=by, before=before, limit=PAGE_SIZE + 1
            )
        )
        items = [
            follow_document(f, *((actor.url, other) if by else (other, actor.url)))
            for f, other in found[:PAGE_SIZE]
        ]
        return _collection(
            page(
                self.identifiers.collection_page(url, before),
                url,
                items,
                next=self._next(url, [follow.id for follow, _ in found]),
            )
        )

    async def liked(
        self, actor: ActorRecord, request: IncomingRequest, args: Mapping[str, str]
    ) -> Served:
        """What an actor likes: the list for the owner, for others how many there are.

        Some of it was written for few; who may read it is decided where objects are served.
        """
        reader = await self._reader(actor, request)
        url = self.identifiers.collection(actor.url, "liked")
        if "page" not in args or not reader.is_owner(actor):
            total = await self.store.query(lambda tx: tx.actors.count_liked(actor.id))
            first = self.identifiers.collection_page(url, None) if reader.is_owner(actor) else None
            return _collection(collection(url, total, first, attributed_to=actor.url))
        before = _before(args)
        found = await self.store.query(
            lambda tx: tx.actors.liked(actor.id, before=before, limit=PAGE_SIZE + 1)
        )
        return _collection(
            page(
                self.identifiers.collection_page(url, before),
                url,
                [liked for _, liked in found[:PAGE_SIZE]],
                next=self._next(url, [like for like, _ in found]),
            )
        )

    def _next(self, url: str, ids: list[int]) -> str | None:
        """The page after this one, if one row more than a page was found."""
        if len(ids) <= PAGE_SIZE:
            return None
        return self.identifiers.collection_page(url, ids[PAGE_SIZE - 1])

    async def _reader_of_keys(self, request: IncomingRequest) -> str | None:
        """The signer, or nobody: an actor's keys are shown to those who cannot prove a thing."""
        if claimed_key(request) is None:
            return None
        try:
            return await self.visitors.known_viewer(request)
        except Refused as refused:
            if refused.status != 503:
                raise
            return None

    async def _reader(self, actor: ActorRecord, request: IncomingRequest) -> Reader:
        """Who asks for a collection of `actor`; raises `Refused` for those who may not."""
        _alive(actor)
        holder = await self._holder(request)
        if holder is not None:
            return Reader(holder.actor.url, holder)
        viewer = await self.visitors.known_viewer(request)
        await self._refuse_blocked(actor, viewer)
        return Reader(viewer)

    async def _holder(self, request: IncomingRequest) -> TokenHolder | None:
        header = request.fields.get("authorization")
        return await authenticate(self.store, header, self.clock) if header else None

    async def _blocked(self, actor: ActorRecord, viewer: str | None) -> bool:
        if viewer is None:
            return False
        return await self.store.query(lambda tx: is_blocked(tx, actor, viewer))

    async def _refuse_blocked(self, actor: ActorRecord, viewer: str | None) -> None:
        if await self._blocked(actor, viewer):
            raise not_found("collection")

    async def _document(self, actor: ActorRecord, kind: str, form: Format) -> Served:
        key = (actor.id, actor.updated_at, kind, form)
        body = self._documents.get(key)
        if body is None:
            body = await self._render(actor, kind, form)
            self._documents.put(key, body)
        # A shared cache must not give the whole to those who should see the stub.
        open_to_all = kind in ("whole", "suspended") and not self.visitors.secure_mode
        return Served(body, form.value, cache=PUBLIC if open_to_all else PRIVATE)

    async def _render(self, actor: ActorRecord, kind: str, form: Format) -> bytes:
        document = await self.store.query(lambda tx: self._read(tx, actor, kind))
        if kind == "owner":
            document = owner_document(document, self.identifiers)
        if form.linked_data:
            media_type = form.value.partition(";")[0]
            return await asyncio.to_thread(serialise, document, media_type)
        return orjson.dumps(document)

    async def _read(self, tx: Tx, actor: ActorRecord, kind: str) -> dict[str, Any]:
        if kind not in {"suspended", "stub"}:
            return await whole_document(tx, self.identifiers, actor, inside=kind == "inside")
        keys = await tx.actors.keys(actor.id)
        build = suspended_document if kind == "suspended" else stub_document
        return build(actor, keys, self.identifiers)


def _alive(actor: ActorRecord) -> None:
    if actor.state == "gone":
        raise Refused(410, "gone", "This account was deleted.")


def _before(args: Mapping[str, str]) -> int | None:
    text = args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, "bad-page", "`before` is the number that `next` gave.")
    return int(text)


def _collection(document: dict[str, Any]) -> Served:
    return Served(orjson.dumps(document))
