"""What apps say of a post that they write or change."""

import msgspec


class PollParameters(msgspec.Struct):
    """A poll; `expires_in` in seconds."""

    options: list[str] | None = None
    expires_in: int | None = None
    multiple: bool | None = None
    hide_totals: bool | None = None


class MediaChange(msgspec.Struct):
    """What an edit says of one of the files."""

    id: str
    description: str | None = None
    focus: str | None = None


class StatusParameters(msgspec.Struct):
    """A post; what is not said is chosen by the member's preferences."""

    status: str | None = None
    in_reply_to_id: str | None = None
    media_ids: list[str] | None = None
    poll: PollParameters | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    scheduled_at: str | None = None
    content_type: str | None = None
    quoted_status_id: str | None = None
    quote_id: str | None = None
    quote_approval_policy: str | None = None
    media_attributes: list[MediaChange] | None = None
