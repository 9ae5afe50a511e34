"""The pages on which an experience is written, made out of a draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from quart import Response

from actors.sign_in.sessions import SignedIn
from objects.experiences.checking import Problem
from objects.experiences.completeness import completeness
from objects.experiences.drafts import Draft, Writer, may_edit, other_version
from objects.experiences.fields import LICENCES, REACHES, Experience
from objects.experiences.interview import QUESTIONS
from objects.experiences.review import next_step
from objects.projects.membership import publishes
from objects.vocabularies.names import MATURITY, MODALITY, PUBLIC, ROLE, THEME
from objects.vocabularies.suggest import Suggestion, suggest
from storage.concepts import Concept
from storage.store import Tx
from web.context import WebContext
from web.texts import LANGUAGE_NAMES
from web.workspace.writing.forms import set_choices
from web.workspace.writing.names import (
    LABELS,
    LENGTH_LABELS,
    LICENCE_LABELS,
    REACH_LABELS,
    SHORT_REACHES,
    TRANSFER_LABELS,
    UNIT_LABELS,
)
from web.workspace.writing.problems import file_problems, tell
from web.workspace.writing.saving import FORMS, Kind, Saving, draft_path, new_window
from web.workspace.writing.values import shown

SUGGESTIONS: Final = 8
# Languages in which people here write, beside those of the pages.
_WRITTEN: Final = {
    **LANGUAGE_NAMES,
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "br": "Brezhoneg",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of writing shall show beside the fields."""

    problems: Sequence[Problem] = ()
    # field whose rows get empty ones
    add: str = ""
    # a word to find subjects by; None: no suggestions
    subject: str | None = None
    agreed: bool = False
    # what was wrong with an upload, already translated; whether that is its missing description
    upload: str = ""
    undescribed: bool = False
    described: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database says for a page."""

    schemes: Mapping[str, list[Concept]]
    concepts: Mapping[str, Concept]
    suggestions: list[Suggestion]
    other: Draft | None
    # address and name of those in which the writer may publish
    projects: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WritingPages:
    """Makes the pages."""

    context: WebContext
    saving: Saving

    async def form(
        self,
        kind: Kind,
        signed: SignedIn,
        writer: Writer,
        draft: Draft | None,
        asked: Asked = Asked(),
        *,
        status: int = 200,
    ) -> Response:
        """One of the forms, with what the draft holds and what is wrong with it."""
        renderer = self.context.renderer
        language = await renderer.language()
        experience = (
            draft.experience if draft else Experience(language=self.saving.language(signed))
        )
        accounts = await self.saving.accounts(experience)
        values = shown(experience, draft.typed if draft else {}, accounts)
        values |= self._state(draft, writer, asked)
        form: Any = await renderer.form(FORMS[kind], data=values)
        found = await self.context.store.query(
            lambda tx: self._find(tx, draft, writer, experience, asked, language)
        )
        translate = await renderer.translate()
        _fill_choices(form, found, language, translate, writer)
        if asked.add and asked.add in form:
            form[asked.add].append_entry()
        tell(form, asked.problems, translate)
        policy = await self.context.site.policy()
        return await renderer.render(
            f"workspace/writing/{kind}.html",
            status=status,
            index=False,
            scripts=["autosave.js"],
            concepts=found.concepts,
            form=form,
            kind=kind,
            draft=draft,
            experience=experience,
            action=draft_path(draft, kind) if draft else _NEW[kind],
            step=next_step(draft, writer, policy) if draft else _first_step(writer, policy),
            names_author=_chooses_author(draft, writer),
            meter=completeness(experience) if draft else None,
            suggestions=found.suggestions,
            suggested=asked.subject is not None,
            other=found.other,
            all_themes=found.schemes[THEME],
            file_problems=file_problems(asked.problems),
            upload_problem="" if asked.undescribed else asked.upload,
            description_problem=asked.upload if asked.undescribed else "",
            upload_description=asked.described,
            questions=QUESTIONS,
            labels=LABELS,
            reaches=SHORT_REACHES,
            lengths=LENGTH_LABELS,
            editable=draft is None or may_edit(draft, writer) or writer.editor,
        )

    async def suggestions(
        self, experience: Experience, subject: str, language: str
    ) -> list[Suggestion]:
        """Subjects for what was written, or for a word that was typed."""
        return await self.context.store.query(
            lambda tx: _suggested(tx, experience, subject, language)
        )

    def _state(self, draft: Draft | None, writer: Writer, asked: Asked) -> dict[str, Any]:
        own = draft is None or draft.record.author_id != writer.organisation_id
        return {
            "revision": str(draft.record.revision if draft else 0),
            "window": new_window(),
            "step": "0",
            "author": "me" if own else "organisation",
            "interviewed": draft.record.interviewed if draft else "",
            "agreed": asked.agreed,
            "subject": asked.subject or "",
        }

    async def _find(
        self,
        tx: Tx,
        draft: Draft | None,
        writer: Writer,
        experience: Experience,
        asked: Asked,
        language: str,
    ) -> _Found:
        names = (PUBLIC, MODALITY, MATURITY, ROLE, THEME)
        schemes = await tx.concepts.of_schemes(names)
        themes = await tx.concepts.by_uris(experience.themes)
        suggestions: list[Suggestion] = []
        if asked.subject is not None:
            suggestions = await _suggested(tx, experience, asked.subject, language)
        known = {concept.uri: concept for found in schemes.values() for concept in found}
        known |= themes | {found.concept.uri: found.concept for found in suggestions}
        other = await other_version(tx, draft, writer) if draft else None
        return _Found(schemes, known, suggestions, other, await _projects(tx, writer))


_NEW: Final[Mapping[Kind, str]] = {
    "quick": "/write",
    "full": "/write/full",
    "interview": "/write/interview",
}


async def _projects(tx: Tx, writer: Writer) -> list[tuple[str, str]]:
    """The projects in which somebody, or the organisation in their hands, may publish."""
    found = await tx.projects.of_actor(writer.actor.id, ["member"])
    if writer.organisation_id is not None:
        found = [*found, *await tx.projects.of_actor(writer.organisation_id, ["member"])]
    ids = dict.fromkeys(one.project_id for one in found if publishes(one))
    groups = await tx.actors.by_ids(list(ids))
    living = [groups[number] for number in ids if number in groups]
    return [(g.url, g.name or g.username) for g in living if g.state == "active"]


def _first_step(writer: Writer, policy: Any) -> str:
    reviewed = (policy.review and not writer.editor) or policy.four_eyes
    return "submit" if reviewed else "publish"


def _chooses_author(draft: Draft | None, writer: Writer) -> bool:
    """Whether the form asks in whose name: editors, of what they began, before publication."""
    if writer.organisation_id is None:
        return False
    record = draft.record if draft else None
    return record is None or (record.owner_id == writer.actor.id and record.object_id is None)


async def _suggested(
    tx: Tx, experience: Experience, subject: str, language: str
) -> list[Suggestion]:
    text = subject or text_of(experience)
    spoken = language if subject else experience.language
    found = await suggest(tx, text, spoken, SUGGESTIONS + len(experience.themes))
    return [one for one in found if one.concept.uri not in experience.themes][:SUGGESTIONS]


def text_of(experience: Experience) -> str:
    """What an experience says, for finding what it is about."""
    e = experience
    tools = " ".join(tool.name for tool in e.tools)
    parts = [e.title, e.summary, *e.objectives, e.context, e.approach, tools, e.results]
    return "\n".join(part for part in parts if part)


def _reaches(form: Any, found: _Found) -> list[str]:
    """Who can be meant: the members of a project only by who belongs to one."""
    held = form.reach.data if "reach" in form else ""
    return [r for r in REACHES if r != "project" or found.projects or held == "project"]


def _fill_choices(form: Any, found: _Found, language: str, translate: Any, writer: Writer) -> None:
    def of(scheme: str) -> list[tuple[str, str]]:
        concepts = (c for c in found.schemes[scheme] if not c.deprecated)
        return [(concept.uri, concept.label(language)) for concept in concepts]

    def named(labels: Mapping[str, str], keys: Iterable[str]) -> list[tuple[str, str]]:
        return [(key, translate(labels[key])) for key in keys]

    nothing = ("", translate("—"))
    chosen = (
        [
            (uri, found.concepts[uri].label(language))
            for uri in (form.themes.data or ())
            if uri in found.concepts
        ]
        if "themes" in form
        else []
    )
    organisation = writer.organisation.name if writer.organisation else ""
    choices: dict[str, list[tuple[str, str]]] = {
        "publics": of(PUBLIC),
        "modalities": of(MODALITY),
        "maturity": of(MATURITY),
        "themes": chosen,
        "author_role": [nothing, *of(ROLE)],
        "reach": named(REACH_LABELS, _reaches(form, found)),
        "project": [nothing, *found.projects],
        "licence": named(LICENCE_LABELS, LICENCES),
        "language": list(_WRITTEN.items()),
        "author": [
            ("me", writer.actor.name or writer.actor.username),
            ("organisation", organisation),
        ],
        "transferability": named(TRANSFER_LABELS, TRANSFER_LABELS),
        "duration_unit": [nothing, *named(UNIT_LABELS, UNIT_LABELS)],
    }
    for name, offered in choices.items():
        set_choices(form, name, offered)
    if "contributors" in form:
        for entry in form.contributors.entries:
            set_choices(entry.form, "role", [nothing, *of(ROLE)])
