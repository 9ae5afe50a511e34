"""A map of partners, drawn here: points at about the middle of their départements, no tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from objects.search.centroids import (
    CENTROIDS,
    FLATTENED,
    departments_of,
    is_overseas,
    middle,
    region_of,
)
from objects.search.places import places_in
from objects.search.territories import REGIONS, facet_values, territory_label
from objects.text import plain_text
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.projects.desk import Space

WIDTH: Final = 640
MARGIN: Final = 90
# A degree of latitude in units of the picture, when a region or the whole country is shown.
NEAR, FAR = 330.0, 70.0
TERRITORY_NAMES: Final = frozenset({"territoire", "territoires", "territory", "territories"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map with the partners there; `x` and `y` in units of the picture."""

    value: str
    label: str
    x: float
    y: float
    people: tuple[ActorRecord, ...]
    own: bool = False

    @property
    def code(self) -> str:
        """What stands inside the point: the number of a département."""
        return "" if self.value.startswith("R") else self.value

    @property
    def radius(self) -> float:
        """The size of the point: more partners, more room, up to a bound."""
        return 15.0 + 3.0 * min(len(self.people), 5)


@dataclass(frozen=True, slots=True)
class PartnerMap:
    """The map and the list that says the same; `others` are partners of whom nothing is known.

    `around` are the other départements in view, as small points: (x, y, name), the name empty on
    the map of the whole country.
    """

    width: int
    height: int
    spots: tuple[Spot, ...]
    around: tuple[tuple[float, float, str], ...]
    others: tuple[ActorRecord, ...]


async def partner_map(
    tx: Tx,
    space: Space,
    people: Sequence[tuple[MembershipRecord, ActorRecord]],
    organisation: ActorRecord | None,
) -> PartnerMap | None:
    """Where the partners of a project are; None when nothing is known of any of them.

    A partner's territory is what their profile says in a line of that name, else what the
    profile of the organisation of their site says; `organisation` is the one of this node.
    """
    members = [person for _, person in people]
    hosts = sorted({person.host for person in members if not person.local})
    known = await tx.project_journal.organisations(hosts)
    where: dict[str, list[ActorRecord]] = {}
    others = []
    for person in members:
        home = organisation if person.local else known.get(person.host)
        places = territories_of(person) or (territories_of(home) if home else ())
        for place in places:
            where.setdefault(place, []).append(person)
        if not places:
            others.append(person)
    project = space.project
    own = facet_values(project.territory, project.territory_name)[:1]
    for place in own:
        # a whole region is no point of its own
        if place not in REGIONS:
            where.setdefault(place, [])
    return drawn(where, own, others) if where else None


def territories_of(actor: ActorRecord) -> tuple[str, ...]:
    """The facet values (`50`, `R28`) that the profile of somebody names as their territory."""
    fields: list[dict[str, Any]] = orjson.loads(actor.fields or "[]")
    for field in fields:
        if plain_text(str(field.get("name", ""))).strip().casefold() in TERRITORY_NAMES:
            return places_in(plain_text(str(field.get("value", ""))))
    return ()


def drawn(
    where: dict[str, list[ActorRecord]], own: Sequence[str], others: Sequence[ActorRecord]
) -> PartnerMap:
    """The picture: one region when everything lies in it, else the whole country.

    What lies overseas stands in a row below, as on maps at school.
    """
    mainland = {value: middle(value) for value in where if not is_overseas(value)}
    regions = {region_of(value) for value in mainland}
    near = len(regions) == 1
    inside = departments_of(next(iter(regions))) if near else list(CENTROIDS)
    frame = [CENTROIDS[code] for code in inside if not is_overseas(code)]
    scale = NEAR if near else FAR
    north, west = max(p[0] for p in frame), min(p[1] for p in frame)
    south, east = min(p[0] for p in frame), max(p[1] for p in frame)
    scale = min(scale, (WIDTH - 2 * MARGIN) / max((east - west) * FLATTENED, 0.5))

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x = MARGIN + (point[1] - west) * FLATTENED * scale
        return round(x, 1), round(MARGIN + (north - point[0]) * scale, 1)

    height = 2 * MARGIN + (north - south) * scale
    overseas = sorted(value for value in where if is_overseas(value))
    places = {value: at(point) for value, point in mainland.items() if point is not None}
    places |= {
        value: (MARGIN + 100.0 * n, round(height + 10.0)) for n, value in enumerate(overseas)
    }
    spots = [
        Spot(value, territory_label(value), *places[value], tuple(people), value in own)
        for value, people in where.items()
        if value in places
    ]
    around = [
        (*at(CENTROIDS[code]), territory_label(code) if near else "")
        for code in inside
        if code not in where and not is_overseas(code)
    ]
    spots.sort(key=lambda spot: (-len(spot.people), spot.label))
    tall = round(height + (70 if overseas else 0))
    return PartnerMap(WIDTH, tall, tuple(spots), tuple(around), tuple(others))
