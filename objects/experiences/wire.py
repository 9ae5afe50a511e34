"""Experiences as they are read from the wire; pure, bounded, never raising on odd shapes."""

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import orjson

from federation.documents import Document, is_public
from federation.vocabulary import COMMUNOTIC, NETWORK, ORGANISATION, PROJECT
from objects.experiences.fields import (
    LICENCES,
    MAX_CONCEPTS,
    MAX_LINE,
    MAX_MARKDOWN,
    MAX_ROWS,
    MAX_SUMMARY,
    MAX_TITLE,
    Contributor,
    Experience,
    Indicator,
    Means,
    Partner,
    Reach,
    Tool,
)
from objects.reading import web_address

KIND: Final = COMMUNOTIC + "Experience"
MAX_CONTRIBUTORS: Final = 15
MAX_DETAILS: Final = 5_000
MAX_COUNT: Final = 10_000_000
MAX_COST: Final = 10**12
MAX_UNKNOWN_BYTES: Final = 64_000
PREFIXES: Final = ("cmt:", "schema:", "prov:")
CORE: Final = frozenset({"cmt:context", "cmt:approach", "cmt:modality", "cmt:result", "cmt:caveat"})
"""An Article with any of these is an experience, whoever wrote it and whatever it lacks."""

AUDIENCE: Final = frozenset({"cmt:public", "cmt:number", "schema:description"})
FUNDING: Final = frozenset(
    {"schema:minValue", "schema:maxValue", "schema:currency", "schema:funder"}
)
TRANSFERABILITY: Final = frozenset({"cmt:level", "cmt:conditions"})
NESTED: Final = {
    "schema:audience": AUDIENCE,
    "schema:funding": FUNDING,
    "cmt:transferability": TRANSFERABILITY,
}
KNOWN: Final = CORE | {
    "cmt:kind", "cmt:rhythm", "cmt:means", "cmt:indicator", "cmt:noCaveat", "cmt:successFactor",
    "cmt:transferability", "cmt:next", "cmt:carriedBy", "cmt:adaptations", "cmt:resultHere",
    "schema:audience", "schema:teaches", "schema:instrument", "schema:duration", "schema:funding",
    "schema:accessibilityFeature", "schema:contributor", "schema:contactPoint",
    "schema:creativeWorkStatus", "schema:license", "schema:about", "schema:isBasedOn",
    "prov:wasDerivedFrom", "prov:wasGeneratedBy", "prov:qualifiedAttribution",
}  # fmt: skip

_SPDX: Final = {url.partition("://")[2].rstrip("/"): name for name, url in LICENCES.items()}
_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Not the spaces that keep French punctuation with its word.
_SPACE: Final = re.compile("[ \u2028\u2029]+")
_DURATION: Final = re.compile(r"P[0-9YMWDTHS.,]{1,38}")
_CODE: Final = re.compile(r"[0-9A-Z]{1,9}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_SPDX_PAGE: Final = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]{1,64}?)(?:\.html)?")
_NOTHING: Final = Document({})


def is_experience(document: Document) -> bool:
    """Whether a document is an experience; costs nothing for a note."""
    if "Article" not in document.types:
        return False
    return not CORE.isdisjoint(document.raw) or document.first_id("cmt:kind") in {
        KIND,
        "cmt:Experience",
    }


