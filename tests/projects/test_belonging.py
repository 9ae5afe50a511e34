"""Coming, going, coming back: what each server knows, and who is told."""

from typing import Any

from actors.administration import set_domain_rule
from outbox.acts.leave import leave as depart
from outbox.acts.moderate import sanction_actor
from outbox.acts.projects.belonging import (
    answer_request,
    invite,
    join,
    leave,
    remove,
)
from storage.records import ActorRecord
from tests.support.factories import activity, undo
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires


async def shared(network: Network, **options: Any) -> tuple[ProjectSpace, LocalNode]:
    space = await open_project(network, await network.node("alpha"), **options)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    return space, beta


async def known(space: ProjectSpace, url: str) -> ActorRecord:
    found = await space.host.actor(url)
    assert found is not None
    return found


async def state(space: ProjectSpace, node: LocalNode, url: str) -> str:
    membership = await space.membership(node, url)
    return membership.state if membership else ""


def joining(person: Remote, space: ProjectSpace, **changes: Any) -> dict[str, Any]:
    return activity(person, "Join", space.url, to=[space.url], **changes)


async def test_a_join_that_is_taken_back_waits_no_more(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines = wires.person("https://other.example/users/ines")
    asked = joining(ines, space)
    await space.host.receive(ines, asked)
    assert await state(space, space.host, ines.url) == "requested"
    await space.host.receive(ines, undo(asked))
    assert await state(space, space.host, ines.url) == "left"


async def test_a_request_here_that_is_taken_back_at_once_waits_no_more(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    zoe, group = await space.host.person("zoe"), await space.group(space.host)
    await join(space.host.outbox, zoe, group)
    await leave(space.host.outbox, zoe, group)
    await network.settle()
    assert await state(space, space.host, zoe.url) == "left"
    assert "project.asked" not in await space.host.notified("lea")


async def test_a_join_named_by_its_id_is_taken_back_too(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines = wires.person("https://other.example/users/ines")
    asked = joining(ines, space)
    await space.host.receive(ines, asked)
    await space.host.receive(ines, undo(asked, object=asked["id"]))
    assert await state(space, space.host, ines.url) == "left"


async def test_nobody_takes_the_join_of_another_back(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines = wires.person("https://other.example/users/ines")
    mallory = wires.person("https://evil.example/users/mallory")
    asked = joining(ines, space)
    await space.host.receive(ines, asked)
    for forged in (
        undo(asked, id="https://evil.example/undo/1", actor=mallory.url, object=asked["id"]),
        undo(asked, id="https://evil.example/undo/2", actor=mallory.url),
    ):
        assert "only one's own" in await space.host.receive(mallory, forged)
    assert await state(space, space.host, ines.url) == "requested"


async def test_a_member_who_undoes_their_join_has_left(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person("https://other.example/users/ines")
    asked = joining(ines, space)
    await space.host.receive(ines, asked)
    assert "ines@other.example" in await space.members(space.host)
    await space.host.receive(ines, undo(asked))
    assert "ines@other.example" not in await space.members(space.host)


async def test_who_asks_twice_is_asked_about_once(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"))
    ines = wires.person("https://other.example/users/ines")
    for _ in range(3):
        await space.host.receive(ines, joining(ines, space))
    assert (await space.host.notified("lea")).count("project.asked") == 1


async def test_a_member_who_joins_again_is_told_again(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    ines = wires.person("https://other.example/users/ines")
    for _ in range(2):
        await space.host.receive(ines, joining(ines, space))
    await network.settle()
    answers = [sent["type"] for sent in wires.delivered(f"{ines.url}/inbox")]
    assert answers.count("Accept") == 2
    assert (await space.members(space.host))["ines@other.example"] == "partner"


async def test_the_invited_may_say_that_they_leave(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    bruno = await beta.person("bruno")
    there = await space.host.services.remote.resolve(bruno.url)
    lea = await space.host.person("lea")
    await invite(space.host.outbox, lea, await space.group(space.host), there, "partner")
    await network.settle()
    await leave(beta.outbox, bruno, await space.group(beta))
    await network.settle()
    assert await state(space, space.host, bruno.url) == "left"


async def test_people_here_hear_what_a_lead_here_decides(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    host, lea = space.host, await space.host.person("lea")
    anne, yves = await host.person("anne"), await host.person("yves")
    group = await space.group(host)
    for person in (anne, yves):
        await join(host.outbox, person, group)
    await network.settle()
    await answer_request(host.outbox, lea, group, anne, agreed=True)
    await answer_request(host.outbox, lea, group, yves, agreed=False)
    assert "project.admitted" in await host.notified("anne")
    assert "project.declined" in await host.notified("yves")
    await remove(host.outbox, lea, group, anne)
    assert "project.removed" in await host.notified("anne")


async def test_who_is_invited_again_hears_of_it_again(network: Network) -> None:
    space, beta = await shared(network)
    lea, group = await space.host.person("lea"), await space.group(space.host)
    bruno = await known(space, (await beta.person("bruno")).url)
    await remove(space.host.outbox, lea, group, bruno)
    await network.settle()
    before = (await beta.notified("bruno")).index("project.removed")
    assert before == 0
    await invite(space.host.outbox, lea, group, bruno, "partner")
    await network.settle()
    assert (await beta.notified("bruno"))[0] == "project.invited"


async def test_who_comes_back_gets_what_happened_meanwhile_and_nothing_twice(
    network: Network,
) -> None:
    space, beta = await shared(network, reach="project")
    bruno = await beta.person("bruno")
    first = await space.write(space.host, "lea", "Avant.")
    await network.settle()
    await leave(beta.outbox, bruno, await space.group(beta))
    await network.settle()
    assert "bruno@beta.example" not in await space.members(space.host)
    assert await space.timeline(beta, "bruno") == []
    second = await space.write(space.host, "lea", "Pendant.")
    await network.settle()
    assert await beta.object(second.url) is None

    await space.invite(beta, "bruno")
    third = await space.write(space.host, "lea", "Après.")
    await network.settle()
    expected = [third.url, second.url, first.url]
    assert await space.timeline(beta, "bruno") == expected
    assert await space.timeline(space.host, "lea") == expected
    assert len(await beta.home("bruno")) == len(set(await beta.home("bruno")))


async def test_a_follower_who_becomes_a_member_has_the_whole_timeline(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await beta.person("bruno")
    await beta.ask_to_follow("bruno", space.url)
    await network.settle()
    public = await space.write(space.host, "lea", "Pour tous.")
    await network.settle()
    await space.invite(beta, "bruno")
    assert await space.timeline(beta, "bruno") == [public.url]
    ((entry, _),) = await space.entries(beta, "bruno")
    assert entry.position > 0


async def test_a_deleted_member_belongs_to_nothing_any_more(network: Network) -> None:
    space, beta = await shared(network)
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    bruno = await beta.person("bruno")
    await depart(beta.outbox, bruno, "bruno")
    await network.settle()
    for node in (space.host, gamma):
        assert await state(space, node, bruno.url) in {"left", "removed"}
        assert "chloe@gamma.example" in await space.members(node)


async def test_a_suspended_member_belongs_to_nothing_any_more(network: Network) -> None:
    space, beta = await shared(network)
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    bruno = await beta.person("bruno")
    there = await known(space, bruno.url)
    await sanction_actor(space.host.outbox, "lea", there, "suspend", "spam")
    await network.settle()
    for node in (space.host, gamma):
        assert await state(space, node, bruno.url) == "removed"


async def test_a_member_suspended_at_home_leaves_projects_elsewhere(network: Network) -> None:
    space, beta = await shared(network)
    bruno = await beta.person("bruno")
    await sanction_actor(beta.outbox, "beta", bruno, "suspend", "")
    await network.settle()
    assert await state(space, beta, bruno.url) == "left"
    assert await state(space, space.host, bruno.url) == "left"


async def test_the_oldest_partner_leads_when_the_last_lead_is_gone(network: Network) -> None:
    space, beta = await shared(network)
    await depart(space.host.outbox, await space.host.person("lea"), "lea")
    await network.settle()
    assert await space.members(space.host) == {"bruno@beta.example": "lead"}
    assert await space.members(beta) == {"bruno@beta.example": "lead"}


async def test_a_blocked_server_gets_nothing_more_and_is_no_member(network: Network) -> None:
    space, beta = await shared(network, reach="project")
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    bruno = await beta.person("bruno")
    now = network.clock.ms
    await space.host.store.write(
        lambda tx: set_domain_rule(tx, "lea", "beta.example", "suspend", "spam", now)
    )
    note = await space.write(space.host, "lea", "Sans eux.")
    await network.settle()
    assert await beta.object(note.url) is None
    assert await gamma.object(note.url) is not None
    removed = await space.host.services.housekeeping.run_once()
    assert removed["memberships"] == 1
    await network.settle()
    for node in (space.host, gamma):
        assert await state(space, node, bruno.url) == "removed"


async def test_when_a_project_is_deleted_its_members_are_told(network: Network) -> None:
    space, beta = await shared(network, reach="project")
    note = await space.write(space.host, "lea", "Entre nous.")
    await network.settle()
    await depart(space.host.outbox, await space.group(space.host), "admin")
    await network.settle()
    assert "project.removed" in await space.host.notified("lea")
    assert "project.removed" in await beta.notified("bruno")
    assert await space.members(beta) == {}
    assert (await space.group(beta)).state == "gone"
    assert note.url not in await space.timeline(beta, "bruno")


async def test_a_suspended_project_takes_nothing_in(network: Network) -> None:
    space, beta = await shared(network)
    group = await space.group(space.host)
    await sanction_actor(space.host.outbox, "lea", group, "suspend", "")
    note = await space.write(beta, "bruno", "Trop tard.")
    await network.settle()
    ((entry, record),) = await space.entries(beta, "bruno")
    assert (entry.position, record.url) == (0, note.url)
    answer = await space.host.app.test_client().get(
        f"/users/{group.username}/journal", headers={"Host": space.host.host}
    )
    assert answer.status_code == 403
