"""Where a practice came from and where it went: the experiences that were made from others."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from objects.visibility import filter_visible
from storage.experiences import Descent
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

State = Literal["shown", "withdrawn", "unknown"]
_OPEN: Final = ("public", "unlisted")


@dataclass(frozen=True, slots=True)
class Relative:
    """An experience of the family.

    `shown`: with its record and author. `withdrawn`: its author took it back, only the address
    is left. `unknown`: it was never fetched, or is not for this reader.
    """

    url: str
    state: State
    record: ObjectRecord | None = None
    author: ActorRecord | None = None
    children: "tuple[Relative, ...]" = ()

    @property
    def title(self) -> str:
        """Its title when it may be shown, else nothing."""
        return self.record.name if self.state == "shown" and self.record is not None else ""


@dataclass(frozen=True, slots=True)
class Genealogy:
    """`ancestors`, nearest first; `descendants` as a tree, those made directly at its top."""

    ancestors: tuple[Relative, ...]
    descendants: tuple[Relative, ...]

    def __bool__(self) -> bool:
        return bool(self.ancestors or self.descendants)

    @property
    def reuses(self) -> int:
        """How many living experiences were made from it, directly or not."""
        return sum(_living(relative) for relative in self.descendants)


async def genealogy(tx: Tx, record: ObjectRecord, viewer: ActorRecord | None) -> Genealogy:
    """The family of an experience, as far as this node knows it and `viewer` may see it.

    A constant number of queries. Descendants whom the reader may not see are left out, and those
    made from them stand in their place; a withdrawn one stays while something was made from it.
    """
    row = await tx.experiences.by_id(record.id)
    origin = row.adapted_from if row is not None else ""
    line = await tx.experiences.ancestors(origin) if origin else []
    line = [url for url in line if url != record.url]
    descents = await tx.experiences.descendants(record.url)
    above = await tx.objects.by_urls(line)
    below = await tx.objects.by_ids([descent.object_id for descent in descents])
    everybody = {known.id: known for known in (*above.values(), *below.values())}
    seen = {known.id for known in await filter_visible(tx, list(everybody.values()), viewer)}
    authors = await tx.actors.by_ids(sorted({known.actor_id for known in everybody.values()}))
    ancestors = tuple(_relative(url, above.get(url), seen, authors) for url in line)
    return Genealogy(ancestors, _tree(record.url, descents, below, seen, authors))


def _relative(
    url: str,
    record: ObjectRecord | None,
    seen: set[int],
    authors: Mapping[int, ActorRecord],
    children: tuple[Relative, ...] = (),
) -> Relative:
    state = _state(record, seen)
    if state != "shown" or record is None:
        return Relative(url, state, children=children)
    return Relative(url, state, record, authors.get(record.actor_id), children)


def _state(record: ObjectRecord | None, seen: set[int]) -> State:
    """Nobody learns from a tombstone that something restricted was here."""
    if record is None:
        return "unknown"
    if record.deleted_at is not None:
        return "withdrawn" if record.visibility in _OPEN else "unknown"
    return "shown" if record.id in seen else "unknown"


def _tree(
    root: str,
    descents: list[Descent],
    records: Mapping[int, ObjectRecord],
    seen: set[int],
    authors: Mapping[int, ActorRecord],
) -> tuple[Relative, ...]:
    children: dict[str, list[Descent]] = defaultdict(list)
    for descent in descents:
        children[descent.adapted_from].append(descent)

    def grow(url: str, above: frozenset[str]) -> tuple[Relative, ...]:
        found: list[Relative] = []
        for descent in children[url]:
            if descent.url in above:
                continue
            inner = grow(descent.url, above | {descent.url})
            record = records.get(descent.object_id)
            match _state(record, seen):
                case "shown":
                    found.append(_relative(descent.url, record, seen, authors, inner))
                case "withdrawn" if inner:
                    found.append(_relative(descent.url, record, seen, authors, inner))
                case _:
                    found.extend(inner)
        return tuple(found)

    return grow(root, frozenset({root}))


def _living(relative: Relative) -> int:
    return (relative.state == "shown") + sum(_living(child) for child in relative.children)
