"""The facets of the list of experiences as a page shows them: labels, numbers, what is chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from objects.search.find import FACETS, Found
from objects.search.territories import DEPARTMENTS, territory_label
from storage.concepts import Concept
from web.public.asking import SCHEMES, Asked, short_value
from web.texts import LANGUAGE_NAMES, mark

NAMES: Final = {
    "theme": mark("Theme"),
    "public": mark("Public"),
    "modality": mark("Modality"),
    "territory": mark("Territory"),
    "maturity": mark("Maturity"),
    "licence": mark("Licence"),
    "language": mark("Language"),
    "year": mark("Year"),
}
_MATURITY_ORDER: Final = ("idee", "en-test", "eprouvee", "generalisee", "arretee")
SHOWN: Final = 8
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: as the form sends it, its name, how many fit, whether it is chosen."""

    value: str
    label: str
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet: the first choices, and those that unfold."""

    name: str
    label: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: what it says, and the address without it."""

    label: str
    address: str


class Labels:
    """Names of facet values in the language of the page."""

    def __init__(self, concepts: Mapping[str, Concept], language: str) -> None:
        self._concepts = concepts
        self._language = language

    def of(self, facet: str, value: str) -> str:
        """The name of a value; the value itself, or the end of its address, when unknown."""
        if facet in SCHEMES:
            concept = self._concepts.get(value)
            return concept.label(self._language) if concept else value.rpartition("/")[2]
        if facet == "territory":
            return territory_label(value)
        if facet == "licence":
            return licence_label(value)
        return LANGUAGE_NAMES.get(value, value) if facet == "language" else value


def licence_label(spdx: str) -> str:
    """A licence as people write it: `CC BY-SA 4.0`."""
    if spdx == "etalab-2.0":
        return "Licence Ouverte 2.0"
    return spdx.replace("CC-", "CC ", 1).replace("CC0-", "CC0 ").replace("-4.0", " 4.0")


def concept_values(asked: Asked, found: Found) -> set[str]:
    """The URIs of all concepts whose names the filters need."""
    wanted = {value for facet in SCHEMES for value, _ in found.facets.get(facet, [])[:MOST]}
    wanted |= {value for facet in SCHEMES for value in asked.facets.get(facet, ())}
    return wanted | {each.value for each in found.suggestions if "://" in each.value}


def facet_views(asked: Asked, found: Found, labels: Labels) -> list[FacetView]:
    """Every facet that has something to choose."""
    views = [_view(facet, asked, found, labels) for facet in FACETS]
    return [view for view in views if view.chosen or len(view.first) > 1]


def _view(facet: str, asked: Asked, found: Found, labels: Labels) -> FacetView:
    chosen = asked.facets.get(facet, ())
    numbers = dict(found.facets.get(facet, [])[:MOST])
    values = [*(value for value in chosen if value not in numbers), *numbers]
    choices = [
        Choice(
            short_value(facet, value),
            labels.of(facet, value),
            numbers.get(value, 0),
            value in chosen,
        )
        for value in values
    ]
    ordered = _ordered(facet, choices)
    first = [choice for place, choice in enumerate(ordered) if place < SHOWN or choice.chosen]
    more = [choice for place, choice in enumerate(ordered) if place >= SHOWN and not choice.chosen]
    return FacetView(facet, NAMES[facet], tuple(first), tuple(more), len(chosen))


def _ordered(facet: str, choices: Sequence[Choice]) -> list[Choice]:
    """Most first; years from now back, maturity as it grows, regions before départements."""
    keys: dict[str, Callable[[Choice], object]] = {
        "year": lambda choice: -int(choice.value) if choice.value.isdigit() else 0,
        "maturity": lambda choice: (
            _MATURITY_ORDER.index(choice.value) if choice.value in _MATURITY_ORDER else 9
        ),
        "territory": lambda choice: (choice.value in DEPARTMENTS, -choice.number, choice.label),
    }
    return sorted(choices, key=keys.get(facet, lambda choice: (-choice.number, choice.label)))  # type: ignore[arg-type]


def chips(asked: Asked, labels: Labels, period: str) -> list[Chip]:
    """The filters that are set, each with the address of the list without it."""
    found = [
        Chip(labels.of(facet, value), asked.without(facet, value).address())
        for facet, values in asked.facets.items()
        for value in values
    ]
    if asked.start or asked.end:
        found.append(Chip(period, asked.without("period").address()))
    return found
