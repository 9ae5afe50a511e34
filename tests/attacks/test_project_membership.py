"""Nobody belongs to a project, decides in it or speaks for it without leave (rule 2)."""

from typing import Any

import pytest

from actors.administration import set_domain_rule
from objects.projects.fields import Role
from outbox.acts.projects.belonging import (
    answer_request,
    change_role,
    invite,
    remove,
    withdraw_invitation,
)
from storage.records import ActorRecord
from tests.support.factories import Json, activity
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

INES = "https://other.example/users/ines"
MALLORY = "https://evil.example/users/mallory"
QUACK = "https://evil.example/groups/quack"


async def shared(network: Network, **options: Any) -> tuple[ProjectSpace, LocalNode]:
    space = await open_project(network, await network.node("alpha"), **options)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    return space, beta


def group(wires: Wires, url: str = QUACK, **said: Any) -> Remote:
    """A project on a server that means harm."""
    values = {"cmt:kind": "cmt:ProjectSpace", "cmt:joining": "open", "cmt:reach": "public"}
    return wires.person(url, type="Group", **{**values, **said})


def joining(person: Remote, space: ProjectSpace, **changes: Any) -> Json:
    return activity(person, "Join", space.url, to=[space.url], **changes)


async def state(space: ProjectSpace, node: LocalNode, url: str) -> tuple[str, str] | None:
    membership = await space.membership(node, url)
    return (membership.state, membership.role) if membership else None


async def invited(space: ProjectSpace, wires: Wires, role: Role = "partner") -> tuple[Remote, Json]:
    """Ines of another server, and the Invite that she got."""
    ines = wires.person(INES)
    person = await space.host.services.remote.resolve(INES)
    lead, project = await space.host.person(space.lead), await space.group(space.host)
    await invite(space.host.outbox, lead, project, person, role)
    await space.network.settle()
    return ines, next(s for s in wires.delivered(f"{INES}/inbox") if s["type"] == "Invite")


def agreeing(person: Remote, invitation: Json, **changes: Any) -> Json:
    return activity(person, "Accept", invitation["id"], **changes)


async def known(node: LocalNode, url: str) -> ActorRecord:
    found = await node.actor(url)
    assert found is not None
    return found


# joining


