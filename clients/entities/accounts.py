"""Accounts, and how two of them stand to each other."""

import msgspec

from clients.entities.base import Entity


class CustomEmoji(Entity):
    """A picture that stands for `:shortcode:`."""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = True
    category: str | None = None


class Field(Entity):
    """A line of a profile; `verified_at` once the page behind it links back."""

    name: str
    value: str
    verified_at: str | None = None


class AccountRole(Entity):
    """What everybody sees of a member's role."""

    id: str
    name: str
    color: str = ""


class Role(Entity):
    """What a member sees of their own role; `permissions` is Mastodon's bit mask."""

    id: str
    name: str
    permissions: str
    highlighted: bool
    color: str = ""
    collection_limit: int | None = 0


class FeatureApproval(Entity):
    """Who may put an account into a collection: nobody, as there are none here."""

    automatic: list[str] = []
    manual: list[str] = []
    current_user: str = "denied"


class Account(Entity):
    """Somebody, here or elsewhere."""

    id: str
    username: str
    acct: str
    url: str
    uri: str
    display_name: str
    note: str
    avatar: str
    avatar_static: str
    header: str
    header_static: str
    locked: bool
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool | None
    hide_collections: bool | None
    created_at: str
    last_status_at: str | None
    followers_count: int
    following_count: int
    statuses_count: int
    fields: list[Field]
    emojis: list[CustomEmoji]
    roles: list[AccountRole]
    avatar_description: str = ""
    header_description: str = ""
    limited: bool = False
    suspended: bool = False
    memorial: bool | None = None
    moved: "Account | None" = None
    show_featured: bool = True
    show_media: bool = True
    show_media_replies: bool = True
    feature_approval: FeatureApproval = msgspec.field(default_factory=FeatureApproval)


class CredentialSource(Entity):
    """A profile as its owner typed it, and what new posts begin with."""

    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str | None
    quote_policy: str
    follow_requests_count: int
    indexable: bool
    discoverable: bool | None
    hide_collections: bool | None
    attribution_domains: list[str] = []


class CredentialAccount(Account, kw_only=True):
    """Oneself."""

    source: CredentialSource
    role: Role


class Relationship(Entity):
    """How the viewer stands to an account."""

    id: str
    following: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    languages: list[str] | None = None
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: str | None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


class MutedAccount(Account, kw_only=True):
    """Somebody whom the viewer mutes."""

    mute_expires_at: str | None


class FeaturedTag(Entity):
    """A hashtag that somebody shows on their profile."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


class Profile(Entity):
    """One's own profile as it is edited: texts as typed, pictures or null."""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]


class FamiliarFollowers(Entity):
    """Those whom the viewer follows among the followers of an account."""

    id: str
    accounts: list[Account]


class Suggestion(Entity):
    """Somebody to follow; `source` is how older apps read the first of `sources`."""

    source: str
    sources: list[str]
    account: Account


class Preferences(Entity):
    """What a member chose, in the words of apps."""

    visibility: str = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    quote_policy: str = msgspec.field(name="posting:default:quote_policy")
    media: str = msgspec.field(name="reading:expand:media")
    spoilers: bool = msgspec.field(name="reading:expand:spoilers")
    autoplay: bool = msgspec.field(name="reading:autoplay:gifs")
