"""The limits that apps obey: each is the one that is enforced."""

from typing import Final

from actors.identifiers import Identifiers
from actors.local import MAX_FIELDS
from clients.entities.instance import (
    AccountLimits,
    Configuration,
    FeedAccess,
    MediaLimits,
    PollLimits,
    StatusLimits,
    TimelinesAccess,
    Translation,
    Urls,
    V1Configuration,
    Vapid,
)
from objects import media as uploads
from objects.limits import (
    CHARACTERS_PER_URL,
    MAX_ATTACHMENTS,
    MAX_CHARACTERS,
    MAX_OPTION_CHARACTERS,
    MAX_OPTIONS,
    MAX_POLL_SECONDS,
    MIN_POLL_SECONDS,
)
from outbox.acts.feature_tag import MAX_FEATURED_TAGS
from outbox.acts.pin import MAX_PINS
from outbox.acts.profile import MAX_FIELD_NAME, MAX_FIELD_VALUE, MAX_NAME, MAX_SUMMARY

MAX_FRAME_RATE: Final = 120


def configuration(
    identifiers: Identifiers,
    limits: uploads.MediaLimits,
    *,
    vapid: str,
    translates: bool,
    open_to_visitors: bool,
) -> Configuration:
    """Everything that apps must know before they write."""
    plain = v1_configuration(limits)
    readers = "public" if open_to_visitors else "authenticated"
    feeds = FeedAccess(local=readers, remote=readers)
    return Configuration(
        urls=Urls(
            streaming=streaming(identifiers),
            about=about(identifiers),
            privacy_policy=f"{identifiers.origin}/confidentialite",
            terms_of_service=about(identifiers),
        ),
        vapid=Vapid(public_key=vapid),
        accounts=plain.accounts,
        statuses=plain.statuses,
        media_attachments=plain.media_attachments,
        polls=plain.polls,
        translation=Translation(enabled=translates),
        timelines_access=TimelinesAccess(
            live_feeds=feeds, hashtag_feeds=feeds, trending_link_feeds=feeds
        ),
        limited_federation=False,
    )


def v1_configuration(limits: uploads.MediaLimits) -> V1Configuration:
    """The part that older apps know."""
    return V1Configuration(
        accounts=AccountLimits(
            max_featured_tags=MAX_FEATURED_TAGS,
            max_pinned_statuses=MAX_PINS,
            max_display_name_length=MAX_NAME,
            max_note_length=MAX_SUMMARY,
            max_profile_fields=MAX_FIELDS,
            profile_field_name_limit=MAX_FIELD_NAME,
            profile_field_value_limit=MAX_FIELD_VALUE,
        ),
        statuses=StatusLimits(
            max_characters=MAX_CHARACTERS,
            max_media_attachments=MAX_ATTACHMENTS,
            characters_reserved_per_url=CHARACTERS_PER_URL,
            supported_mime_types=["text/plain", "text/markdown"],
        ),
        media_attachments=MediaLimits(
            supported_mime_types=list(uploads.MEDIA_TYPES),
            description_limit=uploads.MAX_DESCRIPTION,
            image_size_limit=limits.max_bytes,
            image_matrix_limit=limits.max_pixels,
            video_size_limit=limits.max_bytes,
            video_frame_rate_limit=MAX_FRAME_RATE,
            video_matrix_limit=limits.max_pixels,
        ),
        polls=PollLimits(
            max_options=MAX_OPTIONS,
            max_characters_per_option=MAX_OPTION_CHARACTERS,
            min_expiration=MIN_POLL_SECONDS,
            max_expiration=MAX_POLL_SECONDS,
        ),
    )


def about(identifiers: Identifiers) -> str:
    """The page that says who runs the node, and with which program."""
    return f"{identifiers.origin}/mentions-legales"


def streaming(identifiers: Identifiers) -> str:
    """Where streams are: `wss://…`, and `ws://…` in development."""
    return identifiers.origin.replace("http", "ws", 1)
