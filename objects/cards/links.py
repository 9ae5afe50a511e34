"""The links of a post that deserve a preview; pure."""

import html
import re
from typing import Final

from objects.reading import web_address

MAX_LINKS: Final = 5
MAX_ADDRESS: Final = 2_048
_NAMES: Final = frozenset({"hashtag", "mention", "u-url"})
# What is read here was cleaned before: attributes stand in double quotes, tags are closed.
_QUOTED: Final = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)
_LINK: Final = re.compile(r"<a\b([^<>]*)>(?:<[^<>]*>)*([^<]?)")
_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')


def links_of(content: str) -> list[str]:
    """The first web addresses that cleaned HTML links to, without people and hashtags."""
    if "<a " not in content:
        return []
    found: dict[str, None] = {}
    for match in _LINK.finditer(_QUOTED.sub("", content)):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        url = web_address(html.unescape(attributes.get("href", "")))
        named = _NAMES & set(attributes.get("class", "").split())
        # Not every server marks people and hashtags by a class.
        if url is None or named or match[2] in ("@", "#", "＃") or len(url) > MAX_ADDRESS:
            continue
        found[url.partition("#")[0]] = None
        if len(found) == MAX_LINKS:
            break
    return list(found)
