"""Projects as their Group actors carry them: written for others, read from them."""

from typing import Any, Final

from actors.identifiers import Identifiers
from federation.documents import Document
from federation.vocabulary import COMMUNOTIC
from objects.experiences.fields import Indicator
from objects.experiences.wire import MAX_DETAILS, line, text
from objects.projects.fields import (
    JOININGS,
    MAX_PURPOSE,
    PROJECT_REACHES,
    STATES,
    Joining,
    Project,
    ProjectReach,
    State,
)
from objects.reading import web_address
from storage.records import ActorRecord

KINDS: Final = frozenset({COMMUNOTIC + "ProjectSpace", "cmt:ProjectSpace"})
MAX_ROWS: Final = 50
_OPENNESS: Final = {"open": "open", "request": "moderated", "invitation": "invite_only"}
"""How Mobilizon and Bonfire say how one joins."""
_TERMS: Final = frozenset(
    {
        "cmt:kind", "cmt:state", "cmt:joining", "cmt:reach", "cmt:acronym", "cmt:purpose",
        "cmt:call", "cmt:funder", "cmt:budget", "cmt:ownShare", "cmt:public", "cmt:publicDetails",
        "cmt:theme", "cmt:objective", "cmt:indicator", "cmt:territory", "cmt:territoryName",
        "cmt:starts", "cmt:ends", "cmt:governance", "cmt:risks", "cmt:contact", "cmt:language",
        "cmt:journal",
    }
)  # fmt: skip


def members_url(group_url: str) -> str:
    """The collection of a project's members, where the project is one of ours."""
    return f"{group_url}/members"


def properties(
    group: ActorRecord,
    project: Project,
    state: str,
    joining: str,
    reach: str,
    identifiers: Identifiers,
    *,
    inside: bool,
) -> dict[str, Any]:
    """What the Group's document says besides; all of it to servers of members (`inside`).

    A space for its members alone tells others no more than that it is there.
    """
    found: dict[str, Any] = {
        "cmt:kind": "cmt:ProjectSpace",
        "cmt:joining": joining,
        "openness": _OPENNESS[joining],
        "cmt:reach": reach,
        "attributedTo": identifiers.collection(group.url, "moderators"),
        "moderators": identifiers.collection(group.url, "moderators"),
        "members": members_url(group.url),
        "cmt:journal": identifiers.collection(group.url, "journal"),
        "postingRestrictedToMods": False,
    }
    if reach == "project" and not inside:
        return found
    said: dict[str, Any] = {
        "cmt:state": state,
        "cmt:acronym": project.acronym,
        "cmt:purpose": project.purpose,
        "cmt:call": _call(project),
        "cmt:funder": project.funder,
        "cmt:budget": project.budget,
        "cmt:ownShare": project.own_share,
        "cmt:public": list(project.publics),
        "cmt:publicDetails": project.public_details,
        "cmt:theme": list(project.themes),
        "cmt:objective": list(project.objectives),
        "cmt:indicator": [
            {"name": i.name, "cmt:before": i.before, "cmt:after": i.after, "cmt:source": i.source}
            for i in project.indicators
        ],
        "cmt:territory": project.territory,
        "cmt:territoryName": project.territory_name,
        "cmt:starts": project.starts,
        "cmt:ends": project.ends,
        "cmt:governance": project.governance,
        "cmt:risks": project.risks,
        "cmt:contact": project.contact,
        "cmt:language": project.language,
    }
    kept = {name: value for name, value in said.items() if value not in ("", None, [], {})}
    return found | kept | dict(project.unknown)


def _call(project: Project) -> dict[str, str]:
    parts = {"name": project.call, "url": project.call_url}
    return {name: value for name, value in parts.items() if value}


def is_project(document: Document) -> bool:
    """Whether an actor's document is that of a project space."""
    return "Group" in document.types and document.first_id("cmt:kind") in KINDS


def project_of(document: Document) -> Project:
    """What a Group says of its project; what is of a wrong type is left out, too long cut."""
    call = document.embedded("cmt:call") or Document({})
    budget, share = document.number("cmt:budget"), document.number("cmt:ownShare")
    return Project(
        acronym=line(document.text("cmt:acronym"), 30),
        purpose=text(document.text("cmt:purpose"), MAX_PURPOSE),
        call=line(call.text("name")),
        call_url=web_address(call.first_id("url")) or "",
        funder=line(document.text("cmt:funder")),
        budget=budget if budget is not None and 0 <= budget < 10**12 else None,
        own_share=share if share is not None and 0 <= share <= 100 else None,
        publics=_addresses(document, "cmt:public"),
        public_details=text(document.text("cmt:publicDetails"), MAX_DETAILS),
        themes=_addresses(document, "cmt:theme"),
        objectives=_lines(document, "cmt:objective"),
        indicators=tuple(
            Indicator(
                line(row.text("name")),
                line(row.text("cmt:before")),
                line(row.text("cmt:after")),
                line(row.text("cmt:source")),
            )
            for row in document.items("cmt:indicator")[:MAX_ROWS]
        ),
        territory=line(document.text("cmt:territory"), 9),
        territory_name=line(document.text("cmt:territoryName")),
        starts=line(document.text("cmt:starts"), 10),
        ends=line(document.text("cmt:ends"), 10),
        governance=text(document.text("cmt:governance"), MAX_PURPOSE),
        risks=text(document.text("cmt:risks"), MAX_PURPOSE),
        contact=line(document.text("cmt:contact")),
        language=line(document.text("cmt:language"), 35) or "fr",
        unknown={
            name: value
            for name, value in document.raw.items()
            if name.startswith("cmt:") and name not in _TERMS and isinstance(value, str | int)
        },
    )


def state_of(document: Document) -> State:
    """The state that a project's actor names; the first one when it names none."""
    named = document.text("cmt:state")
    return next((state for state in STATES if state == named), "idea")


def joining_of(document: Document) -> Joining:
    """How one joins; by invitation when the actor does not say."""
    named = document.text("cmt:joining")
    return next((joining for joining in JOININGS if joining == named), "invitation")


def reach_of(document: Document) -> ProjectReach:
    """For whom its entries are, unless they say; its members when the actor does not say."""
    named = document.text("cmt:reach")
    return next((reach for reach in PROJECT_REACHES if reach == named), "project")


def _addresses(document: Document, name: str) -> tuple[str, ...]:
    found = (web_address(uri) for uri in document.ids(name)[:MAX_ROWS])
    return tuple(uri for uri in found if uri)


def _lines(document: Document, name: str) -> tuple[str, ...]:
    value = document.raw.get(name)
    values = value if isinstance(value, list) else [value]
    found = (line(one) for one in values[:MAX_ROWS] if isinstance(one, str))
    return tuple(one for one in found if one)
