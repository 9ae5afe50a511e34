"""Writing an experience into the index: its words by field, and the values of its facets."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from federation.documents import Document, is_public, parse
from federation.errors import Refused
from objects.experiences.fields import Experience
from objects.search.territories import facet_values, territory_label
from objects.search.words import as_written, compounds, is_stop_word, stem, words
from objects.vocabularies.names import OURS
from storage.concepts import Concept
from storage.records import ObjectRecord
from storage.search_index import SearchableRecord
from storage.search_terms import FieldWords
from storage.store import Tx

INDEX_VERSION: Final = 1
"""Changes when experiences have to be indexed anew: other stems, fields or facets."""
FOR_MEMBERS: Final = ("public", "network", "organisation")
MOST_WORDS: Final = 10_000
_TARGET: Final = re.compile(r"\]\([^)]*\)|<?https?://\S+")


async def index_experience(tx: Tx, record: ObjectRecord, experience: Experience) -> None:
    """Make an experience findable, or bring what is found up to date.

    Its row in `experiences` must be there. A buried experience, and one whose author elsewhere
    wants it found by nobody (FEP-268d), is taken out of the index instead.
    """
    if record.deleted_at is not None or not _searchable(record):
        await tx.search.remove(record.id)
        return
    concepts = await _concepts(tx, experience)
    texts = _texts(experience, concepts, await _people(tx, record, experience))
    fields = tuple(field_words(field, experience.language) for field in texts)
    row = SearchableRecord(
        record.id,
        record.actor_id,
        record.local,
        record.visibility,
        record.published_at,
        happened_at(experience) or record.published_at,
    )
    await tx.search.put(row, fields, facets_of(experience, concepts, row.happened_at))
    await _count(tx, record, texts, fields)


async def _count(
    tx: Tx, record: ObjectRecord, texts: tuple[list[str], ...], fields: tuple[FieldWords, ...]
) -> None:
    """Say which words may be offered for typing errors: those that all members may read."""
    used: dict[str, tuple[str, str]] = {}
    if record.visibility in FOR_MEMBERS:
        shown = as_written(chain.from_iterable(texts))
        used = {
            word: (found, shown.get(word, word)) for field in fields for found, word in field.words
        }
    await tx.search.count_words(record.id, used, open_to_all=record.visibility == "public")


async def unindex_experience(tx: Tx, object_id: int) -> None:
    """Make an experience impossible to find; harmless when it was not in the index."""
    await tx.search.remove(object_id)


def happened_at(experience: Experience) -> int | None:
    """The last day of the period in which it took place, in milliseconds; None when unsaid."""
    for text in (experience.ends, experience.starts):
        try:
            found = datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(found.timestamp() * 1000)
    return None


def facets_of(
    experience: Experience, concepts: Mapping[str, Concept], at: int
) -> set[tuple[str, str]]:
    """What an experience can be narrowed by: (facet, value); concepts with what they stand below.

    `at`: when it took place, in milliseconds.
    """
    values: dict[str, Iterable[str]] = {
        "theme": _with_broader(experience.themes, concepts),
        "public": _with_broader(experience.publics, concepts),
        "modality": _with_broader(experience.modalities, concepts),
        "maturity": (experience.maturity,),
        "territory": facet_values(experience.territory, experience.territory_name),
        "licence": (experience.licence,),
        "language": (experience.language,),
        "year": (str(datetime.fromtimestamp(at / 1000, UTC).year),),
    }
    return {(facet, value) for facet, found in values.items() for value in found if value}


async def _concepts(tx: Tx, experience: Experience) -> dict[str, Concept]:
    """The concepts that it names, and those right above them."""
    named = {*experience.themes, *experience.publics, *experience.modalities, experience.maturity}
    found = await tx.concepts.by_uris(named)
    above = {concept.broader for concept in found.values()} - found.keys()
    return {**found, **await tx.concepts.by_uris(above)}


async def _people(tx: Tx, record: ObjectRecord, experience: Experience) -> list[str]:
    """The names of its author and of the organisation that carries it."""
    author = await tx.actors.by_id(record.actor_id)
    carriers = await tx.actors.by_urls([experience.carried_by]) if experience.carried_by else {}
    return [actor.name for actor in (author, *carriers.values()) if actor is not None]


def _with_broader(uris: Iterable[str], concepts: Mapping[str, Concept]) -> set[str]:
    found: set[str] = set()
    for uri in uris:
        while uri and uri not in found:
            found.add(uri)
            uri = concepts[uri].broader if uri in concepts else ""  # noqa: PLW2901
    return found


def _searchable(record: ObjectRecord) -> bool:
    """Whether its author lets it be searched: elsewhere they may say who may (FEP-268d)."""
    if record.local:
        return True
    document = _document(record)
    return not document.has("searchableBy") or any(
        is_public(uri) or uri != document.first_id("attributedTo")
        for uri in document.ids("searchableBy")
    )


def _document(record: ObjectRecord) -> Document:
    try:
        return parse(record.document.encode())
    except Refused:
        return Document({})


def _texts(
    experience: Experience, concepts: Mapping[str, Concept], people: list[str]
) -> tuple[list[str], ...]:
    """Title, names, summary and body."""
    return (
        [experience.title],
        [*people, *_names(experience, concepts)],
        [experience.summary],
        [*body_texts(experience), *_synonyms(concepts.values())],
    )


def _names(experience: Experience, concepts: Mapping[str, Concept]) -> list[str]:
    names = [tool.name for tool in experience.tools]
    names += [partner.name for partner in experience.partners]
    names.append(experience.territory_name)
    places = facet_values(experience.territory, experience.territory_name)
    names += [territory_label(place) for place in places]
    for concept in concepts.values():
        names += concept.labels.values()
    return names


def _synonyms(concepts: Iterable[Concept]) -> list[str]:
    """Other words for our own concepts; those of ROME are whole lists of trades."""
    ours = [concept for concept in concepts if concept.scheme in OURS]
    return [word for concept in ours for each in concept.synonyms.values() for word in each]


def body_texts(experience: Experience) -> list[str]:
    """Everything else that an experience tells, as Markdown, in reading order."""
    texts = [experience.context, experience.public_details, *experience.objectives]
    texts += [experience.approach, experience.rhythm, experience.results]
    texts += [indicator.name for indicator in experience.indicators]
    texts += [experience.caveats, experience.success_factors]
    texts += [experience.transferability_conditions, experience.next_steps]
    texts += [experience.accessibility, experience.adaptations, experience.result_here]
    return [text for text in texts if text]


def field_words(texts: Iterable[str], language: str) -> FieldWords:
    """The words of some texts, without addresses and stop words."""
    whole = _TARGET.sub(" ", "\n".join(text for text in texts if text))
    kept = [word for word in words(whole) if not is_stop_word(word)][:MOST_WORDS]
    return FieldWords(
        tuple((stem(word, language), word) for word in kept),
        tuple(dict.fromkeys(compounds(whole)[:MOST_WORDS])),
    )
