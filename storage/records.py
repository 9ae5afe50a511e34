"""Rows as frozen values; the field order is the column order of the statements."""

from dataclasses import dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any

from storage.ids import new_id


@cache
def _names(record: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def columns(record: type, alias: str = "") -> str:
    """The column list of a record class, each name behind `alias.` when one is given."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + name for name in _names(record))


def placeholders(record: type) -> str:
    """`$1, $2, …` for every field of a record class."""
    return ", ".join(f"${number}" for number in range(1, len(_names(record)) + 1))


@cache
def _getter(record: Any) -> "attrgetter[tuple[Any, ...]]":
    return attrgetter(*_names(record))


def values(record: Any) -> tuple[Any, ...]:
    """The field values of a record, in order; `dataclasses.astuple` takes ten times as long."""
    kind: Any = type(record)
    return _getter(kind)(record)


@dataclass(frozen=True, slots=True, kw_only=False)
class ActorRecord:
    """Someone: an organisation, a person, a group or a server, here or elsewhere."""

    id: int
    url: str
    local: int
    type: str
    username: str
    host: str
    name: str = ""
    summary: str = ""
    inbox: str = ""
    shared_inbox: str = ""
    outbox: str = ""
    followers_url: str = ""
    following_url: str = ""
    featured_url: str = ""
    html_url: str = ""
    icon: str = ""
    image: str = ""
    fields: str = "[]"
    also_known_as: str = "[]"
    moved_to: str = ""
    locked: int = 0
    discoverable: int = 1
    indexable: int = 1
    state: str = "active"
    document: str = ""
    followers_count: int = 0
    following_count: int = 0
    posts_count: int = 0
    created_at: int = 0
    updated_at: int = 0
    fetched_at: int = 0
    hides_network: int = 0
    severity: str = ""
    sanction: str = ""
    sensitized: int = 0
    extras: str = ""

    @property
    def account(self) -> str:
        """`username@host`."""
        return f"{self.username}@{self.host}"

    @property
    def delivery_inbox(self) -> str:
        """Where to deliver what is not for this actor alone."""
        return self.shared_inbox or self.inbox


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key pair of ours, or the public half of someone else's."""

    key_id: str
    actor_id: int
    algorithm: str
    public_pem: str
    private_pem: str | None
    created_at: int

    def __repr__(self) -> str:
        return f"KeyRecord({self.key_id})"


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """The account behind a local person or organisation."""

    actor_id: int
    email: str
    password_hash: str
    role: str
    language: str
    created_at: int
    disabled_at: int | None

    def __repr__(self) -> str:
        return f"MemberRecord({self.actor_id}, {self.role})"


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A bearer token, known by its hash alone."""

    id: int
    token_hash: str
    actor_id: int
    scopes: str
    label: str
    created_at: int
    last_used_at: int | None
    revoked_at: int | None
    app_id: int | None = None


@dataclass(frozen=True, slots=True)
class FollowRecord:
    """One actor following another; `state` is pending, accepted or rejected."""

    id: int
    follower_id: int
    followee_id: int
    follower_local: int
    state: str
    url: str
    created_at: int


@dataclass(frozen=True, slots=True)
class DomainRuleRecord:
    """What the administrator decided about a domain and its subdomains.

    `obfuscated`: visitors read a part of its name; `id` is what apps call the rule.
    """

    domain: str
    severity: str
    reason: str
    created_by: str
    created_at: int
    id: int = field(default_factory=new_id)
    public_comment: str = ""
    obfuscated: int = 0


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """A note, an article, a question…; `deleted_at` makes it a tombstone."""

    id: int
    url: str
    type: str
    actor_id: int
    local: int
    visibility: str
    in_reply_to: str | None
    in_reply_to_id: int | None
    conversation: str | None
    name: str
    summary: str
    content: str
    language: str
    sensitive: int
    html_url: str
    document: str
    published_at: int
    edited_at: int | None = None
    deleted_at: int | None = None
    replies_count: int = 0
    likes_count: int = 0
    shares_count: int = 0
    created_at: int = 0
    has_media: int = 0


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """An activity that was published here or processed here."""

    id: int
    url: str
    type: str
    actor_id: int
    local: int
    visibility: str
    object_url: str
    object_id: int | None
    document: str
    created_at: int


@dataclass(frozen=True, slots=True)
class ReactionRecord:
    """A like or a share of an object."""

    id: int
    actor_id: int
    object_id: int
    url: str
    created_at: int


@dataclass(frozen=True, slots=True)
class PollRecord:
    """The choices of a Question; `options` is a JSON list of `[name, votes]`.

    `hide_totals`: nobody is told the counts before the end.
    """

    object_id: int
    multiple: int
    options: str
    voters_count: int
    closes_at: int | None
    hide_totals: int = 0


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """A Flag from here or elsewhere, or the report of a visitor, who has a receipt."""

    id: int
    url: str
    actor_id: int
    target_id: int | None
    objects: str
    comment: str
    state: str
    created_at: int
    receipt: str = ""
    reporter_mail: str = ""
    decision: str = ""
    category: str = ""
    outcome: str = ""
    decided_at: int | None = None
    assigned_to: int | None = None
    rules: str = "[]"
    decided_by: int | None = None
    forwarded: int = 0


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """An uploaded file and what is known about it.

    `preview` names a smaller picture, `avif` and `webp` those that pages show; `state` is
    `waiting`, `ready` or `failed`, `duration` counts seconds. `guarded` ones were shown to the
    members of a project alone: their address is another one, and checked.
    """

    id: int
    actor_id: int
    object_id: int | None
    file: str
    media_type: str
    description: str
    blurhash: str
    width: int | None
    height: int | None
    size: int
    focus_x: float | None
    focus_y: float | None
    created_at: int
    preview: str = ""
    avif: str = ""
    webp: str = ""
    state: str = "ready"
    duration: float | None = None
    guarded: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of this upload, itself first."""
        return tuple(file for file in (self.file, self.preview, self.avif, self.webp) if file)


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """Something that concerns a local actor: mention, follow, like, share…

    `filtered` ones wait for the owner's leave. `subject_id` is the report or the ended follows
    that it is about.
    """

    id: int
    owner_id: int
    kind: str
    actor_id: int
    object_id: int | None
    created_at: int
    read_at: int | None
    filtered: int = 0
    group_key: str = ""
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReceivedRecord:
    """An activity that was accepted with 202; `how` says how it was verified.

    `synchronisation` is the `Collection-Synchronization` header that came with it (FEP-8fcf).
    """

    id: int
    activity_url: str
    inbox: str
    type: str
    actor: str
    sender: str
    host: str
    how: str
    body: str
    state: str
    attempts: int
    due_at: int
    lease_until: int
    error: str
    received_at: int
    done_at: int | None
    synchronisation: str = ""


@dataclass(frozen=True, slots=True)
class FanoutRecord:
    """A published activity whose audience is still to be expanded."""

    id: int
    activity_id: int
    actor_id: int
    recipients: str
    state: str
    attempts: int
    due_at: int
    lease_until: int
    error: str
    created_at: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One activity for one inbox; state: waiting, held, done, failed or cancelled."""

    id: int
    activity_id: int
    actor_id: int
    inbox: str
    host: str
    state: str
    attempts: int
    due_at: int
    lease_until: int
    status: int | None
    error: str
    created_at: int
    done_at: int | None


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What is remembered about another server: its signature scheme, its health."""

    host: str
    scheme: str
    state: str
    failures: int
    failing_since: int | None
    due_at: int
    error: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what to whom, and why."""

    id: int
    who: str
    action: str
    target: str
    reason: str
    created_at: int
