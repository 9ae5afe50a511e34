"""What acts about projects and events refuse, in the words of pages."""

import ast
from pathlib import Path

from web.events.words import REASONS as OF_EVENTS
from web.projects.decisions import REASONS as OF_DECISIONS
from web.projects.keeping import WRONG as OF_MOVES
from web.projects.refusals import REASONS as OF_PROJECTS
from web.projects.writing import REFUSALS as OF_NOTES

ROOT = Path(__file__).parents[2]
ROOMS = ("outbox/acts/projects", "outbox/acts/events", "objects/projects", "objects/events")
UNSEEN = {401, 403, 404, 410}
"""What is not there, or not for the reader: these pages say that, never why."""
NEVER_FROM_A_PAGE = {"no-objection"}
"""The page of a decision shows the button beside objections only."""


def test_what_acts_refuse_is_said_in_the_language_of_the_page() -> None:
    known = {*OF_PROJECTS, *OF_DECISIONS, *OF_EVENTS, *OF_MOVES, *OF_NOTES}

    silent = {
        (path.name, code)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for status, code in _refusals(ast.parse(path.read_text()))
        if status not in UNSEEN and code not in known | NEVER_FROM_A_PAGE
    }

    assert silent == set()


def _refusals(tree: ast.AST) -> set[tuple[int, str]]:
    """The statuses and codes that a module raises, as far as they are written out."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        values = [part.value if isinstance(part, ast.Constant) else None for part in node.args]
        if node.func.id == "ActRefused" and isinstance(values[1], str):
            found.add((int(str(values[0])), values[1]))
        elif node.func.id == "NotAllowed" and isinstance(values[0], str):
            status = values[2] if len(values) > 2 else 403
            found.add((int(str(status)), values[0]))
    return found
