"""Drafts: savings that lose nothing, whoever writes at the same moment; on both engines."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actors.site import Policy
from federation.errors import Refused
from objects.experiences.drafts import (
    Draft,
    Saved,
    Window,
    Writer,
    Written,
    discard,
    drafts_of,
    load_draft,
    other_version,
    save,
    set_files,
    start,
)
from objects.experiences.fields import Contributor, Experience
from objects.experiences.review import agree, give_back, next_step, submit
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord, MemberRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, person

FIRST = Experience(title="Un bus")
REVIEW = Policy(review=True)
FOUR_EYES = Policy(review=True, four_eyes=True)


class Team:
    """An organisation with two members and an editor."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.greta = person("greta", type="Organization")
        self.nour = person("nour")
        self.lea = person("lea")
        self.emile = person("emile")

    def writer(self, actor: ActorRecord) -> Writer:
        return Writer(actor, actor == self.emile, self.greta)

    def written(self, experience: Experience, author: ActorRecord, **more: Any) -> Written:
        return Written(experience, more.pop("typed", {}), author.id, **more)

    async def start(self, actor: ActorRecord, experience: Experience = FIRST, **more: Any) -> Draft:
        author = more.pop("author", actor)
        written = self.written(experience, author, **more.pop("about", {}))
        return await self.store.write(
            lambda tx: start(tx, self.writer(actor), written, NOW, **more)
        )

    async def save(
        self,
        draft: Draft,
        actor: ActorRecord,
        experience: Experience,
        revision: int,
        token: str,
        **more: Any,
    ) -> Saved:
        window = Window(revision, token, more.pop("step", 0), more.pop("automatic", False))
        author = more.pop("author_id", draft.record.author_id)
        written = Written(experience, more.pop("typed", {}), author)
        return await self.store.write(
            lambda tx: save(tx, draft.record.id, self.writer(actor), written, window, NOW + 1)
        )

    async def discard(self, draft: Draft, actor: ActorRecord) -> Draft:
        return await self.store.write(lambda tx: discard(tx, draft.record.id, self.writer(actor)))

    async def load(self, draft: Draft, actor: ActorRecord) -> Draft:
        return await self.store.query(
            lambda tx: load_draft(tx, draft.record.id, self.writer(actor))
        )


@pytest.fixture
async def team(store: Store) -> Team:
    made = Team(store)
    await arrive(store, made.greta, made.nour, made.lea, made.emile)

    async def members(tx: Tx) -> None:
        for actor, role in ((made.nour, "member"), (made.lea, "member"), (made.emile, "editor")):
            await tx.members.add(MemberRecord(actor.id, "", "", role, "fr", NOW, None))

    await store.write(members)
    return made


async def test_a_draft_keeps_what_was_typed_even_what_no_field_can_hold(team: Team) -> None:
    draft = await team.start(team.nour, about={"typed": {"public_number": "douze"}})
    found = await team.load(draft, team.nour)
    assert found.experience == FIRST
    assert found.typed == {"public_number": "douze"}
    assert found.record.revision == 1


async def test_each_saving_counts_and_the_same_again_does_not(team: Team) -> None:
    draft = await team.start(team.nour)
    second = replace(FIRST, title="Un train")
    saved = await team.save(draft, team.nour, second, 1, "a")
    assert (saved.draft.record.revision, saved.copied) == (2, False)
    again = await team.save(draft, team.nour, second, 1, "b")
    assert (again.draft.record.revision, again.copied) == (2, False)


async def test_a_form_that_is_sent_twice_makes_one_draft(team: Team) -> None:
    first = await team.start(team.nour, born_from="window")
    second = await team.start(team.nour, born_from="window")
    other = await team.start(team.lea, born_from="window")
    assert first.record.id == second.record.id != other.record.id


