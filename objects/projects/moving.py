"""A project goes to another server: its members and its entries belong to the new Group."""

from dataclasses import replace
from typing import Final

import orjson

from objects.projects.membership import is_member
from storage.projects import ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx

MAX_MOVES: Final = 5


def follows_from(new: ActorRecord, old: ActorRecord) -> bool:
    """Whether a Group names another one as what it was before."""
    return old.url in orjson.loads(new.also_known_as or "[]")


def lives_elsewhere(url: str) -> str:
    """What somebody is told who asks something of a project that went to this address."""
    return f"This project lives elsewhere now: {url}"


async def is_now(tx: Tx, old: ActorRecord, new: ActorRecord) -> bool:
    """Whether a Group went, in one move or several, to be another: each names the other."""
    for _ in range(MAX_MOVES):
        after = await tx.actors.by_url(old.moved_to) if old.moved_to else None
        if old.type != "Group" or after is None or not follows_from(after, old):
            return False
        if after.id == new.id:
            return True
        old = after
    return False


async def take_along(tx: Tx, old: ActorRecord, new: ActorRecord, now: int) -> ProjectRecord | None:
    """Let what this server knows of a project belong to the Group that it is from now on.

    Members and their roles, entries with their numbers, drafts, and the counter go along, and
    nobody is a member of the old one any more; who belongs to the new Group already keeps their
    role. Doing it again changes nothing. None when one of the two is no project here.
    """
    before, after = await tx.projects.by_id(old.id), await tx.projects.by_id(new.id)
    if before is None or after is None or not follows_from(new, old):
        return None
    for membership, _ in await tx.projects.everybody(old.id):
        known = await tx.projects.membership(new.id, membership.actor_id)
        if known is None or (is_member(membership) and not is_member(known)):
            moved = replace(membership, project_id=new.id, since=now)
            await tx.projects.save_membership(moved)
        if is_member(membership):
            await tx.projects.save_membership(replace(membership, state="moved", since=now))
    await tx.project_entries.move_all(old.id, new.id, here=bool(new.local))
    await tx.project_drafts.move_all(old.id, new.id)
    await tx.projects.reach_position(new.id, before.position)
    return after
