"""The fields of a project, typed; what a form fills, a page shows and the actor carries."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import msgspec

from objects.experiences.fields import Indicator

State = Literal["idea", "assembling", "submitted", "selected", "running", "closed", "abandoned"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""Idée, en montage, déposé, lauréat, en cours, clos, abandonné."""
ENDED: Final = frozenset({"closed", "abandoned"})

Joining = Literal["open", "request", "invitation"]
JOININGS: Final[tuple[Joining, ...]] = get_args(Joining)
"""Anybody joins at once, asks a lead, or has to be invited."""

Role = Literal["lead", "partner", "observer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Porteur, partenaire, observateur: who steers, who publishes, who reads and comments."""

ProjectReach = Literal["public", "network", "project"]
PROJECT_REACHES: Final[tuple[ProjectReach, ...]] = get_args(ProjectReach)
"""For whom an entry is: everybody, the servers of the network, the members of the project."""

MAX_PURPOSE: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project says of itself, but for its name and short description: those of the actor.

    Markdown: `purpose`, `governance`, `risks`. Concepts (URIs): `publics`, `themes`. Dates are
    ISO 8601 days. `indicators` are targets: `before` is where it starts, `after` what is aimed at.
    An empty value was not given.
    """

    acronym: str = ""
    purpose: str = ""
    # the call for projects that it answers
    call: str = ""
    call_url: str = ""
    funder: str = ""
    # euros, and the part that the partners pay themselves in per cent
    budget: int | None = None
    own_share: int | None = None
    publics: tuple[str, ...] = ()
    public_details: str = ""
    themes: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    # INSEE code of a commune, département or région, and its name
    territory: str = ""
    territory_name: str = ""
    starts: str = ""
    ends: str = ""
    governance: str = ""
    risks: str = ""
    contact: str = ""
    language: str = "fr"
    # terms of ours that a newer version sent and this one does not know: kept, sent again
    unknown: dict[str, Any] = field(default_factory=dict)


def to_json(project: Project) -> str:
    """A project as the text that the database keeps."""
    return msgspec.json.encode(project).decode()


def from_json(text: str) -> Project:
    """A project from the database; unknown names are ignored. Raises `ValueError`."""
    return msgspec.json.decode(text, type=Project)
