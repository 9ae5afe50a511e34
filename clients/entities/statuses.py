"""Posts, and what hangs on them."""

from clients.entities.accounts import Account, CustomEmoji
from clients.entities.base import Entity
from clients.entities.filters import FilterResult


class MetaDetails(Entity):
    """The measures of a file; `duration` in seconds."""

    width: int | None = None
    height: int | None = None
    size: str | None = None
    aspect: float | None = None
    duration: float | None = None
    frame_rate: str | None = None
    bitrate: int | None = None


class Focus(Entity):
    """The centre of interest, each side from -1 to 1."""

    x: float
    y: float


class MediaMeta(Entity):
    """What is known about a file."""

    original: MetaDetails | None = None
    small: MetaDetails | None = None
    focus: Focus | None = None


class MediaAttachment(Entity):
    """A file; `url` is null while it is being prepared."""

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None = None
    preview_remote_url: str | None = None
    text_url: str | None = None
    meta: MediaMeta | None = None
    description: str | None = None
    blurhash: str | None = None


class PollOption(Entity):
    """One choice."""

    title: str
    votes_count: int | None = 0


class Poll(Entity):
    """A question; `voted` and `own_votes` are the viewer's."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji] = []
    voted: bool = False
    own_votes: list[int] = []


class PreviewCardAuthor(Entity):
    """Who wrote what a link leads to."""

    name: str
    url: str
    account: Account | None = None


class PreviewCard(Entity):
    """What a link leads to."""

    url: str
    title: str
    description: str
    type: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    embed_url: str
    blurhash: str | None
    language: str | None = None
    image_description: str = ""
    published_at: str | None = None
    authors: list[PreviewCardAuthor] = []
    missing_attribution: bool | None = None


class StatusMention(Entity):
    """Somebody who is named in a post."""

    id: str
    username: str
    acct: str
    url: str


class StatusTag(Entity):
    """A hashtag in a post."""

    name: str
    url: str


class StatusApplication(Entity):
    """What a post was written with."""

    name: str
    website: str | None = None


class Quote(Entity):
    """What a post quotes, as far as it may be shown."""

    state: str
    quoted_status: "Status | None" = None
    quoted_status_id: str | None = None


class QuoteApproval(Entity):
    """Who may quote a post, and whether the viewer may."""

    automatic: list[str] = []
    manual: list[str] = []
    current_user: str = "unknown"


class Status(Entity):
    """A post, or with `reblog` that somebody shared one."""

    id: str
    uri: str
    url: str | None
    created_at: str
    edited_at: str | None
    account: Account
    content: str
    spoiler_text: str
    sensitive: bool
    visibility: str
    language: str | None
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reblog: "Status | None" = None
    application: StatusApplication | None = None
    card: PreviewCard | None = None
    poll: Poll | None = None
    quote: Quote | None = None
    quote_approval: QuoteApproval | None = None
    tagged_collections: list[str] = []
    favourited: bool = False
    reblogged: bool = False
    bookmarked: bool = False
    muted: bool = False
    pinned: bool = False
    filtered: list[FilterResult] = []
    text: str | None = None


class Context(Entity):
    """What stands above and below a post."""

    ancestors: list[Status]
    descendants: list[Status]


class StatusSource(Entity):
    """A post as it was typed."""

    id: str
    text: str
    spoiler_text: str
    content_type: str = "text/plain"


class StatusEditPollOption(Entity):
    """A choice as it stood in a version."""

    title: str


class StatusEditPoll(Entity):
    """The choices of a version."""

    options: list[StatusEditPollOption]


class StatusEdit(Entity):
    """One version of a post."""

    account: Account
    content: str
    created_at: str
    sensitive: bool
    spoiler_text: str
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    poll: StatusEditPoll | None = None
    quote: Quote | None = None
