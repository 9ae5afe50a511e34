"""Feeds of experiences as text: Atom 1.0 and RSS 2.0 with whole contents, licences and dates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from typing import Any, Final, Literal

from objects.experiences.fields import LICENCES
from objects.experiences.reading import StoredExperience
from objects.experiences.sections import concept_name
from storage.concepts import Concept
from storage.records import ActorRecord, ObjectRecord

Kind = Literal["atom", "rss"]
CONTENT_TYPES: Final[Mapping[Kind, str]] = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
}
_DC: Final = "http://purl.org/dc/elements/1.1/"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
# What XML 1.0 cannot hold.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself: its title, the page it belongs to, its own address."""

    title: str
    subtitle: str
    page: str
    address: str
    language: str
    author: str


def written(
    kind: Kind,
    channel: Channel,
    entries: Sequence[StoredExperience],
    concepts: Mapping[str, Concept],
) -> str:
    """The feed as XML; the same for the same entries, whenever it is asked for."""
    return written_items(kind, channel, [_item(entry, concepts) for entry in entries])


def written_items(kind: Kind, channel: Channel, items: Sequence[dict[str, Any]]) -> str:
    """The feed of some items, as XML; each says what `item` gives."""
    feed = _kinds()[kind](
        title=_clean(channel.title),
        link=channel.page,
        description=_clean(channel.subtitle),
        language=channel.language,
        author_name=_clean(channel.author),
        feed_url=channel.address,
        feed_guid=channel.page if kind == "rss" else channel.address,
    )
    for each in items:
        feed.add_item(**each)
    found = StringIO()
    feed.write(found, "utf-8")
    return found.getvalue()


def last_change(entries: Sequence[StoredExperience]) -> int:
    """When the newest of the entries was published or edited, in milliseconds; 0 for none."""
    return max((e.record.edited_at or e.record.published_at for e in entries), default=0)


def _item(entry: StoredExperience, concepts: Mapping[str, Concept]) -> dict[str, Any]:
    experience = entry.experience
    names = [entry.author, *(each.actor for each in entry.contributors if each.actor is not None)]
    return item(
        entry.record,
        entry.author,
        title=experience.title or entry.record.name,
        summary=experience.summary,
        content=entry.record.content,
        authors=", ".join(actor.name or actor.username for actor in names),
        categories=[concept_name(uri, concepts, experience.language) for uri in experience.themes],
        language=experience.language,
    ) | {
        "item_copyright": experience.licence,
        "licence": LICENCES.get(experience.licence, ""),
    }


def item(
    record: ObjectRecord,
    author: ActorRecord,
    *,
    title: str,
    summary: str,
    content: str,
    authors: str,
    categories: Sequence[str],
    language: str,
) -> dict[str, Any]:
    """An entry of a feed; texts are plain but for `content`, which is HTML."""
    return {
        "title": _clean(title),
        "link": record.html_url or record.url,
        "unique_id": record.url,
        "unique_id_is_permalink": True,
        "description": _clean(summary),
        "content": _clean(content),
        "author_name": _clean(authors),
        "author_link": author.html_url or author.url,
        "pubdate": _moment(record.published_at),
        "updateddate": _moment(record.edited_at or record.published_at),
        "categories": [_clean(one) for one in categories],
        "item_copyright": None,
        "language": language,
        "licence": "",
    }


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


@cache
def _kinds() -> dict[str, Any]:
    """The feed classes: what the library lacks is the language and licence of each entry."""
    from feedgenerator import Atom1Feed, Rss201rev2Feed

    class Dated:
        items: list[dict[str, Any]]

        def latest_post_date(self) -> datetime:
            """The library takes the present for an empty feed, which would change all the time."""
            return max((item["updateddate"] for item in self.items), default=_moment(0))

    class Atom(Dated, Atom1Feed):  # type: ignore[misc]
        def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
            return {"xml:lang": item["language"]}

        def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
            super().add_item_elements(handler, item)
            if item["licence"]:
                handler.addQuickElement("link", "", {"rel": "license", "href": item["licence"]})

    class Rss(Dated, Rss201rev2Feed):  # type: ignore[misc]
        def rss_attributes(self) -> dict[str, str]:
            return {**super().rss_attributes(), "xmlns:dc": _DC, "xmlns:content": _CONTENT}

        def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
            super().add_item_elements(handler, item)
            rights = item["licence"] or item["item_copyright"]
            if rights:
                handler.addQuickElement("dc:rights", rights)
            handler.addQuickElement("dc:language", item["language"])
            handler.addQuickElement("content:encoded", item["content"])

    return {"atom": Atom, "rss": Rss}
