"""Statements about what members chose, on both engines."""

from storage.departures import DepartureStatements
from storage.store import Store
from tests.storage.actors_made_up import actor, add


async def test_a_choice_replaces_the_one_before(store: Store) -> None:
    amina, bruno = actor("amina"), actor("bruno")
    await add(store, amina, bruno)
    async with store.transaction() as tx:
        assert await tx.preferences.get(amina.id, "mail") is None
        await tx.preferences.put(amina.id, "mail", "daily")
        await tx.preferences.put(amina.id, "mail", "weekly")
        await tx.preferences.put(amina.id, "themes", "[]")
        await tx.preferences.put(bruno.id, "mail", "none")
        assert await tx.preferences.get(amina.id, "mail") == "weekly"
        assert await tx.preferences.all(amina.id) == {"mail": "weekly", "themes": "[]"}
        assert await tx.preferences.named("mail") == {amina.id: "weekly", bruno.id: "none"}


async def test_a_choice_can_be_taken_back_once(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        await tx.preferences.put(amina.id, "leaving", "5")
        assert await tx.preferences.remove(amina.id, "leaving")
        assert not await tx.preferences.remove(amina.id, "leaving")
        assert await tx.preferences.all(amina.id) == {}


async def test_who_leaves_leaves_no_choices_behind(store: Store) -> None:
    amina, bruno = actor("amina"), actor("bruno")
    await add(store, amina, bruno)
    async with store.transaction() as tx:
        for one in (amina, bruno):
            await tx.preferences.put(one.id, "mail", "daily")
        await DepartureStatements(tx.connection).undo_doings(amina.id)
        assert await tx.preferences.named("mail") == {bruno.id: "daily"}
