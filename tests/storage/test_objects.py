"""Statements about objects, activities and the ledger, on both databases."""

from dataclasses import replace

from storage.ids import new_id
from storage.records import (
    ActivityRecord,
    ActorRecord,
    AuditRecord,
    NotificationRecord,
    ReactionRecord,
    ReportRecord,
)
from storage.store import Store, Tx
from tests.objects.people import HERE, NOW, arrive, block, person, post, publish


async def settled(store: Store) -> tuple[ActorRecord, ActorRecord]:
    """Somebody here and somebody elsewhere."""
    jeanne, luc = person("jeanne"), person("luc", "far.example")
    await arrive(store, jeanne, luc)
    return jeanne, luc


async def test_an_object_comes_back_as_it_was_stored(store: Store) -> None:
    jeanne, _ = await settled(store)
    record = await publish(store, post(jeanne, name="Été", edited_at=NOW, sensitive=1))

    async def look(tx: Tx) -> None:
        assert await tx.objects.by_id(record.id) == record
        assert await tx.objects.by_url(record.url) == record
        assert await tx.objects.by_ids([record.id, 1]) == {record.id: record}
        assert await tx.objects.by_ids([]) == {}
        assert await tx.objects.visible_ids([], 0) == set()
        assert await tx.objects.visible_by_ids([], 0) == {}
        assert not await tx.objects.add(replace(record, id=new_id()))

    await store.write(look)


async def test_pages_of_an_author_hold_what_is_for_everyone(store: Store) -> None:
    jeanne, _ = await settled(store)
    kinds = ("public", "unlisted", "followers", "direct", "public")
    records = [post(jeanne, kind) for kind in kinds]
    await publish(store, *records)

    async def look(tx: Tx) -> None:
        first = await tx.objects.of_actor(jeanne.id, limit=2)
        assert [record.id for record in first] == [records[4].id, records[1].id]
        rest = await tx.objects.of_actor(jeanne.id, before=first[-1].id)
        assert [record.id for record in rest] == [records[0].id]
        here = await tx.objects.local_public()
        assert [record.id for record in here] == [records[4].id, records[0].id]
        assert await tx.objects.local_public(before=records[4].id) == here[1:]
        assert await tx.objects.local_public(after=records[0].id) == here[:1]
        assert sorted(await tx.objects.ids_of_actor(jeanne.id)) == sorted(r.id for r in records)

    await store.query(look)


async def test_whoever_answered_liked_or_shared_is_concerned(store: Store) -> None:
    jeanne, luc = await settled(store)
    nora, ines = person("nora", "far.example"), person("ines", "far.example")
    await arrive(store, nora, ines)
    record = await publish(store, post(jeanne))
    await publish(store, post(luc, in_reply_to=record.url, in_reply_to_id=record.id))

    async def operation(tx: Tx) -> set[int]:
        for kind, actor in (("likes", nora), ("shares", ines), ("shares", luc)):
            reaction = ReactionRecord(new_id(), actor.id, record.id, f"{actor.url}/{kind}", NOW)
            await tx.activities.react(kind, reaction)  # type: ignore[arg-type]
        return set(await tx.objects.concerned(record.id))

    assert await store.write(operation) == {luc.id, nora.id, ines.id}


async def test_reactions_are_found_by_activity_and_by_actor(store: Store) -> None:
    jeanne, luc = await settled(store)
    record = await publish(store, post(jeanne))
    reaction = ReactionRecord(new_id(), luc.id, record.id, "https://far.example/l/1", NOW)

    async def operation(tx: Tx) -> None:
        assert await tx.activities.react("likes", reaction)
        assert await tx.activities.reaction_by_url("likes", reaction.url) == reaction
        assert await tx.activities.reaction("likes", luc.id, record.id) == reaction
        assert await tx.activities.reactions("likes", record.id) == [reaction]
        assert await tx.activities.reactions("likes", record.id, before=reaction.id) == []
        assert await tx.activities.reactions("shares", record.id) == []
        assert await tx.activities.unreact("likes", reaction)
        assert not await tx.activities.unreact("likes", reaction)

    await store.write(operation)