async def test_a_saving_over_somebody_elses_keeps_both(team: Team) -> None:
    shared = replace(FIRST, contributors=(Contributor(team.lea.url),))
    draft = await team.start(team.nour, shared)
    hers = replace(shared, title="Le bus de Léa")
    assert not (await team.save(draft, team.lea, hers, 1, "lea")).copied
    mine = replace(shared, title="Le bus de Nour")
    saved = await team.save(draft, team.nour, mine, 1, "nour")
    assert saved.copied
    assert saved.draft.record.copy_of == draft.record.id
    assert saved.draft.experience.title == "Le bus de Nour"
    assert (await team.load(draft, team.nour)).experience.title == "Le bus de Léa"
    offered = await team.store.query(
        lambda tx: other_version(tx, saved.draft, team.writer(team.nour))
    )
    assert offered is not None
    assert offered.record.id == draft.record.id


async def test_the_window_that_was_late_goes_on_in_its_copy(team: Team) -> None:
    shared = replace(FIRST, contributors=(Contributor(team.lea.url),))
    draft = await team.start(team.nour, shared)
    await team.save(draft, team.lea, replace(shared, title="De Léa"), 1, "lea")
    one = await team.save(draft, team.nour, replace(shared, title="De Nour"), 1, "nour")
    two = await team.save(draft, team.nour, replace(shared, title="De Nour, plus"), 1, "nour")
    assert one.draft.record.id == two.draft.record.id
    assert two.draft.experience.title == "De Nour, plus"
    assert len(await team.store.query(lambda tx: tx.drafts.copies(draft.record.id))) == 1


async def test_two_windows_of_one_person_keep_both_too(team: Team) -> None:
    draft = await team.start(team.nour)
    await team.save(draft, team.nour, replace(FIRST, title="Fenêtre A"), 1, "a")
    other = await team.save(draft, team.nour, replace(FIRST, title="Fenêtre B"), 1, "b")
    assert other.copied


async def test_a_window_may_save_again_without_having_heard_the_answer(team: Team) -> None:
    draft = await team.start(team.nour)
    await team.save(draft, team.nour, replace(FIRST, title="Un"), 1, "a", step=1, automatic=True)
    saved = await team.save(
        draft, team.nour, replace(FIRST, title="Deux"), 1, "a", step=2, automatic=True
    )
    assert not saved.copied
    assert saved.draft.experience.title == "Deux"


async def test_a_saving_that_arrives_late_does_not_undo_a_newer_one(team: Team) -> None:
    draft = await team.start(team.nour)
    await team.save(draft, team.nour, replace(FIRST, title="Deux"), 1, "a", step=2, automatic=True)
    late = await team.save(
        draft, team.nour, replace(FIRST, title="Un"), 1, "a", step=1, automatic=True
    )
    assert late.draft.experience.title == "Deux"


async def test_ten_savings_at_once_lose_nothing(team: Team) -> None:
    draft = await team.start(team.nour)
    titles = [f"Version {number}" for number in range(10)]
    saved = await asyncio.gather(
        *(
            team.save(draft, team.nour, replace(FIRST, title=title), 1, f"window{title}")
            for title in titles
        )
    )
    assert sorted(one.draft.experience.title for one in saved) == titles
    assert sum(not one.copied for one in saved) == 1
    found = await team.store.query(lambda tx: drafts_of(tx, team.writer(team.nour)))
    assert sorted(experience.title for _, experience in found) == titles


async def test_what_is_typed_into_a_draft_that_is_gone_becomes_a_new_one(team: Team) -> None:
    draft = await team.start(team.nour)
    await team.discard(draft, team.nour)
    kept = await team.save(draft, team.nour, replace(FIRST, title="Encore"), 1, "a")
    assert kept.copied
    assert kept.draft.experience.title == "Encore"
    with pytest.raises(Refused, match="meanwhile"):
        await team.save(draft, team.nour, replace(FIRST, title="x"), 1, "b", automatic=True)


async def test_strangers_learn_nothing_of_a_draft(team: Team) -> None:
    draft = await team.start(team.nour)
    for stranger in (team.lea, team.emile):
        with pytest.raises(Refused) as refused:
            await team.load(draft, stranger)
        assert refused.value.status == 404
        with pytest.raises(Refused) as refused:
            await team.save(draft, stranger, replace(FIRST, title="Volé"), 1, "x")
        assert refused.value.status == 404
        with pytest.raises(Refused):
            await team.discard(draft, stranger)
    assert (await team.load(draft, team.nour)).experience == FIRST


