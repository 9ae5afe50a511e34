"""The few words that stand between notes when a project's notes become an experience."""

from typing import Final

from objects.experiences.labels import spoken

_FRENCH: Final = {
    "adopted": "Décision adoptée\u00a0: {title}",
    "rejected": "Décision rejetée\u00a0: {title}",
    "decided": "Décision\u00a0: {title}",
    "outcome": "Issue\u00a0: {text}",
    "meeting": "Réunion\u00a0: {title}",
    "meeting_untitled": "Réunion",
    "need": "Besoin\u00a0: {title}",
    "reached": "Étape atteinte\u00a0: {title}",
    "aimed": "{value} (visé)",
}
_ENGLISH: Final = {
    "adopted": "Decision adopted: {title}",
    "rejected": "Decision rejected: {title}",
    "decided": "Decision: {title}",
    "outcome": "Outcome: {text}",
    "meeting": "Meeting: {title}",
    "meeting_untitled": "Meeting",
    "need": "Need: {title}",
    "reached": "Milestone reached: {title}",
    "aimed": "{value} (aimed at)",
}


def words(key: str, language: str, **values: str) -> str:
    """A few words in French or English; raises `KeyError` for an unknown key."""
    text = (_ENGLISH if spoken(language) == "en" else _FRENCH)[key]
    return text.format(**values) if values else text
