"""Statements about what members are told, on both engines."""

from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add


async def tell(store: Store, owner: ActorRecord, by: ActorRecord, kinds: list[str]) -> list[int]:
    """Tell somebody several things; the ids, oldest first."""
    ids = [new_id() for _ in kinds]
    async with store.transaction() as tx:
        for number, kind in zip(ids, kinds, strict=True):
            await tx.activities.notify(
                NotificationRecord(number, owner.id, kind, by.id, None, 1, None)
            )
    return ids


async def test_what_was_told_comes_in_pages_latest_first(store: Store) -> None:
    amina, bruno = actor("amina"), actor("bruno")
    await add(store, amina, bruno)
    ids = await tell(store, amina, bruno, ["follow", "like", "share"])
    async with store.read() as tx:
        first = await tx.notifications.page(amina.id, limit=2)
        second = await tx.notifications.page(amina.id, before=first[-1].id, limit=2)
        assert [n.id for n in [*first, *second]] == ids[::-1]
        assert await tx.notifications.page(bruno.id) == []


async def test_only_what_is_not_read_counts(store: Store) -> None:
    amina, bruno = actor("amina"), actor("bruno")
    await add(store, amina, bruno)
    ids = await tell(store, amina, bruno, ["follow", "like", "share"])
    async with store.transaction() as tx:
        assert await tx.notifications.count_unread(amina.id) == 3
        assert await tx.notifications.count_unread(amina.id, at_most=2) == 2
        assert await tx.notifications.mark_read(bruno.id, ids[-1], 9) == 0
        assert await tx.notifications.mark_read(amina.id, ids[1], 9) == 2
        assert await tx.notifications.mark_read(amina.id, ids[1], 10) == 0
        assert await tx.notifications.count_unread(amina.id) == 1
        assert [n.read_at for n in await tx.notifications.page(amina.id)] == [None, 9, 9]


async def test_mails_tell_of_a_span_what_nobody_read(store: Store) -> None:
    amina, bruno = actor("amina"), actor("bruno")
    await add(store, amina, bruno)
    ids = await tell(store, amina, bruno, ["follow", "like", "share", "mention"])
    async with store.transaction() as tx:
        await tx.notifications.mark_read(amina.id, ids[1], 9)
        found = await tx.notifications.between(ids[0], ids[2])
    assert [n.id for n in found] == [ids[2]]


async def test_a_suspended_domain_is_not_heard_any_more(store: Store) -> None:
    amina, spam = actor("amina"), actor("spam", local=False, host="spam.example")
    await add(store, amina, spam)
    ids = await tell(store, amina, spam, ["follow"])
    async with store.transaction() as tx:
        await tx.connection.execute("update actors set severity = 'suspend' where id = $1", spam.id)
        assert await tx.notifications.count_unread(amina.id) == 0
        assert await tx.notifications.page(amina.id) == []
        assert await tx.notifications.between(ids[0] - 1, ids[0]) == []
