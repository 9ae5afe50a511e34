"""What members chose about themselves and about the mails that they get."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar, get_args

import msgspec

from objects.visibility import Visibility
from storage.store import Tx

Rhythm = Literal["immediate", "daily", "weekly", "none"]
RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)

THEMES: Final = "themes"
TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "answers": ("mention", "question"),
    "reuses": ("reuse",),
    "writing": ("coauthor", "review"),
    "followers": ("follow", "follow_request"),
    "thanks": ("like", "share", "quote"),
    "projects": (
        "project.invited", "project.asked", "project.admitted", "project.declined",
        "project.removed", "project.refused", "project.offered", "project.offer-accepted",
        "project.offer-rejected",
    ),
    "events": (
        "event.asked", "event.admitted", "event.declined", "event.changed", "event.cancelled",
        "event.deleted",
    ),
    "entries": ("project.entry",),
    THEMES: (),
}  # fmt: skip
"""What mails are about → the kinds of notifications in them; `themes` are new experiences."""
USUAL: Final[dict[str, Rhythm]] = {
    "answers": "immediate",
    "reuses": "immediate",
    "writing": "immediate",
    "followers": "daily",
    "thanks": "weekly",
    "projects": "immediate",
    "events": "immediate",
    "entries": "daily",
    THEMES: "weekly",
}
Choices = TypeVar("Choices")

MAX_THEMES: Final = 40
MAX_SKILLS: Final = 30

_MAIL: Final = "mail"
_READING: Final = "reading"
_PROFILE: Final = "profile"
_LEAVING: Final = "leaving"
_POSTS: Final = "posts"


@dataclass(frozen=True, slots=True)
class MailChoices:
    """How often a member wants to be told by mail, by topic; `themes` are concept URIs."""

    rhythms: dict[str, Rhythm] = field(default_factory=dict)
    themes: tuple[str, ...] = ()

    def rhythm(self, topic: str) -> Rhythm:
        """How often mails tell of a topic."""
        return self.rhythms.get(topic, USUAL[topic])

    def kinds(self, rhythm: Rhythm) -> frozenset[str]:
        """The kinds of notifications that mails of this rhythm tell of."""
        chosen = (kinds for topic, kinds in TOPICS.items() if self.rhythm(topic) == rhythm)
        return frozenset(kind for kinds in chosen for kind in kinds)

    def without(self, rhythm: Rhythm) -> "MailChoices":
        """The same with no more mails of this rhythm."""
        ended: dict[str, Rhythm] = {
            topic: "none" for topic in TOPICS if self.rhythm(topic) == rhythm
        }
        return MailChoices(self.rhythms | ended, self.themes)


@dataclass(frozen=True, slots=True)
class ProfileChoices:
    """A member's role in training and skills, as concept URIs."""

    role: str = ""
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostChoices:
    """What a member's new posts begin with, unless they say otherwise."""

    visibility: Visibility = "public"
    sensitive: bool = False
    language: str = ""
    quote_policy: str = "public"


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """What apps show at once: covered pictures, texts behind warnings, moving pictures."""

    media: Literal["default", "show_all", "hide_all"] = "default"
    spoilers: bool = False
    moving: bool = False


async def reading_choices(tx: Tx, actor_id: int) -> ReadingChoices:
    """What a member wants to see at once."""
    return _read(await tx.preferences.get(actor_id, _READING), ReadingChoices, ReadingChoices())


async def save_reading_choices(tx: Tx, actor_id: int, choices: ReadingChoices) -> None:
    """Keep what a member wants to see at once."""
    await tx.preferences.put(actor_id, _READING, msgspec.json.encode(choices).decode())


async def mail_choices(tx: Tx, actor_id: int) -> MailChoices:
    """What a member chose about mails."""
    return read_mail_choices(await tx.preferences.get(actor_id, _MAIL))


async def all_mail_choices(tx: Tx) -> dict[int, MailChoices]:
    """The choices of all who made any, by the id of their actor."""
    found = await tx.preferences.named(_MAIL)
    return {actor_id: read_mail_choices(text) for actor_id, text in found.items()}


async def save_mail_choices(tx: Tx, actor_id: int, choices: MailChoices) -> None:
    """Keep what a member chose about mails."""
    kept = MailChoices(choices.rhythms, tuple(dict.fromkeys(choices.themes))[:MAX_THEMES])
    await tx.preferences.put(actor_id, _MAIL, msgspec.json.encode(kept).decode())


def read_mail_choices(text: str | None) -> MailChoices:
    """Choices from the database; what a later version wrote there is read as far as it goes."""
    return _read(text, MailChoices, MailChoices())


async def profile_choices(tx: Tx, actor_id: int) -> ProfileChoices:
    """A member's role and skills."""
    return _read(await tx.preferences.get(actor_id, _PROFILE), ProfileChoices, ProfileChoices())


async def save_profile_choices(tx: Tx, actor_id: int, choices: ProfileChoices) -> None:
    """Keep a member's role and skills."""
    kept = ProfileChoices(choices.role, tuple(dict.fromkeys(choices.skills))[:MAX_SKILLS])
    await tx.preferences.put(actor_id, _PROFILE, msgspec.json.encode(kept).decode())


async def post_choices(tx: Tx, actor_id: int) -> PostChoices:
    """What a member's new posts begin with."""
    return _read(await tx.preferences.get(actor_id, _POSTS), PostChoices, PostChoices())


async def save_post_choices(tx: Tx, actor_id: int, choices: PostChoices) -> None:
    """Keep what a member's new posts begin with."""
    await tx.preferences.put(actor_id, _POSTS, msgspec.json.encode(choices).decode())


async def leaving_at(tx: Tx, actor_id: int) -> int | None:
    """When a member's account is to be deleted, in milliseconds; None when it stays."""
    text = await tx.preferences.get(actor_id, _LEAVING)
    return int(text) if text else None


async def set_leaving(tx: Tx, actor_id: int, at: int | None) -> None:
    """Delete an account at a moment, or (None) keep it after all."""
    if at is None:
        await tx.preferences.remove(actor_id, _LEAVING)
    else:
        await tx.preferences.put(actor_id, _LEAVING, str(at))


async def due_to_leave(tx: Tx, now: int) -> list[int]:
    """The actors whose time has come."""
    found = await tx.preferences.named(_LEAVING)
    return [actor_id for actor_id, at in found.items() if int(at) <= now]


def _read(text: str | None, kind: type[Choices], otherwise: Choices) -> Choices:
    if not text:
        return otherwise
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        return otherwise
