"""Writing N-Triples from PyLD's triples, strictly: its own writer lets an IRI end the line."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

_FORBIDDEN_IN_IRI: Final = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LANGUAGE_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


def write_n_triples(triples: Iterable[dict[str, Any]], blank: str) -> bytes:
    """One line for each triple, sorted; PyLD's blank nodes `_:bN` become `_:<blank>N`.

    A triple with a malformed IRI is left out: it could not be read back.
    """
    lines = {line for triple in triples for line in _line(triple, blank)}
    return "".join(sorted(lines)).encode(errors="replace")


def _line(triple: dict[str, Any], blank: str) -> Iterator[str]:
    terms = [_term(triple[part], blank) for part in ("subject", "predicate", "object")]
    if all(terms):
        yield f"{' '.join(term for term in terms if term)} .\n"


def _term(term: dict[str, Any], blank: str) -> str | None:
    value: str = term["value"]
    match term["type"]:
        case "IRI":
            return _iri(value)
        case "blank node":
            return value.replace("_:b", f"_:{blank}", 1)
    text = f'"{value.translate(_ESCAPES)}"'
    datatype = term.get("datatype", _STRING)
    if datatype == _LANGUAGE_STRING:
        language = term.get("language") or ""
        return f"{text}@{language}" if _LANGUAGE.fullmatch(language) else text
    if datatype == _STRING:
        return text
    iri = _iri(datatype)
    return f"{text}^^{iri}" if iri else None


def _iri(value: str) -> str | None:
    if _FORBIDDEN_IN_IRI.search(value) or not _ABSOLUTE.match(value):
        return None
    return f"<{value}>"
