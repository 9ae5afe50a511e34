"""FEDERATION.md names exactly the activities that the handlers take and the builders make."""

import importlib
import pkgutil
from dataclasses import dataclass

import pytest

import outbox.builders
from inbox.registry import ROUTES
from tests.architecture.source import ROOT

HEADING = "| Activity | Object | Received | Sent |"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page's table of activities."""

    activity: str
    object: str
    received: bool
    sent: bool


def table(text: str) -> list[Row]:
    """The rows of the table under its heading; `any` stands for every type of object."""
    _, found, rest = text.partition(HEADING)
    if not found:
        raise ValueError(f"FEDERATION.md has no table {HEADING}")
    rows = []
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            break
        activity, kind, received, sent = (cell.strip(" `") for cell in line.strip("|").split("|"))
        rows.append(Row(activity, "*" if kind == "any" else kind, received == "yes", sent == "yes"))
    return rows


def built() -> set[str]:
    """The activities that have a builder: a module named after one, with a function `build`."""
    found = set()
    for listed in pkgutil.iter_modules(outbox.builders.__path__):
        builder = importlib.import_module(f"outbox.builders.{listed.name}")
        if hasattr(builder, "build"):
            found.add(listed.name.capitalize())
    return found


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The rows of our page."""
    return table((ROOT / "FEDERATION.md").read_text(encoding="utf-8"))


def test_the_page_names_what_the_handlers_take(rows: list[Row]) -> None:
    handled = {(route.activity, route.object) for route in ROUTES}
    assert {(row.activity, row.object) for row in rows if row.received} == handled


def test_the_page_names_what_the_builders_make(rows: list[Row]) -> None:
    assert {row.activity for row in rows if row.sent} == built()


def test_no_route_and_no_row_stands_twice(rows: list[Row]) -> None:
    pairs = [(route.activity, route.object) for route in ROUTES]
    assert len(pairs) == len(set(pairs))
    assert len(rows) == len({(row.activity, row.object) for row in rows})


def test_every_handler_file_is_reached_by_a_route() -> None:
    files = {file.stem for file in (ROOT / "inbox" / "handlers").glob("*.py")} - {"__init__"}
    used = {function.__module__ for route in ROUTES for function in vars_of(route)}
    assert {name for name in files if f"inbox.handlers.{name}" not in used} == set()


def vars_of(route: object) -> list[object]:
    """The functions that a route names."""
    values = [getattr(route, name) for name in getattr(route, "__slots__", vars(route))]
    return [value for value in values if callable(value)]


def test_a_table_is_read_as_it_stands() -> None:
    text = f"{HEADING}\n|---|---|---|---|\n| `Like` | any | yes | |\n| Undo | `Like` | | yes |\n\n"
    assert table(text) == [Row("Like", "*", True, False), Row("Undo", "Like", False, True)]
    with pytest.raises(ValueError, match="no table"):
        table("# Federation")
