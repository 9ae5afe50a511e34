"""FEDERATION.md names exactly the activities that the handlers take and the builders make."""

import importlib
import pkgutil
from dataclasses import dataclass

import pytest

import outbox.builders
from inbox.handlers import ignore
from inbox.registry import ROUTES, Route
from tests.architecture.source import PACKAGES, ROOT, imported_names, modules

HEADING = "| Activity | Object | Received | Sent |"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page's table of activities."""

    activity: str
    object: str
    received: str
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
        rows.append(Row(activity, "*" if kind == "any" else kind, received, sent == "yes"))
    return rows


def built() -> set[str]:
    """The activities that have a builder: a module named after one, with `build` or `build_…`."""
    return set(builders())


def builders() -> dict[str, str]:
    """The module of each builder by its activity."""
    found = {}
    for listed in pkgutil.iter_modules(outbox.builders.__path__):
        builder = importlib.import_module(f"outbox.builders.{listed.name}")
        if any(name.split("_")[0] == "build" for name in vars(builder)):
            activity = "".join(part.capitalize() for part in listed.name.split("_"))
            found[activity] = f"outbox.builders.{listed.name}"
    return found


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The rows of our page."""
    return table((ROOT / "FEDERATION.md").read_text(encoding="utf-8"))


def effect(route: Route) -> str:
    """What the page should say: `ignored` is taken politely and has no effect."""
    return "ignored" if route.receive is ignore.receive else "yes"


def test_the_page_names_what_the_handlers_take(rows: list[Row]) -> None:
    handled = {(route.activity, route.object, effect(route)) for route in ROUTES}
    assert {(row.activity, row.object, row.received) for row in rows if row.received} == handled


def test_the_page_names_what_the_builders_make(rows: list[Row]) -> None:
    assert {row.activity for row in rows if row.sent} == built()


def test_every_builder_is_used() -> None:
    callers = [s for s in modules(*PACKAGES) if not s.path.startswith("outbox/builders/")]
    called = {name for source in callers for name, _ in imported_names(source.tree)}
    assert {name for name, module in builders().items() if module not in called} == set()


def test_no_route_and_no_row_stands_twice(rows: list[Row]) -> None:
    pairs = [(route.activity, route.object) for route in ROUTES]
    assert len(pairs) == len(set(pairs))
    assert len(rows) == len({(row.activity, row.object) for row in rows})


def test_every_handler_file_is_reached_by_a_route() -> None:
    steps = {step.__module__ for route in ROUTES for step in (route.gather, route.receive)}
    handlers = {source.path: source for source in modules("inbox/handlers")}
    called = {n for source in handlers.values() for n, _ in imported_names(source.tree)}
    names = {path.removesuffix(".py").replace("/", ".") for path in handlers}
    assert names - steps - called == {"inbox.handlers.__init__"}


def test_a_table_is_read_as_it_stands() -> None:
    text = f"{HEADING}\n|---|---|---|---|\n| `Like` | any | yes | |\n| Undo | `Like` | | yes |\n\n"
    assert table(text) == [Row("Like", "*", "yes", False), Row("Undo", "Like", "", True)]
    with pytest.raises(ValueError, match="no table"):
        table("# Federation")
