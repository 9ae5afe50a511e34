"""Words of others as our concepts: by label, synonym, notation or URI."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from objects.search.words import stems, words
from objects.vocabularies.names import DIGCOMP, OURS, ROME, THEME
from storage.concepts import Concept
from storage.store import Tx

FIELDS = {
    "publics": ("public",),
    "modalities": ("modality",),
    "maturity": ("maturity",),
    "author_role": ("role",),
    "themes": (THEME, DIGCOMP, ROME),
}
"""Field of an experience → the schemes whose concepts it holds."""


@dataclass(slots=True)
class KnownConcepts:
    """Every concept of the node's own schemes, by all that people may call it."""

    _uris: dict[tuple[str, str], str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def add(self, concepts: Iterable[Concept]) -> None:
        """Remember concepts; labels go before synonyms."""
        listed = list(concepts)
        for concept in listed:
            self._known.add(concept.uri)
            for text in (concept.notation, *concept.labels.values()):
                self._uris.setdefault((concept.scheme, _key(text, concept.scheme)), concept.uri)
        for concept in listed:
            for called in concept.synonyms.values():
                for text in called:
                    key = _key(text, concept.scheme)
                    self._uris.setdefault((concept.scheme, key), concept.uri)

    def find(self, name: str, text: str) -> str:
        """The URI of the concept that a text names in a field; empty when there is none."""
        if text in self._known:
            return text
        if not stems(text[:200], "fr"):
            return ""
        found = (self._uris.get((scheme, _key(text, scheme)), "") for scheme in FIELDS[name])
        return next((uri for uri in found if uri), "")


async def known_concepts(tx: Tx) -> KnownConcepts:
    """The concepts of our schemes, of ROME and of DigComp; one query."""
    known = KnownConcepts()
    for concepts in (await tx.concepts.of_schemes((*OURS, DIGCOMP, ROME))).values():
        known.add(concepts)
    return known


def _key(text: str, scheme: str) -> str:
    """How texts are compared: by their stems, but for jobs: `cuisine` is no kitchen fitter."""
    plain = text[:200].lstrip("#")
    return " ".join(words(plain) if scheme == ROME else stems(plain, "fr"))
