"""The headings of an experience in French and English, for every place that shows it whole."""

from typing import Final

LANGUAGES: Final = ("fr", "en")

_FRENCH: Final[dict[str, str]] = {
    "adaptations": "Ce que nous avons adapté",
    "accessibility": "Accessibilité",
    "after": "Après",
    "approach": "Déroulé",
    "before": "Avant",
    "caveats": "Difficultés et points de vigilance",
    "conditions": "Conditions",
    "contact": "Contact",
    "context": "Contexte et besoin de départ",
    "cost": "Coût",
    "cost_between": "de {low}\u00a0€ à {high}\u00a0€",
    "cost_from": "à partir de {low}\u00a0€",
    "cost_to": "jusqu’à {high}\u00a0€",
    "day": "{count} jour",
    "days": "{count} jours",
    "duration": "Durée",
    "from": "depuis le {start}",
    "from_to": "du {start} au {end}",
    "funder": "Financement",
    "indicator": "Indicateur",
    "licence": "Licence",
    "maturity": "Maturité",
    "means": "Moyens",
    "modalities": "Modalité",
    "next_steps": "Suites",
    "no_caveats": "Pas de difficulté particulière.",
    "number": "Effectif",
    "objectives": "Objectifs",
    "original": "Expérience d’origine",
    "partners": "Partenaires",
    "period": "Durée et période",
    "publics": "Publics",
    "result_here": "Le résultat chez nous",
    "results": "Résultats",
    "rhythm": "Rythme",
    "source": "Source",
    "success_factors": "Facteurs de réussite",
    "territory": "Territoire",
    "to": "jusqu’au {end}",
    "tools": "Outils et ressources",
    "transferability": "Transférabilité",
    "transferability_1": "Propre à notre situation",
    "transferability_2": "Transférable avec de fortes adaptations",
    "transferability_3": "Transférable avec quelques adaptations",
    "transferability_4": "Transférable partout",
}
_ENGLISH: Final[dict[str, str]] = {
    "adaptations": "What we adapted",
    "accessibility": "Accessibility",
    "after": "After",
    "approach": "How it was done",
    "before": "Before",
    "caveats": "Difficulties and what to mind",
    "conditions": "Conditions",
    "contact": "Contact",
    "context": "Context and need",
    "cost": "Cost",
    "cost_between": "from €{low} to €{high}",
    "cost_from": "from €{low}",
    "cost_to": "up to €{high}",
    "day": "{count} day",
    "days": "{count} days",
    "duration": "Duration",
    "from": "since {start}",
    "from_to": "from {start} to {end}",
    "funder": "Funding",
    "indicator": "Indicator",
    "licence": "Licence",
    "maturity": "Maturity",
    "means": "Means",
    "modalities": "Way of training",
    "next_steps": "What comes next",
    "no_caveats": "No particular difficulty.",
    "number": "Number of people",
    "objectives": "Objectives",
    "original": "Original experience",
    "partners": "Partners",
    "period": "Duration and period",
    "publics": "For whom",
    "result_here": "The result here",
    "results": "Results",
    "rhythm": "Rhythm",
    "source": "Source",
    "success_factors": "Success factors",
    "territory": "Territory",
    "to": "until {end}",
    "tools": "Tools and resources",
    "transferability": "Transferability",
    "transferability_1": "Tied to our situation",
    "transferability_2": "Transferable with major changes",
    "transferability_3": "Transferable with some changes",
    "transferability_4": "Transferable anywhere",
}
_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


def spoken(language: str) -> str:
    """The language in which headings are written for a text in `language`: French or English."""
    return "en" if language.lower().startswith("en") else "fr"


def label(key: str, language: str, **values: object) -> str:
    """A heading or a few words; raises `KeyError` for an unknown key."""
    text = (_ENGLISH if spoken(language) == "en" else _FRENCH)[key]
    return text.format(**values) if values else text


def written_day(iso: str, language: str) -> str:
    """`2026-11-23` as people write it; anything else as it is."""
    try:
        year, month, day = (int(part) for part in iso.split("-"))
        name = _MONTHS[spoken(language)][month - 1]
    except (ValueError, IndexError):
        return iso
    shown = "1er" if day == 1 and spoken(language) == "fr" else str(day)
    return f"{shown} {name} {year}"


def written_number(value: float, language: str) -> str:
    """A number with spaces between thousands (commas in English), without needless decimals."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    if spoken(language) == "en":
        return text
    return text.replace(",", "\u202f").replace(".", ",")


def colon(language: str) -> str:
    """What stands between a name and its value."""
    return ": " if spoken(language) == "en" else "\u00a0: "
