"""Projects, their members and what is proposed to them, on both databases."""

from dataclasses import replace

from storage.ids import new_id
from storage.project_offers import OfferRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, NotificationRecord
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor


async def a_project(tx: Tx, *, local: bool = True, reach: str = "public") -> ActorRecord:
    group = replace(actor("projet", local=local), type="Group")
    await tx.actors.save(group)
    await tx.projects.add(
        ProjectRecord(group.id, "{}", "idea", "open", reach, "{}", "{}", 0, None, 1, 1)
    )
    return group


async def a_member(
    tx: Tx, group: ActorRecord, name: str, state: str = "member", *, severity: str = ""
) -> ActorRecord:
    person = replace(actor(name, local=False, host="other.example"), severity=severity)
    await tx.actors.save(person)
    await tx.projects.save_membership(
        MembershipRecord(group.id, person.id, person.host, "partner", state, "", "", 1, 1)
    )
    return person


def an_offer(group: ActorRecord, person: ActorRecord, url: str) -> OfferRecord:
    return OfferRecord(
        new_id(), group.id, person.id, url, "{}", "waiting", "", created_at=1, decided_at=None
    )


async def test_an_offer_is_kept_once_and_decided_once(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        group = await a_project(tx)
        person = await a_member(tx, group, "bruno")
        offer = an_offer(group, person, "https://other.example/offers/1")
        assert await tx.project_offers.add(offer)
        assert not await tx.project_offers.add(replace(offer, id=new_id()))
        assert await tx.project_offers.count_waiting(group.id, person.id) == 1
        assert await tx.project_offers.decide(offer.id, "rejected", "Non.", 5)
        assert not await tx.project_offers.decide(offer.id, "accepted", "", 6)
        ((kept, who),) = await tx.project_offers.of_project(group.id, ["rejected"])
        assert (kept.answer, kept.decided_at, who.id) == ("Non.", 5, person.id)
        assert await tx.project_offers.of_member(group.id, person.id) == [kept]
        assert await tx.project_offers.of_project(group.id, ["waiting"]) == []

    await store.write(operation)


async def test_the_departed_are_found(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        group = await a_project(tx)
        await a_member(tx, group, "anne")
        gone = await a_member(tx, group, "bruno")
        await tx.actors.erase(gone.id, 2)
        barred = await a_member(tx, group, "chloe", "invited", severity="suspend")
        await a_member(tx, group, "denis", "left", severity="suspend")
        found = {person.id for _, person in await tx.projects.departed()}
        assert found == {gone.id, barred.id}

    await store.write(operation)


async def test_suspended_servers_are_no_inboxes_of_members(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        group = await a_project(tx)
        anne = await a_member(tx, group, "anne")
        await a_member(tx, group, "bruno", severity="suspend")
        assert await tx.projects.member_inboxes(group.id) == [anne.inbox]

    await store.write(operation)


async def test_members_elsewhere_are_forgotten_together(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        group = await a_project(tx, local=False)
        await a_member(tx, group, "anne")
        assert await tx.projects.count_members(group.id) == 1
        assert not await tx.projects.concerns_people_here(group.id)
        await tx.projects.forget_members(group.id, 9)
        assert await tx.projects.count_members(group.id) == 0

    await store.write(operation)


async def test_what_projects_tell_is_told_again_for_each_of_them(store: Store) -> None:
    async def operation(tx: Tx) -> None:
        lea, asker = actor("lea"), actor("ines", local=False, host="other.example")
        groups = [replace(actor(f"projet{n}"), type="Group") for n in range(2)]
        for one in (lea, asker, *groups):
            await tx.actors.save(one)
        for group in (*groups, groups[0]):
            told = NotificationRecord(
                new_id(), lea.id, "project.asked", asker.id, None, 1, None, subject_id=group.id
            )
            assert await tx.activities.notify(told)
        subjects = [one.subject_id for one in await tx.activities.notifications(lea.id)]
        assert subjects == [groups[0].id, groups[1].id]

    await store.write(operation)
