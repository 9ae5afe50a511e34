"""The statements about drafts, on both engines."""

from dataclasses import replace

import pytest

from storage.drafts import DraftRecord
from storage.experiences import ExperienceRecord
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord, NotificationRecord
from storage.store import Store
from tests.objects.people import NOW, arrive, person, post, publish


def draft(owner: ActorRecord, **changes: object) -> DraftRecord:
    """A draft of somebody; not stored yet."""
    plain = DraftRecord(
        new_id(), owner.id, owner.id, None, 0, "{}", "writing", None, "", 1, NOW, NOW
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def nour(store: Store) -> ActorRecord:
    actor = person("nour")
    await arrive(store, actor)
    return actor


async def test_a_form_makes_one_draft_and_forms_without_a_name_as_many_as_they_like(
    store: Store, nour: ActorRecord
) -> None:
    first = draft(nour, born_from="a form")
    assert await store.write(lambda tx: tx.drafts.add(first))
    assert not await store.write(lambda tx: tx.drafts.add(draft(nour, born_from="a form")))
    assert await store.query(lambda tx: tx.drafts.by_birth(nour.id, "a form")) == first
    for _ in range(2):
        assert await store.write(lambda tx: tx.drafts.add(draft(nour)))
    assert await store.query(lambda tx: tx.drafts.by_birth(nour.id, "")) is None
    assert len(await store.query(lambda tx: tx.drafts.of_person(nour.id, None))) == 3


async def test_only_the_revision_that_was_seen_is_replaced(store: Store, nour: ActorRecord) -> None:
    kept = draft(nour)
    await store.write(lambda tx: tx.drafts.add(kept))
    changed = replace(kept, fields='{"title":"Un"}', updated_at=NOW + 1)
    assert await store.write(lambda tx: tx.drafts.save(changed, 1))
    assert not await store.write(lambda tx: tx.drafts.save(changed, 1))
    assert not await store.write(lambda tx: tx.drafts.set_state(changed, 1))
    assert not await store.write(lambda tx: tx.drafts.remove(kept.id, 1))
    assert await store.write(lambda tx: tx.drafts.remove(kept.id, 2))
    assert await store.query(lambda tx: tx.drafts.by_id(kept.id)) is None


async def test_what_waits_longest_for_review_comes_first(store: Store, nour: ActorRecord) -> None:
    late = draft(nour, state="review", updated_at=NOW + 5)
    early = draft(nour, state="review", updated_at=NOW + 1)
    for one in (late, early, draft(nour)):
        await store.write(lambda tx, one=one: tx.drafts.add(one))  # type: ignore[misc]
    waiting = await store.query(lambda tx: tx.drafts.in_review())
    assert [one.id for one in waiting] == [early.id, late.id]


async def test_files_become_those_of_whoever_publishes(store: Store, nour: ActorRecord) -> None:
    greta, kept = person("greta"), draft(nour)
    await arrive(store, greta)
    await store.write(lambda tx: tx.drafts.add(kept))
    files = [
        MediaRecord(
            new_id(), nour.id, None, f"{n}.png", "image/png", "", "", 1, 1, 1, None, None, NOW
        )
        for n in range(2)
    ]
    for media in files:
        await store.write(lambda tx, media=media: tx.ledger.add_media(media))  # type: ignore[misc]
    await store.write(lambda tx: tx.drafts.set_media(kept.id, [files[0].id]))
    await store.write(lambda tx: tx.drafts.own_files(kept.id, greta.id))
    known = await store.query(lambda tx: tx.ledger.media_by_ids([m.id for m in files]))
    found = [known.get(m.id) for m in files]
    assert [media.actor_id for media in found if media] == [greta.id, nour.id]


async def test_ones_experiences_are_ones_own_and_those_of_which_one_is_co_author(
    store: Store, nour: ActorRecord
) -> None:
    lea = person("lea")
    await arrive(store, lea)
    mine, shared, other, note = (post(nour), post(lea), post(lea), post(nour))
    await publish(store, mine, shared, other, note)
    for record in (mine, shared, other):
        fields = ExperienceRecord(record.id, "{}", "", "", 0)
        authors = [(lea.url, "")] + ([(nour.url, "")] if record is shared else [])
        await store.write(lambda tx, f=fields, a=authors: tx.experiences.save(f, a))  # type: ignore[misc]
    found = await store.query(lambda tx: tx.drafts.published_by(nour.url, [nour.id]))
    assert found == [shared.id, mine.id]
    first = await store.query(
        lambda tx: tx.drafts.published_by(nour.url, [nour.id], before=shared.id)
    )
    assert first == [mine.id]


async def test_the_next_news_of_a_review_is_told_again(store: Store, nour: ActorRecord) -> None:
    emile = person("emile")
    await arrive(store, emile)
    for _ in range(2):
        await store.write(lambda tx: tx.drafts.forget_news(emile.id, nour.id))
        news = NotificationRecord(new_id(), emile.id, "review", nour.id, None, NOW, None)
        assert await store.write(lambda tx, news=news: tx.activities.notify(news))  # type: ignore[misc]
    assert len(await store.query(lambda tx: tx.activities.notifications(emile.id))) == 1
