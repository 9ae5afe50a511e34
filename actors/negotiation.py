"""Which representation a request asks for: ActivityStreams, linked data, or a page."""

from collections.abc import Iterable
from enum import Enum
from typing import Final

from federation.vocabulary import ACTIVITY_JSON, ACTIVITYSTREAMS, LD_JSON

EXPANDED_PROFILE: Final = "http://www.w3.org/ns/json-ld#expanded"
EXPANDED: Final = f'application/ld+json; profile="{EXPANDED_PROFILE}"'


class Format(Enum):
    """A representation, with the content type that we answer."""

    ACTIVITY = ACTIVITY_JSON
    LD = LD_JSON
    TURTLE = "text/turtle"
    NTRIPLES = "application/n-triples"
    EXPANDED = EXPANDED
    HTML = "text/html"

    @property
    def linked_data(self) -> bool:
        """Whether it comes out of the linked-data door."""
        return self in {Format.TURTLE, Format.NTRIPLES, Format.EXPANDED}


_BY_TYPE: Final = {
    "application/activity+json": Format.ACTIVITY,
    "application/json": Format.ACTIVITY,
    "application/*": Format.ACTIVITY,
    "*/*": Format.ACTIVITY,
    "*": Format.ACTIVITY,
    "text/turtle": Format.TURTLE,
    "application/n-triples": Format.NTRIPLES,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/*": Format.HTML,
}
# At equal quality a machine that also takes HTML is served what it came for.
_PREFERENCE: Final = (
    Format.ACTIVITY, Format.LD, Format.TURTLE, Format.NTRIPLES, Format.EXPANDED, Format.HTML,
)  # fmt: skip


def choose(accepted: Iterable[tuple[str, float]]) -> Format | None:
    """The representation for a parsed `Accept` header; None when we have nothing acceptable.

    `accepted` holds (media range with parameters, quality), as `request.accept_mimetypes`
    does. No header at all means ActivityStreams. A wildcard counts only when nothing that we
    know is named: browsers end their list with `*/*`.
    """
    named: dict[Format, float] = {}
    wild: dict[Format, float] = {}
    seen = False
    for media_range, quality in accepted:
        seen = True
        form = _format(media_range)
        if form is None:
            continue
        found = wild if "*" in media_range else named
        found[form] = max(quality, found.get(form, 0.0))
    if not seen:
        return Format.ACTIVITY
    return _best(named) or _best({f: q for f, q in wild.items() if named.get(f) != 0})


def _best(found: dict[Format, float]) -> Format | None:
    offered = [form for form in _PREFERENCE if found.get(form, 0.0) > 0]
    return max(offered, key=lambda form: found[form], default=None)


def _format(media_range: str) -> Format | None:
    media_type, _, parameters = media_range.partition(";")
    name = media_type.strip().lower()
    if name != "application/ld+json":
        return _BY_TYPE.get(name)
    profiles = _profiles(parameters)
    if EXPANDED_PROFILE in profiles and ACTIVITYSTREAMS not in profiles:
        return Format.EXPANDED
    return Format.LD


def _profiles(parameters: str) -> list[str]:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "profile":
            return value.strip().strip('"').split()
    return []
