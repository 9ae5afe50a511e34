"""Notes and other short posts as pages show them, and lists of them in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from quart import request

from actors.identifiers import Identifiers
from federation.errors import Refused
from objects.incoming import attachments_of
from objects.notes import without_title
from objects.projects.files import shown_files
from objects.reading import Attachment
from objects.text import plain_text
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.workspace.cards import shortened

PAGE: Final = 20
MAX_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class Post:
    """An object as a page shows it; `entry` says what it is in the `project` it belongs to."""

    record: ObjectRecord
    author: ActorRecord
    files: tuple[Attachment, ...]
    entry: EntryRecord | None = None
    project: ActorRecord | None = None

    @property
    def content(self) -> str:
        """Its text as HTML, without the title that stands above it."""
        return without_title(self.record.content, self.record.name)

    @property
    def excerpt(self) -> str:
        """What stands below its title in lists: the abstract, or the beginning of the text."""
        return self.record.summary or shortened(plain_text(self.content))

    @property
    def title(self) -> str:
        """What stands in the window's title."""
        return self.record.name or plain_text(self.record.content)[:MAX_TITLE] or self.author.name


async def posts_of(
    tx: Tx, records: Sequence[ObjectRecord], identifiers: Identifiers | None = None
) -> list[Post]:
    """The objects with their authors, files and projects, in the same order.

    With `identifiers` files that are for the members of a project stand at addresses of ours.
    """
    entries = await tx.project_entries.by_ids([record.id for record in records])
    people = {record.actor_id for record in records}
    people |= {entry.project_id for entry in entries.values()}
    actors = await tx.actors.by_ids(list(people))
    told = [(record, actors[record.actor_id]) for record in records if record.actor_id in actors]
    here = await shown_files(tx, identifiers, told) if identifiers is not None else {}
    found = []
    for record in records:
        author, entry = actors.get(record.actor_id), entries.get(record.id)
        if author is None:
            continue
        project = actors.get(entry.project_id) if entry else None
        files = here[record.id] if record.id in here else attachments_of(record, author)
        found.append(Post(record, author, files, entry, project))
    return found


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
