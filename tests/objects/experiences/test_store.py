"""Experiences in the database: kept, followed through edits, emptied; notes cost nothing."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import pytest

from federation.documents import Document
from objects.experiences.fields import from_json
from objects.incoming import bury, edit_object, object_record, store_object
from storage.ports import Connection, Value
from storage.records import ActorRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, person

MODALITY = "https://communotic.normandie.fr/ns/modality/afest"


class Recorder:
    """A connection that notes the statements that pass through it."""

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not name.startswith(("fetch", "execute")):
            return found

        async def noted(sql: str, *args: Value | Sequence[Any]) -> Any:
            self.seen.append(sql)
            return await found(sql, *args)

        return noted


def written(author: ActorRecord, terms: dict[str, Any], kind: str = "Article") -> Document:
    """A document of an author elsewhere."""
    return Document(
        {
            "id": f"{author.url}/1",
            "type": kind,
            "name": "Titre",
            "attributedTo": author.url,
            "content": "<p>Texte</p>",
            "published": "2026-11-18T08:00:00Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            **terms,
        }
    )


@pytest.fixture
async def luc(store: Store) -> ActorRecord:
    """Somebody elsewhere."""
    luc = person("luc", "far.example")
    await arrive(store, luc)
    return luc


async def done(store: Store, operation: Callable[[Tx], Awaitable[object]]) -> list[str]:
    """Do something; gives the statements about experiences that it took."""

    async def recorded(tx: Tx) -> list[str]:
        recorder = Recorder(tx.connection)
        inner: Any = recorder
        await operation(Tx(inner))
        return [sql for sql in recorder.seen if "insert into object_versions" not in sql]

    seen = await store.write(recorded)
    return [sql for sql in seen if "experience" in sql or "searchable" in sql]


async def test_a_note_costs_no_statement_more(store: Store, luc: ActorRecord) -> None:
    note = object_record(written(luc, {"cmt:context": "x"}, "Note"), luc, NOW)
    edited = object_record(written(
            luc, {"content": "<p>b</p>", "updated": "2026-11-18T09:00:00Z"}, "Note"
        ),
                           luc, NOW)  # fmt: skip
    assert note.experience is None
    assert await done(store, lambda tx: store_object(tx, note)) == []
    assert await done(store, lambda tx: edit_object(tx, edited)) == []
    assert await done(store, lambda tx: bury(tx, note.record, NOW)) == []
    article = object_record(written(luc, {"cmt:context": "x"}), luc, NOW)
    assert article.experience is not None


async def test_an_experience_is_kept_changed_and_emptied(store: Store, luc: ActorRecord) -> None:
    first = object_record(written(luc, {"cmt:modality": [MODALITY]}), luc, NOW)
    assert await done(store, lambda tx: store_object(tx, first))
    number = first.record.id

    async def fields() -> Any:
        row = await store.query(lambda tx: tx.experiences.by_id(number))
        return from_json(row.fields) if row else None

    assert (await fields()).modalities == (MODALITY,)
    changes = {"updated": "2026-11-18T09:00:00Z", "cmt:approach": "Pas à pas"}
    second = object_record(written(luc, changes), luc, NOW)
    assert await store.write(lambda tx: edit_object(tx, second))
    now = await fields()
    assert (now.modalities, now.approach) == ((), "Pas à pas")
    assert len(await store.query(lambda tx: tx.experiences.versions(number))) == 1
    await store.write(lambda tx: bury(tx, first.record, NOW))
    assert await fields() == from_json("{}")
    facets = await store.query(
        lambda tx: tx.connection.fetch_value("select count(*) from experience_facets")
    )
    assert facets == 0


async def test_an_article_becomes_an_experience_and_ends_to_be_one(
    store: Store, luc: ActorRecord
) -> None:
    plain = object_record(written(luc, {}), luc, NOW)
    await store.write(lambda tx: store_object(tx, plain))
    number = plain.record.id
    assert await store.query(lambda tx: tx.experiences.by_id(number)) is None
    steps: tuple[tuple[int, dict[str, Any], bool], ...]
    steps = ((9, {"cmt:context": "x"}, True), (10, {}, False))
    for hour, terms, is_one in steps:
        updated = f"2026-11-18T{hour:02}:00:00Z"
        version = object_record(written(luc, {"updated": updated, **terms}), luc, NOW)
        await store.write(partial(edit_object, incoming=version))
        row = await store.query(lambda tx: tx.experiences.by_id(number))
        assert (row is not None) == is_one
    left = await store.query(
        lambda tx: tx.connection.fetch_value("select count(*) from searchable")
    )
    assert left == 0


async def test_a_change_of_terms_alone_is_a_new_version(store: Store, luc: ActorRecord) -> None:
    await store.write(
        lambda tx: store_object(tx, object_record(written(luc, {"cmt:context": "x"}), luc, NOW))
    )
    changes: dict[str, Any] = {
        "updated": "2026-11-18T09:00:00Z", "cmt:context": "x", "cmt:future": [1],
    }  # fmt: skip
    second = object_record(written(luc, changes), luc, NOW)
    assert await store.write(lambda tx: edit_object(tx, second))
    assert not await store.write(lambda tx: edit_object(tx, second))
