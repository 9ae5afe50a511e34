"""What members propose to a project from their own servers, and what the leads make of it."""

import pytest

from objects.projects.entries import Entry
from objects.projects.fields import Role
from objects.projects.offers import (
    EntryEnd,
    MemberChange,
    MemberEnd,
    NewEntry,
    Proposal,
    SpaceChange,
    from_text,
    other_state,
    reason_of,
)
from outbox.acts.projects.belonging import change_role, remove
from outbox.acts.projects.offers import decide_offer, make_offer, withdraw_offer
from outbox.context import ActRefused
from storage.project_offers import OfferRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, document, open_project


async def led_from(network: Network, role: Role = "partner") -> tuple[ProjectSpace, LocalNode]:
    """A project of alpha, with Bruno of beta in a role."""
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await space.invite(beta, "bruno", role)
    return space, beta


async def propose(
    space: ProjectSpace, node: LocalNode, username: str, proposal: Proposal, reason: str = ""
) -> OfferRecord:
    group, member = await space.group(node), await node.person(username)
    offer = await make_offer(node.outbox, member, group, proposal, reason)
    await space.network.settle()
    return await again(node, offer)


async def again(node: LocalNode, offer: OfferRecord) -> OfferRecord:
    """An offer as a node has it now."""
    found = await node.store.query(lambda tx: tx.project_offers.by_url(offer.url))
    assert found is not None
    return found


async def waiting(space: ProjectSpace) -> list[OfferRecord]:
    group = await space.group(space.host)
    found = await space.host.store.query(
        lambda tx: tx.project_offers.of_project(group.id, ["waiting"])
    )
    return [offer for offer, _ in found]


async def decide(
    space: ProjectSpace, offer: OfferRecord, *, agreed: bool, reason: str = ""
) -> OfferRecord:
    lead = await space.host.person(space.lead)
    decided = await decide_offer(space.host.outbox, lead, offer, agreed=agreed, reason=reason)
    await space.network.settle()
    return decided


MILESTONE = NewEntry(
    entry=Entry(kind="milestone", title="Bilan intermédiaire", state="planned", due="2027-03-01"),
    text="Avec le financeur.",
)


async def titles(space: ProjectSpace, node: LocalNode, username: str) -> list[str]:
    return [str(document(record).get("name")) for _, record in await space.entries(node, username)]


async def test_what_a_partner_proposes_waits_for_a_lead(network: Network) -> None:
    space, beta = await led_from(network)
    made = await propose(space, beta, "bruno", MILESTONE, "Le financeur le demande.")
    assert made.state == "waiting"
    assert await titles(space, space.host, "lea") == []
    (offer,) = await waiting(space)
    assert reason_of(offer.document) == "Le financeur le demande."
    assert from_text(offer.document) == MILESTONE
    assert "project.offered" in await space.host.notified("lea")


async def test_what_a_lead_agrees_to_is_done_and_reaches_everybody(network: Network) -> None:
    space, beta = await led_from(network)
    made = await propose(space, beta, "bruno", MILESTONE)
    (offer,) = await waiting(space)
    assert (await decide(space, offer, agreed=True)).state == "accepted"
    assert (await again(beta, made)).state == "accepted"
    assert "project.offer-accepted" in await beta.notified("bruno")
    assert await titles(space, space.host, "lea") == ["Bilan intermédiaire"]
    assert await titles(space, beta, "bruno") == ["Bilan intermédiaire"]
    assert await waiting(space) == []


async def test_what_a_lead_rejects_comes_back_with_the_reason(network: Network) -> None:
    space, beta = await led_from(network)
    made = await propose(space, beta, "bruno", MILESTONE)
    (offer,) = await waiting(space)
    await decide(space, offer, agreed=False, reason="Trop tôt.")
    answered = await again(beta, made)
    assert (answered.state, answered.answer) == ("rejected", "Trop tôt.")
    assert "project.offer-rejected" in await beta.notified("bruno")
    assert await titles(space, space.host, "lea") == []


async def test_an_offer_is_decided_once(network: Network) -> None:
    space, beta = await led_from(network)
    await propose(space, beta, "bruno", MILESTONE)
    (offer,) = await waiting(space)
    await decide(space, offer, agreed=True)
    with pytest.raises(ActRefused, match="before"):
        await decide(space, offer, agreed=True)
    assert len(await titles(space, space.host, "lea")) == 1


async def test_only_leads_decide(network: Network) -> None:
    space, beta = await led_from(network)
    await propose(space, beta, "bruno", MILESTONE)
    (offer,) = await waiting(space)
    stranger = await space.host.person("oscar")
    with pytest.raises(ActRefused) as refused:
        await decide_offer(space.host.outbox, stranger, offer, agreed=True)
    assert refused.value.status == 403
    assert await waiting(space) == [offer]


async def test_a_lead_elsewhere_sets_a_milestone_at_once(network: Network) -> None:
    space, beta = await led_from(network, "lead")
    made = await propose(space, beta, "bruno", MILESTONE)
    assert made.state == "accepted"
    ((entry, record),) = await space.entries(beta, "bruno")
    assert (entry.kind, entry.due_at is not None) == ("milestone", True)
    assert record.actor_id == (await space.group(beta)).id
    assert "financeur" in record.content


async def test_who_is_responsible_says_how_far_a_milestone_is(network: Network) -> None:
    space, beta = await led_from(network)
    bruno = await beta.person("bruno")
    milestone = await space.write(
        space.host, "lea", "Essai.", "milestone", title="Essai", responsible=bruno.url
    )
    await network.settle()
    made = await propose(space, beta, "bruno", other_state(milestone.url, "reached"))
    assert made.state == "accepted"
    ((entry, record),) = await space.entries(beta, "bruno")
    assert (entry.state, document(record)["name"]) == ("reached", "Essai")
    assert "Essai." in record.content


