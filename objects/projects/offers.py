"""What members may propose to do with a project, written and strictly read.

An `Offer` holds the activity that the project would do itself: a `Create` of a milestone or a
call, an `Update` or `Delete` of one, an `Update` of the project, an `Add` to its members or a
`Remove` from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from federation.documents import Document
from objects.experiences.wire import line, text
from objects.projects.entries import (
    NAMES,
    OF_THE_GROUP,
    STATES,
    Entry,
    entry_of,
    entry_properties,
)
from objects.projects.fields import JOININGS, PROJECT_REACHES, Role
from objects.projects.fields import STATES as PROJECT_STATES
from objects.projects.membership import MAX_ENGAGEMENT, NotAllowed, role_named
from objects.projects.wire import members_url
from objects.reading import web_address
from objects.text import plain_text

MAX_BYTES: Final = 64_000
MAX_TEXT: Final = 20_000
MAX_REASON: Final = 1_000
ENTRY_TERMS: Final = frozenset(
    {
        "name", "cmt:state", "cmt:due", "cmt:responsible", "cmt:link", "cmt:outcome", "cmt:skill",
        "cmt:territory", "cmt:territoryName",
    }
)  # fmt: skip
"""What an `Update` changes of a milestone or a call, beside the text."""
SPACE_TERMS: Final = frozenset(
    {
        "name", "summary", "cmt:state", "cmt:joining", "cmt:reach", "cmt:acronym", "cmt:purpose",
        "cmt:call", "cmt:funder", "cmt:budget", "cmt:ownShare", "cmt:public", "cmt:publicDetails",
        "cmt:theme", "cmt:objective", "cmt:indicator", "cmt:territory", "cmt:territoryName",
        "cmt:starts", "cmt:ends", "cmt:governance", "cmt:risks", "cmt:contact", "cmt:language",
    }
)  # fmt: skip
_CHOICES: Final = {
    "cmt:state": PROJECT_STATES,
    "cmt:joining": JOININGS,
    "cmt:reach": PROJECT_REACHES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A milestone or a call more; `text` is Markdown."""

    entry: Entry
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """Another state, date… of the milestone or call at `url`: what `said` (wire terms) names.

    A term that is None is taken away; without `text` (Markdown) the text stays.
    """

    url: str
    said: dict[str, Any] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEnd:
    """The milestone or call at `url` is withdrawn."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """The actor with the id `person` is invited, admitted, or has another role from now on."""

    person: str
    role: Role = "partner"
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEnd:
    """A member, somebody invited, or somebody who asked, belongs to the project no more."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceChange:
    """The project says something else of itself: what `said` (wire terms, `summary` plain)."""

    said: dict[str, Any]


Proposal = NewEntry | EntryChange | EntryEnd | MemberChange | MemberEnd | SpaceChange


def other_state(url: str, state: str) -> EntryChange:
    """The milestone or call at `url` is in another state from now on."""
    return EntryChange(url=url, said={"cmt:state": state})


def other_entry(url: str, before: Entry, after: Entry, text: str | None = None) -> EntryChange:
    """What a changed milestone or call says differently."""
    old, new = entry_properties(before), entry_properties(after)
    said = {name: new.get(name) for name in ENTRY_TERMS if new.get(name) != old.get(name)}
    return EntryChange(url=url, said=said, text=text)


def other_space(before: Mapping[str, Any], after: Mapping[str, Any]) -> SpaceChange:
    """What a project says differently: of both all wire terms, `summary` plain."""
    said = {name: after.get(name) for name in SPACE_TERMS if after.get(name) != before.get(name)}
    return SpaceChange(said=said)


def proposal_document(proposal: Proposal, group_url: str) -> dict[str, Any]:
    """The activity that a proposal asks the project to do; `proposal_of` reads it again."""
    match proposal:
        case NewEntry():
            said = entry_properties(proposal.entry) | _source(proposal.text)
            return _activity("Create", group_url, {"type": "Note", **said})
        case EntryChange():
            source = {} if proposal.text is None else _source(proposal.text)
            changed = {"id": proposal.url, "type": "Note", **proposal.said, **source}
            return _activity("Update", group_url, changed)
        case EntryEnd():
            return _activity("Delete", group_url, proposal.url)
        case MemberChange():
            word = {"content": proposal.message} if proposal.message else {}
            return _activity(
                "Add",
                group_url,
                proposal.person,
                target=members_url(group_url),
                **{"cmt:role": proposal.role},
                **word,
            )
        case MemberEnd():
            target = members_url(group_url)
            return _activity("Remove", group_url, proposal.person, target=target)
        case SpaceChange():
            changed = {"id": group_url, "type": "Group", **proposal.said}
            return _activity("Update", group_url, changed)


