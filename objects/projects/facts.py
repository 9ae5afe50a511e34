"""What an entry says beside its text, as lines for those who show the text alone."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from objects.dates import written
from objects.experiences.fields import LICENCES
from objects.experiences.labels import spoken
from objects.projects.entries import Entry
from objects.text import normalise_hashtag, plain_text

_FRENCH: Final[dict[str, str]] = {
    "milestone.due": "Date prévue : {}",
    "call.due": "Répondre avant le {} au soir",
    "decision.due": "Vote jusqu’au {} au soir",
    "responsible": "Responsable : {}",
    "link": "Livrable : {}",
    "licence": "Licence : {}",
    "quorum": "Quorum : {} votes",
    "skills": "Compétences recherchées : {}",
    "territory": "Territoire : {}",
    "planned": "État : prévu",
    "running": "État : commencé",
    "reached": "État : atteint",
    "dropped": "État : abandonné",
    "adopted": "Décision adoptée",
    "rejected": "Proposition non adoptée",
    "decision.withdrawn": "Proposition retirée",
    "filled": "Cet appel est pourvu",
    "call.withdrawn": "Cet appel est retiré",
    "expired": "Cet appel est clos",
    "tag": "AppelAPartenaires",
}
_ENGLISH: Final[dict[str, str]] = {
    "milestone.due": "Planned for {}",
    "call.due": "Answer until the end of {}",
    "decision.due": "Vote until the end of {}",
    "responsible": "Responsible: {}",
    "link": "Deliverable: {}",
    "licence": "Licence: {}",
    "quorum": "Quorum: {} votes",
    "skills": "Skills looked for: {}",
    "territory": "Territory: {}",
    "planned": "State: planned",
    "running": "State: begun",
    "reached": "State: reached",
    "dropped": "State: given up",
    "adopted": "Decision adopted",
    "rejected": "Proposal not adopted",
    "decision.withdrawn": "Proposal withdrawn",
    "filled": "This call is filled",
    "call.withdrawn": "This call is withdrawn",
    "expired": "This call has ended",
    "tag": "CallForPartners",
}
_MARKDOWN: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~!"})


def is_concept(skill: str) -> bool:
    """Whether a skill is the URI of a concept, not a word."""
    return skill.startswith(("https://", "http://"))


def facts(entry: Entry, language: str, names: Mapping[str, str]) -> str:
    """A Markdown list of what an entry says beside title and text; empty when there is nothing.

    `names` are the labels of concepts and the names of people, by their address. A call that is
    open ends with hashtags, so that others find it.
    """
    say = _ENGLISH if spoken(language) == "en" else _FRENCH
    lines = [f"- {one}" for one in _lines(entry, say, spoken(language), names)]
    tags = " ".join(hashtags(entry, language, names))
    return "\n".join(lines) + (f"\n\n{tags}" if tags else "")


def hashtags(entry: Entry, language: str, names: Mapping[str, str]) -> list[str]:
    """The hashtags of an open call: that it is one, and what it looks for."""
    if entry.kind != "call" or entry.state not in {"", "open"}:
        return []
    say = _ENGLISH if spoken(language) == "en" else _FRENCH
    words = (
        _joined(names.get(skill, "" if is_concept(skill) else skill)) for skill in entry.skills
    )
    found = (say["tag"], *words)
    return [f"#{word}" for word in dict.fromkeys(found) if normalise_hashtag(word)]


def _lines(
    entry: Entry, say: Mapping[str, str], language: str, names: Mapping[str, str]
) -> list[str]:
    found: list[str] = []

    def tell(key: str, value: str) -> None:
        if value:
            found.append(say[key].format(value))

    if f"{entry.kind}.due" in say:
        tell(f"{entry.kind}.due", _spoken_day(entry.due, language))
    tell("responsible", _plain(names.get(entry.responsible, entry.responsible)))
    tell("link", entry.link)
    tell("licence", entry.licence if entry.licence in LICENCES else "")
    if entry.kind == "decision":
        tell("quorum", str(entry.quorum or ""))
    skills = [names.get(one, "" if is_concept(one) else one) for one in entry.skills]
    tell("skills", _plain(", ".join(skill for skill in skills if skill)))
    tell("territory", _plain(entry.territory_name or entry.territory))
    state = say.get(f"{entry.kind}.{entry.state}") or say.get(entry.state)
    if state and entry.kind in {"milestone", "decision", "call"}:
        outcome = f" – {_plain(entry.outcome)}" if entry.outcome else ""
        found.append(f"**{state}**{outcome}")
    return found


def _spoken_day(day: str, language: str) -> str:
    if not day:
        return ""
    return written(date.fromisoformat(day), language)


def _plain(text: str) -> str:
    return plain_text(text).replace("\n", " ").translate(_MARKDOWN)


def _joined(words: str) -> str:
    """Words as one hashtag: `réalité virtuelle` → `RéalitéVirtuelle`."""
    kept = "".join(sign if sign.isalnum() else " " for sign in words)
    return "".join(word[:1].upper() + word[1:] for word in kept.split())
