"""What makes a SKOS file dangerous to read, refused before rdflib sees it."""

import json
from typing import Any, Final

from objects.vocabularies.files import BadVocabulary

MAX_BYTES: Final = 50_000_000
MAX_DEPTH: Final = 100


def check(content: bytes, form: str) -> None:
    """Refuse what is too large, XML entities and JSON-LD contexts elsewhere: `BadVocabulary`."""
    if len(content) > MAX_BYTES:
        raise BadVocabulary(
            f"The file has {len(content) // 1_000_000} MB; at most {MAX_BYTES // 1_000_000} are "
            "read. ESCO comes as CSV files too, which are smaller."
        )
    if form == "xml":
        _refuse_entities(content)
    if form == "json-ld":
        _refuse_remote_contexts(content)


def _refuse_entities(content: bytes) -> None:
    """No entities: they can grow without end, or read files of this machine."""
    from xml.sax import SAXException
    from xml.sax.handler import ContentHandler

    from defusedxml import DefusedXmlException
    from defusedxml.sax import parseString

    try:
        parseString(content, ContentHandler(), forbid_dtd=False, forbid_entities=True)
    except DefusedXmlException:
        raise BadVocabulary("The file defines XML entities, which are not read.") from None
    except (SAXException, ValueError) as error:
        raise BadVocabulary(f"The file is not valid XML: {error}") from None


def _refuse_remote_contexts(content: bytes) -> None:
    """Only contexts inside the file: rdflib would fetch others from the network."""
    try:
        document = json.loads(content)
    except RecursionError:
        raise BadVocabulary("The file is nested too deeply.") from None
    except ValueError as error:
        raise BadVocabulary(f"The file is not valid JSON: {error}") from None
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise BadVocabulary("The file is nested too deeply.")
        if isinstance(value, dict):
            _refuse_address(value.get("@context"))
            if "@import" in value:
                raise BadVocabulary("The file imports a JSON-LD context from elsewhere.")
            waiting += [(each, depth + 1) for each in value.values()]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]


def _refuse_address(context: Any) -> None:
    entries = context if isinstance(context, list) else [context]
    address = next((entry for entry in entries if isinstance(entry, str)), None)
    if address is not None:
        raise BadVocabulary(
            f"The file needs the JSON-LD context {address[:200]}, which is not in it."
        )
