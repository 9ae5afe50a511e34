"""Notifications as apps show them: a page of them with a constant number of queries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from clients.context import ClientContext
from clients.entities.accounts import Account
from clients.entities.base import moment
from clients.entities.notifications import (
    AccountWarning,
    GroupedNotifications,
    Notification,
    NotificationFallback,
    NotificationGroup,
    PartialAccount,
    RelationshipSeverance,
)
from clients.entities.reports import Report
from clients.entities.statuses import Status
from clients.filters.matching import hides
from clients.notifications.wording import body, title
from clients.rendering.accounts import accounts
from clients.rendering.reports import reports_by_ids
from clients.rendering.statuses import Line, statuses
from objects.visibility import visible_by_ids
from storage import notifications as stored
from storage.notifying import TYPES
from storage.records import ActorRecord, NotificationRecord
from storage.severances import SeveranceRecord
from storage.store import Tx

KINDS: Final = tuple(TYPES)
"""The kinds of ours of which apps are told."""
ABOUT_STATUSES: Final = frozenset(
    {"mention", "status", "reblog", "favourite", "poll", "update", "quote", "quoted_update"}
)
OURS: Final = frozenset({"reuse", "coauthor", "review"})
"""Of these apps are told as of something that they know."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How apps that know only the types `known` are told of others."""

    known: Collection[str]
    translate: Callable[[str], str]

    def fallback(
        self, kind: str, account: Account, status: Status | None
    ) -> NotificationFallback | None:
        """A notification in words; None when the app knows what it is."""
        if kind not in OURS and TYPES[kind] in self.known:
            return None
        summary = body(account, status) if status is not None else None
        return NotificationFallback(
            title=title(kind, account, status, self.translate), summary=summary or None
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom and what notifications are about."""

    accounts: Mapping[int, Account]
    statuses: Mapping[int, Status]
    reports: Mapping[int, Report] = field(default_factory=dict)
    severances: Mapping[int, RelationshipSeverance] = field(default_factory=dict)
    warnings: Mapping[int, AccountWarning] = field(default_factory=dict)

    def status(self, record: NotificationRecord) -> Status | None:
        """What a notification is about."""
        return self.statuses.get(record.object_id or 0)

    def shows(self, record: NotificationRecord) -> bool:
        """Whether a notification can be shown: its sender is there, and what it is about.

        What a filter hides among notifications is not shown either.
        """
        name = TYPES.get(record.kind)
        if name is None or record.actor_id not in self.accounts:
            return False
        status = self.status(record)
        if name in ABOUT_STATUSES:
            return status is not None and not hides(status, "notifications")
        subjects = {
            "admin.report": self.reports,
            "severed_relationships": self.severances,
            "moderation_warning": self.warnings,
        }
        return name not in subjects or record.subject_id in subjects[name]


async def surroundings(
    tx: Tx, context: ClientContext, owner: ActorRecord, records: Sequence[NotificationRecord]
) -> Surroundings:
    """Everything around notifications of one owner."""
    return await _around(tx, context, owner, records, {n.actor_id for n in records})


async def _around(
    tx: Tx,
    context: ClientContext,
    owner: ActorRecord,
    records: Sequence[NotificationRecord],
    people: Collection[int],
) -> Surroundings:
    actors = await tx.actors.by_ids(sorted(people))
    living = [actor for actor in actors.values() if actor.state != "gone"]
    objects = sorted({n.object_id for n in records if n.object_id is not None})
    visible = list((await visible_by_ids(tx, objects, owner)).values())
    made = await statuses(tx, context, owner, [Line.of(record) for record in visible])
    shown = {record.id: status for record, status in zip(visible, made, strict=True)}
    around = Surroundings(await accounts(tx, context.identifiers, living), shown)
    subjects = sorted({n.subject_id for n in records if n.subject_id is not None})
    if not subjects:
        return around
    return Surroundings(
        around.accounts,
        around.statuses,
        await reports_by_ids(tx, context, subjects),
        {one.id: severance_entity(one) for one in await tx.severances.by_ids(owner.id, subjects)},
        await _warnings(tx, context, owner, subjects),
    )


async def _warnings(
    tx: Tx, context: ClientContext, owner: ActorRecord, subjects: list[int]
) -> dict[int, AccountWarning]:
    """What administrators did about the owner's account."""
    found = await tx.administration.warnings(owner.id, subjects)
    if not found:
        return {}
    account = (await accounts(tx, context.identifiers, [owner]))[owner.id]
    return {
        one.id: AccountWarning(
            id=str(one.id),
            action=one.action,
            text=one.text,
            status_ids=None,
            target_account=account,
            created_at=moment(one.created_at),
        )
        for one in found
    }


def severance_entity(one: SeveranceRecord) -> RelationshipSeverance:
    """Follows that ended because somebody was shut out."""
    return RelationshipSeverance(
        id=str(one.id),
        type=one.type,
        purged=False,
        target_name=one.target,
        followers_count=one.followers_count,
        following_count=one.following_count,
        created_at=moment(one.created_at),
    )


def notification_entity(
    record: NotificationRecord, around: Surroundings, wording: Wording | None = None
) -> Notification:
    """A notification that `around` shows."""
    account, status = around.accounts[record.actor_id], around.status(record)
    name, subject = TYPES[record.kind], record.subject_id or 0
    return Notification(
        id=str(record.id),
        type=name,
        group_key=record.group_key or f"ungrouped-{record.id}",
        created_at=moment(record.created_at),
        account=account,
        status=status if name in ABOUT_STATUSES else None,
        report=around.reports.get(subject) if name == "admin.report" else None,
        event=around.severances.get(subject) if name == "severed_relationships" else None,
        moderation_warning=around.warnings.get(subject) if name == "moderation_warning" else None,
        fallback=wording.fallback(record.kind, account, status) if wording else None,
    )


async def notifications(
    tx: Tx,
    context: ClientContext,
    owner: ActorRecord,
    records: Sequence[NotificationRecord],
    wording: Wording | None = None,
) -> list[Notification]:
    """Notifications in their order; those about what the owner may no longer see are left out."""
    if not records:
        return []
    around = await surroundings(tx, context, owner, records)
    return [notification_entity(n, around, wording) for n in records if around.shows(n)]


async def grouped(
    tx: Tx,
    context: ClientContext,
    owner: ActorRecord,
    groups: Sequence[stored.NotificationGroup],
    *,
    wording: Wording | None = None,
    partial: bool = False,
    paged: bool = True,
) -> GroupedNotifications:
    """Groups in their order, with everybody and everything in them once.

    With `partial` only the first of each group is given in full.
    """
    latest = [group.latest for group in groups]
    people = {number for group in groups for number in group.actor_ids}
    around = await _around(tx, context, owner, latest, people)
    shown = [group for group in groups if around.shows(group.latest)]
    first = {group.actor_ids[0] for group in shown}
    everybody = dict.fromkeys(number for group in shown for number in group.actor_ids)
    known = {number: around.accounts[number] for number in everybody if number in around.accounts}
    posts = dict.fromkeys(n for group in shown if (n := group.latest.object_id) is not None)
    return GroupedNotifications(
        accounts=[one for number, one in known.items() if not partial or number in first],
        statuses=[around.statuses[number] for number in posts if number in around.statuses],
        notification_groups=[_group(group, around, wording, paged=paged) for group in shown],
        partial_accounts=(
            [_partial(one) for number, one in known.items() if number not in first]
            if partial
            else None
        ),
    )


def _group(
    group: stored.NotificationGroup,
    around: Surroundings,
    wording: Wording | None,
    *,
    paged: bool,
) -> NotificationGroup:
    one = notification_entity(group.latest, around, wording)
    return NotificationGroup(
        group_key=one.group_key,
        notifications_count=group.count,
        type=one.type,
        most_recent_notification_id=group.latest.id,
        sample_account_ids=[str(n) for n in group.actor_ids if n in around.accounts],
        page_min_id=str(group.oldest_id) if paged else None,
        page_max_id=str(group.latest.id) if paged else None,
        latest_page_notification_at=one.created_at if paged else None,
        status_id=None if one.status is None else one.status.id,
        report=one.report,
        event=one.event,
        moderation_warning=one.moderation_warning,
        fallback=one.fallback,
    )


def _partial(account: Account) -> PartialAccount:
    return PartialAccount(
        id=account.id,
        acct=account.acct,
        url=account.url,
        avatar=account.avatar,
        avatar_static=account.avatar_static,
        avatar_description=account.avatar_description,
        locked=account.locked,
        bot=account.bot,
    )
