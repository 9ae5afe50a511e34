"""The terms of our namespace, for the page that explains them and for whoever reads our data."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["class", "property", "individual"]


@dataclass(frozen=True, slots=True)
class Term:
    """A name in our namespace; `range` says what stands under it, in few words."""

    name: str
    kind: Kind
    range: str
    label_fr: str
    label_en: str
    comment_fr: str
    comment_en: str


_TEXT = "Markdown"
_LINE = "text"
_CONCEPTS = "skos:Concept"

TERMS: Final[tuple[Term, ...]] = (
    Term(
        "Experience", "class", "as:Article",
        "Expérience", "Experience",
        "Ce qui a été essayé en formation : le contexte, la démarche, les résultats et les "
        "difficultés. Sur le réseau, un Article dont « cmt:kind » est « cmt:Experience ».",
        "What was tried in training: the context, the way of working, the results and the "
        "difficulties. On the wire an Article whose cmt:kind is cmt:Experience.",
    ),
    Term(
        "kind", "property", "class",
        "genre", "kind",
        "Ce que l’objet est de plus que son type ActivityStreams : « cmt:Experience ».",
        "What the object is beyond its ActivityStreams type: cmt:Experience.",
    ),
    Term(
        "Network", "individual", "audience",
        "le réseau", "the network",
        "Destinataire d’un objet que seuls les membres des serveurs du réseau peuvent lire.",
        "Audience of an object that only the members of the network’s servers may read.",
    ),
    Term(
        "Organisation", "individual", "audience",
        "l’organisme", "the organisation",
        "Destinataire d’un objet que seuls les membres du même serveur peuvent lire. Il n’est "
        "jamais envoyé.",
        "Audience of an object that only the members of the same server may read. It is never "
        "sent.",
    ),
    Term(
        "context", "property", _TEXT,
        "contexte", "context",
        "Le contexte et le besoin de départ.", "The context and the need at the start.",
    ),
    Term(
        "public", "property", _CONCEPTS,
        "public", "audience",
        "Dans « schema:audience » : un type de public.", "In schema:audience: a kind of public.",
    ),
    Term(
        "number", "property", "integer",
        "effectif", "number",
        "Dans « schema:audience » : combien de personnes.", "In schema:audience: how many people.",
    ),
    Term(
        "modality", "property", _CONCEPTS,
        "modalité", "modality",
        "Comment la formation se passe : présentiel, distanciel, AFEST…",
        "How the training takes place: face to face, at a distance, at work…",
    ),
    Term(
        "approach", "property", _TEXT,
        "déroulé", "approach",
        "Le déroulé, étape par étape.", "How it was done, step by step.",
    ),
    Term(
        "rhythm", "property", _LINE,
        "rythme", "rhythm",
        "Le rythme : deux jours par semaine, par exemple.",
        "The rhythm: two days a week, say.",
    ),
    Term(
        "means", "property", "cmt:role, cmt:days",
        "moyens humains", "people who worked for it",
        "Les moyens humains : une ligne par rôle, avec un nombre de jours.",
        "The people who worked for it: a row for each role, with a number of days.",
    ),
    Term(
        "role", "property", _LINE,
        "rôle", "role",
        "Dans « cmt:means » : le rôle.", "In cmt:means: the role.",
    ),
    Term(
        "days", "property", "number",
        "jours", "days",
        "Dans « cmt:means » : le nombre de jours.", "In cmt:means: the number of days.",
    ),
    Term(
        "result", "property", _TEXT,
        "résultats", "results",
        "Les résultats constatés.", "The results that were seen.",
    ),
    Term(
        "indicator", "property", "as:name, cmt:before, cmt:after, cmt:source",
        "indicateur", "indicator",
        "Ce qui a été mesuré : une ligne par indicateur.",
        "What was measured: a row for each indicator.",
    ),
    Term(
        "before", "property", _LINE,
        "avant", "before",
        "Dans « cmt:indicator » : la valeur avant.", "In cmt:indicator: the value before.",
    ),
    Term(
        "after", "property", _LINE,
        "après", "after",
        "Dans « cmt:indicator » : la valeur après.", "In cmt:indicator: the value after.",
    ),
    Term(
        "source", "property", _LINE,
        "source", "source",
        "Dans « cmt:indicator » : d’où viennent les chiffres.",
        "In cmt:indicator: where the figures come from.",
    ),
    Term(
        "caveat", "property", _TEXT,
        "points de vigilance", "caveats",
        "Les difficultés et les points de vigilance.", "The difficulties, and what to mind.",
    ),
    Term(
        "noCaveat", "property", "boolean",
        "sans difficulté", "no difficulties",
        "Vrai quand l’auteur dit qu’il n’y a pas eu de difficulté.",
        "True when the author says that there were no difficulties.",
    ),
    Term(
        "successFactor", "property", _TEXT,
        "facteurs de réussite", "success factors",
        "Ce qui a aidé à réussir.", "What helped to succeed.",
    ),
    Term(
        "transferability", "property", "cmt:level, cmt:conditions",
        "transférabilité", "transferability",
        "Si l’expérience peut être refaite ailleurs.",
        "Whether the experience can be repeated elsewhere.",
    ),
    Term(
        "level", "property", "integer 1–4",
        "niveau", "level",
        "Dans « cmt:transferability » : de 1 (ici seulement) à 4 (partout).",
        "In cmt:transferability: from 1 (here only) to 4 (anywhere).",
    ),
    Term(
        "conditions", "property", _TEXT,
        "conditions", "conditions",
        "Dans « cmt:transferability » : à quelles conditions.",
        "In cmt:transferability: on which conditions.",
    ),
    Term(
        "next", "property", _TEXT,
        "suites", "what comes next",
        "Les suites, et ce que l’on referait autrement.",
        "What comes next, and what would be done differently.",
    ),
    Term(
        "insee", "property", "INSEE code",
        "code INSEE", "INSEE code",
        "Dans « location » : le code officiel de la commune, du département ou de la région.",
        "In location: the official code of the municipality, department or region.",
    ),
    Term(
        "carriedBy", "property", "as:Organization",
        "organisme porteur", "carried by",
        "L’organisme qui porte l’expérience.", "The organisation that carries the experience.",
    ),
    Term(
        "adaptations", "property", _TEXT,
        "adaptations", "adaptations",
        "Ce qui a été changé par rapport à l’expérience d’origine (prov:wasDerivedFrom).",
        "What was changed from the original experience (prov:wasDerivedFrom).",
    ),
    Term(
        "resultHere", "property", _TEXT,
        "résultat chez nous", "result here",
        "Ce que l’expérience adaptée a donné.", "What came of the adapted experience.",
    ),
)  # fmt: skip
"""Terms of other vocabularies that stand beside ours are listed in FEDERATION.md."""
