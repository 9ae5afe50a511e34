"""The feed of a project: its public entries, latest number first."""

from dataclasses import dataclass
from typing import Any, Final

from actors.identifiers import Identifiers
from objects.text import plain_text
from storage.records import ActorRecord
from storage.store import Tx
from web.projects.journal import SHOWN, Line, lines_of
from web.projects.kinds import KIND_NAMES
from web.public.syndication import item
from web.texts import texts_of
from web.workspace.cards import shortened

ENTRIES: Final = 30


@dataclass(frozen=True, slots=True)
class ProjectFeed:
    """What a feed of a project holds; `changed` is when the newest entry did, in milliseconds."""

    group: ActorRecord
    items: tuple[dict[str, Any], ...]
    changed: int


async def project_feed(
    tx: Tx, identifiers: Identifiers, name: str, language: str
) -> ProjectFeed | None:
    """The feed of a project of this node; None for whoever is none.

    A project for its members alone has an empty one: its name is all that others learn.
    """
    group = await tx.actors.local(name)
    record = await tx.projects.by_id(group.id) if group is not None else None
    if group is None or record is None or group.state != "active":
        return None
    if record.reach == "project":
        return ProjectFeed(group, (), 0)
    rows = await tx.project_journal.page(group.id, 0, [*SHOWN], limit=ENTRIES)
    lines = await lines_of(tx, identifiers, None, rows)
    items = tuple(
        _item(line, f"{identifiers.origin}/projects/{group.id}", language) for line in lines
    )
    changed = max((line.card.record.edited_at or line.card.record.published_at for line in lines),
                  default=0)  # fmt: skip
    return ProjectFeed(group, items, changed)


def _item(line: Line, base: str, language: str) -> dict[str, Any]:
    """An entry; without a title its kind and its first words are one."""
    record, author = line.card.record, line.card.author
    kind = texts_of(language)(KIND_NAMES[line.row.kind])
    text = plain_text(line.card.content)
    summary = shortened(text)
    return item(
        record,
        author,
        title=record.name or f"{kind} – {summary[:80]}",
        summary=summary,
        content=line.card.content,
        authors=author.name or author.username,
        categories=[kind],
        language=record.language or language,
    ) | {"link": f"{base}/notes/{record.id}"}
