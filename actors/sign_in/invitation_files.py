"""Invitations from a file: name, mail address and role on each line, as spreadsheets write it."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import Final

from actors.sign_in.invitations import Problem, Wanted

MAX_BYTES: Final = 500_000
MAX_LINES: Final = 1_000
DELIMITERS: Final = ";,\t"
HEADINGS: Final = {
    "name": frozenset({"name", "nom", "nom complet", "prenom nom", "full name"}),
    "mail": frozenset({"mail", "email", "e-mail", "courriel", "adresse", "adresse mail"}),
    "role": frozenset({"role", "fonction", "droits"}),
}
ROLE_NAMES: Final = {
    "": "member",
    "reader": "reader",
    "lecteur": "reader",
    "lectrice": "reader",
    "member": "member",
    "membre": "member",
    "author": "member",
    "auteur": "member",
    "autrice": "member",
    "auteure": "member",
    "editor": "editor",
    "relecteur": "editor",
    "relectrice": "editor",
    "admin": "admin",
    "administrator": "admin",
    "administrateur": "admin",
    "administratrice": "admin",
}


def read_file(data: bytes) -> tuple[list[Wanted], list[Problem]]:
    """The people in a CSV file (comma, semicolon or tab; UTF-8 or Windows), and its bad lines.

    Columns are name, mail, role, or in the order that a first line of headings gives. Roles may
    be French or English; an empty one is a member. A line without an `@` is a bad one.
    """
    text = _decoded(data[:MAX_BYTES])
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    places = {"name": 0, "mail": 1, "role": 2}
    wanted: list[Wanted] = []
    problems: list[Problem] = []
    for line, row in enumerate(_readable(rows), start=1):
        cells = [cell.strip() for cell in row]
        if line == 1 and (headings := _headings(cells)):
            places = headings
            continue
        if not any(cells):
            continue
        if len(wanted) + len(problems) >= MAX_LINES:
            problems.append(Problem(Wanted("", line=line), "too-many"))
            break
        _take(cells, places, line, wanted, problems)
    return wanted, problems


def _take(
    cells: list[str],
    places: dict[str, int],
    line: int,
    wanted: list[Wanted],
    problems: list[Problem],
) -> None:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place] if place < len(cells) else ""

    role = ROLE_NAMES.get(_plain(cell("role")))
    found = Wanted(cell("mail"), cell("name"), role or cell("role"), line)
    if "@" not in found.mail and not any("@" in text for text in cells):
        problems.append(Problem(Wanted(";".join(cells)[:100], line=line), "columns"))
    elif role is None:
        problems.append(Problem(found, "role"))
    else:
        wanted.append(found)


def _headings(cells: list[str]) -> dict[str, int]:
    """Where the columns stand, if this line names them."""
    names = [_plain(cell) for cell in cells]
    found = {
        column: place
        for place, name in enumerate(names)
        for column, words in HEADINGS.items()
        if name in words
    }
    return found if "mail" in found else {}


def _readable(rows: Iterable[list[str]]) -> list[list[str]]:
    """The rows up to one that is no CSV (a quote without end, a monstrous cell)."""
    found: list[list[str]] = []
    try:
        found.extend(rows)
    except csv.Error:
        found.append(["?"])
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").replace("\0", "")


def _plain(text: str) -> str:
    """In lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
