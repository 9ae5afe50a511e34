"""Nobody decides for a project by proposing something to it (rule 2)."""

from typing import Any

import pytest

from objects.projects.offers import MemberChange, other_state
from outbox.acts.projects.belonging import change_role
from outbox.acts.projects.offers import make_offer
from storage.project_offers import OfferRecord
from tests.support.factories import Json, activity, undo
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

CHLOE = "https://other.example/users/chloe"
MALLORY = "https://evil.example/users/mallory"
QUACK = "https://evil.example/groups/quack"


async def joined(
    network: Network, wires: Wires, role: str = "partner"
) -> tuple[ProjectSpace, Remote]:
    """A project of alpha, to which Chloe of another server belongs."""
    space = await open_project(network, await network.node("alpha"), joining="open")
    chloe = wires.person(CHLOE)
    await space.host.receive(chloe, activity(chloe, "Join", space.url, to=[space.url]))
    if role != "partner":
        lea, group = await space.host.person("lea"), await space.group(space.host)
        person = await space.host.actor(CHLOE)
        assert person is not None
        await change_role(space.host.outbox, lea, group, person, role)  # type: ignore[arg-type]
    await network.settle()
    return space, chloe


def offered(person: Remote, space: ProjectSpace, inner: Any, **changes: Any) -> Json:
    return activity(person, "Offer", inner, target=space.url, to=[space.url], **changes)


def milestone(space: ProjectSpace, **said: Any) -> Json:
    about = {"type": "Note", "cmt:kind": "cmt:Milestone", "name": "Bilan", **said}
    return {"type": "Create", "actor": space.url, "object": about}


def adding(space: ProjectSpace, person: str, role: str) -> Json:
    target = f"{space.url}/members"
    return {"type": "Add", "actor": space.url, "object": person, "target": target, "cmt:role": role}


async def offers(space: ProjectSpace, *states: str) -> list[OfferRecord]:
    group = await space.group(space.host)
    chosen = list(states or ("waiting", "accepted", "rejected", "withdrawn"))
    found = await space.host.store.query(lambda tx: tx.project_offers.of_project(group.id, chosen))
    return [offer for offer, _ in found]


async def last_answer(space: ProjectSpace, wires: Wires, url: str = CHLOE) -> tuple[str, str]:
    await space.network.settle()
    sent = [one for one in wires.delivered(f"{url}/inbox") if one["type"] in {"Accept", "Reject"}]
    return sent[-1]["type"], sent[-1].get("summary", "")


async def test_strangers_propose_nothing(network: Network, wires: Wires) -> None:
    space, _ = await joined(network, wires)
    mallory = wires.person(MALLORY)
    for inner in (milestone(space), adding(space, MALLORY, "lead")):
        note = await space.host.receive(mallory, offered(mallory, space, inner))
        assert "refused" in note
        answer = await last_answer(space, wires, MALLORY)
        assert (answer[0], "Only members" in answer[1]) == ("Reject", True)
    assert await offers(space) == []
    assert "mallory@evil.example" not in await space.members(space.host)


async def test_nobody_is_looked_up_because_a_stranger_proposes_them(
    network: Network, wires: Wires
) -> None:
    space, _ = await joined(network, wires)
    mallory, victim = wires.person(MALLORY), "https://victim.example/users/v"
    await space.host.receive(mallory, offered(mallory, space, adding(space, victim, "lead")))
    assert wires.fetched(victim) == 0


async def test_observers_propose_nothing(network: Network, wires: Wires) -> None:
    space, chloe = await joined(network, wires, "observer")
    await space.host.receive(chloe, offered(chloe, space, milestone(space)))
    answer = await last_answer(space, wires)
    assert (answer[0], "Observers read" in answer[1]) == ("Reject", True)
    assert await offers(space) == []


async def test_a_partner_does_not_make_themselves_a_lead(network: Network, wires: Wires) -> None:
    space, chloe = await joined(network, wires)
    await space.host.receive(chloe, offered(chloe, space, adding(space, CHLOE, "lead")))
    assert (await space.members(space.host))["chloe@other.example"] == "partner"
    assert len(await offers(space, "waiting")) == 1


