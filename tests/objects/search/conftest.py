"""A small library on either engine, with two authors here and one elsewhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from objects.search.find import Found, Query, find
from storage.concepts import Concept, Scheme
from storage.records import ActorRecord
from storage.store import Store
from tests.support.experiences import organisation, people


@dataclass
class Shelf:
    """The store, the authors, and a way to ask for titles."""

    store: Store
    greta: ActorRecord
    mfr: ActorRecord
    ailleurs: ActorRecord

    async def find(self, text: str = "", **query: object) -> Found:
        """Search as a stranger unless a viewer is given."""
        asked = Query(text=text, **query)  # type: ignore[arg-type]
        return await self.store.query(lambda tx: find(tx, asked))

    async def titles(self, text: str = "", **query: object) -> list[str]:
        """The titles that are found, in order."""
        found = await self.find(text, **query)
        records = await self.store.query(lambda tx: tx.objects.by_ids(list(found.ids)))
        return [records[number].name for number in found.ids]


@pytest.fixture
async def shelf(store: Store) -> Shelf:
    """An empty library."""
    authors = await people(
        store,
        [
            organisation("greta", "Greta du Cotentin", 1),
            organisation("mfr", "MFR du Bocage", 2),
            organisation("cfa", "CFA d’ailleurs", 3, "ailleurs.example"),
        ],
    )
    return Shelf(store, *authors)


AddConcepts = Callable[..., Awaitable[None]]


@pytest.fixture
def add_concepts(shelf: Shelf) -> AddConcepts:
    """Store concepts of the scheme of themes."""

    async def add(*concepts: Concept, loaded_at: int = 1) -> None:
        scheme = Scheme(
            name="theme",
            uri="https://x.example/theme",
            labels={"fr": "Thèmes"},
            loaded_at=loaded_at,
        )
        await shelf.store.write(lambda tx: tx.concepts.replace(scheme, concepts, ()))

    return add
