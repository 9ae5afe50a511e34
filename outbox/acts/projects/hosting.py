"""What a project that lives here sends; every call is part of a transaction."""

from typing import Any

from federation.vocabulary import PROJECT, PUBLIC
from objects.projects.wire import members_url
from outbox.builders import accept, add, announce, reject, remove
from outbox.publish import PUBLIC_VISIBILITIES, Publisher
from outbox.recipients import Recipients
from storage.projects import MembershipRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


async def answer(
    tx: Tx,
    publisher: Publisher,
    group: ActorRecord,
    asker: ActorRecord,
    request: dict[str, Any],
    *,
    agreed: bool,
    role: str = "",
    reason: str = "",
) -> ActivityRecord:
    """Tell somebody that the project agrees to what they asked, or why it does not."""
    if agreed:
        activity = accept.build_for_project(request, asker.url, role)
    else:
        activity = reject.build_with_reason(request, asker.url, reason)
    return await publisher.publish(
        tx,
        group,
        activity,
        recipients=Recipients(actors=(asker.id,), personal=True),
    )


async def tell_joined(
    tx: Tx,
    publisher: Publisher,
    group: ActorRecord,
    membership: MembershipRecord,
    person: ActorRecord,
) -> None:
    """Tell the servers of all members that somebody belongs to the project, and in which role."""
    target = members_url(group.url)
    await publisher.publish(
        tx,
        group,
        add.build_member(target, person.url, membership.role, membership.engagement, [target]),
        recipients=Recipients(members_of=group.id),
    )


async def tell_gone(tx: Tx, publisher: Publisher, group: ActorRecord, person: ActorRecord) -> None:
    """Tell the servers of all members, and that of the one, that somebody belongs no more."""
    target = members_url(group.url)
    await publisher.publish(
        tx,
        group,
        remove.build(person.url, target, [target, person.url], []),
        recipients=Recipients(members_of=group.id, actors=(person.id,)),
    )


async def welcome(tx: Tx, publisher: Publisher, group: ActorRecord, newcomer: ActorRecord) -> None:
    """Send the server of a new member who else is there, and everything that happened so far.

    What happened may be thousands of activities: one fan-out promises them all.
    """
    if newcomer.local:
        return
    target = members_url(group.url)
    only = Recipients(actors=(newcomer.id,))
    told = None
    for membership, person in await tx.projects.memberships(group.id):
        if person.id == newcomer.id:
            continue
        told = await publisher.publish(
            tx,
            group,
            add.build_member(
                target, person.url, membership.role, membership.engagement, [newcomer.url]
            ),
            recipients=only,
        )
    if told is not None:
        history = Recipients(actors=(newcomer.id,), history_of=group.id)
        await publisher.forward(tx, told, group, history)


async def pass_on(
    tx: Tx,
    publisher: Publisher,
    group: ActorRecord,
    record: ObjectRecord,
    activity: dict[str, Any],
    position: int | None,
) -> ActivityRecord:
    """Announce what was done with an entry to those who may see it (FEP-1b12).

    A new public entry that answers nothing is announced by its id as well: Mastodon and others
    show that as a share.
    """
    open_to_all = record.visibility in PUBLIC_VISIBILITIES
    announced = await publisher.publish(
        tx,
        group,
        passed_on(group, record, activity, position),
        recipients=Recipients(
            members_of=group.id,
            followers_of=group.id if open_to_all else None,
            reached_object=record.id if activity.get("type") == "Delete" else None,
        ),
        object_id=record.id,
        visibility=record.visibility if open_to_all else "project",
    )
    top = record.in_reply_to is None and activity.get("type") == "Create"
    if open_to_all and top and record.actor_id != group.id:
        await _share(tx, publisher, group, record)
    return announced


def passed_on(
    group: ActorRecord, record: ObjectRecord, activity: dict[str, Any], position: int | None
) -> dict[str, Any]:
    """The Announce of what was done with an entry: to everybody, or to the members."""
    open_to_all = record.visibility in PUBLIC_VISIBILITIES
    members = members_url(group.url)
    to = [PUBLIC] if open_to_all else [PROJECT, members]
    cc = [group.followers_url, members] if open_to_all else []
    return announce.build_passed_on(activity, group.url, to, cc, position)


async def tell_past(
    tx: Tx, publisher: Publisher, group: ActorRecord, activity: ActivityRecord
) -> None:
    """Have everything announced that came along with a project, and be delivered to nobody.

    There may be thousands of entries: the fan-out does it, a few at a time. `activity` is the
    Move that brought them.
    """
    await publisher.forward(tx, activity, group, Recipients(history_of=group.id))


async def _share(tx: Tx, publisher: Publisher, group: ActorRecord, record: ObjectRecord) -> None:
    author = await tx.actors.by_id(record.actor_id)
    named = [author.url] if author else []
    await publisher.publish(
        tx,
        group,
        announce.build(record.url, [PUBLIC], [group.followers_url, *named]),
        recipients=Recipients(followers_of=group.id),
        object_id=record.id,
        visibility="public",
    )