async def test_an_outbox_shows_what_was_published_for_all(store: Store) -> None:
    jeanne, luc = await settled(store)

    def made(actor: ActorRecord, kind: str, visibility: str) -> ActivityRecord:
        number = new_id()
        return ActivityRecord(
            number, HERE.activity(number), kind, actor.id, actor.local, visibility, "", None,
            "{}", NOW,
        )  # fmt: skip

    public, private = made(jeanne, "Create", "public"), made(jeanne, "Create", "direct")
    follow, foreign = made(jeanne, "Follow", "direct"), made(luc, "Create", "public")

    async def operation(tx: Tx) -> None:
        for activity in (public, private, follow, foreign):
            assert await tx.activities.add(activity)
        assert not await tx.activities.add(public)
        assert await tx.activities.outbox(jeanne.id) == [public]
        assert await tx.activities.count_outbox(jeanne.id) == 1
        everything = await tx.activities.outbox(jeanne.id, everything=True)
        assert everything == [follow, private, public]
        assert await tx.activities.by_url(follow.url) == follow
        await tx.activities.remove(follow.id)
        assert await tx.activities.by_id(follow.id) is None

    await store.write(operation)


async def test_nobody_is_told_twice_nor_of_somebody_blocked(store: Store) -> None:
    jeanne, luc = await settled(store)
    nora = person("nora", "far.example")
    await arrive(store, nora)
    await block(store, jeanne, nora)

    def notice(owner: ActorRecord, actor: ActorRecord) -> NotificationRecord:
        return NotificationRecord(new_id(), owner.id, "follow", actor.id, None, NOW, None)

    async def operation(tx: Tx) -> list[bool]:
        pairs = ((jeanne, luc), (jeanne, luc), (jeanne, nora), (luc, jeanne))
        return [await tx.activities.notify(notice(*pair)) for pair in pairs]

    assert await store.write(operation) == [True, False, False, False]


async def test_what_a_blocked_actor_left_can_be_hidden(store: Store) -> None:
    jeanne, luc = await settled(store)
    record = await publish(store, post(luc))

    async def operation(tx: Tx) -> None:
        await tx.activities.show(
            [jeanne.id], entry_id=1, activity_id=None, object_id=record.id, actor_id=luc.id,
            home=True, inbox=False,
        )  # fmt: skip
        assert [entry[1] for entry in await tx.activities.home(jeanne.id)] == [record.id]
        await tx.activities.hide_actor(jeanne.id, luc.id)
        assert await tx.activities.home(jeanne.id) == []

    await store.write(operation)


async def test_collections_keep_each_item_once(store: Store) -> None:
    jeanne, _ = await settled(store)
    collection = await publish(store, post(jeanne, type="Collection"))

    async def operation(tx: Tx) -> None:
        assert await tx.objects.add_item(collection.id, 1, "https://a.example")
        assert await tx.objects.add_item(collection.id, 2, "https://b.example")
        assert not await tx.objects.add_item(collection.id, 3, "https://a.example")
        items = await tx.objects.items(collection.id)
        assert items == ["https://b.example", "https://a.example"]
        assert await tx.objects.remove_item(collection.id, "https://a.example")
        assert not await tx.objects.remove_item(collection.id, "https://a.example")

    await store.write(operation)


async def test_the_ledger_keeps_emoji_reports_facts_and_who_did_what(store: Store) -> None:
    jeanne, luc = await settled(store)
    report = ReportRecord(
        new_id(), "https://far.example/f/1", luc.id, jeanne.id, "[]", "x", "open", NOW
    )
    entry = AuditRecord(new_id(), "admin", "suspend", "far.example", "spam", NOW)

    async def operation(tx: Tx) -> None:
        await tx.ledger.save_emoji("far.example", "ok", "https://far.example/1.png", NOW)
        await tx.ledger.save_emoji("far.example", "ok", "https://far.example/2.png", NOW)
        assert await tx.ledger.emojis("far.example") == {"ok": "https://far.example/2.png"}
        assert await tx.ledger.add_report(report)
        assert not await tx.ledger.add_report(replace(report, id=new_id()))
        assert await tx.ledger.reports() == [report]
        await tx.ledger.audit(entry)
        assert await tx.ledger.audited() == [entry]
        assert await tx.ledger.fact("x") is None
        await tx.ledger.set_fact("x", "1")
        await tx.ledger.set_fact("x", "2")
        assert await tx.ledger.fact("x") == "2"

    await store.write(operation)
