"""Concepts as pages name them: labels, and the concept that took another one's place."""

from collections.abc import Iterable, Mapping

from objects.vocabularies.names import NAMESPACE
from storage.concepts import Concept
from storage.store import Tx

MAX_STEPS = 5


async def labels_of(tx: Tx, uris: Iterable[str], language: str) -> dict[str, str]:
    """URI → label for people; one query. Unknown URIs get what their end says."""
    wanted = list(dict.fromkeys(uri for uri in uris if uri))
    known = await tx.concepts.by_uris(wanted)
    return {uri: label_of(uri, known, language) for uri in wanted}


def label_of(uri: str, known: Mapping[str, Concept], language: str) -> str:
    """The label of a concept; of an unknown one, its notation or its whole address."""
    if uri in known:
        return known[uri].label(language)
    if uri.startswith(NAMESPACE + "/"):
        return uri.rpartition("/")[2].replace("-", " ")
    return uri


async def successor(tx: Tx, concept: Concept) -> Concept | None:
    """What replaces a concept today, however often it was replaced; None when nothing does."""
    found, seen = concept, {concept.uri}
    for _ in range(MAX_STEPS):
        if not found.replaced_by or found.replaced_by in seen:
            break
        seen.add(found.replaced_by)
        following = (await tx.concepts.by_uris([found.replaced_by])).get(found.replaced_by)
        if following is None:
            break
        found = following
    return None if found is concept else found
