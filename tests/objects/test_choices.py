"""What members chose: kept, read again, never a reason to fail."""

import pytest

from objects.choices import (
    TOPICS,
    USUAL,
    MailChoices,
    ProfileChoices,
    due_to_leave,
    leaving_at,
    mail_choices,
    profile_choices,
    read_mail_choices,
    save_mail_choices,
    save_profile_choices,
    set_leaving,
)
from storage.store import Store
from tests.objects.people import NOW, arrive, person


def test_who_chose_nothing_gets_what_is_usual() -> None:
    chosen = MailChoices()
    assert {topic: chosen.rhythm(topic) for topic in TOPICS} == USUAL
    assert {"mention", "question", "reuse"} <= chosen.kinds("immediate")
    assert chosen.kinds("none") == frozenset()


def test_every_kind_is_told_in_one_rhythm() -> None:
    chosen = MailChoices({"thanks": "none", "answers": "weekly"})
    told = [kind for rhythm in ("immediate", "daily", "weekly") for kind in chosen.kinds(rhythm)]
    assert len(told) == len(set(told))
    assert "like" not in told
    assert "mention" in chosen.kinds("weekly")


def test_ending_a_rhythm_ends_the_usual_ones_too() -> None:
    ended = MailChoices({"thanks": "daily"}).without("immediate")
    assert ended.kinds("immediate") == frozenset()
    assert ended.rhythm("thanks") == "daily"


@pytest.mark.parametrize("text", [None, "", "no json", "[]", '{"rhythms": {"thanks": "hourly"}}'])
def test_what_cannot_be_read_counts_as_nothing_chosen(text: str | None) -> None:
    assert read_mail_choices(text) == MailChoices()


async def test_choices_come_back_each_theme_once(sqlite_store: Store) -> None:
    jeanne = person("jeanne")
    await arrive(sqlite_store, jeanne)
    async with sqlite_store.transaction() as tx:
        await save_mail_choices(tx, jeanne.id, MailChoices({"thanks": "none"}, ("a", "b", "a")))
        assert await mail_choices(tx, jeanne.id) == MailChoices({"thanks": "none"}, ("a", "b"))
        await save_profile_choices(tx, jeanne.id, ProfileChoices("r", ("s", "s")))
        assert await profile_choices(tx, jeanne.id) == ProfileChoices("r", ("s",))


async def test_leaving_can_be_called_off_until_it_is_due(sqlite_store: Store) -> None:
    jeanne, luc = person("jeanne"), person("luc")
    await arrive(sqlite_store, jeanne, luc)
    async with sqlite_store.transaction() as tx:
        await set_leaving(tx, jeanne.id, NOW)
        await set_leaving(tx, luc.id, NOW)
        await set_leaving(tx, luc.id, None)
        assert await leaving_at(tx, jeanne.id) == NOW
        assert await leaving_at(tx, luc.id) is None
        assert await due_to_leave(tx, NOW - 1) == []
        assert await due_to_leave(tx, NOW) == [jeanne.id]
