"""Entries of projects in their order, what reports and lists ask, on both databases."""

from storage.draft_sources import SourceRecord
from storage.project_entries import LAST, EntryRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import arrive, person, post

NOW = 1_795_000_000_000
KINDS = ["progress", "decision", "milestone"]
PLACES = (2, 1, 0, 3, 0, 3)


async def a_project(store: Store) -> tuple[ActorRecord, ActorRecord, list[ObjectRecord]]:
    """A Group, its member, and six entries for members alone; two wait for the host."""
    group, amina = person("projet"), person("amina")
    await arrive(store, group, amina)
    made = [post(amina, "project") for _ in PLACES]
    async with store.transaction() as tx:
        await tx.projects.add(
            ProjectRecord(group.id, "{}", "idea", "open", "project", "{}", "{}", 3, None, NOW, NOW)
        )
        await tx.projects.save_membership(
            MembershipRecord(group.id, amina.id, amina.host, "lead", "member", "", "", NOW, NOW)
        )
        for number, (record, place) in enumerate(zip(made, PLACES, strict=True)):
            await tx.objects.add(record)
            await tx.project_entries.save(EntryRecord(
                record.id, group.id, KINDS[number % 3], place, "https://m/1" * (number < 2),
                "", None, "{}", f"https://a/{number}", NOW,
            ))  # fmt: skip
    return group, amina, made


async def test_entries_are_read_in_their_order_page_by_page(store: Store) -> None:
    group, amina, made = await a_project(store)
    expected = [made[number].id for number in (1, 0, 3, 5, 2, 4)]

    async def read(tx: Tx) -> list[int]:
        found: list[int] = []
        after = (0, 0)
        while batch := await tx.project_entries.in_order(group.id, amina.id, after, 2):
            found += [row.object_id for row, _ in batch]
            after = (batch[-1][0].position or LAST, batch[-1][0].object_id)
        return found

    assert await store.query(read) == expected
    assert await store.query(lambda tx: tx.project_entries.in_order(group.id, 0, (0, 0))) == []
    later = await store.query(lambda tx: tx.project_entries.in_order(group.id, amina.id, (2, LAST)))
    assert [row.object_id for row, _ in later] == expected[2:]


async def test_journals_are_read_by_number_kind_and_milestone(store: Store) -> None:
    group, amina, made = await a_project(store)

    async def read(tx: Tx) -> None:
        entries, journal = tx.project_entries, tx.project_journal
        latest = await entries.timeline(group.id, amina.id)
        assert [row.position for row, _ in latest] == [0, 0, 3, 3, 2, 1]
        some = await entries.timeline(group.id, amina.id, before=3, kinds=["progress"])
        assert [row.object_id for row, _ in some] == [made[0].id]
        page = await journal.page(group.id, amina.id, KINDS, milestone="https://m/1")
        assert [row.position for row, _ in page] == [2, 1]
        waits = await journal.waiting(group.id, amina.id, KINDS)
        assert [row.object_id for row, _ in waits] == [made[4].id, made[2].id]
        assert await journal.page(group.id, 0, KINDS) == []
        assert await entries.count_seen(group.id, amina.id) == 4
        assert await tx.objects.in_project(made[0].id, amina.id)
        assert not await tx.objects.in_project(made[0].id, group.id)

    await store.query(read)


async def test_an_entry_keeps_its_number_and_its_refusal(store: Store) -> None:
    group, amina, made = await a_project(store)

    async def change(tx: Tx) -> None:
        assert await tx.projects.next_position(group.id, 3) == 4
        await tx.project_entries.place(made[2].id, 4)
        await tx.project_entries.place(made[2].id, 9)
        await tx.project_journal.refuse(made[4].id, "Non.")
        kept = await tx.project_entries.by_ids([made[2].id, made[4].id])
        assert (kept[made[2].id].position, kept[made[4].id].state) == (4, "refused")
        assert await tx.project_journal.refusals([made[4].id, made[2].id]) == {made[4].id: "Non."}
        assert await tx.project_entries.waiting(group.id) == []
        assert await tx.projects.members_among(group.id, [amina.id, group.id]) == [amina.id]

    await store.write(change)


async def test_lists_and_reports_ask_for_all_at_once(store: Store) -> None:
    group, amina, made = await a_project(store)

    async def read(tx: Tx) -> None:
        lists = tx.project_lists
        ((actor, _, membership),) = await lists.of_member(amina.id, ["member"])
        assert (actor.id, membership.role) == (group.id, "lead")
        assert [one.id for one in (await lists.leads([group.id]))[group.id]] == [amina.id]
        assert await lists.member_counts([group.id]) == {group.id: 1}
        assert await lists.waiting([group.id]) == {}
        assert await lists.unread(amina.id) == {}
        rows = await tx.project_reports.entries(group.id, ["project"], KINDS)
        assert [row.position for row, _, _ in rows] == [0, 0, 1, 2, 3, 3]
        assert await tx.project_reports.documents_at([made[0].id], NOW) == {}
        assert await tx.project_reports.attended([made[0].id]) == {}

    await store.query(read)


async def test_blocks_of_a_draft_are_kept_confirmed_and_copied(store: Store) -> None:
    group, amina, made = await a_project(store)

    async def work(tx: Tx) -> None:
        for number in (1, 2):
            await tx.connection.execute(
                "insert into drafts (id, owner_id, author_id, fields, created_at, updated_at) "
                "values ($1, $2, $2, '{}', $3, $3)",
                number,
                amina.id,
                NOW,
            )
        block = SourceRecord(1, group.id, "context", 0, made[0].id, "Un casque.")
        await tx.draft_sources.add([block, SourceRecord(1, group.id, "title", 1, None, "RV")])
        await tx.draft_sources.confirm(block, "Deux casques.")
        await tx.draft_sources.copy(1, 2)
        await tx.draft_sources.copy(1, 2)
        copied = await tx.draft_sources.of_draft(2)
        assert [(one.text, one.confirmed) for one in copied] == [("Deux casques.", 1), ("RV", 0)]

    await store.write(work)
