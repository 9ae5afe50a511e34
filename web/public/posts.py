"""Notes and other short posts as pages show them, and lists of them in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from quart import request

from federation.errors import Refused
from objects.incoming import attachments_of
from objects.reading import Attachment
from objects.text import plain_text
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

PAGE: Final = 20
MAX_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class Post:
    """An object as a page shows it."""

    record: ObjectRecord
    author: ActorRecord
    files: tuple[Attachment, ...]

    @property
    def title(self) -> str:
        """What stands in the window's title."""
        return self.record.name or plain_text(self.record.content)[:MAX_TITLE] or self.author.name


async def posts_of(tx: Tx, records: Sequence[ObjectRecord]) -> list[Post]:
    """The objects with their authors and files, in the same order."""
    authors = await tx.actors.by_ids(list({record.actor_id for record in records}))
    return [
        Post(record, author, attachments_of(record, author))
        for record in records
        if (author := authors.get(record.actor_id)) is not None
    ]


def paged(posts: list[Post]) -> dict[str, Any]:
    """The posts of a page, and where the next page begins."""
    following = posts[PAGE - 1].record.id if len(posts) > PAGE else None
    return {"posts": posts[:PAGE], "following": following}


def before_of_request() -> int | None:
    """The number before which a page of a list begins; raises `Refused` 400."""
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, "bad-page", "`before` is a number.")
    return int(text)
