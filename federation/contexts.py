"""The JSON-LD contexts that we know, pinned in `contexts/`; no other is ever loaded."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from federation.errors import Untrusted

_FOLDER: Final = Path(__file__).parent / "contexts"

# Other addresses under which the same contexts are met.
_ALIASES: Final = {
    "https://www.w3.org/ns/activitystreams.jsonld": "https://www.w3.org/ns/activitystreams",
    "https://schema.org": "http://schema.org/",
}


def is_pinned(url: str) -> bool:
    """Whether the context at `url` is one of ours to use."""
    return _known(url) is not None


def pinned_context(url: str) -> dict[str, Any]:
    """The document `{"@context": …}` of `url`; raises `Untrusted` for an unknown address.

    Shared between callers: not to be changed.
    """
    name = _known(url)
    if name is None:
        raise Untrusted(url, "a JSON-LD context that is not pinned")
    return _read(_index()[name])


def document_loader(url: str, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A PyLD document loader that reads pinned contexts and never touches the network."""
    del options
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": pinned_context(url),
    }


@cache
def _index() -> dict[str, str]:
    """Address to file name."""
    index: dict[str, str] = json.loads((_FOLDER / "index.json").read_bytes())
    return index


def _known(url: str) -> str | None:
    """The spelling of `url` in the index: with http or https, an empty fragment or none."""
    plain = url.removesuffix("#")
    plain = _ALIASES.get(plain, plain)
    swapped = plain.replace("http://", "https://", 1)
    if swapped == plain:
        swapped = plain.replace("https://", "http://", 1)
    swapped = _ALIASES.get(swapped, swapped)
    return next((name for name in (plain, swapped) if name in _index()), None)


@cache
def _read(file_name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_FOLDER / file_name).read_bytes())
    return document