async def test_nobody_joins_from_a_suspended_server(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person(INES)
    now = network.clock.ms
    await space.host.store.write(
        lambda tx: set_domain_rule(tx, "lea", "other.example", "suspend", "", now)
    )
    answer = await space.host.deliver(ines, joining(ines, space))
    await network.settle()
    assert answer.status_code in {202, 403}
    assert list(await space.members(space.host)) == ["lea@alpha.example"]


@pytest.mark.parametrize("claimed", ["lead", "cmt:lead", "https://evil.example/ns#lead"])
async def test_a_role_that_somebody_claims_is_not_given(
    network: Network, wires: Wires, claimed: str
) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person(INES)
    await space.host.receive(ines, joining(ines, space, **{"cmt:role": claimed}))
    assert await state(space, space.host, INES) == ("member", "partner")


async def test_the_invited_have_the_role_of_the_invitation(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines, invitation = await invited(space, wires, "observer")
    await space.host.receive(ines, agreeing(ines, invitation, **{"cmt:role": "lead"}))
    assert await state(space, space.host, INES) == ("member", "observer")


async def test_a_former_lead_comes_back_as_a_partner(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person(INES)
    await space.host.receive(ines, joining(ines, space))
    lea, project = await space.host.person("lea"), await space.group(space.host)
    person = await known(space.host, INES)
    await change_role(space.host.outbox, lea, project, person, "lead")
    await remove(space.host.outbox, lea, project, person)
    await space.host.receive(ines, joining(ines, space))
    assert await state(space, space.host, INES) == ("requested", "partner")
    await answer_request(space.host.outbox, lea, project, person, agreed=True)
    assert await state(space, space.host, INES) == ("member", "partner")


async def test_an_observer_comes_back_as_an_observer(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines, invitation = await invited(space, wires, "observer")
    await space.host.receive(ines, agreeing(ines, invitation))
    for rest in (0, 3_600):
        await space.host.receive(ines, activity(ines, "Leave", space.url))
        network.clock.pass_by(rest)
        await space.host.receive(ines, joining(ines, space))
    assert await state(space, space.host, INES) == ("member", "observer")


async def test_a_declined_invitation_gives_no_role_later(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines, invitation = await invited(space, wires, "lead")
    await space.host.receive(ines, activity(ines, "Reject", invitation["id"]))
    await space.host.receive(ines, joining(ines, space))
    assert await state(space, space.host, INES) == ("member", "partner")


@pytest.mark.parametrize("kind", ["Group", "Application"])
async def test_a_group_is_no_member(network: Network, wires: Wires, kind: str) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    many = wires.person(QUACK, type=kind)
    assert "declined" in await space.host.receive(many, joining(many, space))
    assert await state(space, space.host, QUACK) is None


async def test_without_an_invitation_nobody_comes_to_a_closed_project(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"), joining="invitation")
    ines = wires.person(INES)
    assert "by invitation" in await space.host.receive(ines, joining(ines, space))
    await network.settle()
    (answer,) = wires.delivered(f"{INES}/inbox")
    assert (answer["type"], "invitation" in answer["summary"]) == ("Reject", True)
    assert await state(space, space.host, INES) is None


# invitations


async def test_an_invitation_accepted_twice_counts_once(network: Network, wires: Wires) -> None:
    space, beta = await shared(network)
    ines, invitation = await invited(space, wires)
    await space.host.receive(ines, agreeing(ines, invitation))
    await network.settle()
    heard = len(await activities(beta, "Add"))
    note = await space.host.receive(ines, agreeing(ines, invitation))
    await network.settle()
    assert "answered or withdrawn before" in note
    assert len(await activities(beta, "Add")) == heard
    assert await state(space, space.host, INES) == ("member", "partner")


async def activities(node: LocalNode, kind: str) -> list[str]:
    """The ids of what a node received of a type."""

    async def look(tx: Any) -> list[str]:
        rows = await tx.connection.fetch_all(
            "select activity_url from received where type = $1", kind
        )
        return [row[0] for row in rows]

    return await node.store.query(look)


async def test_a_withdrawn_invitation_is_accepted_in_vain(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines, invitation = await invited(space, wires)
    lea, project = await space.host.person("lea"), await space.group(space.host)
    person = await known(space.host, INES)
    await withdraw_invitation(space.host.outbox, lea, project, person)
    await network.settle()
    await space.host.receive(ines, agreeing(ines, invitation))
    await network.settle()
    assert await state(space, space.host, INES) == ("declined", "partner")
    answer = wires.delivered(f"{INES}/inbox")[-1]
    assert (answer["type"], "withdrawn" in answer["summary"]) == ("Reject", True)


async def test_the_removed_do_not_accept_their_old_invitation(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines, invitation = await invited(space, wires)
    await space.host.receive(ines, agreeing(ines, invitation))
    lea, project = await space.host.person("lea"), await space.group(space.host)
    await remove(space.host.outbox, lea, project, await known(space.host, INES))
    await space.host.receive(ines, agreeing(ines, invitation))
    await network.settle()
    assert await state(space, space.host, INES) == ("removed", "partner")
    assert wires.delivered(f"{INES}/inbox")[-1]["type"] == "Reject"


async def test_who_accepts_twice_is_told_again_and_comes_once(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines, invitation = await invited(space, wires, "observer")
    for _ in range(2):
        await space.host.receive(ines, agreeing(ines, invitation))
        await network.settle()
    sent = [(a["type"], a.get("cmt:role")) for a in wires.delivered(f"{INES}/inbox")]
    assert sent.count(("Accept", "observer")) == 2
    assert sent.count(("Add", "observer")) == 1
    assert await state(space, space.host, INES) == ("member", "observer")


async def test_nobody_accepts_the_invitation_of_another(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    _, invitation = await invited(space, wires, "lead")
    mallory, quack = wires.person(MALLORY), group(wires)
    for other in (mallory, quack):
        note = await space.host.receive(other, agreeing(other, invitation))
        assert "refused" in note or "ignored" in note
    assert await state(space, space.host, INES) == ("invited", "lead")
    assert await state(space, space.host, MALLORY) is None
    assert await state(space, space.host, QUACK) is None


async def test_nobody_invites_in_the_name_of_a_project(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    bruno = await beta.person("bruno")
    mallory = wires.person(MALLORY)
    forged = activity(mallory, "Invite", bruno.url, target=space.url, **{"cmt:role": "lead"})
    assert "only a project itself" in await beta.receive(mallory, forged)
    own = activity(mallory, "Invite", bruno.url, target=MALLORY)
    assert "no project space" in await beta.receive(mallory, own)
    assert await beta.notified("bruno") == []


# what a member's server believes


async def test_only_the_host_says_who_belongs(network: Network, wires: Wires) -> None:
    space, beta = await shared(network)
    ines, mallory = wires.person(INES), wires.person(MALLORY)
    chloe = await beta.person("chloe")
    for kind, about in (("Add", MALLORY), ("Add", chloe.url), ("Remove", space.url)):
        forged = activity(
            mallory, kind, about, target=f"{space.url}/members", **{"cmt:role": "lead"}
        )
        assert "refused" in (note := await beta.receive(mallory, forged)) or "ignored" in note
    assert sorted(await space.members(beta)) == ["bruno@beta.example", "lea@alpha.example"]
    assert await state(space, beta, ines.url) is None


async def test_nobody_here_is_added_who_did_not_ask(network: Network, wires: Wires) -> None:
    beta = await network.node("beta")
    bruno, chloe = await beta.person("bruno"), await beta.person("chloe")
    quack = group(wires)
    await beta.receive(quack, activity(quack, "Invite", bruno.url, target=QUACK))
    for victim in (bruno, chloe):
        forced = activity(quack, "Add", victim.url, target=f"{QUACK}/members")
        assert "asked" in await beta.receive(quack, forced)
    assert "project.admitted" not in await beta.notified("bruno")
    assert await beta.follow(bruno.url, QUACK) is None


async def test_a_host_does_not_answer_its_own_invitation(network: Network, wires: Wires) -> None:
    beta = await network.node("beta")
    bruno, quack = await beta.person("bruno"), group(wires)
    invitation = activity(quack, "Invite", bruno.url, target=QUACK)
    await beta.receive(quack, invitation)
    forced = activity(quack, "Accept", invitation["id"], **{"cmt:role": "partner"})
    assert "nobody here asked" in await beta.receive(quack, forced)
    there = await known(beta, QUACK)
    found = await beta.store.query(lambda tx: tx.projects.membership(there.id, bruno.id))
    assert found is not None
    assert found.state == "invited"
    assert "project.admitted" not in await beta.notified("bruno")


async def test_who_left_is_not_brought_back_by_the_host(network: Network, wires: Wires) -> None:
    from outbox.acts.projects.belonging import join, leave

    beta = await network.node("beta")
    bruno, quack = await beta.person("bruno"), group(wires)
    await beta.receive(quack, activity(quack, "Invite", bruno.url, target=QUACK))
    there = await known(beta, QUACK)
    await leave(beta.outbox, bruno, there)
    asked = await join(beta.outbox, bruno, there)
    await leave(beta.outbox, bruno, there)
    for claim in (
        activity(quack, "Accept", asked.url, **{"cmt:role": "lead"}),
        activity(quack, "Add", bruno.url, target=f"{QUACK}/members"),
    ):
        await beta.receive(quack, claim)
    found = await beta.store.query(lambda tx: tx.projects.membership(there.id, bruno.id))
    assert found is not None
    assert found.state == "left"


async def test_only_the_host_answers_a_join(network: Network, wires: Wires) -> None:
    from outbox.acts.projects.belonging import join

    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    bruno = await beta.person("bruno")
    lea = await beta.services.remote.resolve(space.url)
    await beta.store.write(lambda tx: keep(tx, lea, network.clock.ms))
    asked = await join(beta.outbox, bruno, lea)
    mallory, quack = wires.person(MALLORY), group(wires)
    chloe = await beta.person("chloe")
    await beta.receive(quack, activity(quack, "Invite", chloe.url, target=QUACK))
    for liar in (mallory, quack):
        for kind in ("Accept", "Reject"):
            forged = activity(liar, kind, asked.url, **{"cmt:role": "lead"})
            assert "refused" in await beta.receive(liar, forged)
    assert await state(space, beta, bruno.url) == ("requested", "partner")


async def keep(tx: Any, project: ActorRecord, now: int) -> None:
    from objects.projects.store import keep_remote_project

    await keep_remote_project(tx, project, now)


async def test_who_is_removed_while_nobody_here_listens_sees_nothing_later(
    network: Network,
) -> None:
    """Removals are told to servers of members alone: whoever comes back must not trust old ones."""
    from outbox.acts.projects.belonging import leave

    space, beta = await shared(network, reach="project")
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    bruno, chloe = await beta.person("bruno"), await gamma.person("chloe")
    await leave(beta.outbox, bruno, await space.group(beta))
    await network.settle()
    lea, project = await space.host.person("lea"), await space.group(space.host)
    await remove(space.host.outbox, lea, project, await known(space.host, chloe.url))
    await network.settle()
    await space.invite(beta, "bruno")
    note = await space.write(beta, "bruno", "Sans Chloé.")
    await network.settle()
    assert "chloe@gamma.example" not in await space.members(beta)
    reader = await beta.services.remote.by_url(gamma.services.identifiers.node_actor)

    async def sees(tx: Any) -> bool:
        return bool(await tx.objects.visible_ids([note.id], reader.id))

    assert not await beta.store.query(sees)


async def test_nobody_makes_us_look_at_actors_without_end(network: Network, wires: Wires) -> None:
    beta = await network.node("beta")
    quack = group(wires)
    for number in range(3):
        victim = f"https://victim.example/users/{number}"
        stuffed = activity(quack, "Add", victim, target=f"{QUACK}/members")
        assert "ignored" in await beta.receive(quack, stuffed)
        assert wires.fetched(victim) == 0


async def test_a_project_has_so_many_members_and_no_more(
    network: Network, wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.handlers.membership.MAX_MEMBERS", 1)
    beta = await network.node("beta")
    bruno, quack = await beta.person("bruno"), group(wires)
    await beta.receive(quack, activity(quack, "Invite", bruno.url, target=QUACK))
    notes = []
    for number in range(2):
        person = wires.person(f"https://evil.example/users/m{number}")
        stuffed = activity(quack, "Add", person.url, target=f"{QUACK}/members")
        notes.append(await beta.receive(quack, stuffed))
    assert notes[0] == "done"
    assert "more members" in notes[1]