async def test_others_only_propose_another_state(network: Network) -> None:
    space, beta = await led_from(network)
    milestone = await space.write(space.host, "lea", "Essai.", "milestone", title="Essai")
    await network.settle()
    made = await propose(space, beta, "bruno", other_state(milestone.url, "reached"))
    assert made.state == "waiting"
    ((entry, _),) = await space.entries(space.host, "lea")
    assert entry.state == "planned"


async def test_a_lead_elsewhere_withdraws_a_milestone(network: Network) -> None:
    space, beta = await led_from(network, "lead")
    milestone = await space.write(space.host, "lea", "Essai.", "milestone", title="Essai")
    await network.settle()
    await propose(space, beta, "bruno", EntryEnd(url=milestone.url))
    assert await space.entries(space.host, "lea") == []
    assert await space.entries(beta, "bruno") == []


async def test_a_lead_elsewhere_invites_changes_roles_and_removes(network: Network) -> None:
    space, beta = await led_from(network, "lead")
    gamma = await network.node("gamma")
    chloe = await gamma.person("chloe")
    await propose(space, beta, "bruno", MemberChange(person=chloe.url, role="observer"))
    invited = await space.membership(gamma, chloe.url)
    assert invited is not None
    assert (invited.state, invited.role) == ("invited", "observer")

    await propose(space, beta, "bruno", MemberEnd(person=chloe.url))
    withdrawn = await space.membership(gamma, chloe.url)
    assert withdrawn is not None
    assert withdrawn.state == "declined"

    await space.invite(gamma, "chloe")
    await propose(space, beta, "bruno", MemberChange(person=chloe.url, role="observer"))
    assert (await space.members(gamma))["chloe@gamma.example"] == "observer"
    await propose(space, beta, "bruno", MemberEnd(person=chloe.url))
    assert "chloe@gamma.example" not in await space.members(beta)
    assert "project.removed" in await gamma.notified("chloe")


async def test_the_last_lead_is_not_removed_from_elsewhere_either(network: Network) -> None:
    space, beta = await led_from(network, "lead")
    group, lea = await space.group(space.host), await space.host.person("lea")
    await change_role(space.host.outbox, lea, group, lea, "partner")
    await network.settle()
    bruno = await beta.person("bruno")
    made = await propose(space, beta, "bruno", MemberEnd(person=bruno.url))
    assert made.state == "rejected"
    assert "without one" in made.answer
    assert (await space.members(space.host))["bruno@beta.example"] == "lead"


async def test_a_lead_elsewhere_changes_what_the_project_says(network: Network) -> None:
    space, beta = await led_from(network, "lead")
    said = {"cmt:state": "selected", "cmt:funder": "Région Normandie", "name": "RVA 2"}
    assert (await propose(space, beta, "bruno", SpaceChange(said=said))).state == "accepted"
    for node in (space.host, beta):
        group = await space.group(node)
        async with node.store.read() as tx:
            record = await tx.projects.by_id(group.id)
        assert record is not None
        assert (group.name, record.state) == ("RVA 2", "selected")
        assert "Région Normandie" in record.fields
        assert '"RVA"' in record.fields
        assert "apprentis" in group.summary


async def test_members_here_propose_without_the_network(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    await space.invite(space.host, "anne")
    made = await propose(space, space.host, "anne", MILESTONE)
    assert made.state == "waiting"
    assert "project.offered" in await space.host.notified("lea")
    await decide(space, made, agreed=True)
    assert await titles(space, space.host, "anne") == ["Bilan intermédiaire"]
    assert "project.offer-accepted" in await space.host.notified("anne")


async def test_a_proposal_is_taken_back(network: Network) -> None:
    space, beta = await led_from(network)
    made = await propose(space, beta, "bruno", MILESTONE)
    withdrawn = await withdraw_offer(beta.outbox, await beta.person("bruno"), made)
    await network.settle()
    assert withdrawn.state == "withdrawn"
    assert await waiting(space) == []
    at_host = await again(space.host, made)
    assert at_host.state == "withdrawn"
    with pytest.raises(ActRefused):
        await decide(space, at_host, agreed=True)
    assert await titles(space, space.host, "lea") == []


async def test_observers_and_strangers_propose_nothing(network: Network) -> None:
    space, beta = await led_from(network, "observer")
    group = await space.group(beta)
    for name in ("bruno", "oscar"):
        with pytest.raises(ActRefused) as refused:
            await make_offer(beta.outbox, await beta.person(name), group, MILESTONE)
        assert refused.value.status == 403
    assert await waiting(space) == []


async def test_what_cannot_be_done_goes_on_waiting(network: Network) -> None:
    space, beta = await led_from(network)
    gamma = await network.node("gamma")
    chloe = await gamma.person("chloe")
    await space.invite(gamma, "chloe")
    await propose(space, beta, "bruno", MemberEnd(person=chloe.url))
    (offer,) = await waiting(space)
    lead = await space.host.person("lea")
    person = await space.host.actor(chloe.url)
    assert person is not None
    await remove(space.host.outbox, lead, await space.group(space.host), person)
    with pytest.raises(ActRefused, match="do not belong"):
        await decide(space, offer, agreed=True)
    assert await waiting(space) == [offer]


async def test_so_much_waits_and_no_more(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbox.acts.projects.offers.MAX_WAITING", 2)
    space, beta = await led_from(network)
    states = [(await propose(space, beta, "bruno", MILESTONE)).state for _ in range(2)]
    assert states == ["waiting", "waiting"]
    with pytest.raises(ActRefused) as refused:
        await propose(space, beta, "bruno", MILESTONE)
    assert refused.value.status == 429
