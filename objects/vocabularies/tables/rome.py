"""ROME 4.0 out of France Travail's tables: codes, principal labels, job titles as synonyms."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from objects.tables import BadTable, Table, read_table
from objects.vocabularies.files import BadVocabulary, SchemeFile
from objects.vocabularies.names import ROME, concept_uri, scheme_uri
from storage.concepts import Concept, Scheme

DOMAINS: Final = {
    "A": "Agriculture et pêche, espaces naturels et espaces verts, soins aux animaux",
    "B": "Arts et façonnage d’ouvrages d’art",
    "C": "Banque, assurance, immobilier",
    "D": "Commerce, vente et grande distribution",
    "E": "Communication, média et multimédia",
    "F": "Construction, bâtiment et travaux publics",
    "G": "Hôtellerie-restauration, tourisme, loisirs et animation",
    "H": "Industrie",
    "I": "Installation et maintenance",
    "J": "Santé",
    "K": "Services à la personne et à la collectivité",
    "L": "Spectacle",
    "M": "Support à l’entreprise",
    "N": "Transport et logistique",
}
"""The fourteen domains, which the tables leave out."""

_CODE: Final = re.compile(r"[A-N]\d{4}")
_VERSION: Final = "460 (2025-11)"


def read_rome(contents: Iterable[bytes], version: str = _VERSION) -> SchemeFile:
    """The scheme from the table of codes, and that of job titles when it is there too.

    Raises `BadVocabulary`.
    """
    labels: dict[str, str] = {}
    parents: dict[str, str] = {}
    titles: dict[str, list[str]] = defaultdict(list)
    for content in contents:
        try:
            table = read_table(content)
            _read(table, labels, parents, titles)
        except BadTable as error:
            raise BadVocabulary(str(error)) from None
    if not labels:
        raise BadVocabulary("No table has the columns code_rome and libelle_rome.")
    return SchemeFile(_scheme(version), (*_domains(), *_jobs(labels, parents, titles)))


def _read(
    table: Table, labels: dict[str, str], parents: dict[str, str], titles: dict[str, list[str]]
) -> None:
    has_titles = "libelle_appellation_long" in table.headings
    for row in table.rows():
        code = row.cells.get("code_rome", "")
        if not _CODE.fullmatch(code):
            continue
        if has_titles:
            titles[code].append(row.cells.get("libelle_appellation_long", ""))
        elif label := row.cells.get("libelle_rome", ""):
            labels[code] = label
            parents[code] = row.cells.get("code_rome_parent", "")


def _scheme(version: str) -> Scheme:
    return Scheme(
        name=ROME,
        uri=scheme_uri(ROME),
        labels={"fr": "ROME 4.0, métiers", "en": "ROME 4.0, occupations"},
        version=version,
        source="https://www.data.gouv.fr/datasets/repertoire-operationnel-des-metiers-et-des-emplois-rome",
        licence="https://spdx.org/licenses/etalab-2.0.html",
        note="France Travail. Codes, libellés principaux et appellations, sans les fiches.",
    )


def _domains() -> Iterable[Concept]:
    for letter, label in DOMAINS.items():
        yield Concept(
            uri=concept_uri(ROME, letter), scheme=ROME, notation=letter, labels={"fr": label}
        )


def _jobs(
    labels: dict[str, str], parents: dict[str, str], titles: dict[str, list[str]]
) -> Iterable[Concept]:
    for code, label in sorted(labels.items()):
        parent = parents[code] if parents[code] in labels and parents[code] != code else code[0]
        synonyms = tuple(title for title in dict.fromkeys(titles[code]) if title not in ("", label))
        yield Concept(
            uri=concept_uri(ROME, code),
            scheme=ROME,
            notation=code,
            labels={"fr": label},
            synonyms={"fr": synonyms} if synonyms else {},
            broader=concept_uri(ROME, parent),
        )
