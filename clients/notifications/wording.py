"""Notifications in words: for pushes, and for apps that do not know a type."""

from collections.abc import Callable
from typing import Final

from clients.entities.accounts import Account
from clients.entities.statuses import Status
from clients.texts import mark
from objects.text import plain_text

MAX_BODY: Final = 140
TITLES: Final[dict[str, str]] = {
    "mention": mark("%(name)s mentioned you"),
    "question": mark("%(name)s wrote to you alone"),
    "reuse": mark("%(name)s reused your experience"),
    "coauthor": mark("%(name)s named you as an author"),
    "review": mark("%(name)s has news about what you wrote"),
    "like": mark("%(name)s found your post useful"),
    "share": mark("%(name)s shared your post"),
    "follow": mark("%(name)s follows you now"),
    "follow_request": mark("%(name)s asks to follow you"),
    "status": mark("%(name)s just posted"),
    "update": mark("%(name)s changed a post that you shared"),
    "poll": mark("The poll of %(name)s has ended"),
    "quote": mark("%(name)s quoted your post"),
    "quoted_update": mark("%(name)s changed a post that you quoted"),
    "admin.sign_up": mark("%(name)s became a member"),
    "admin.report": mark("%(name)s reported something"),
    "severed_relationships": mark("Some of your follows have ended"),
    "moderation_warning": mark("The administrators wrote to you about your account"),
}


def title(kind: str, account: Account, status: Status | None, _: Callable[[str], str]) -> str:
    """What happened, in one line."""
    if kind == "mention" and status is not None and status.visibility == "direct":
        kind = "question"
    return _(TITLES[kind]) % {"name": account.display_name or account.username}


def body(account: Account, status: Status | None) -> str:
    """The first words of what it is about: of the warning, the post, or of who did it."""
    words = account.note
    if status is not None:
        words = status.spoiler_text or plain_text(status.content)
    text = " ".join(plain_text(words).split())
    return text if len(text) <= MAX_BODY else text[: MAX_BODY - 1].rstrip() + "…"