async def test_a_partner_who_calls_themselves_responsible_is_not(
    network: Network, wires: Wires
) -> None:
    space, chloe = await joined(network, wires)
    mark = await space.write(space.host, "lea", "Essai.", "milestone", title="Essai")
    await network.settle()
    about = {"id": mark.url, "cmt:responsible": CHLOE, "cmt:state": "reached"}
    inner = {"type": "Update", "actor": space.url, "object": about}
    await space.host.receive(chloe, offered(chloe, space, inner))
    ((entry, _),) = await space.entries(space.host, "lea")
    assert entry.state == "planned"


async def test_who_is_responsible_changes_the_state_and_nothing_else(
    network: Network, wires: Wires
) -> None:
    space, chloe = await joined(network, wires, "observer")
    mark = await space.write(
        space.host, "lea", "Essai.", "milestone", title="Essai", responsible=CHLOE
    )
    await network.settle()
    for about in (
        {"id": mark.url, "cmt:state": "reached", "name": "À moi"},
        {"id": mark.url, "cmt:state": "reached", "content": "À moi"},
        {"id": mark.url, "cmt:state": "stolen"},
    ):
        inner = {"type": "Update", "actor": space.url, "object": about}
        assert "refused" in await space.host.receive(chloe, offered(chloe, space, inner))
    ((entry, record),) = await space.entries(space.host, "lea")
    assert (entry.state, "À moi" in record.content) == ("planned", False)
    inner = {
        "type": "Update",
        "actor": space.url,
        "object": {"id": mark.url, "cmt:state": "reached"},
    }
    await space.host.receive(chloe, offered(chloe, space, inner))
    ((entry, _),) = await space.entries(space.host, "lea")
    assert entry.state == "reached"


async def test_notes_of_members_are_not_a_leads_to_change(network: Network, wires: Wires) -> None:
    space, chloe = await joined(network, wires, "lead")
    written = await space.write(space.host, "lea", "À Léa.")
    await network.settle()
    for inner in (
        {"type": "Delete", "actor": space.url, "object": written.url},
        {"type": "Update", "object": {"id": written.url, "name": "À Chloé"}},
        {"type": "Delete", "actor": space.url, "object": "https://victim.example/1"},
    ):
        await space.host.receive(chloe, offered(chloe, space, inner))
        answer = await last_answer(space, wires)
        assert (answer[0], "no such" in answer[1]) == ("Reject", True)
    ((_, record),) = await space.entries(space.host, "lea")
    assert "À Léa." in record.content


async def test_milestones_of_another_project_are_not_theirs_to_change(
    network: Network, wires: Wires
) -> None:
    space, chloe = await joined(network, wires, "lead")
    other = await open_project(network, space.host, "anne", "autre")
    mark = await other.write(space.host, "anne", "Essai.", "milestone", title="Essai")
    await network.settle()
    change = {"id": mark.url, "cmt:state": "dropped"}
    for inner in (
        {"type": "Update", "object": change},
        {"type": "Delete", "object": mark.url},
    ):
        await space.host.receive(chloe, offered(chloe, space, inner))
        assert (await last_answer(space, wires))[0] == "Reject"
    ((entry, _),) = await other.entries(space.host, "anne")
    assert entry.state == "planned"


