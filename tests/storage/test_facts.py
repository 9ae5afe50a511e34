"""Facts that several processes share, and whose files are whose, on both engines."""

from storage.ids import new_id
from storage.records import MediaRecord
from storage.store import Store
from tests.objects.people import NOW, arrive, person, post, publish


async def test_the_first_value_of_a_fact_stays(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.ledger.ensure_fact("secret", "one") == "one"
        assert await tx.ledger.ensure_fact("secret", "two") == "one"


async def test_a_fact_is_changed_only_from_what_one_saw(store: Store) -> None:
    async with store.transaction() as tx:
        assert not await tx.ledger.change_fact("until", "1", "2")
        await tx.ledger.ensure_fact("until", "1")
        assert await tx.ledger.change_fact("until", "1", "2")
        assert not await tx.ledger.change_fact("until", "1", "3")
        assert await tx.ledger.fact("until") == "2"


async def test_files_of_somebody_are_uploads_and_what_their_objects_show(store: Store) -> None:
    jeanne, luc = person("jeanne"), person("luc")
    await arrive(store, jeanne, luc)
    shown = post(jeanne)
    await publish(store, shown)
    files = [
        MediaRecord(new_id(), owner, number, f"{place}" * 64, "image/png", "", "", 1, 1, 1, None,
                    None, NOW)
        for place, (owner, number) in enumerate(
            [(jeanne.id, None), (luc.id, shown.id), (luc.id, None), (jeanne.id, shown.id)]
        )
    ]  # fmt: skip
    async with store.transaction() as tx:
        for one in files:
            await tx.ledger.add_media(one)
        first = await tx.ledger.media_of(jeanne.id, limit=2)
        rest = await tx.ledger.media_of(jeanne.id, after=first[-1].id)
        assert [m.id for m in (*first, *rest)] == [files[0].id, files[1].id, files[3].id]
        assert [m.id for m in await tx.ledger.media_of(luc.id)] == [files[1].id, files[2].id]
