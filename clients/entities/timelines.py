"""Lists, hashtags, conversations, markers, and what a search finds."""

import msgspec

from clients.entities.accounts import Account
from clients.entities.base import Entity
from clients.entities.statuses import PreviewCard, Status


class List(Entity):
    """Some of those whom a member follows."""

    id: str
    title: str
    replies_policy: str
    exclusive: bool


class TagHistory(Entity):
    """How often something was used on a day; apps want all of it as text."""

    day: str
    uses: str
    accounts: str


class Tag(Entity):
    """A hashtag; `following` and `featuring` are the viewer's."""

    id: str
    name: str
    url: str
    history: list[TagHistory]
    following: bool = False
    featuring: bool = False


class TrendingLink(PreviewCard, kw_only=True):
    """What a link leads to that many posted."""

    history: list[TagHistory]


class Conversation(Entity):
    """Private posts between the same people."""

    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class Marker(Entity):
    """How far a member has read."""

    last_read_id: str
    version: int
    updated_at: str


class Markers(Entity, omit_defaults=True):
    """The markers that there are: of the home timeline, of the notifications."""

    home: Marker | None = None
    notifications: Marker | None = None


class Search(Entity):
    """What a search finds."""

    accounts: list[Account] = []
    statuses: list[Status] = []
    hashtags: list[Tag] = []
    collections: list[str] = []


class OldSearch(Entity):
    """What the first version of the search gives: of hashtags the names alone."""

    accounts: list[Account] = msgspec.field(default_factory=list)
    statuses: list[Status] = msgspec.field(default_factory=list)
    hashtags: list[str] = msgspec.field(default_factory=list)
