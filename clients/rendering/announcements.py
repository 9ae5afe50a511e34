"""Announcements as apps show them."""

from actors.identifiers import Identifiers
from clients.entities.accounts import CustomEmoji
from clients.entities.base import moment
from clients.entities.instance import (
    Announcement,
    AnnouncementAccount,
    AnnouncementStatus,
    Reaction,
)
from clients.entities.statuses import StatusTag
from clients.rendering.accounts import acct, own_emojis
from objects.announcements import Shown, shown
from storage.announcements import AnnouncementRecord, ReactionCount
from storage.store import Tx


async def announcements(
    tx: Tx, identifiers: Identifiers, viewer_id: int, records: list[AnnouncementRecord]
) -> list[Announcement]:
    """Announcements as a member (0: nobody in particular) sees them."""
    ids = [record.id for record in records]
    found = await shown(tx, identifiers, records)
    read = await tx.announcements.read_by(viewer_id, ids)
    given: dict[int, list[ReactionCount]] = {}
    for one in await tx.announcements.reactions(viewer_id, ids):
        given.setdefault(one.announcement_id, []).append(one)
    emojis = await own_emojis(tx, identifiers) if found else {}
    return [
        _entity(one, identifiers, one.record.id in read, given.get(one.record.id, []), emojis)
        for one in found
    ]


def reaction_entity(one: ReactionCount, emojis: dict[str, CustomEmoji]) -> Reaction:
    """A sign and how often it was given."""
    custom = emojis.get(one.name)
    return Reaction(
        name=one.name,
        count=one.count,
        me=one.mine,
        url=custom.url if custom else None,
        static_url=custom.static_url if custom else None,
    )


def _entity(
    found: Shown,
    identifiers: Identifiers,
    read: bool,
    given: list[ReactionCount],
    emojis: dict[str, CustomEmoji],
) -> Announcement:
    record = found.record
    return Announcement(
        id=str(record.id),
        content=found.html,
        starts_at=None if record.starts_at is None else moment(record.starts_at),
        ends_at=None if record.ends_at is None else moment(record.ends_at),
        all_day=bool(record.all_day),
        published_at=moment(record.published_at or record.updated_at),
        updated_at=moment(record.updated_at),
        read=read,
        mentions=[
            AnnouncementAccount(
                id=str(person.id),
                username=person.username,
                url=person.html_url or person.url,
                acct=acct(person),
            )
            for person in found.people
        ],
        statuses=[
            AnnouncementStatus(id=str(one.id), url=one.html_url or one.url) for one in found.objects
        ],
        tags=[StatusTag(name=name, url=identifiers.tag(name)) for name in found.tags],
        emojis=[emojis[name] for name in found.emojis if name in emojis],
        reactions=[reaction_entity(one, emojis) for one in given],
    )
