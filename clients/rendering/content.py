"""What apps show of an object: the title and the summary of an experience before its text."""

from html import escape
from typing import Final

from objects.notes import without_title
from objects.text import paragraphs
from storage.records import ObjectRecord

# For these the summary is an abstract; elsewhere it is a content warning.
TITLED: Final = frozenset({"Article", "Page", "Event", "Video", "Audio", "Document", "Image"})


def shown_content(record: ObjectRecord) -> str:
    """The HTML of an object: title in bold, summary, text, and the link to its page."""
    if not record.name:
        return record.content
    parts = [f"<p><strong>{escape(record.name, quote=False)}</strong></p>"]
    if record.summary and is_titled(record):
        parts.append(paragraphs(record.summary))
    # A note of a project says its title once more in its text, for those who show no titles.
    parts.append(without_title(record.content, record.name))
    page = record.html_url or record.url
    if is_titled(record) and page not in record.content:
        address = escape(page)
        parts.append(
            f'<p><a href="{address}" rel="nofollow noopener noreferrer" target="_blank">'
            f"{address}</a></p>"
        )
    return "".join(parts)


def spoiler_text(record: ObjectRecord) -> str:
    """The content warning; an abstract is none."""
    return "" if is_titled(record) else record.summary


def is_titled(record: ObjectRecord) -> bool:
    """Whether the object has a title, and so its summary is an abstract."""
    return record.type in TITLED and bool(record.name)
