"""Posts that wait for their time."""

from clients.entities.base import Entity
from clients.entities.statuses import MediaAttachment


class ScheduledPoll(Entity):
    """The poll of a post for later; `expires_in` in seconds."""

    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class ScheduledParams(Entity):
    """A post for later as the app sent it."""

    text: str
    media_ids: list[str] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: str | None
    language: str | None
    in_reply_to_id: int | None
    poll: ScheduledPoll | None
    quoted_status_id: str | None
    quote_approval_policy: str
    application_id: int
    scheduled_at: str | None = None
    idempotency: str | None = None
    with_rate_limit: bool = False


class ScheduledStatus(Entity):
    """A post for later."""

    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[MediaAttachment]
