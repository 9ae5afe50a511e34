"""The collections of a project that lives here, each reader's part of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from actors.access import Visitors, is_blocked
from actors.collections import PAGE_SIZE, collection, page, whole
from actors.identifiers import Identifiers
from actors.problems import not_found
from actors.serving import Served
from federation.errors import Refused
from federation.incoming import IncomingRequest
from objects.documents import activity_document
from objects.projects.wire import members_url
from objects.serving import bound, reader_of
from storage.project_entries import EntryRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Store, Tx

WHOLE: Final = 200
"""Members that are listed at once; more come in pages."""


@dataclass(frozen=True, slots=True)
class ProjectServing:
    """Answers about projects of this node; every check of a reader happens here."""

    store: Store
    identifiers: Identifiers
    visitors: Visitors
    clock: Callable[[], float]

    async def members(self, name: str, request: IncomingRequest, args: Mapping[str, str]) -> Served:
        """Who belongs to a project, in which role: to those who may see it, 404 to others."""
        group, people = await self._people(name, request)
        url = members_url(group.url)
        after = bound(args, "after")
        if len(people) <= WHOLE and after is None:
            urls = [person.url for _, person in people]
            listed = whole(url, urls, attributed_to=group.url)
            return _served(listed | {"cmt:membership": _memberships(people)})
        if after is None:
            first = f"{url}?after=0"
            return _served(collection(url, len(people), first, attributed_to=group.url))
        shown = people[after : after + WHOLE]
        more = f"{url}?after={after + WHOLE}" if after + WHOLE < len(people) else None
        urls = [person.url for _, person in shown]
        part = page(f"{url}?after={after}", url, urls, next=more, total=len(people))
        return _served(part | {"cmt:membership": _memberships(shown)})

    async def moderators(self, name: str, request: IncomingRequest) -> Served:
        """Who leads a project (FEP-1b12), as far as the members may be seen."""
        group, people = await self._people(name, request)
        leads = [person.url for membership, person in people if membership.role == "lead"]
        url = self.identifiers.collection(group.url, "moderators")
        return _served(whole(url, leads, attributed_to=group.url))

    async def journal(self, name: str, request: IncomingRequest, args: Mapping[str, str]) -> Served:
        """What a project passed on, in its order: of each entry what the reader may see.

        Pages begin after a number of the project, the same on every server: whoever was away
        asks from the last one that they have.
        """
        group, _, viewer = await self._asked(name, request, everybody=False)
        number = viewer.id if viewer is not None else 0
        url = self.identifiers.collection(group.url, "journal")
        after = bound(args, "after")
        if after is None:
            total = await self.store.query(
                lambda tx: tx.project_entries.count_seen(group.id, number)
            )
            first = f"{url}?after=0"
            return _served(collection(url, total, first, attributed_to=group.url))

        async def look(
            tx: Tx,
        ) -> tuple[list[tuple[EntryRecord, ObjectRecord]], dict[int, ActivityRecord], bool]:
            found = await tx.project_entries.in_order(
                group.id, number, (after, 2**62), limit=PAGE_SIZE + 1
            )
            numbered = [pair for pair in found if pair[0].position > 0]
            ids = [record.id for _, record in numbered]
            announces = await tx.project_entries.announces(group.id, ids)
            inside = viewer is not None and await tx.projects.on_member_server(group.id, number)
            return numbered, announces, inside

        found, announces, inside = await self.store.query(look)
        shown = found[:PAGE_SIZE]
        more = f"{url}?after={shown[-1][0].position}" if len(found) > PAGE_SIZE else None
        items = [self._item(record, announces.get(record.id), inside) for _, record in shown]
        return _served(page(f"{url}?after={after}", url, items, next=more))

    def _item(
        self, record: ObjectRecord, announce: ActivityRecord | None, inside: bool
    ) -> dict[str, Any] | str:
        """An Announce whole to those for whom it is; to others the id of what they may see."""
        if announce is None or (announce.visibility == "project" and not inside):
            return record.url
        item = activity_document(announce, record, self.identifiers)
        return {name: value for name, value in item.items() if name != "@context"}

    async def _people(
        self, name: str, request: IncomingRequest
    ) -> tuple[ActorRecord, list[tuple[MembershipRecord, ActorRecord]]]:
        """A project and its members, for somebody who may see them. Raises `Refused` 404."""
        group, project, viewer = await self._asked(name, request, everybody=True)

        async def look(tx: Tx) -> list[tuple[MembershipRecord, ActorRecord]] | None:
            if not await _shows_members(tx, project, viewer):
                return None
            return await tx.projects.memberships(group.id)

        found = await self.store.query(look)
        if found is None:
            raise not_found("collection")
        living = [pair for pair in found if pair[1].state == "active"]
        return group, [pair for pair in living if pair[1].severity != "suspend"]

    async def _asked(
        self, name: str, request: IncomingRequest, *, everybody: bool
    ) -> tuple[ActorRecord, ProjectRecord, ActorRecord | None]:
        """A living project of ours, and who asks. Raises `Refused`.

        `everybody`: each reader of a public project gets the same.
        """

        async def look(tx: Tx) -> tuple[ActorRecord, ProjectRecord] | None:
            group = await tx.actors.local(name)
            project = await tx.projects.by_id(group.id) if group is not None else None
            return (group, project) if group is not None and project is not None else None

        found = await self.store.query(look)
        # A reader's key is fetched only where it matters who reads.
        anybody = everybody and found is not None and found[1].reach == "public"
        viewer = await reader_of(self.store, self.visitors, self.clock, request, anybody=anybody)
        if found is None:
            raise not_found("collection")
        group, project = found
        if group.state == "gone":
            raise Refused(410, "gone", "This project was deleted.")
        if group.state == "suspended":
            raise Refused(403, "suspended", "This project is suspended.")
        if await self.store.query(lambda tx: is_blocked(tx, group, viewer.url if viewer else None)):
            raise not_found("collection")
        return group, project, viewer


async def _shows_members(tx: Tx, project: ProjectRecord, viewer: ActorRecord | None) -> bool:
    """Whether somebody may know who belongs to a project: as far as its entries reach."""
    if project.reach == "public":
        return True
    if viewer is None:
        return False
    if await tx.projects.on_member_server(project.actor_id, viewer.id):
        return True
    if project.reach == "network":
        return bool(viewer.local) or await tx.network.listed(viewer.host)
    return False


def _memberships(people: list[tuple[MembershipRecord, ActorRecord]]) -> list[dict[str, str]]:
    """What the members are and do, beside the list of their ids."""
    return [
        {
            "cmt:member": person.url,
            "cmt:role": membership.role,
            **({"cmt:engagement": membership.engagement} if membership.engagement else {}),
        }
        for membership, person in people
    ]


def _served(document: dict[str, Any]) -> Served:
    """Never kept on the way: it depends on who asks."""
    return Served(orjson.dumps(document))
