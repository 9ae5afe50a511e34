"""What members are told, one by one and in groups; whose notifications wait for their leave."""

from clients.entities.accounts import Account
from clients.entities.base import Entity
from clients.entities.reports import Report
from clients.entities.statuses import Status


class RelationshipSeverance(Entity):
    """Follows that ended because somebody was shut out; `purged` when nobody knows them more."""

    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class Appeal(Entity):
    """What somebody answered to a warning."""

    text: str
    state: str


class AccountWarning(Entity):
    """What administrators did about an account, and why."""

    id: str
    action: str
    text: str
    status_ids: list[str] | None
    target_account: Account
    created_at: str
    appeal: Appeal | None = None


class NotificationFallback(Entity):
    """A notification in words, for apps that do not know its type."""

    title: str
    summary: str | None = None
    details: str | None = None


class Notification(Entity):
    """Something that concerns a member."""

    id: str
    type: str
    group_key: str
    created_at: str
    account: Account
    status: Status | None = None
    report: Report | None = None
    event: RelationshipSeverance | None = None
    moderation_warning: AccountWarning | None = None
    collection: None = None
    fallback: NotificationFallback | None = None


class NotificationGroup(Entity):
    """Several notifications in one line; `page_…` are those of the page that was asked for."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    sample_account_ids: list[str]
    page_min_id: str | None = None
    page_max_id: str | None = None
    latest_page_notification_at: str | None = None
    status_id: str | None = None
    report: Report | None = None
    event: RelationshipSeverance | None = None
    moderation_warning: AccountWarning | None = None
    fallback: NotificationFallback | None = None


class PartialAccount(Entity):
    """As much of an account as a row of faces needs."""

    id: str
    acct: str
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str
    locked: bool
    bot: bool


class GroupedNotifications(Entity):
    """A page of groups, with everybody and everything in them once."""

    accounts: list[Account]
    statuses: list[Status]
    notification_groups: list[NotificationGroup]
    partial_accounts: list[PartialAccount] | None = None


class PolicySummary(Entity):
    """How much waits."""

    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(Entity):
    """What becomes of notifications by strangers: `accept`, `filter` or `drop`."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    summary: PolicySummary


class V1NotificationPolicy(Entity):
    """The same for older apps, which know but to filter."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: PolicySummary


class NotificationRequest(Entity):
    """Somebody whose notifications wait."""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: Account
    last_status: Status | None = None


class WebPushSubscription(Entity):
    """Where an app is told of notifications while it is closed."""

    id: str
    endpoint: str
    alerts: dict[str, bool]
    server_key: str
    policy: str
    standard: bool


class Count(Entity):
    """How many there are."""

    count: int


class Merged(Entity):
    """Whether what was accepted stands among the other notifications."""

    merged: bool
