"""HTML of other systems as Markdown; Markdown cut at its headings; pictures found in both."""

import re
from typing import Final

from objects.importing.report import Picture
from objects.text import plain_text, sanitise

MAX_HTML: Final = 1_000_000

_HEADING: Final = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_BOLD_LINE: Final = re.compile(r"^(?:\*\*|__)([^*_]{2,80}?)\s*:?\s*(?:\*\*|__)\s*:?\s*$")
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
_PICTURE: Final = re.compile(
    r"!\[([^\]\n]{0,1000})\]\(\s*<?([^\s)>]{1,2000})>?(?:\s+\"[^\"\n]*\")?\s*\)"
)
_TAG: Final = re.compile(r"<[a-zA-Z/!][^>]{0,5000}>")
_IMAGE: Final = re.compile(r"<img\b[^>]{0,5000}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)


def looks_like_html(text: str) -> bool:
    """Whether a value is written in HTML."""
    return _TAG.search(text) is not None


def markdown_of(html: str) -> str:
    """Sanitised HTML as Markdown; mere text where it is too deep or too long to convert."""
    if len(html) > MAX_HTML:
        return plain_text(html[:MAX_HTML])
    from markdownify import markdownify

    clean = sanitise(html)
    try:
        text = markdownify(clean, heading_style="ATX", bullets="-", strip=["img"])
    except RecursionError:
        return plain_text(clean)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def pictures_of_html(html: str) -> list[Picture]:
    """The pictures in HTML, each once."""
    found: dict[str, Picture] = {}
    for tag in _IMAGE.findall(html[:MAX_HTML]):
        values = {
            name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag)
        }
        source = values.get("src", "").strip()
        if source:
            found.setdefault(source, picture_at(source, values.get("alt", "")))
    return list(found.values())


def picture_at(source: str, description: str) -> Picture:
    """A picture by its address: on the web, or a file beside the text."""
    described = plain_text(description).strip()
    if source.startswith(("http://", "https://", "//")):
        return Picture(url=source.replace("//", "https://", 1) if source[:2] == "//" else source,
                       description=described)  # fmt: skip
    return Picture(path=source, description=described)


def without_pictures(text: str) -> tuple[str, list[Picture]]:
    """Markdown without its pictures, and those pictures; they become files of the experience."""
    found = {source: picture_at(source, alt) for alt, source in _PICTURE.findall(text)}
    return _PICTURE.sub("", text).strip(), list(found.values())


def sections(text: str) -> list[tuple[str, str]]:
    """Markdown cut at its headings (and at lines in bold that stand alone): heading, text."""
    found: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in text.splitlines():
        fenced = fenced != bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line) or _BOLD_LINE.match(line)
        if heading:
            title = heading.group(heading.re.groups)
            found.append((re.sub(r"[*_`]", "", title).rstrip(" :"), []))
        else:
            found[-1][1].append(line)
    parts = [(heading, "\n".join(lines).strip()) for heading, lines in found]
    return [(heading, part) for heading, part in parts if heading or part]
