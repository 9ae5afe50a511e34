"""What columns and headings of others are called, in French and English."""

from functools import cache
from typing import Final

from objects.tables import heading_key

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "identity": ("identifiant", "id", "id fiche", "identifier", "reference", "référence"),
    "title": ("titre", "title", "nom", "intitulé", "nom de l'expérience", "name"),
    "summary": ("en bref", "résumé", "summary", "chapô", "accroche", "excerpt", "extrait"),
    "context": ("contexte", "context", "contexte et besoin de départ", "besoin", "besoin de départ",
                "constat", "problématique", "origine du projet", "background", "description"),
    "publics": ("publics", "public", "public visé", "publics visés", "audience", "bénéficiaires",
                "public cible"),
    "public_number": ("effectif", "nombre de personnes", "nombre de participants", "participants",
                      "number of people"),
    "public_details": ("précisions sur le public", "prérequis", "details about the audience",
                       "prerequisites"),
    "objectives": ("objectifs", "objectif", "objectives", "goals", "objectifs pédagogiques",
                   "compétences visées"),
    "modalities": ("modalités", "modalité", "modality", "modalities", "mode", "training mode"),
    "approach": ("déroulé", "déroulement", "approach", "démarche", "étapes", "steps",
                 "mise en œuvre", "mise en oeuvre", "comment ça marche", "how it was done",
                 "méthode"),
    "tools": ("outils", "outils et ressources", "ressources", "tools", "resources",
              "tools and resources", "matériel"),
    "duration": ("durée", "duration"),
    "starts": ("début", "date de début", "start", "starts", "start date"),
    "ends": ("fin", "date de fin", "end", "ends", "end date"),
    "rhythm": ("rythme", "rhythm", "périodicité"),
    "means": ("moyens humains", "moyens", "means", "people", "équipe"),
    "cost_from": ("coût", "coût minimum", "cost", "cost from", "budget"),
    "cost_to": ("coût maximum", "cost to"),
    "funder": ("financeur", "financeurs", "financement", "funder", "funding"),
    "results": ("résultats", "résultat", "results", "bilan", "impact", "outcome", "effets"),
    "indicators": ("indicateurs", "indicators"),
    "caveats": ("difficultés", "points de vigilance", "difficultés et points de vigilance",
                "difficulties", "caveats", "freins", "limites", "obstacles"),
    "success_factors": ("facteurs de réussite", "leviers", "success factors", "points forts",
                        "conditions de réussite", "clés de réussite"),
    "transferability": ("transférabilité", "transferability"),
    "transferability_conditions": ("conditions de transfert", "transferability conditions"),
    "next_steps": ("suites", "perspectives", "next steps", "et après", "suite"),
    "accessibility": ("accessibilité", "accessibility"),
    "partners": ("partenaires", "partenaire", "partners"),
    "territory": ("territoire", "code insee", "insee", "territory", "code commune"),
    "territory_name": ("nom du territoire", "commune", "ville", "lieu", "place", "territory name",
                       "localisation"),
    "author_role": ("rôle", "role", "rôle de l'auteur"),
    "contact": ("contact", "courriel de contact"),
    "maturity": ("maturité", "maturity", "état", "avancement", "stade"),
    "licence": ("licence", "license"),
    "themes": ("thèmes", "thème", "themes", "theme", "thématique", "thématiques", "mots clés",
               "mots-clés", "tags", "keywords", "catégories", "categories", "classement"),
    "adapted_from": ("adaptée de", "adapted from", "source de l'adaptation"),
    "adaptations": ("adaptations",),
    "result_here": ("résultat chez nous", "result here"),
    "reach": ("visibilité", "visibility", "diffusion"),
    "language": ("langue", "language"),
    "published": ("date", "date de publication", "publié le", "published", "publication date"),
    "author": ("auteur", "auteurs", "autrice", "author", "auteur ou autrice"),
    "pictures": ("images", "image", "photos", "photo", "pictures", "picture"),
}  # fmt: skip
"""Field of an experience (or of an item) → headings, the first being the one that we write."""

TEMPLATE: Final = tuple(NAMES)
"""The columns of the table that people may download and fill in."""


@cache
def _by_key() -> dict[str, str]:
    return {
        heading_key(name): field
        for field, names in NAMES.items()
        for name in (*names, field.replace("_", " "))
    }


def field_of(heading: str) -> str | None:
    """The field that a heading means; None when it is unknown."""
    return _by_key().get(heading_key(heading))
