"""What schemes and concepts are called: our names of schemes, the URIs of concepts, their pages."""

import re
from typing import Final
from urllib.parse import quote

from federation.vocabulary import COMMUNOTIC
from objects.search.words import fold
from storage.concepts import Concept

NAMESPACE: Final = COMMUNOTIC.removesuffix("#")
"""What the URIs of our concepts begin with; `…/ns#` holds the terms."""

THEME: Final = "theme"
MODALITY: Final = "modality"
PUBLIC: Final = "public"
MATURITY: Final = "maturity"
ROLE: Final = "role"
ROME: Final = "rome"
DIGCOMP: Final = "digcomp"
FORMACODE: Final = "formacode"
ESCO: Final = "esco"

OURS: Final = (THEME, MODALITY, PUBLIC, MATURITY, ROLE)
"""The schemes that this project writes."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_NOT_WORD: Final = re.compile(r"[^a-z0-9.]+")


def scheme_uri(scheme: str) -> str:
    """The URI of one of the schemes that we name ourselves."""
    return f"{NAMESPACE}/{scheme}"


def concept_uri(scheme: str, notation: str) -> str:
    """The URI of a concept of a scheme that we name ourselves (all but ESCO)."""
    return f"{NAMESPACE}/{scheme}/{quote(notation, safe='')}"


def concept_page(concept: Concept) -> str:
    """The address of a concept's page on this node, from its root."""
    return f"/concepts/{concept.scheme}/{quote(slug(concept), safe='')}"


def slug(concept: Concept) -> str:
    """The last part of a concept's page: its notation, else the end of its URI."""
    return concept.notation or concept.uri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]


def notation_of(text: str) -> str:
    """A notation made from a label: `Salarié·es` → `salarie-es`."""
    return _NOT_WORD.sub("-", fold(text)).strip("-.")[:80]


def is_scheme_name(name: str) -> bool:
    """Whether a scheme may be called so: it stands in addresses."""
    return _NAME.fullmatch(name) is not None
