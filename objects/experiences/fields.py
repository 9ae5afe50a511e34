"""The fields of an experience, typed; what a form fills, a page shows and the wire carries."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

Reach = Literal["public", "network", "project", "organisation"]
"""Who may read: everybody, the servers of the network, the members of a project, of this node."""
REACHES: Final[tuple[Reach, ...]] = ("public", "network", "project", "organisation")

MAX_TITLE: Final = 150
MAX_SUMMARY: Final = 500
MAX_MARKDOWN: Final = 50_000
MAX_LINE: Final = 300
MAX_ROWS: Final = 50
MAX_CONCEPTS: Final = 30

LICENCES: Final[dict[str, str]] = {
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-NC-SA-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC-BY-ND-4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "etalab-2.0": "https://spdx.org/licenses/etalab-2.0.html",
}
"""SPDX identifier → address of the text."""
DEFAULT_LICENCE: Final = "CC-BY-SA-4.0"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool or resource that was used; `url` may be empty."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """People who worked for it: their role and how many days."""

    role: str
    days: float | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """What was measured, before and after, and where the figures come from."""

    name: str
    before: str = ""
    after: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that took part; `url` is its actor or its site, or empty."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Contributor:
    """An author beside the first one: the actor's id, and the URI of the role (scheme `role`)."""

    url: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """Everything that an experience says, but for its author, dates and files.

    Markdown: `context`, `approach`, `results`, `caveats`, `success_factors`, `next_steps`,
    `adaptations`, `result_here`. Concepts (URIs): `publics`, `modalities`, `maturity`, `themes`
    (those of any scheme: our themes, ROME, DigComp, Formacode…). An empty value was not given.
    """

    title: str = ""
    summary: str = ""
    context: str = ""
    publics: tuple[str, ...] = ()
    public_number: int | None = None
    public_details: str = ""
    objectives: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    approach: str = ""
    tools: tuple[Tool, ...] = ()
    # ISO 8601: `P3D`, `PT21H`; dates `2026-11-23`
    duration: str = ""
    starts: str = ""
    ends: str = ""
    rhythm: str = ""
    means: tuple[Means, ...] = ()
    # euros
    cost_from: int | None = None
    cost_to: int | None = None
    funder: str = ""
    results: str = ""
    indicators: tuple[Indicator, ...] = ()
    caveats: str = ""
    # said explicitly: there were no difficulties
    no_caveats: bool = False
    success_factors: str = ""
    # 1 (here only) to 4 (anywhere)
    transferability: int | None = None
    transferability_conditions: str = ""
    next_steps: str = ""
    accessibility: str = ""
    partners: tuple[Partner, ...] = ()
    # INSEE code of a commune, département or région, and its name
    territory: str = ""
    territory_name: str = ""
    contributors: tuple[Contributor, ...] = ()
    # role of the first author (URI)
    author_role: str = ""
    # actor id of the organisation; the node's own unless said
    carried_by: str = ""
    contact: str = ""
    maturity: str = ""
    licence: str = DEFAULT_LICENCE
    themes: tuple[str, ...] = ()
    # the experience that this one adapts, what was changed, and what came of it here
    adapted_from: str = ""
    adaptations: str = ""
    result_here: str = ""
    # actor id of the project space that it came from, or for whose members it is
    project: str = ""
    reach: Reach = "public"
    language: str = "fr"
    # stays here: the people in the pictures agreed
    consent: bool = False
    # terms of ours that a newer version sent and this one does not know: kept, sent again
    unknown: dict[str, Any] = field(default_factory=dict)


def to_json(experience: Experience) -> str:
    """An experience as the text that the database keeps."""
    return msgspec.json.encode(experience).decode()


def from_json(text: str) -> Experience:
    """An experience from the database; unknown names are ignored. Raises `ValueError`."""
    return msgspec.json.decode(text, type=Experience)
