"""Whom something restricted may name: people here, and those of the network's servers."""

from collections.abc import Iterable
from typing import Final

from objects.visibility import RESTRICTED, Visibility
from storage.records import ActorRecord
from storage.store import Tx

_WIDTH: Final[dict[str, int]] = {"organisation": 0, "project": 0, "network": 1}
_WIDEST: Final = 2


async def within_reach(
    tx: Tx, people: Iterable[ActorRecord], visibility: Visibility, project_id: int | None = None
) -> list[ActorRecord]:
    """Those of some people who may know of an object of this visibility (of that project)."""
    everybody = list(people)
    if visibility not in RESTRICTED:
        return everybody
    members: set[int] = set()
    if visibility in {"network", "project"} and project_id:
        members = {person.id for _, person in await tx.projects.memberships(project_id)}
    if visibility == "project":
        return [person for person in everybody if person.id in members]
    listed: set[str] = set()
    if visibility == "network":
        listed = {server.host for server in await tx.network.servers()}
    return [
        person
        for person in everybody
        if person.local or person.host in listed or person.id in members
    ]


def is_wider(one: str, other: str) -> bool:
    """Whether a visibility shows to more people than another, as far as both are for groups.

    What is for followers or for everybody is wider than what is for the network: followers are
    anywhere. A project's members and other groups only overlap: each is wider than the other.
    """
    if "direct" in (one, other):
        return False
    if "project" in (one, other):
        return one != other
    return _WIDTH.get(one, _WIDEST) > _WIDTH.get(other, _WIDEST)