def proposal_of(activity: Document, group_url: str) -> Proposal:
    """What the activity inside an Offer proposes for a project.

    Raises `NotAllowed` (`not-offered`) for anything else than what may be proposed, and for
    values that cannot be.
    """
    if len(activity.dump()) > MAX_BYTES:
        raise not_offered("The proposal is too long.")
    inner, about = activity.embedded("object"), activity.first_id("object")
    match activity.type:
        case "Create" if inner is not None:
            return _new_entry(inner)
        case "Update" if inner is not None and inner.id == group_url:
            return _space_change(inner)
        case "Update" if inner is not None and inner.id is not None:
            return _entry_change(inner, inner.id)
        case "Delete" if about is not None and about != group_url:
            return EntryEnd(url=about)
        case "Add" | "Remove" if about is not None and web_address(about) and about != group_url:
            return _membership(activity, about, group_url)
    raise not_offered("This cannot be proposed to a project.")


def text_of(proposal: Proposal, reason: str = "") -> str:
    """A proposal, and why it is made, as the text that the database keeps."""
    kept = {"object": proposal_document(proposal, _HERE), "content": reason[:MAX_REASON]}
    return orjson.dumps(kept).decode()


def from_text(document: str) -> Proposal:
    """A proposal from the database. Raises `NotAllowed` for what is none."""
    return proposal_of(Document(orjson.loads(document)).embedded("object") or Document({}), _HERE)


def reason_of(document: str) -> str:
    """Why a proposal from the database was made."""
    return Document(orjson.loads(document)).text("content") or ""


_HERE: Final = "https://project.invalid/"
"""Stands for the project in what is kept: it may move, and its proposals with it."""


def _new_entry(document: Document) -> NewEntry:
    named = (document.first_id("cmt:kind") or "").rpartition(":")[2].rpartition("#")[2]
    if named not in {NAMES[kind] for kind in NAMES if kind in OF_THE_GROUP}:
        raise not_offered("A milestone or a call can be proposed; a note is simply written.")
    entry = entry_of(document)
    state = document.text("cmt:state")
    if state is not None and state not in STATES[entry.kind]:
        raise not_offered(f"{state[:40]!r} is no state of a {entry.kind}.")
    written = _text(document) or ""
    if not entry.title and not written:
        raise not_offered("A milestone or a call needs a title or a text.")
    return NewEntry(entry=entry, text=written)


def _entry_change(document: Document, url: str) -> EntryChange:
    said = {name: value for name, value in document.raw.items() if name in ENTRY_TERMS}
    if any(not _plain(value) for value in said.values()):
        raise not_offered("A value of the proposal is of a wrong type.")
    written = _text(document)
    if not said and written is None:
        raise not_offered("The proposal changes nothing.")
    return EntryChange(url=url, said=said, text=written)


def _space_change(document: Document) -> SpaceChange:
    said = {name: value for name, value in document.raw.items() if name in SPACE_TERMS}
    for name, known in _CHOICES.items():
        if name in said and said[name] not in known:
            raise not_offered(f"{str(said[name])[:40]!r} is no value of {name}.")
    if "name" in said:
        said["name"] = line(document.text("name"), 150)
        if not said["name"]:
            raise not_offered("A project needs a name.")
    if "summary" in said:
        said["summary"] = plain_text((document.text("summary") or "")[:5_000])[:500]
    if not said:
        raise not_offered("The proposal changes nothing.")
    return SpaceChange(said=said)


def _membership(activity: Document, person: str, group_url: str) -> MemberChange | MemberEnd:
    if activity.first_id("target") != members_url(group_url):
        raise not_offered("Only the members of the project can be proposed to change.")
    if activity.type == "Remove":
        return MemberEnd(person=person)
    named = activity.text("cmt:role")
    role = role_named(named, "partner")
    if named is not None and role_named(named, "observer") != role:
        raise not_offered(f"{named[:40]!r} is no role.")
    word = text(activity.text("content"), MAX_ENGAGEMENT)
    return MemberChange(person=person, role=role, message=word)


def _activity(kind: str, group_url: str, about: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, "actor": group_url, "object": about, **more}


def _source(written: str) -> dict[str, Any]:
    return {"source": {"content": written, "mediaType": "text/markdown"}}


def _text(document: Document) -> str | None:
    source = document.embedded("source")
    written = source.text("content") if source is not None else None
    if written is None and document.has("content"):
        written = plain_text(document.text("content") or "")
    return None if written is None else text(written, MAX_TEXT)


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return value is None or isinstance(value, str)


def not_offered(detail: str) -> NotAllowed:
    """Why something cannot be proposed."""
    return NotAllowed("not-offered", detail, 422)
