"""`/ns`: the terms of our namespace, explained for people and said for machines."""

import asyncio
from typing import Any, Final

from quart import Blueprint, Response, request

from federation.linked_data import EXPANDED, N_TRIPLES, TURTLE, serialise
from federation.vocabulary import COMMUNOTIC
from objects.experiences.terms import TERMS, Term
from objects.vocabularies.names import NAMESPACE
from web.context import WebContext

_CONTEXT: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dct": "http://purl.org/dc/terms/",
}
_KINDS: Final = {
    "class": "rdfs:Class", "property": "rdf:Property", "individual": "owl:NamedIndividual"
}  # fmt: skip
_SUFFIXES: Final = {"ttl": TURTLE, "nt": N_TRIPLES, "jsonld": EXPANDED}
_HTML: Final = "text/html"


def namespace_document() -> dict[str, Any]:
    """The namespace as JSON-LD, with its context inline."""
    return {
        "@context": _CONTEXT,
        "@graph": [
            {
                "@id": COMMUNOTIC,
                "@type": "owl:Ontology",
                "dct:title": _said("Vocabulaire de Communotic", "Communotic vocabulary"),
                "dct:license": {"@id": "https://spdx.org/licenses/CC0-1.0"},
            },
            *(_term(term) for term in TERMS),
        ],
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "@id": COMMUNOTIC + term.name,
        "@type": _KINDS[term.kind],
        "rdfs:label": _said(term.label_fr, term.label_en),
        "rdfs:comment": _said(term.comment_fr, term.comment_en),
        "rdfs:isDefinedBy": {"@id": COMMUNOTIC},
    }


def _said(french: str, english: str) -> list[dict[str, str]]:
    return [
        {"@value": french, "@language": "fr"},
        {"@value": english, "@language": "en"},
    ]


def add_namespace_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page, and the same for machines by `Accept` or by suffix."""

    @blueprint.get("/ns")
    async def namespace() -> Response:
        wanted = request.accept_mimetypes.best_match([_HTML, *_SUFFIXES.values()], default=_HTML)
        if wanted != _HTML:
            return await _data(str(wanted))
        return await context.renderer.public(
            "public/concepts/namespace.html",
            terms=TERMS,
            namespace=COMMUNOTIC,
            concepts_below=NAMESPACE,
            canonical=context.settings.origin + "/ns",
        )

    @blueprint.get("/ns.<any(ttl, nt, jsonld):suffix>")
    async def namespace_file(suffix: str) -> Response:
        return await _data(_SUFFIXES[suffix])


async def _data(media_type: str) -> Response:
    content = await asyncio.to_thread(serialise, namespace_document(), media_type)
    response = Response(content, content_type=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Vary"] = "Accept"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
