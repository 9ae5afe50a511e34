"""A vocabulary from files of an operator: recognised by what is in them, then put in the base."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from objects.tables import BadTable, read_table
from objects.vocabularies.files import BadVocabulary, SchemeFile
from objects.vocabularies.names import (
    ESCO,
    FORMACODE,
    NAMESPACE,
    OURS,
    ROME,
    is_scheme_name,
    scheme_uri,
)
from objects.vocabularies.skos.reading import SUFFIXES, read_skos
from objects.vocabularies.tables.esco import language_of, read_esco
from objects.vocabularies.tables.formacode import read_formacode
from objects.vocabularies.tables.rome import read_rome

KINDS: Final = (ESCO, FORMACODE, ROME, "other")

NamedFile = tuple[str, bytes]
"""The name of a file and its content."""


def read_files(
    files: Sequence[NamedFile],
    *,
    kind: str = "",
    name: str = "",
    form: str = "",
    version: str = "",
    uri: str = "",
) -> SchemeFile:
    """The scheme in files that belong together.

    `kind` is one of `KINDS`, guessed when empty; `name` is what an `other` scheme is called here;
    `form` is rdflib's name of a SKOS format, guessed from the file's name when empty; `uri`
    chooses one scheme of a SKOS file that has several. Raises `BadVocabulary`.
    """
    if not files:
        raise BadVocabulary("Name at least one file.")
    first, content = files[0]
    suffix = PurePath(first).suffix.lower()
    form = form or SUFFIXES.get(suffix, "")
    if form and suffix != ".csv":
        if len(files) > 1:
            raise BadVocabulary("Only one SKOS file can be read at a time.")
        return _own(read_skos(content, form, _scheme_name(kind, name), uri))
    try:
        return _tables(kind or _guess(content), files, version)
    except BadTable as error:
        raise BadVocabulary(f"{first}: {error}") from None


def _own(file: SchemeFile) -> SchemeFile:
    """The file, unless it speaks for the concepts of another scheme. Raises `BadVocabulary`."""
    ours = f"{scheme_uri(file.scheme.name)}/"
    for concept in file.concepts:
        if concept.uri.startswith(NAMESPACE) and not concept.uri.startswith(ours):
            raise BadVocabulary(f"{concept.uri} belongs to another vocabulary.")
    return file


def _tables(kind: str, files: Sequence[NamedFile], version: str) -> SchemeFile:
    contents = [content for _, content in files]
    if kind == ESCO:
        return read_esco([(c, language_of(n) or "fr") for n, c in files], version)
    if kind == ROME:
        return read_rome(contents, version) if version else read_rome(contents)
    if kind == FORMACODE:
        if len(files) > 1:
            raise BadVocabulary("Formacode is read from one file.")
        return read_formacode(contents[0], version)
    raise BadVocabulary(
        "Another vocabulary is read from SKOS: Turtle, RDF/XML, JSON-LD, N-Triples."
    )


def _scheme_name(kind: str, name: str) -> str:
    if kind and kind != "other":
        return kind
    if not name or not is_scheme_name(name):
        raise BadVocabulary("Say how the vocabulary is called here: --name, small letters and -.")
    if name in OURS or name in KINDS:
        raise BadVocabulary(f"{name} is the name of another vocabulary.")
    return name


def _guess(content: bytes) -> str:
    headings = read_table(content).headings
    if "conceptUri" in headings:
        return ESCO
    if "code_rome" in headings:
        return ROME
    return FORMACODE
