"""ESCO out of the CSV files of its download: skills, occupations, groups, in several languages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from objects.tables import BadTable, Row, read_table
from objects.vocabularies.files import BadVocabulary, SchemeFile
from objects.vocabularies.names import ESCO
from storage.concepts import Concept, Scheme

LANGUAGES: Final = ("fr", "en")
MAX_SYNONYMS: Final = 200
MAX_DEFINITION: Final = 4_000

_URI: Final = re.compile(r"https?://data\.europa\.eu/[^\s<>\"{}|\\^`]{1,300}")
_LANGUAGE: Final = re.compile(r"[_-](fr|en)(?=\.|$|[_-])", re.IGNORECASE)


@dataclass(slots=True)
class _Entry:
    uri: str
    labels: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    deprecated: bool = False


def language_of(name: str) -> str | None:
    """The language in a file's name: `skills_fr.csv`; None when it says none of ours."""
    found = _LANGUAGE.search(name)
    return found.group(1).lower() if found else None


def read_esco(tables: Iterable[tuple[bytes, str]], version: str = "") -> SchemeFile:
    """The scheme from any of the files, each with the language of its texts.

    Files of relations (`conceptUri`, `broaderUri`) say what stands above what. Raises
    `BadVocabulary`.
    """
    entries: dict[str, _Entry] = {}
    broader: dict[str, str] = {}
    for content, language in tables:
        try:
            table = read_table(content)
            if "conceptUri" not in table.headings:
                raise BadVocabulary("A file has no column conceptUri: it does not come from ESCO.")
            for row in table.rows():
                _read(row, language, entries, broader)
        except BadTable as error:
            raise BadVocabulary(str(error)) from None
    concepts = tuple(_concept(entry, entries, broader) for entry in entries.values())
    if not concepts:
        raise BadVocabulary("The files name no concept of ESCO.")
    return SchemeFile(_scheme(version), concepts)


def _read(row: Row, language: str, entries: dict[str, _Entry], broader: dict[str, str]) -> None:
    uri, cells = row.cells.get("conceptUri", ""), row.cells
    if not _URI.fullmatch(uri):
        return
    if "broaderUri" in cells:
        broader.setdefault(uri, cells["broaderUri"])
    if label := cells.get("preferredLabel"):
        entry = entries.setdefault(uri, _Entry(uri))
        entry.labels[language] = label[:300]
        words = [
            *cells.get("altLabels", "").splitlines(),
            *cells.get("hiddenLabels", "").split("\n"),
        ]
        synonyms = tuple(dict.fromkeys(word.strip()[:300] for word in words if word.strip()))
        if synonyms:
            entry.synonyms[language] = synonyms[:MAX_SYNONYMS]
        if definition := cells.get("description") or cells.get("definition"):
            entry.definitions[language] = definition[:MAX_DEFINITION]
        entry.deprecated = cells.get("status", "released") == "obsolete"


def _concept(entry: _Entry, entries: dict[str, _Entry], broader: dict[str, str]) -> Concept:
    above = broader.get(entry.uri, "")
    return Concept(
        uri=entry.uri,
        scheme=ESCO,
        notation=entry.uri.partition("/esco/")[2].replace("/", "-") or entry.uri[-80:],
        labels=entry.labels,
        synonyms=entry.synonyms,
        definitions=entry.definitions,
        broader=above if above in entries and above != entry.uri else "",
        deprecated=entry.deprecated,
    )


def _scheme(version: str) -> Scheme:
    return Scheme(
        name=ESCO,
        uri="http://data.europa.eu/esco/concept-scheme/all",
        labels={"fr": "ESCO, compétences et métiers", "en": "ESCO, skills and occupations"},
        version=version,
        source="https://esco.ec.europa.eu/",
        licence="https://creativecommons.org/licenses/by/4.0/",
        note="Commission européenne. Importé par l’administrateur ou l’administratrice du site.",
    )
