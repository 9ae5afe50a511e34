"""Experiences from WordPress: the posts and pages of its export file (WXR), read as a stream."""

import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Final

from objects.importing.markup import markdown_of, pictures_of_html
from objects.importing.report import BadSource, Item, Problem, problem
from objects.importing.values import moment
from objects.text import plain_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FIELD: Final = 1_000_000
KINDS: Final = ("post", "page")

_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
_EXCERPT: Final = re.compile(r"\{http://wordpress\.org/export/[\d.]+/excerpt/\}encoded")
_WP: Final = re.compile(r"\{http://wordpress\.org/export/[\d.]+/\}(.+)")
_CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
_SHORTCODE: Final = re.compile(r"\[/?([a-z][a-z0-9_-]{2,30})(?:\s[^\[\]\n]{0,500})?/?\]")
_NEVER: Final = "0000-00-00"


class WordPressFile:
    """An export; after the items were read, `skipped` says how many others there are by type."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.skipped: dict[str, int] = {}

    def items(self) -> Iterator[Item]:
        """Posts and pages, one in memory at a time. Raises `BadSource`."""
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, iterparse

        seen = False
        try:
            for _, element in iterparse(self._source, forbid_dtd=True):
                seen = seen or _WP.fullmatch(element.tag) is not None
                if element.tag == "item":
                    item = self._read(element)
                    element.clear()
                    if item is not None:
                        yield item
        except DefusedXmlException:
            raise BadSource("xml-entities") from None
        except (ParseError, ValueError, LookupError) as error:
            raise BadSource("bad-xml", str(error)) from None
        if not seen:
            raise BadSource("not-wordpress")

    def problems(self) -> list[Problem]:
        """What the file holds that is no post."""
        return [
            problem(kind, "other-kind", str(number))
            for kind, number in sorted(self.skipped.items())
        ]

    def _read(self, element: "Element") -> Item | None:
        facts = _facts(element)
        kind = facts.get("post_type", "post")
        if kind not in KINDS:
            self.skipped[kind] = self.skipped.get(kind, 0) + 1
            return None
        if facts.get("status") == "trash":
            self.skipped["trash"] = self.skipped.get("trash", 0) + 1
            return None
        return _item(element, facts)


def _facts(element: "Element") -> dict[str, str]:
    """The `wp:` elements that hold one text."""
    return {
        found[1]: child.text or ""
        for child in element
        if (found := _WP.fullmatch(child.tag)) and not len(child)
    }


def _item(element: "Element", facts: dict[str, str]) -> Item:
    title = plain_text(element.findtext("title") or "").strip()
    html = element.findtext(_CONTENT) or ""
    problems = []
    if len(html) > MAX_FIELD:
        problems.append(problem("content", "cut", html[MAX_FIELD:]))
        html = html[:MAX_FIELD]
    codes = sorted(set(_SHORTCODE.findall(html)))
    problems += [problem("content", "shortcode", name) for name in codes[:20]]
    excerpt = next((c.text or "" for c in element if _EXCERPT.fullmatch(c.tag)), "")
    values = {"titre": title, "résumé": plain_text(excerpt).strip()}
    values |= {"thèmes": "\n".join(_categories(element))} | _custom(element)
    number, link = facts.get("post_id", ""), element.findtext("link") or ""
    return Item(
        identity=element.findtext("guid") or link or f"{title}|{facts.get('post_date')}",
        where=number or title[:80],
        values={name: text for name, text in values.items() if text},
        body=markdown_of(_paragraphs(html)),
        published_at=_date(facts),
        author=(element.findtext(_CREATOR) or "").strip(),
        pictures=tuple(pictures_of_html(html)),
        unfinished=facts.get("status", "publish") != "publish" or bool(facts.get("post_password")),
        problems=tuple(problems),
    )


def _paragraphs(html: str) -> str:
    """The classic editor leaves paragraphs as empty lines."""
    if re.search(r"<p[\s>]", html, re.IGNORECASE):
        return html
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", html) if part.strip())


def _date(facts: dict[str, str]) -> int | None:
    universal = facts.get("post_date_gmt", "")
    if universal and not universal.startswith(_NEVER):
        return moment(universal, utc=True)
    return moment(facts.get("post_date", ""))


def _categories(element: "Element") -> list[str]:
    names = [
        plain_text(child.text or "").strip()
        for child in element.findall("category")
        if child.get("domain") in ("category", "post_tag")
    ]
    unsaid = {"uncategorized", "non classé", "non catégorisé"}
    return [name for name in dict.fromkeys(names) if name and name.lower() not in unsaid]


def _custom(element: "Element") -> dict[str, str]:
    """The fields that a site added to its posts; those that begin with `_` belong to programs."""
    found: dict[str, str] = {}
    for child in element:
        match = _WP.fullmatch(child.tag)
        if match and match[1] == "postmeta":
            pair = [part.text or "" for part in child]
            if len(pair) == 2 and pair[0] and not pair[0].startswith("_"):
                found.setdefault(pair[0][:80], plain_text(pair[1])[:MAX_FIELD])
    return found
