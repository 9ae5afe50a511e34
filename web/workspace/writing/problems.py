"""What keeps a draft from being published, said beside the fields of its form."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from objects.experiences.checking import Problem, check, concepts_of
from objects.experiences.drafts import Draft
from storage.store import Tx
from web.workspace.writing.names import LABELS, PROBLEMS, problem_text
from web.workspace.writing.values import typed_problems

FILES: Final = "files"
_ROW_PARTS: Final = {
    "unknown-person": "url",
    "bad-url": "url",
    "bad-number": "days",
}
_FIRST_PARTS: Final = {"means": "role", "contributors": "url"}
_OTHER_NAMES: Final = {"duration": "duration_number", "tools": "tool_lines"}


async def problems_of(tx: Tx, draft: Draft, *, agreed: bool) -> list[Problem]:
    """Everything that is wrong with a draft; `agreed` is the word of whoever interviewed."""
    known = await tx.concepts.by_uris(concepts_of(draft.experience))
    found = check(draft.experience, pictures=draft.has_pictures, known=known)
    unread = [
        Problem(field, "bad-choice" if field == "reach" else "bad-number", row)
        for field, row in typed_problems(draft.typed)
    ]
    nameless = [
        Problem(FILES, "required", row)
        for row, media in enumerate(draft.media)
        if media.media_type.startswith("image/") and not media.description.strip()
    ]
    record = draft.record
    asked = bool(record.interviewed) and record.interviewed_id is None and not agreed
    return [*found, *unread, *nameless, *([Problem("agreed", "agreement")] if asked else [])]


def fits(form: type, problems: Iterable[Problem]) -> bool:
    """Whether a kind of form has all the fields with which something is wrong."""
    names = {*dir(form), FILES}
    return all(
        problem.field in names or _OTHER_NAMES.get(problem.field, "") in names
        for problem in problems
    )


def tell(form: Any, problems: Iterable[Problem], translate: Callable[[str], str]) -> None:
    """Put each problem beside its field; what the form does not show is said at its top."""
    for problem in problems:
        text = translate(problem_text(problem.field, problem.code))
        item = _field(form, problem)
        if item is None:
            name = translate(LABELS.get(problem.field, ""))
            form.form_errors.append(f"{name} : {text}" if name else text)
        elif text not in item.errors:
            item.errors = [*item.errors, text]


def file_problems(problems: Iterable[Problem]) -> dict[int, str]:
    """The marked sentences for files, by their position."""
    wrong = [p for p in problems if p.field == FILES and p.row is not None]
    return {p.row: PROBLEMS["required"] for p in wrong if p.row is not None}


def _field(form: Any, problem: Problem) -> Any:
    """The field of a form that a problem belongs to, in its row; None when it has none."""
    name = problem.field
    if name not in form:
        name = _OTHER_NAMES.get(name, "")
    if name not in form:
        return None
    item = form[name]
    if problem.row is None or not hasattr(item, "entries"):
        return item
    if problem.row >= len(item.entries):
        return item
    first = _FIRST_PARTS.get(problem.field, "name")
    parts = item.entries[problem.row].form
    return parts[
        _ROW_PARTS.get(problem.code, "role" if problem.code == "unknown-concept" else first)
    ]
