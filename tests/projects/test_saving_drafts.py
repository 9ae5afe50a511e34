"""Savings of a note that is being written: of one window, of two, of what is gone."""

from dataclasses import replace
from typing import Any

import pytest

from federation.errors import Refused
from objects.experiences.drafts import Window
from objects.projects.drafts import Kept, Typed, draft_in, draft_of, keep, may_go_on, unpublished
from storage.ids import new_id
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, MediaRecord
from storage.store import Store
from tests.objects.people import NOW, arrive, person

TEXT = Typed(kind="progress", text="Les casques sont arrivés.", reach="project")


class Desk:
    """Somebody who writes in a project, in one window or several."""

    def __init__(self, store: Store, amina: ActorRecord, group: ActorRecord) -> None:
        self.store = store
        self.amina = amina
        self.group = group

    async def keep(
        self,
        window: str,
        step: int = 1,
        revision: int = 0,
        *,
        typed: Typed = TEXT,
        automatic: bool = True,
        **more: Any,
    ) -> Kept | None:
        """What an open form sends."""
        seen = Window(revision, window, step, automatic)
        owner, group = self.amina.id, self.group.id
        return await self.store.write(
            lambda tx: keep(tx, owner, group, typed, seen, NOW + step, **more)
        )

    async def kept(self, window: str, *args: int, **more: Any) -> Kept:
        """As `keep`, of something that is kept."""
        found = await self.keep(window, *args, **more)
        assert found is not None
        return found

    async def texts(self) -> set[str]:
        """What is kept."""
        found = await self.store.query(lambda tx: unpublished(tx, self.amina.id))
        return {one.draft.typed.text for one in found}


@pytest.fixture
async def desk(store: Store) -> Desk:
    amina, group = person("amina"), replace(person("projet"), type="Group", name="Casques")
    await arrive(store, amina, group)
    async with store.transaction() as tx:
        await tx.projects.add(
            ProjectRecord(group.id, "{}", "running", "open", "project", "{}", "{}", 0, None, 1, 1)
        )
        await tx.projects.save_membership(
            MembershipRecord(group.id, amina.id, amina.host, "partner", "member", "", "", 1, 1)
        )
    return Desk(store, amina, group)


def said(text: str) -> Typed:
    return Typed(kind="progress", text=text)


async def test_what_one_window_saves_is_one_draft(desk: Desk) -> None:
    first = await desk.kept("one")
    again = await desk.kept("one", 2, typed=said("Les dix casques."))
    assert again.draft.record.id == first.draft.record.id
    assert (first.meanwhile, again.meanwhile) == ("", "")
    assert again.draft.record.revision == 2
    assert await desk.texts() == {"Les dix casques."}


async def test_a_saving_that_comes_late_changes_nothing(desk: Desk) -> None:
    await desk.kept("one", 5, typed=said("Le dernier mot."))
    late = await desk.kept("one", 3, typed=said("Un mot."))
    assert late.draft.typed.text == "Le dernier mot."
    assert await desk.texts() == {"Le dernier mot."}


async def test_nothing_typed_makes_no_draft_but_a_file_does(desk: Desk) -> None:
    assert await desk.keep("one", typed=Typed(kind="help", text=" \n", reach="public")) is None
    media = MediaRecord(
        new_id(), desk.amina.id, None, "a.png", "image/png", "", "", 1, 1, 1, None, None, NOW
    )
    await desk.store.write(lambda tx: tx.ledger.add_media(media))
    kept = await desk.kept("one", typed=Typed(), files=[media.id])
    assert kept.draft.files == (media,)
    emptied = await desk.kept("one", 2, typed=Typed(), files=[])
    assert emptied.draft.files == ()


async def test_another_window_goes_on_with_what_it_has_seen(desk: Desk) -> None:
    first = (await desk.kept("one")).draft.record
    second = await desk.kept("two", 1, first.revision, typed=said("Plus loin."), draft_id=first.id)
    assert second.meanwhile == ""
    assert await desk.texts() == {"Plus loin."}


