"""Crowds at the door of a project, and whoever comes and goes all day, cost others nothing."""

from typing import Any

import pytest

from objects.projects import membership
from tests.attacks.test_project_membership import INES, group, joining, shared, state
from tests.support.factories import activity, undo
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

QUACK = "https://evil.example/groups/quack"


async def told(space: ProjectSpace, wires: Wires) -> int:
    """How many requests the project made to servers of members; sends what waits first."""
    await space.network.settle()
    return sum(1 for sent in wires.log if sent.method == "POST" and "beta" in sent.url)


def somebody(wires: Wires, number: int, host: str = "evil.example") -> Remote:
    return wires.person(f"https://{host}/users/m{number}")


async def test_who_comes_and_goes_is_not_told_around(network: Network, wires: Wires) -> None:
    space, _ = await shared(network, joining="open")
    await space.write(space.host, "lea", "Un.")
    ines = wires.person(INES)
    await space.host.receive(ines, joining(ines, space))
    before = await told(space, wires)
    for _ in range(10):
        await space.host.receive(ines, activity(ines, "Leave", space.url))
        await space.host.receive(ines, joining(ines, space))
    assert await told(space, wires) - before <= 2
    assert await state(space, space.host, INES) == ("requested", "partner")


async def test_after_a_rest_an_open_project_is_open_again(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person(INES)
    await space.host.receive(ines, joining(ines, space))
    await space.host.receive(ines, activity(ines, "Leave", space.url))
    network.clock.pass_by(membership.REST_MS / 1_000 + 1)
    await space.host.receive(ines, joining(ines, space))
    assert await state(space, space.host, INES) == ("member", "partner")


@pytest.mark.parametrize("times", [1, 3])
async def test_whom_a_lead_removed_does_not_walk_in_again(
    network: Network, wires: Wires, times: int
) -> None:
    from outbox.acts.projects.belonging import remove

    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person(INES)
    await space.host.receive(ines, joining(ines, space))
    person = await space.host.actor(INES)
    assert person is not None
    lea, there = await space.host.person("lea"), await space.group(space.host)
    await remove(space.host.outbox, lea, there, person)
    network.clock.pass_by(7 * 86_400)
    for _ in range(times):
        await space.host.receive(ines, joining(ines, space))
    assert await state(space, space.host, INES) == ("requested", "partner")


async def test_a_crowd_of_one_server_waits_and_others_come_in(
    network: Network, wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "NEWCOMERS_A_DAY", 2)
    monkeypatch.setattr(membership, "ASKING_A_DAY", 4)
    space = await open_project(network, await network.node("alpha"), joining="open")
    for number in range(6):
        person = somebody(wires, number)
        await space.host.receive(person, joining(person, space))
    honest = somebody(wires, 1, "honest.example")
    await space.host.receive(honest, joining(honest, space))
    stands = [
        await state(space, space.host, f"https://evil.example/users/m{number}")
        for number in range(6)
    ]
    assert [found and found[0] for found in stands] == [
        *("member", "member", "requested", "requested"),
        *(None, None),
    ]
    assert await state(space, space.host, honest.url) == ("member", "partner")
    assert (await space.host.notified("lea")).count("project.asked") == 2


async def test_a_project_that_invites_all_day_is_one_notice_and_can_be_blocked(
    network: Network, wires: Wires
) -> None:
    from actors.relationships import block

    beta = await network.node("beta")
    bruno, quack = await beta.person("bruno"), group(wires)

    async def storm() -> list[str]:
        notes = []
        for _ in range(5):
            invitation = activity(quack, "Invite", bruno.url, target=QUACK)
            notes.append(await beta.receive(quack, invitation))
            await beta.receive(quack, undo(invitation, actor=quack.url))
        return notes

    await storm()
    assert await beta.notified("bruno") == ["project.invited"]
    there = await beta.actor(QUACK)
    assert there is not None
    project = there
    await beta.store.write(lambda tx: block(tx, bruno, project, "", network.clock.ms))
    assert all("blocks" in note for note in await storm())


async def test_a_crowd_at_an_event_is_one_answer_each(network: Network, wires: Wires) -> None:
    from tests.support.events import announce, document_of

    space, _ = await shared(network)
    event = await announce(space.host, "lea", group=await space.group(space.host))
    before = await told(space, wires)
    people: list[Any] = [somebody(wires, number) for number in range(10)]
    for person in people:
        for _ in range(3):
            await space.host.receive(person, activity(person, "Join", event.url))
            await space.host.receive(person, activity(person, "Leave", event.url))
        await space.host.receive(person, activity(person, "Join", event.url))
    assert (await document_of(space.host, event.url))["participantCount"] == len(people)
    assert await told(space, wires) == before
    noticed = (await space.host.notified("lea")).count("event.joined")
    assert noticed <= len(people)
