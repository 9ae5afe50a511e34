"""`manifest.yml` of an archive (FEP-6fcd), written as JSON, which is YAML too."""

from typing import Any, Final

import orjson

from actors.documents import wire_time
from storage.records import ActorRecord

MANIFEST: Final = "manifest.yml"
ACTOR: Final = "activitypub/actor.json"
OUTBOX: Final = "activitypub/outbox.json"
LIKES: Final = "activitypub/likes.json"
FOLLOWING: Final = "activitypub/following_accounts.csv"
FOLLOWERS: Final = "activitypub/followers.csv"
BLOCKED: Final = "activitypub/blocked_accounts.csv"
MUTED: Final = "activitypub/muted_accounts.csv"
DOMAINS: Final = "activitypub/blocked_domains.csv"
BOOKMARKS: Final = "activitypub/bookmarks.csv"
ENDORSED: Final = "activitypub/endorsed_accounts.csv"
NOTES: Final = "activitypub/account_notes.csv"
EVENTS: Final = "activitypub/events.csv"
EXPERIENCES: Final = "experiences/"
MEDIA: Final = "media/"
DRAFTS: Final = "drafts.json"
PROJECT_DRAFTS: Final = "project_drafts.json"
PREFERENCES: Final = "preferences.json"

_FEP: Final = "https://w3id.org/fep/6fcd"
_MASTODON: Final = "https://docs.joinmastodon.org/user/moving/#export"
_CONTENTS: Final[dict[str, Any]] = {
    MANIFEST: {"url": f"{_FEP}#manifest-file"},
    "activitypub": {
        "contents": {
            "actor.json": {"url": "https://www.w3.org/TR/activitypub/#actor-objects"},
            "outbox.json": {"url": "https://www.w3.org/TR/activitystreams-core/#collections"},
            "likes.json": {"url": "https://www.w3.org/TR/activitystreams-core/#collections"},
            "following_accounts.csv": {"url": _MASTODON},
            "followers.csv": {"url": _MASTODON},
            "blocked_accounts.csv": {"url": _MASTODON},
            "muted_accounts.csv": {"url": _MASTODON},
            "blocked_domains.csv": {"url": _MASTODON},
            "bookmarks.csv": {"url": _MASTODON},
            "endorsed_accounts.csv": {"description": "Whom the profile recommends."},
            "account_notes.csv": {"description": "Private notes about others."},
            "events.csv": {"description": "Events for which one registered."},
        }
    },
    "experiences": {"description": "Each experience as JSON-LD and as Markdown."},
    "media": {"description": "Files of experiences, posts, drafts and the profile."},
    DRAFTS: {"description": "Experiences that are not published yet."},
    PROJECT_DRAFTS: {"description": "Notes of projects that are not published yet."},
    PREFERENCES: {"description": "The account and what was chosen in the settings."},
}


def manifest(actor: ActorRecord, software: tuple[str, str], now: int) -> bytes:
    """The manifest of somebody's archive; `software` is the version and the node's address."""
    version, origin = software
    document = {
        "ubc-version": 0.1,
        "meta": {
            "created": wire_time(now),
            "createdBy": {
                "controller": actor.url,
                "client": {"name": "Communotic", "version": version, "url": origin},
            },
        },
        "contents": _CONTENTS,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)
