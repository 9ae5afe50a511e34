"""A project over several nodes in one process: opened on one, joined and written in from others."""

from dataclasses import dataclass, field

import orjson

from objects.projects.entries import Entry, Kind
from objects.projects.fields import Project, ProjectReach, Role
from outbox.acts.projects.belonging import answer_invitation, invite, remove
from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.acts.projects.spaces import SpaceDraft, open_space
from storage.project_entries import EntryRecord
from storage.projects import MembershipRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network, node_keys


@dataclass
class ProjectSpace:
    """A project hosted on `host`; `url` is the Group's id."""

    network: Network
    host: LocalNode
    lead: str
    url: str
    people: dict[str, LocalNode] = field(default_factory=dict)

    async def group(self, node: LocalNode) -> ActorRecord:
        """The Group as a node knows it."""
        found = await node.actor(self.url)
        assert found is not None
        return found

    async def invite(self, node: LocalNode, username: str, role: Role = "partner") -> None:
        """Invite somebody of a node and let them agree."""
        person = await node.person(username)
        found = await self.host.services.remote.resolve(person.url)
        lead = await self.host.person(self.lead)
        await invite(self.host.outbox, lead, await self.group(self.host), found, role)
        await self.network.settle()
        await answer_invitation(node.outbox, person, await self.group(node), agreed=True)
        await self.network.settle()
        self.people[username] = node

    async def write(
        self,
        node: LocalNode,
        username: str,
        text: str,
        kind: Kind = "progress",
        *,
        reach: ProjectReach | None = None,
        in_reply_to: str | None = None,
        media_ids: tuple[int, ...] = (),
        **fields: str,
    ) -> ObjectRecord:
        """Write an entry from a node."""
        person = await node.person(username)
        answered = await node.object(in_reply_to) if in_reply_to else None
        return await publish_entry(
            node.outbox,
            person,
            await self.group(node),
            EntryDraft(
                entry=Entry(kind=kind, **fields),  # type: ignore[arg-type]
                text=text,
                reach=reach,
                in_reply_to=answered,
                media_ids=media_ids,
            ),
        )

    async def timeline(self, node: LocalNode, username: str | None = None) -> list[str]:
        """The addresses of the entries that somebody (None: a stranger) sees, latest first."""
        found = await self.entries(node, username)
        return [record.url for _, record in found]

    async def entries(
        self, node: LocalNode, username: str | None = None
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """The entries that somebody (None: a stranger) sees, latest first."""
        viewer = (await node.person(username)).id if username else 0
        group = await self.group(node)
        return await node.store.query(
            lambda tx: tx.project_entries.timeline(group.id, viewer, limit=1_000)
        )

    async def membership(self, node: LocalNode, person_url: str) -> MembershipRecord | None:
        """How somebody stands to the project, as a node knows it."""
        group = await self.group(node)

        async def look(tx: Tx) -> MembershipRecord | None:
            person = await tx.actors.by_url(person_url)
            return await tx.projects.membership(group.id, person.id) if person else None

        return await node.store.query(look)

    async def members(self, node: LocalNode) -> dict[str, str]:
        """Who belongs to the project as a node knows it, with their roles."""
        group = await self.group(node)
        found = await node.store.query(lambda tx: tx.projects.memberships(group.id))
        return {person.account: membership.role for membership, person in found}


async def open_project(
    network: Network,
    host: LocalNode,
    lead: str = "lea",
    username: str = "projet",
    *,
    reach: ProjectReach = "public",
    joining: str = "request",
    **said: str,
) -> ProjectSpace:
    """A project on a node, led by one of its members."""
    draft = SpaceDraft(
        name="Réalité virtuelle en atelier",
        summary="Essayer la réalité virtuelle avec des apprentis.",
        project=Project(acronym="RVA", **said),  # type: ignore[arg-type]
        state="running",
        joining=joining,  # type: ignore[arg-type]
        reach=reach,
    )
    founder = await host.person(lead)
    space = await open_space(host.outbox, founder, username, draft, node_keys()[1])
    return ProjectSpace(network, host, lead, space.group.url, {lead: host})


async def shared_project(
    network: Network, node: LocalNode, lead: str, *members: str
) -> ActorRecord:
    """The Group of a project on a node, whose members all live there."""
    space = await open_project(network, node, lead)
    for username in members:
        await space.invite(node, username)
    return await space.group(node)


async def end_membership(node: LocalNode, lead: str, group: ActorRecord, username: str) -> None:
    """Let the lead of a project remove somebody of the same node."""
    await remove(node.outbox, await node.person(lead), group, await node.person(username))
    await node.work_inbox()


def document(record: ObjectRecord) -> dict[str, object]:
    """An object's document."""
    found: dict[str, object] = orjson.loads(record.document)
    return found