async def test_co_authors_of_this_node_may_write_as_long_as_they_are_named(team: Team) -> None:
    shared = replace(FIRST, contributors=(Contributor(team.lea.url),))
    draft = await team.start(team.nour, shared)
    assert (await team.load(draft, team.lea)).coauthors == {team.lea.id}
    await team.save(draft, team.nour, FIRST, 1, "a")
    with pytest.raises(Refused):
        await team.load(draft, team.lea)


async def test_co_authors_leave_the_first_publication_to_whoever_began(team: Team) -> None:
    shared = replace(FIRST, contributors=(Contributor(team.lea.url),))
    draft = await team.start(team.nour, shared)
    assert next_step(draft, team.writer(team.lea), Policy()) == "owner"
    assert next_step(draft, team.writer(team.lea), REVIEW) == "owner"
    change = replace(draft, record=replace(draft.record, object_id=1))
    assert next_step(change, team.writer(team.lea), Policy()) == "publish"


async def test_a_co_author_who_was_late_has_a_copy_in_their_own_name(team: Team) -> None:
    shared = replace(FIRST, contributors=(Contributor(team.lea.url),))
    draft = await team.start(team.nour, shared)
    await team.save(draft, team.nour, replace(shared, title="De Nour"), 1, "nour")
    late = await team.save(draft, team.lea, replace(shared, title="De Léa"), 1, "lea")
    assert late.copied
    assert late.draft.record.author_id == team.lea.id
    assert (await team.load(draft, team.lea)).experience.title == "De Nour"


async def test_editors_write_in_the_name_of_the_organisation_members_do_not(team: Team) -> None:
    draft = await team.start(team.emile, author=team.greta)
    assert draft.record.author_id == team.greta.id
    with pytest.raises(Refused) as refused:
        await team.start(team.nour, author=team.greta)
    assert refused.value.code == "not-in-this-name"
    with pytest.raises(Refused):
        await team.start(team.nour, author=team.lea)


async def test_a_text_without_end_is_refused(team: Team) -> None:
    with pytest.raises(Refused) as refused:
        await team.start(team.nour, replace(FIRST, approach="x" * 2_100_000))
    assert refused.value.code == "too-large"


async def test_files_keep_their_order(team: Team) -> None:
    draft = await team.start(team.nour)
    numbers = [await upload(team) for _ in range(3)]
    await team.store.write(lambda tx: set_files(tx, draft, numbers[::-1]))
    found = await team.load(draft, team.nour)
    assert [media.id for media in found.media] == numbers[::-1]
    assert found.has_pictures
    with pytest.raises(Refused, match="At most"):
        await team.store.write(lambda tx: set_files(tx, draft, list(range(21))))


async def test_files_of_drafts_are_no_orphans(team: Team) -> None:
    draft = await team.start(team.nour)
    kept, lost = await upload(team), await upload(team)
    await team.store.write(lambda tx: set_files(tx, draft, [kept]))
    orphans = await team.store.query(lambda tx: tx.ledger.orphans(NOW + 1))
    assert [media.id for media in orphans] == [lost]


async def upload(team: Team) -> int:
    number = new_id()
    media = MediaRecord(
        number, team.nour.id, None, f"{number}.png", "image/png", "Un bus", "", 4, 3, 9, None, None,
        NOW,
    )  # fmt: skip
    await team.store.write(lambda tx: tx.ledger.add_media(media))
    return number


async def kinds(team: Team, actor: ActorRecord) -> list[str]:
    found = await team.store.query(lambda tx: tx.activities.notifications(actor.id))
    return [one.kind for one in found]


async def test_without_review_one_publishes_oneself(team: Team) -> None:
    draft = await team.start(team.nour)
    assert next_step(draft, team.writer(team.nour), Policy()) == "publish"


