"""The fields of a profile: which of them are links, and which are known to link back."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

import orjson

MAX_CHECKED: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A link in some HTML: where it leads, its relations, what it reads."""

    href: str
    rel: frozenset[str]
    text: str = ""


class _Links(HTMLParser):
    """Collects `a` and `link`, and the text of each `a`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Found] = []
        self.around = ""
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "link"):
            values = {name: value or "" for name, value in attrs}
            rel = frozenset(values.get("rel", "").lower().split())
            self.found.append(Found(values.get("href", "").strip(), rel))
            self._open = tag == "a"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = False

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.around += data.strip()
            return
        last = self.found[-1]
        self.found[-1] = Found(last.href, last.rel, last.text + data)


def links_in(html: str) -> list[Found]:
    """The links of a page, however broken it is."""
    parser = _Links()
    parser.feed(html)
    parser.close()
    return parser.found


def link_of(value: str) -> str:
    """Where a field leads whose value is a link and nothing else; empty for any other.

    As Mastodon has it, the link must read as the address to which it leads.
    """
    if "<a" not in value:
        return ""
    parser = _Links()
    parser.feed(value)
    parser.close()
    if len(parser.found) != 1 or parser.around:
        return ""
    link = parser.found[0]
    leads = link.href.startswith(("https://", "http://"))
    return link.href if leads and _bare(link.text) == _bare(link.href) else ""


def _bare(address: str) -> str:
    address = address.strip().removeprefix("https://").removeprefix("http://")
    return address.removeprefix("www.").rstrip("/")


def unchecked(fields: str) -> list[str]:
    """The links among stored fields that are not known to link back."""
    found = [f for f in orjson.loads(fields) if not f.get("verified_at")]
    links = [link_of(field["value"]) for field in found]
    return list(dict.fromkeys(link for link in links if link))[:MAX_CHECKED]


def all_links(fields: str) -> list[str]:
    """Every link among stored fields."""
    links = [link_of(field["value"]) for field in orjson.loads(fields)]
    return list(dict.fromkeys(link for link in links if link))[:MAX_CHECKED]


def with_checks(before: str, fields: str) -> str:
    """New fields; those whose value is as before keep what is known of their links."""
    if before in ("", "[]"):
        return fields
    known = {f["value"]: f["verified_at"] for f in orjson.loads(before) if f.get("verified_at")}
    if not known:
        return fields
    kept = [
        field | ({"verified_at": known[field["value"]]} if field["value"] in known else {})
        for field in orjson.loads(fields)
    ]
    return orjson.dumps(kept).decode()


def judged(fields: str, verdicts: dict[str, bool], moment: str) -> str:
    """Fields after their links were looked at: link → whether it links back, as far as known."""
    changed = []
    for field in orjson.loads(fields):
        verdict = verdicts.get(link_of(field["value"]))
        rest = {name: text for name, text in field.items() if name != "verified_at"}
        if verdict is None:
            changed.append(field)
        elif verdict:
            changed.append(rest | {"verified_at": field.get("verified_at") or moment})
        else:
            changed.append(rest)
    return orjson.dumps(changed).decode()
