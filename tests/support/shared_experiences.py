"""Experiences that members of nodes under test publish, and what the others have of them."""

from dataclasses import replace
from typing import Any

from actors.network import add_server
from objects.experiences.fields import Experience
from objects.experiences.genealogy import Genealogy, genealogy
from objects.experiences.reading import StoredExperience, load
from outbox.acts.experiences import publish_experience
from storage.records import ObjectRecord
from storage.store import Tx
from tests.objects.experiences.made_up import FULL
from tests.support.fediverse import LocalNode

PLAIN = replace(
    FULL, contributors=(), carried_by="", adapted_from="", adaptations="", result_here=""
)
"""An experience with every field but those that name somebody."""
TITLE = PLAIN.title


async def publish(
    node: LocalNode, username: str, experience: Experience = PLAIN, **options: Any
) -> ObjectRecord:
    """Publish an experience in somebody's name."""
    author = await node.person(username)
    return await publish_experience(node.outbox, author, experience, **options)


async def adapt(
    node: LocalNode, username: str, url: str, title: str = "Chez nous", **changes: Any
) -> ObjectRecord:
    """Publish what somebody made of another experience."""
    made = replace(
        PLAIN, title=title, adapted_from=url, adaptations="Plus court.", result_here="Bien.",
        **changes,
    )  # fmt: skip
    return await publish(node, username, made)


async def found(node: LocalNode, url: str, viewer: str | None = None) -> StoredExperience | None:
    """The experience at a URL as a node has it and a member (None: a stranger) may see it."""
    who = await node.person(viewer) if viewer else None
    record = await node.object(url)
    if record is None:
        return None
    number = record.id
    return await node.store.query(lambda tx: load(tx, number, who))


async def family(node: LocalNode, url: str, viewer: str | None = None) -> Genealogy:
    """Where an experience comes from and went, as a node tells it."""
    who = await node.person(viewer) if viewer else None
    record = await node.object(url)
    assert record is not None
    return await node.store.query(lambda tx: genealogy(tx, record, who))


async def belongs(node: LocalNode, *others: LocalNode) -> None:
    """Make other nodes part of the network that a node knows."""

    async def operation(tx: Tx) -> None:
        for other in others:
            await add_server(tx, "test", other.host, "", node.host, node.clock.ms)

    await node.store.write(operation)


async def told(node: LocalNode, username: str) -> list[tuple[str, str]]:
    """What somebody was told: the kind, and the title or address of what it is about."""
    member = await node.person(username)

    async def operation(tx: Tx) -> list[tuple[str, str]]:
        lines = await tx.activities.notifications(member.id)
        about = await tx.objects.by_ids([line.object_id for line in lines if line.object_id])
        return [(line.kind, about[line.object_id].url) for line in lines if line.object_id]

    return await node.store.query(operation)
