"""Taking a project to the server of a partner: a new home there, then a `Move` from the old one.

As with accounts (FEP-7628): the new Group names the old one in `alsoKnownAs`, the old one says
where it went, and everybody who belongs to it goes along.
"""

from dataclasses import replace

from actors.keys import KeyPairs
from actors.local import ProfileChanges, update_profile
from actors.relationships import undo_follow
from actors.whole import whole_document
from objects.projects.membership import publishes
from objects.projects.moving import follows_from, lives_elsewhere, take_along
from objects.projects.store import fields_of, keep_remote_project
from objects.text import plain_text
from outbox.acts.change import tell_profile
from outbox.acts.follow import ask_within
from outbox.acts.projects.admitting import decline_within
from outbox.acts.projects.offers import refuse_waiting
from outbox.acts.projects.spaces import MAX_SUMMARY, Space, SpaceDraft, hosted_and_led, open_space
from outbox.builders import move as builder
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.nested import Nested
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx


async def prepare_home(
    context: OutboxContext,
    partner: ActorRecord,
    old: ActorRecord,
    username: str,
    pairs: KeyPairs,
) -> Space:
    """A new home here for a project of another server, waiting for that one's `Move`.

    It says what the old one says, and names it in `alsoKnownAs`; nobody but the partner who made
    it belongs to it until then. Raises `ActRefused` for who is no partner, and for a name that
    cannot be.
    """
    before = await context.store.query(lambda tx: tx.projects.by_id(old.id))
    membership = await context.store.query(lambda tx: tx.projects.membership(old.id, partner.id))
    if before is None or old.local or not publishes(membership):
        raise ActRefused(403, "not-a-partner", "Only a partner gives a project a new home.")
    draft = SpaceDraft(
        name=old.name or old.username,
        summary=plain_text(old.summary)[:MAX_SUMMARY],
        project=fields_of(before),
        state=before.state,  # type: ignore[arg-type]  # checked when it was stored
        joining="invitation",
        reach=before.reach,  # type: ignore[arg-type]
    )
    aliases = ProfileChanges(also_known_as=[old.url])

    async def operation(tx: Tx) -> Space:
        # One transaction: a home that names nothing would be in the way of the next try.
        within = replace(context, store=Nested(tx))
        space = await open_space(within, partner, username, draft, pairs)
        group = await update_profile(tx, space.group, aliases, context.now())
        return Space(group, space.record)

    return await context.store.write(operation)


async def homes_here(tx: Tx, old: ActorRecord) -> list[ActorRecord]:
    """The homes that were prepared here for a project of another server."""
    if old.local:
        return []
    return [group for group in await tx.projects.homes() if follows_from(group, old)]


async def move_space(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, target_url: str
) -> ActivityRecord:
    """Tell everybody that a project that lives here lives at another server from now on.

    The new Group must name this one in `alsoKnownAs`, and be a project. What members here had
    stays theirs. Raises `ActRefused`, and federation errors for what cannot be had.
    """
    await context.store.query(lambda tx: hosted_and_led(tx, lead, group))
    target = await context.remote.by_url(target_url, refresh=True)
    if target.id == group.id or target.local:
        raise ActRefused(422, "move-here", "A project moves to another server.")
    if not follows_from(target, group):
        detail = f"{target.account} does not name {group.url} in alsoKnownAs."
        raise ActRefused(422, "no-alias", detail)

    async def operation(tx: Tx) -> ActivityRecord:
        known = await tx.activities.latest(group.id, "Move", group.url)
        if known is not None and group.moved_to == target.url:
            return known
        if await keep_remote_project(tx, target, context.now()) is None:
            raise ActRefused(422, "no-project", f"{target.account} is no project.")
        askers = await tx.projects.memberships(group.id, "requested")
        told = await _tell(context, tx, group, target, tuple(person.id for _, person in askers))
        await _answer_waiting(context, tx, group, target)
        await take_along(tx, group, target, context.now())
        await _follow_along(context, tx, group, target)
        return told

    return await context.store.write(operation)


async def _answer_waiting(
    context: OutboxContext, tx: Tx, group: ActorRecord, target: ActorRecord
) -> None:
    """Say to whoever waits for an answer of the project where they can ask anew."""
    reason = lives_elsewhere(target.url)
    for _, person in await tx.projects.memberships(group.id, "requested"):
        await decline_within(tx, context, group, person, reason)
    await refuse_waiting(tx, context, group, reason)


async def _tell(
    context: OutboxContext,
    tx: Tx,
    group: ActorRecord,
    target: ActorRecord,
    askers: tuple[int, ...],
) -> ActivityRecord:
    """Say on the profile and in a `Move` where the project went."""
    await tx.actors.set_moved(group.id, target.url, context.now())
    moved = await tx.actors.by_id(group.id)
    assert moved is not None
    document = await whole_document(tx, context.identifiers, moved)
    await tell_profile(context, tx, moved, document, members_of=group.id, also=askers)
    return await context.publisher.publish(
        tx,
        moved,
        builder.build(group.url, target.url, group.followers_url),
        recipients=Recipients(followers_of=group.id, actors=await _members(tx, group)),
        visibility="followers",
    )


async def _members(tx: Tx, group: ActorRecord) -> tuple[int, ...]:
    """Everybody who belongs to the project now: when the `Move` is sent they do no more."""
    return tuple(person.id for _, person in await tx.projects.memberships(group.id))


async def _follow_along(
    context: OutboxContext, tx: Tx, group: ActorRecord, target: ActorRecord
) -> None:
    ids = await tx.relationships.local_followers(group.id)
    for follower in (await tx.actors.by_ids(ids)).values():
        try:
            await ask_within(tx, context.publisher, follower, target, context.now())
        except ActRefused:
            continue
        await undo_follow(tx, follower, "", group)