def experience_of(document: Document, author: str = "") -> Experience | None:
    """The experience that an Article carries; None for an Article that is something else.

    `author` is who vouches for it, the first of `attributedTo` unless said: the others are
    contributors. What is of a wrong type is left out, what is too long is cut.
    """
    if not is_experience(document):
        return None
    audience, funding, transferability = (document.embedded(n) or _NOTHING for n in NESTED)
    contributors, role = _people(document, author)
    territory, territory_name = _place(document)
    return Experience(
        title=line(document.text("name"), MAX_TITLE),
        summary=text(document.text("summary"), MAX_SUMMARY),
        context=_markdown(document, "cmt:context"),
        publics=_addresses(audience, "cmt:public"),
        public_number=_count(audience, "cmt:number", MAX_COUNT),
        public_details=text(
            audience.text("schema:description") or document.text("schema:audience"), MAX_DETAILS
        ),
        objectives=_lines(document, "schema:teaches"),
        modalities=_addresses(document, "cmt:modality"),
        approach=_markdown(document, "cmt:approach"),
        tools=tuple(Tool(name, url) for name, url in _named(document, "schema:instrument")),
        duration=_matching(document.text("schema:duration"), _DURATION),
        starts=_day(document, "startTime"),
        ends=_day(document, "endTime"),
        rhythm=line(document.text("cmt:rhythm")),
        means=_means(document),
        cost_from=_count(funding, "schema:minValue", MAX_COST),
        cost_to=_count(funding, "schema:maxValue", MAX_COST),
        funder=line(funding.text("schema:funder") or document.text("schema:funding")),
        results=_markdown(document, "cmt:result"),
        indicators=_indicators(document),
        caveats=_markdown(document, "cmt:caveat"),
        no_caveats=document.flag("cmt:noCaveat"),
        success_factors=_markdown(document, "cmt:successFactor"),
        transferability=_level(transferability),
        transferability_conditions=text(transferability.text("cmt:conditions"), MAX_DETAILS),
        next_steps=_markdown(document, "cmt:next"),
        accessibility=text(document.text("schema:accessibilityFeature"), MAX_DETAILS),
        partners=tuple(Partner(name, url) for name, url in _named(document, "schema:contributor")),
        territory=territory,
        territory_name=territory_name,
        contributors=contributors,
        author_role=role,
        carried_by=_address(document, "cmt:carriedBy"),
        contact=line(document.text("schema:contactPoint")),
        maturity=_address(document, "schema:creativeWorkStatus"),
        licence=_licence(document),
        themes=_addresses(document, "schema:about"),
        adapted_from=_original(document),
        adaptations=_markdown(document, "cmt:adaptations"),
        result_here=_markdown(document, "cmt:resultHere"),
        project=_address(document, "prov:wasGeneratedBy"),
        reach=_reach(document),
        language=_language(document),
        unknown=_unknown(document),
    )


def _original(document: Document) -> str:
    return _address(document, "prov:wasDerivedFrom") or _address(document, "schema:isBasedOn")


def line(value: str | None, limit: int = MAX_LINE) -> str:
    """One line without control characters and direction marks."""
    visible = _INVISIBLE.sub(" ", (value or "")[: limit * 4])
    return _SPACE.sub(" ", visible).strip()[:limit].rstrip()


def text(value: str | None, limit: int) -> str:
    """Text of several lines, without white space around it."""
    return (value or "")[: limit * 2].replace("\r\n", "\n").strip()[:limit].rstrip()


def _markdown(document: Document, name: str) -> str:
    return text(document.text(name), MAX_MARKDOWN)


def _matching(value: str | None, pattern: re.Pattern[str]) -> str:
    found = pattern.fullmatch((value or "").strip())
    return found[0] if found else ""


def _values(document: Document, name: str) -> Iterator[Any]:
    value = document.raw.get(name)
    return iter((value if isinstance(value, list) else [value])[: MAX_ROWS * 2])


def _lines(document: Document, name: str) -> tuple[str, ...]:
    found = (line(value) for value in _values(document, name) if isinstance(value, str))
    return tuple(value for value in found if value)[:MAX_ROWS]


def _address(document: Document, name: str) -> str:
    return web_address(document.first_id(name)) or ""


def _addresses(document: Document, name: str) -> tuple[str, ...]:
    found = (web_address(uri) for uri in document.ids(name)[: MAX_CONCEPTS * 2])
    return tuple(uri for uri in found if uri)[:MAX_CONCEPTS]


def _named(document: Document, name: str) -> list[tuple[str, str]]:
    """Things with a name and perhaps an address; a bare text is the one or the other."""
    found: list[tuple[str, str]] = []
    for value in _values(document, name):
        if isinstance(value, str):
            url = web_address(value) or ""
            found.append((line(value), url))
        elif isinstance(value, dict):
            thing = Document(value)
            url = web_address(thing.first_id("url") or thing.id or thing.first_id("href")) or ""
            found.append((line(thing.text("name")), url))
    return [(named, url) for named, url in found if named or url][:MAX_ROWS]


