"""Milestones, decisions and calls over several nodes: set, read on each of them, compared."""

from datetime import date, timedelta

from objects.projects.calls import PartnerCall, calls
from objects.projects.decisions import Decision, decisions
from objects.projects.entries import Entry, day_of
from objects.projects.milestones import Milestone, milestones
from outbox.acts.projects.decisions import Proposal, propose
from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.deadlines import Deadlines
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project

DAY = 24 * 3600


async def partners(
    network: Network, *names: tuple[str, str], **options: str
) -> tuple[ProjectSpace, list[LocalNode]]:
    """A project on alpha with `(node, person)` as partners; all the nodes, alpha first."""
    space = await open_project(network, await network.node("alpha"), **options)  # type: ignore[arg-type]
    for node, person in names or (("beta", "bruno"), ("gamma", "chloe")):
        await space.invite(await network.node(node), person)
    return space, [*network.nodes.values()]


def in_days(node: LocalNode, days: int) -> str:
    """A day (ISO 8601) seen from now."""
    return (date.fromisoformat(day_of(node.clock.ms)) + timedelta(days=days)).isoformat()


async def plan(
    space: ProjectSpace, title: str, days: int, *, text: str = "", **said: str
) -> ObjectRecord:
    """A milestone that is due in some days, on every server."""
    entry = Entry(kind="milestone", title=title, due=in_days(space.host, days), **said)  # type: ignore[arg-type]
    lead = await space.host.person(space.lead)
    draft = EntryDraft(entry=entry, text=text)
    record = await publish_entry(space.host.outbox, lead, await space.group(space.host), draft)
    await space.network.settle()
    return record


async def call_for(
    space: ProjectSpace, title: str, days: int | None, *skills: str, **said: str
) -> ObjectRecord:
    """A call that ends in some days, on every server."""
    due = "" if days is None else in_days(space.host, days)
    entry = Entry(kind="call", title=title, due=due, skills=skills, **said)  # type: ignore[arg-type]
    lead = await space.host.person(space.lead)
    group = await space.group(space.host)
    draft = EntryDraft(entry=entry, text="Écrivez-nous.")
    record = await publish_entry(space.host.outbox, lead, group, draft)
    await space.network.settle()
    return record


async def proposal(
    space: ProjectSpace,
    node: LocalNode,
    username: str,
    *,
    days: int = 7,
    quorum: int | None = None,
    choices: tuple[str, ...] = ("Pour", "Contre", "Abstention"),
) -> ObjectRecord:
    """Something that a member proposes, on every server."""
    record = await propose(
        node.outbox,
        await node.person(username),
        await space.group(node),
        Proposal(
            title="Louer un casque de plus",
            text="Il en manque un.",
            choices=choices,
            closes=in_days(node, days),
            quorum=quorum,
        ),
    )
    await space.network.settle()
    return record


async def milestones_on(
    space: ProjectSpace, node: LocalNode, username: str | None
) -> list[Milestone]:
    """The milestones as somebody of a node sees them."""
    viewer = (await node.person(username)).id if username else 0
    group = await space.group(node)
    return await node.store.query(lambda tx: milestones(tx, group.id, viewer, node.clock.ms))


async def decision_on(space: ProjectSpace, node: LocalNode, username: str | None) -> Decision:
    """The only decision as somebody of a node sees it."""
    viewer = (await node.person(username)).id if username else 0
    group = await space.group(node)
    found = await node.store.query(lambda tx: decisions(tx, group.id, viewer, node.clock.ms))
    assert len(found) == 1
    return found[0]


async def calls_on(space: ProjectSpace, node: LocalNode, username: str | None) -> list[PartnerCall]:
    """The calls as somebody of a node sees them."""
    viewer = (await node.person(username)).id if username else 0
    group = await space.group(node)
    return await node.store.query(lambda tx: calls(tx, group, viewer, node.clock.ms))


async def pass_days(space: ProjectSpace, days: int) -> None:
    """Let days go by; every node does what falls due, and tells the others."""
    space.network.clock.pass_by(days * DAY)
    await work_off(space)


async def work_off(space: ProjectSpace) -> None:
    """Every node does what is due, and tells the others."""
    for node in space.network.nodes.values():
        await Deadlines(node.outbox).run_once()
    await space.network.settle()


async def rows(space: ProjectSpace, node: LocalNode, username: str) -> list[tuple[object, ...]]:
    """What a node keeps of the entries: the same bytes wherever it is the same project."""
    return [
        (entry.position, record.url, entry.kind, entry.state, entry.due_at, entry.milestone,
         entry.fields, record.content, record.visibility)
        for entry, record in await space.entries(node, username)
    ]  # fmt: skip
