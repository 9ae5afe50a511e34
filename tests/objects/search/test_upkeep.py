"""The index made anew and tidied up."""

from objects.search.upkeep import keep_index, reindex
from storage.concepts import Concept
from tests.objects.search.conftest import AddConcepts, Shelf
from tests.support.experiences import publish


async def test_everything_is_indexed_anew_when_a_vocabulary_was_loaded(
    shelf: Shelf, add_concepts: AddConcepts
) -> None:
    uri = "https://x.example/theme/a"
    await publish(shelf.store, shelf.greta, "Un essai", themes=(uri,))
    assert await keep_index(shelf.store) == 1
    assert await shelf.titles("immersion") == []
    await add_concepts(
        Concept(uri=uri, scheme="theme", notation="a", labels={"fr": "Immersion"}),
        loaded_at=7,
    )
    assert await keep_index(shelf.store) == 1
    assert await shelf.titles("immersion") == ["Un essai"]
    assert await keep_index(shelf.store) == 0


async def test_withdrawn_experiences_are_not_indexed_again(shelf: Shelf) -> None:
    record = await publish(shelf.store, shelf.greta, "Retirée")
    await shelf.store.write(lambda tx: tx.objects.bury(record, 5))
    await reindex(shelf.store)
    assert (await shelf.find("retirée")).total == 0


async def test_words_of_a_deleted_account_are_forgotten(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Chaudronnerie")
    await publish(shelf.store, shelf.mfr, "Menuiserie")
    await keep_index(shelf.store)
    async with shelf.store.transaction() as tx:
        await tx.connection.execute("delete from actors where id = $1", shelf.greta.id)
    await keep_index(shelf.store)
    words = await shelf.store.query(lambda tx: tx.search.words_of_length(1, 99, open_only=False))
    assert {word for word, _, _ in words} >= {"menuiserie"}
    assert "chaudronnerie" not in {word for word, _, _ in words}


async def test_many_experiences_are_indexed_in_several_steps(shelf: Shelf) -> None:
    for number in range(53):
        await publish(shelf.store, shelf.greta, f"Essai {number}")
    async with shelf.store.transaction() as tx:
        await tx.connection.execute("delete from searchable")
    assert await reindex(shelf.store) == 53
    assert (await shelf.find("essai")).total == 53