@pytest.mark.parametrize(
    "inner",
    [
        "https://other.example/1",
        {"type": "Follow", "object": "https://other.example/1"},
        {"type": "Create", "object": {"type": "Note", "content": "Une note."}},
        {"type": "Create", "object": {"type": "Note", "cmt:kind": "cmt:Milestone"}},
        {"type": "Create", "object": {"cmt:kind": "cmt:Milestone", "name": "x", "cmt:state": "y"}},
        {"type": "Create", "object": {"cmt:kind": "cmt:Call", "name": "x" * 70_000}},
        {"type": "Update", "object": {"id": "https://other.example/1"}},
        {"type": "Update", "object": {"id": "https://other.example/1", "cmt:due": {"a": 1}}},
        {"type": "Add", "object": CHLOE, "target": "https://evil.example/members"},
        {"type": "Add", "object": "javascript:alert(1)", "target": "MEMBERS"},
        {"type": "Add", "object": CHLOE, "target": "MEMBERS", "cmt:role": "emperor"},
        {"type": "Update", "object": {"id": "GROUP", "cmt:state": "won"}},
        {"type": "Update", "object": {"id": "GROUP", "cmt:reach": "everybody"}},
        {"type": "Update", "object": {"id": "GROUP", "name": "  "}},
        {"type": "Update", "object": {"id": "GROUP", "publicKey": "mine", "inbox": "mine"}},
        {"type": "Delete", "object": "GROUP"},
        {"type": "Remove", "object": "GROUP", "target": "MEMBERS"},
        {"type": "Add", "object": "GROUP", "target": "MEMBERS"},
    ],
)
async def test_what_cannot_be_proposed_comes_back(
    network: Network, wires: Wires, inner: Any
) -> None:
    space, chloe = await joined(network, wires, "lead")

    def placed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: placed(one) for name, one in value.items()}
        return {"GROUP": space.url, "MEMBERS": f"{space.url}/members"}.get(value, value)

    before = (await space.group(space.host), await space.members(space.host))
    note = await space.host.receive(chloe, offered(chloe, space, placed(inner)))
    assert note.startswith("refused")
    answer = await last_answer(space, wires)
    assert (answer[0], bool(answer[1])) == ("Reject", True)
    assert await offers(space) == []
    assert (await space.group(space.host), await space.members(space.host)) == before


async def test_an_offer_counts_once_even_if_it_comes_twice(network: Network, wires: Wires) -> None:
    space, chloe = await joined(network, wires, "lead")
    offer = offered(chloe, space, milestone(space))
    await space.host.receive(chloe, offer)
    again = await space.host.receive(chloe, offer, to=f"{space.url}/inbox")
    assert "proposed before" in again
    assert len(await space.entries(space.host, "lea")) == 1


async def test_an_offer_is_undone_by_who_made_it(network: Network, wires: Wires) -> None:
    space, chloe = await joined(network, wires)
    mallory = wires.person(MALLORY)
    offer = offered(chloe, space, milestone(space))
    await space.host.receive(chloe, offer)
    forged = undo(offer, id=f"{MALLORY}/undo", actor=MALLORY, object=offer["id"])
    assert "only one's own" in await space.host.receive(mallory, forged)
    assert len(await offers(space, "waiting")) == 1
    await space.host.receive(chloe, undo(offer))
    assert len(await offers(space, "withdrawn")) == 1


async def test_only_the_project_answers_what_was_proposed_to_it(
    network: Network, wires: Wires
) -> None:
    space, _ = await joined(network, wires)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    bruno, group = await beta.person("bruno"), await space.group(beta)
    offer = await make_offer(
        beta.outbox, bruno, group, MemberChange(person=bruno.url, role="observer")
    )
    said = {"cmt:kind": "cmt:ProjectSpace", "cmt:joining": "open"}
    quack = wires.person(QUACK, type="Group", **said)
    anne = await beta.person("anne")
    await beta.receive(quack, activity(quack, "Invite", anne.url, target=QUACK))
    for kind in ("Accept", "Reject"):
        assert "refused" in await beta.receive(quack, activity(quack, kind, offer.url))
    kept = await beta.store.query(lambda tx: tx.project_offers.by_url(offer.url))
    assert kept is not None
    assert kept.state == "waiting"


async def test_what_fails_in_the_middle_leaves_nothing_behind(
    network: Network, wires: Wires
) -> None:
    space, chloe = await joined(network, wires, "lead")
    gone = other_state(f"{space.url}/nothing", "reached")
    inner = {"type": "Update", "object": {"id": gone.url, **gone.said}}
    await space.host.receive(chloe, offered(chloe, space, inner))
    assert await offers(space) == []
    assert (await last_answer(space, wires))[0] == "Reject"