async def test_with_review_members_submit_and_editors_are_told(team: Team) -> None:
    draft = await team.start(team.nour)
    nour, emile = team.writer(team.nour), team.writer(team.emile)
    assert next_step(draft, nour, REVIEW) == "submit"
    await team.store.write(lambda tx: submit(tx, draft, nour, NOW))
    waiting = await team.load(draft, team.emile)
    assert next_step(waiting, nour, REVIEW) == "waiting"
    assert next_step(waiting, emile, REVIEW) == "approve"
    assert await kinds(team, team.emile) == ["review"]
    audited = await team.store.query(lambda tx: tx.ledger.audited())
    assert [(line.action, line.who) for line in audited] == [("draft submitted", team.nour.account)]


async def test_four_eyes_are_never_two(team: Team) -> None:
    own = await team.start(team.emile)
    emile = team.writer(team.emile)
    assert next_step(own, emile, REVIEW) == "publish"
    assert next_step(own, emile, FOUR_EYES) == "submit"
    hers = await team.start(team.nour)
    await team.store.write(lambda tx: submit(tx, hers, team.writer(team.nour), NOW))
    assert next_step(await team.load(hers, team.emile), emile, FOUR_EYES) == "approve"
    await team.save(hers, team.emile, replace(FIRST, title="Corrigé"), 1, "emile")
    assert next_step(await team.load(hers, team.emile), emile, FOUR_EYES) == "waiting"


async def test_a_draft_comes_back_with_what_should_change(team: Team) -> None:
    draft = await team.start(team.nour)
    nour, emile = team.writer(team.nour), team.writer(team.emile)
    await team.store.write(lambda tx: submit(tx, draft, nour, NOW))
    waiting = await team.load(draft, team.emile)
    with pytest.raises(Refused, match="Say what"):
        await team.store.write(lambda tx: give_back(tx, waiting, emile, "  ", NOW))
    with pytest.raises(Refused) as refused:
        await team.store.write(lambda tx: give_back(tx, waiting, nour, "Non", NOW))
    assert refused.value.status == 403
    await team.store.write(lambda tx: give_back(tx, waiting, emile, "Le déroulé ?", NOW))
    returned = await team.load(draft, team.nour)
    assert (returned.record.state, returned.record.review_note) == ("returned", "Le déroulé ?")
    assert await kinds(team, team.nour) == ["review"]
    assert next_step(returned, nour, REVIEW) == "submit"


async def test_a_decision_about_another_text_than_was_read_is_refused(team: Team) -> None:
    draft = await team.start(team.nour)
    nour, emile = team.writer(team.nour), team.writer(team.emile)
    await team.store.write(lambda tx: submit(tx, draft, nour, NOW))
    read = await team.load(draft, team.emile)
    await team.save(draft, team.nour, replace(FIRST, title="Tout autre chose"), 1, "a")
    with pytest.raises(Refused) as refused:
        await team.store.write(lambda tx: give_back(tx, read, emile, "Trop court", NOW))
    assert refused.value.code == "draft-changed"


async def test_whoever_was_interviewed_agrees_to_exactly_one_text(team: Team) -> None:
    about = {"interviewed": "lea", "interviewed_id": team.lea.id}
    draft = await team.start(team.nour, about=about)
    nour, lea = team.writer(team.nour), team.writer(team.lea)
    assert next_step(draft, nour, Policy()) == "agreement"
    with pytest.raises(Refused):
        await team.store.write(lambda tx: agree(tx, draft.record.id, nour, 1, NOW))
    await team.store.write(lambda tx: agree(tx, draft.record.id, lea, 1, NOW))
    agreed = await team.load(draft, team.nour)
    assert next_step(agreed, nour, Policy()) == "publish"
    written = team.written(replace(FIRST, title="Arrangé"), team.nour, **about)
    await team.store.write(lambda tx: save(tx, draft.record.id, nour, written, Window(1, "a"), NOW))
    changed = await team.load(draft, team.nour)
    assert next_step(changed, nour, Policy()) == "agreement"
    with pytest.raises(Refused) as refused:
        await team.store.write(lambda tx: agree(tx, draft.record.id, lea, 1, NOW))
    assert refused.value.code == "draft-changed"