@pytest.mark.parametrize("automatic", [True, False])
async def test_another_window_that_has_not_seen_it_destroys_nothing(
    desk: Desk, automatic: bool
) -> None:
    first = (await desk.kept("one")).draft.record
    await desk.kept("one", 2, typed=said("De la première."))
    second = await desk.kept(
        "two", 1, first.revision, typed=said("De la seconde."), draft_id=first.id,
        automatic=automatic,
    )  # fmt: skip
    assert second.meanwhile == "saved"
    assert [one.id for one in second.draft.others] == [first.id]
    # from now on each has its own, although the second page may still show the first one's number
    again = await desk.kept("two", 2, 1, typed=said("Encore la seconde."), draft_id=first.id)
    assert again.draft.record.id == second.draft.record.id
    assert again.meanwhile == ""
    await desk.kept("one", 3, typed=said("Encore la première."), draft_id=first.id)
    assert await desk.texts() == {"Encore la première.", "Encore la seconde."}


async def test_two_windows_that_were_opened_empty_keep_both_texts(desk: Desk) -> None:
    await desk.kept("one", typed=said("Un."))
    second = await desk.kept("two", typed=said("Deux."))
    assert second.meanwhile == "saved"
    assert await desk.texts() == {"Un.", "Deux."}


async def test_what_was_published_does_not_come_back_by_itself(desk: Desk) -> None:
    first = (await desk.kept("one")).draft.record
    await desk.store.write(lambda tx: tx.project_drafts.remove(first.id))
    with pytest.raises(Refused) as gone:
        await desk.keep("one", 2, draft_id=first.id, typed=said("Trop tard."))
    assert gone.value.status == 410
    assert await desk.texts() == set()
    asked = await desk.kept("one", 3, draft_id=first.id, automatic=False)
    assert asked.meanwhile == "gone"
    assert await desk.texts() == {TEXT.text}


async def test_a_text_without_end_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.keep("one", typed=said("x" * 210_000))
    assert refused.value.code == "too-large"


async def test_the_draft_that_is_asked_for_is_opened_else_the_latest(desk: Desk) -> None:
    first = (await desk.kept("one", 1)).draft.record
    second = (await desk.kept("two", 2)).draft.record

    async def opened(wanted: int | None, owner: int = desk.amina.id) -> int | None:
        found = await desk.store.query(lambda tx: draft_in(tx, owner, desk.group.id, wanted))
        return found.record.id if found else None

    assert [await opened(wanted) for wanted in (None, first.id, 7)] == [
        second.id, first.id, second.id,
    ]  # fmt: skip
    assert await opened(first.id, 7) is None


async def test_a_draft_is_there_for_its_owner_alone_and_after_they_left(desk: Desk) -> None:
    number = (await desk.kept("one")).draft.record.id
    for stranger in (desk.group.id, 7):
        with pytest.raises(Refused):
            await desk.store.query(lambda tx, who=stranger: draft_of(tx, who, number))  # type: ignore[misc]
    found = await desk.store.query(lambda tx: draft_of(tx, desk.amina.id, number))
    assert await desk.store.query(lambda tx: may_go_on(tx, found))
    left = MembershipRecord(
        desk.group.id, desk.amina.id, desk.amina.host, "partner", "left", "", "", 1, 1
    )
    await desk.store.write(lambda tx: tx.projects.save_membership(left))
    assert not await desk.store.query(lambda tx: may_go_on(tx, found))
    still = await desk.store.query(lambda tx: draft_of(tx, desk.amina.id, number))
    assert still.draft.typed == TEXT
    assert await desk.texts() == {TEXT.text}


def test_a_draft_is_known_again_by_its_title_or_its_beginning() -> None:
    assert Typed(title=" Titre ", text="Texte").name == "Titre"
    assert Typed(text="Un\n\ndeux").name == "Un deux"
    assert Typed(text="x" * 100).name == "x" * 80 + "…"
    assert Typed(kind="help").name == ""