def _count(document: Document, name: str, limit: int) -> int | None:
    found = document.number(name)
    return found if found is not None and 0 <= found <= limit else None


def _level(document: Document) -> int | None:
    found = document.number("cmt:level")
    return found if found is not None and 1 <= found <= 4 else None


def _day(document: Document, name: str) -> str:
    """The day of a moment, as it is written there: whatever its zone, that day was meant."""
    found = (document.text(name) or "")[:10]
    try:
        return date.fromisoformat(found).isoformat() if len(found) == 10 else ""
    except ValueError:
        return ""


def _means(document: Document) -> tuple[Means, ...]:
    rows = (
        Means(line(row.text("cmt:role")), _days(row.raw.get("cmt:days")))
        for row in document.items("cmt:means")[:MAX_ROWS]
    )
    return tuple(row for row in rows if row.role or row.days is not None)


def _days(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= MAX_COUNT else None


def _indicators(document: Document) -> tuple[Indicator, ...]:
    rows = (
        Indicator(
            line(row.text("name")),
            line(row.text("cmt:before")),
            line(row.text("cmt:after")),
            line(row.text("cmt:source")),
        )
        for row in document.items("cmt:indicator")[:MAX_ROWS]
    )
    return tuple(row for row in rows if row != Indicator(""))


def _place(document: Document) -> tuple[str, str]:
    """The code and the name of the territory."""
    place = document.embedded("location")
    if place is None:
        return "", line(document.text("location"))
    return _matching(place.text("cmt:insee"), _CODE), line(place.text("name"))


def _people(document: Document, author: str) -> tuple[tuple[Contributor, ...], str]:
    """The authors beside the first with their roles, and the first author's role."""
    authors = document.ids("attributedTo")[: MAX_CONTRIBUTORS + 1]
    first = author or next(iter(authors), "")
    roles: dict[str, str] = {}
    for attribution in document.items("prov:qualifiedAttribution")[: MAX_CONTRIBUTORS * 2]:
        agent = attribution.first_id("prov:agent")
        role = web_address(attribution.first_id("prov:hadRole"))
        if agent and role:
            roles.setdefault(agent, role)
    others = tuple(
        Contributor(url, roles.get(url, "")) for url in authors if url != first and web_address(url)
    )
    return others[:MAX_CONTRIBUTORS], roles.get(first, "")


def _licence(document: Document) -> str:
    """The SPDX identifier of a licence that we know or SPDX lists, else its address."""
    url = _address(document, "schema:license")
    known = _SPDX.get(url.partition("://")[2].rstrip("/"))
    if known is not None:
        return known
    listed = _SPDX_PAGE.fullmatch(url)
    return listed[1] if listed else url


def _reach(document: Document) -> Reach:
    addressed = (*document.ids("to"), *document.ids("cc"))
    if any(is_public(uri) for uri in addressed):
        return "public"
    if NETWORK in addressed:
        return "network"
    if PROJECT in addressed:
        return "project"
    return "organisation" if ORGANISATION in addressed else "public"


def _language(document: Document) -> str:
    texts = document.texts("content")
    found = next(iter(texts), "") or (document.text("schema:inLanguage") or "")
    return found[:35] if _LANGUAGE.fullmatch(found[:35]) else "fr"


def _unknown(document: Document) -> dict[str, Any]:
    """Terms that this version does not know, and those inside the objects that it does."""
    found: dict[str, Any] = {}
    for name, value in document.raw.items():
        if not name.startswith(PREFIXES) or value is None:
            continue
        if name not in KNOWN:
            found[name] = value
        elif name in NESTED and isinstance(value, dict):
            rest = {
                inner: kept
                for inner, kept in value.items()
                if inner.startswith(PREFIXES) and inner not in NESTED[name]
            }
            found |= {name: rest} if rest else {}
    try:
        small = len(orjson.dumps(found)) <= MAX_UNKNOWN_BYTES
    except TypeError:
        return {}
    return found if small else {}
