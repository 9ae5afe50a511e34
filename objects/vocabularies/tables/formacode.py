"""Formacode out of the file that Centre Inffo puts on data.gouv.fr: fields and descriptors.

Its editions name their columns in different ways; what counts is what the headings speak of.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from objects.tables import BadTable, Row, Table, heading_key, read_table
from objects.vocabularies.files import BadVocabulary, SchemeFile
from objects.vocabularies.names import FORMACODE, concept_uri, scheme_uri
from storage.concepts import Concept, Scheme

MAX_LABEL: Final = 300

_DESCRIPTOR: Final = re.compile(r"(\d{3})\s?(\d{2})")
_FIELD: Final = re.compile(r"\b(\d{3})\b")
_LIST: Final = re.compile(r"\s*[;|\n]\s*")

# What a column holds → how its heading may begin, best first.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code descripteur", "code formacode", "formacode", "code"),
    "label": ("libelle riche", "libelle typo riche", "libelle en typo riche", "libelle minuscule",
              "libelle descripteur", "libelle formacode", "libelle", "descripteur", "intitule"),
    "field": ("champ semantique", "code champ", "champ"),
    "field_label": ("libelle champ", "intitule champ", "libelle du champ"),
    "synonyms": ("synonymes", "synonyme", "employe pour", "ep"),
    "trades": ("synonymes metiers", "synonyme metier", "ep metier", "employe pour metier"),
    "broader": ("terme generique", "termes generiques", "tg", "bt"),
    "note": ("note d explication", "note explicative", "note", "ne", "definition"),
}  # fmt: skip


def read_formacode(content: bytes, version: str = "") -> SchemeFile:
    """The scheme from a table of descriptors. Raises `BadVocabulary` with what is missing."""
    try:
        table = read_table(content)
        columns = _columns(table)
        missing = [name for name in ("code", "label") if name not in columns]
        if missing:
            raise BadVocabulary(
                "No column for the code or for the label (libellé) of the descriptors; the "
                f"columns are: {', '.join(table.headings)[:500]}"
            )
        found = [each for row in table.rows() if (each := _entry(row, columns)) is not None]
    except BadTable as error:
        raise BadVocabulary(str(error)) from None
    if not found:
        raise BadVocabulary("No line has a code of five digits.")
    return SchemeFile(_scheme(version), tuple(_concepts(found)))


@dataclass(frozen=True, slots=True)
class _Entry:
    code: str
    label: str
    field_label: str
    synonyms: tuple[str, ...]
    broader: str
    note: str


def _columns(table: Table) -> dict[str, str]:
    """What a column holds → its heading."""
    keys = {heading: heading_key(heading) for heading in table.headings}
    found: dict[str, str] = {}
    for name, beginnings in _COLUMNS.items():
        for beginning in beginnings:
            fitting = [heading for heading, key in keys.items() if key == beginning]
            if fitting and fitting[0] not in found.values():
                found[name] = fitting[0]
                break
    return found


def _entry(row: Row, columns: Mapping[str, str]) -> _Entry | None:
    def cell(name: str) -> str:
        return row.cells.get(columns.get(name, ""), "")

    code = _DESCRIPTOR.fullmatch(cell("code"))
    if code is None or not cell("label"):
        return None
    above = _DESCRIPTOR.search(cell("broader"))
    words = [*_LIST.split(cell("synonyms")), *_LIST.split(cell("trades"))]
    return _Entry(
        code="".join(code.groups()),
        label=_readable(cell("label")),
        field_label=_readable(cell("field_label") or _FIELD.sub("", cell("field")).strip(" -:")),
        synonyms=tuple(dict.fromkeys(word[:MAX_LABEL] for word in words if word)),
        broader="".join(above.groups()) if above else "",
        note=cell("note")[:4_000],
    )


def _readable(label: str) -> str:
    """Capitals are for machines; acronyms cannot be told apart then."""
    text = " ".join(label.split())[:MAX_LABEL]
    return text.capitalize() if text.isupper() and " " in text else text


def _concepts(entries: Iterable[_Entry]) -> Iterable[Concept]:
    by_code = {entry.code: entry for entry in entries}
    fields: dict[str, str] = {}
    for entry in by_code.values():
        fields[entry.code[:3]] = fields.get(entry.code[:3]) or entry.field_label
    for number, label in sorted(fields.items()):
        yield _concept(number, label or f"Champ {number}")
    for code, entry in sorted(by_code.items()):
        known = entry.broader in by_code and entry.broader != code
        yield _concept(
            code,
            entry.label,
            broader=concept_uri(FORMACODE, entry.broader if known else code[:3]),
            synonyms={"fr": entry.synonyms} if entry.synonyms else {},
            definitions={"fr": entry.note} if entry.note else {},
        )


def _concept(
    notation: str,
    label: str,
    *,
    broader: str = "",
    synonyms: dict[str, tuple[str, ...]] | None = None,
    definitions: dict[str, str] | None = None,
) -> Concept:
    return Concept(
        uri=concept_uri(FORMACODE, notation),
        scheme=FORMACODE,
        notation=notation,
        labels={"fr": label},
        synonyms=synonyms or {},
        definitions=definitions or {},
        broader=broader,
    )


def _scheme(version: str) -> Scheme:
    return Scheme(
        name=FORMACODE,
        uri=scheme_uri(FORMACODE),
        labels={"fr": "Formacode®, domaines de formation", "en": "Formacode®, fields of training"},
        version=version,
        source="https://www.data.gouv.fr/datasets/formacode-r-version-14-thesaurus-de-loffre-de-formation-et-de-certification/",
        note="Centre Inffo. Importé ; vérifiez la licence à la source avant de le diffuser.",
    )
