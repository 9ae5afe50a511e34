"""The statements about notes that are being written, on both engines."""

from dataclasses import replace

from storage.departures import DepartureStatements
from storage.ids import new_id
from storage.project_drafts import ProjectDraftRecord
from storage.projects import ProjectRecord
from storage.records import ActorRecord, MediaRecord
from storage.store import Store
from tests.objects.people import NOW, arrive, person


async def places(store: Store, *names: str) -> list[ActorRecord]:
    """Groups of projects, stored."""
    groups = [replace(person(name), type="Group") for name in names]
    await arrive(store, *groups)
    async with store.transaction() as tx:
        for group in groups:
            await tx.projects.add(ProjectRecord(
                group.id, "{}", "running", "open", "public", "{}", "{}", 0, None, NOW, NOW
            ))  # fmt: skip
    return groups


async def members(store: Store, *names: str) -> list[ActorRecord]:
    """People, stored."""
    people = [person(name) for name in names]
    await arrive(store, *people)
    return people


def draft(owner: ActorRecord, group: ActorRecord, window: str = "w") -> ProjectDraftRecord:
    """A draft of somebody in a project; not stored yet."""
    return ProjectDraftRecord(new_id(), owner.id, group.id, "{}", 1, window, 0, NOW, NOW)


def upload(owner: ActorRecord) -> MediaRecord:
    """A picture of somebody; not stored yet."""
    number = new_id()
    return MediaRecord(
        number, owner.id, None, f"{number}.png", "image/png", "", "", 1, 1, 1, None, None, NOW
    )


async def test_a_form_makes_one_draft_and_the_latest_comes_first(store: Store) -> None:
    (group, other), (amina, bruno) = (
        await places(store, "projet", "autre"),
        await members(store, "amina", "bruno"),
    )
    first = draft(amina, group)
    later = replace(draft(amina, group, "second"), updated_at=NOW + 1)
    elsewhere = replace(draft(amina, other), updated_at=NOW + 2)
    async with store.transaction() as tx:
        drafts = tx.project_drafts
        assert await drafts.add(first)
        assert not await drafts.add(draft(amina, group))
        for one in (later, elsewhere, draft(bruno, group)):
            assert await drafts.add(one)
        assert await drafts.of_form(amina.id, group.id, "w") == first
        assert await drafts.of_project(amina.id, group.id) == [later, first]
        assert await drafts.of_person(amina.id) == [elsewhere, later, first]
        assert await drafts.of_person(amina.id, 1) == [elsewhere]
        assert await drafts.by_id(first.id, amina.id) == first
        assert await drafts.by_id(first.id, bruno.id) is None


async def test_only_the_revision_that_was_seen_is_replaced_or_published(store: Store) -> None:
    (group,), (amina,) = await places(store, "projet"), await members(store, "amina")
    kept = draft(amina, group)
    changed = replace(kept, fields='{"text":"Un"}', saved_step=3, updated_at=NOW + 1)
    async with store.transaction() as tx:
        drafts = tx.project_drafts
        await drafts.add(kept)
        assert await drafts.save(changed, 1)
        assert not await drafts.save(changed, 1)
        assert await drafts.by_id(kept.id, amina.id) == replace(changed, revision=2)
        assert not await drafts.remove(kept.id, 1)
        assert await drafts.remove(kept.id, 2)
        assert not await drafts.remove(kept.id)


async def test_files_of_a_draft_keep_their_order_and_are_not_swept(store: Store) -> None:
    (group,), (amina,) = await places(store, "projet"), await members(store, "amina")
    kept = draft(amina, group)
    files = [upload(amina) for _ in range(3)]
    async with store.transaction() as tx:
        await tx.project_drafts.add(kept)
        for media in files:
            await tx.ledger.add_media(media)
        await tx.project_drafts.set_media(kept.id, [files[1].id, files[0].id])
        assert await tx.project_drafts.media(kept.id) == [files[1], files[0]]
        assert await tx.ledger.orphans(NOW + 1) == [files[2]]
        await tx.project_drafts.set_media(kept.id, [files[0].id])
        assert {media.id for media in await tx.ledger.orphans(NOW + 1)} == {
            files[1].id,
            files[2].id,
        }
        await tx.project_drafts.remove(kept.id)
        assert len(await tx.ledger.orphans(NOW + 1)) == 3


async def test_drafts_go_along_with_a_project_and_go_with_their_owner(store: Store) -> None:
    (old, new), (amina, bruno) = (
        await places(store, "ancien", "nouveau"),
        await members(store, "amina", "bruno"),
    )
    hers, his = draft(amina, old), draft(bruno, old)
    async with store.transaction() as tx:
        for one in (hers, his):
            await tx.project_drafts.add(one)
        await tx.project_drafts.move_all(old.id, new.id)
        assert await tx.project_drafts.of_project(amina.id, old.id) == []
        assert await tx.project_drafts.of_project(amina.id, new.id) == [
            replace(hers, project_id=new.id)
        ]
        await DepartureStatements(tx.connection).undo_doings(amina.id)
        assert await tx.project_drafts.of_person(amina.id) == []
        assert len(await tx.project_drafts.of_person(bruno.id)) == 1
