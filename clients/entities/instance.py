"""What a node says of itself."""

from typing import Any

from clients.entities.accounts import Account, CustomEmoji
from clients.entities.base import Entity
from clients.entities.statuses import StatusTag


class Rule(Entity):
    """Something that members are asked to keep."""

    id: str
    text: str
    hint: str = ""
    translations: dict[str, Any] = {}


class AccountLimits(Entity):
    """How much a profile holds; null where there is nothing to describe."""

    max_featured_tags: int
    max_pinned_statuses: int
    max_display_name_length: int
    max_note_length: int
    max_profile_fields: int
    profile_field_name_limit: int
    profile_field_value_limit: int
    max_avatar_description_length: int | None = None
    max_header_description_length: int | None = None


class StatusLimits(Entity):
    """How much a post holds; `supported_mime_types` are the ways in which it may be written."""

    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int
    supported_mime_types: list[str]


class MediaLimits(Entity):
    """Which files are taken, and how large they may be."""

    supported_mime_types: list[str]
    description_limit: int
    image_size_limit: int
    image_matrix_limit: int
    video_size_limit: int
    video_frame_rate_limit: int
    video_matrix_limit: int


class PollLimits(Entity):
    """How a poll may look; durations in seconds."""

    max_options: int
    max_characters_per_option: int
    min_expiration: int
    max_expiration: int


class Translation(Entity):
    """Whether posts are translated on request."""

    enabled: bool


class Urls(Entity):
    """Where the rest is."""

    streaming: str
    about: str
    privacy_policy: str
    terms_of_service: str
    status: str | None = None


class Vapid(Entity):
    """The key with which pushes are signed."""

    public_key: str


class FeedAccess(Entity):
    """Who may read timelines of what was written here and elsewhere."""

    local: str
    remote: str


class TimelinesAccess(Entity):
    """Who may read which timelines: `public`, `authenticated` or `disabled`."""

    live_feeds: FeedAccess
    hashtag_feeds: FeedAccess
    trending_link_feeds: FeedAccess


class Configuration(Entity):
    """What apps must know before they write."""

    urls: Urls
    vapid: Vapid
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits
    translation: Translation
    timelines_access: TimelinesAccess
    limited_federation: bool


class V1Configuration(Entity):
    """The part of it that older apps know."""

    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits


class Thumbnail(Entity):
    """The picture of a node."""

    url: str
    blurhash: str | None
    versions: dict[str, str]
    description: str = ""


class Icon(Entity):
    """The picture of a node, in one size."""

    src: str
    size: str


class Users(Entity):
    """How many people are there."""

    active_month: int


class Usage(Entity):
    """How much a node is used."""

    users: Users


class Registrations(Entity):
    """How one becomes a member."""

    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None
    url: str | None = None
    min_age: int | None = None


class Contact(Entity):
    """Whom to write to."""

    email: str
    account: Account | None


class ApiVersions(Entity):
    """Which state of Mastodon's API is there."""

    mastodon: int


class Instance(Entity):
    """A node, as apps ask for it at their start."""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: Usage
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    contact: Contact
    rules: list[Rule]
    api_versions: ApiVersions
    wrapstodon: str | None = None


class Stats(Entity):
    """How large a node is."""

    user_count: int
    status_count: int
    domain_count: int


class V1Urls(Entity):
    """Where streams are."""

    streaming_api: str


class V1Instance(Entity):
    """A node, as older apps know it."""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1Urls
    stats: Stats
    thumbnail: str
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: V1Configuration
    contact_account: Account | None
    rules: list[Rule]


class Activity(Entity):
    """One week: its first second, and numbers as texts."""

    week: str
    statuses: str
    logins: str
    registrations: str


class DomainBlock(Entity):
    """A server that is shut out or limited; `digest` is the SHA-256 of its whole name."""

    domain: str
    digest: str
    severity: str
    comment: str | None


class ExtendedDescription(Entity):
    """What the organisation says of itself."""

    content: str
    updated_at: str | None


class PrivacyPolicy(Entity):
    """What becomes of personal data."""

    content: str
    updated_at: str


class TermsOfService(Entity):
    """The legal notice."""

    content: str
    effective: bool
    effective_date: str
    succeeded_by: str | None = None


class OEmbed(Entity):
    """A post on somebody else's page."""

    type: str
    version: str
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: str | None = None


class Reaction(Entity):
    """How often somebody answered an announcement with a sign; `url` for custom emoji."""

    name: str
    count: int
    me: bool
    url: str | None = None
    static_url: str | None = None


class AnnouncementAccount(Entity):
    """Somebody who is named in an announcement."""

    id: str
    username: str
    url: str
    acct: str


class AnnouncementStatus(Entity):
    """A post that an announcement leads to."""

    id: str
    url: str


class Announcement(Entity):
    """What administrators tell everybody here."""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    mentions: list[AnnouncementAccount]
    statuses: list[AnnouncementStatus]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]
