"""What a newcomer's server gets of the past: all of it, in order, a chunk at a time, once."""

import pytest

from outbox import fanout
from outbox.acts.projects import hosting
from storage.records import ActorRecord
from storage.store import Tx
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project

NOTES = 5


async def a_past(network: Network) -> tuple[ProjectSpace, list[str]]:
    space = await open_project(network, await network.node("alpha"), reach="project")
    urls = []
    for number in range(NOTES):
        urls.append((await space.write(space.host, "lea", f"Note {number}")).url)
        await network.settle()
    return space, urls


async def newcomer(space: ProjectSpace, name: str) -> ActorRecord:
    """Somebody of another node, as the host knows them."""
    person = await (await space.network.node(name)).person("bruno")
    found: ActorRecord = await space.host.services.remote.resolve(person.url)
    return found


async def test_one_promise_is_kept_for_all_of_it(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "HISTORY_CHUNK", 2)
    space, _ = await a_past(network)
    host, known = space.host, await newcomer(space, "beta")
    group = await space.group(host)

    async def welcome(tx: Tx) -> None:
        await hosting.welcome(tx, host.outbox.publisher, group, known)

    await host.store.write(welcome)
    assert await host.count("fanouts") == 2  # who is there, and what happened


async def test_a_crash_in_the_middle_is_gone_on_with_and_doubles_nothing(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "HISTORY_CHUNK", 2)
    space, urls = await a_past(network)
    insert, calls = fanout._insert_history, 0

    async def dies_once(*args: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ValueError("the lights went out")
        await insert(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fanout, "_insert_history", dies_once)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    assert await space.timeline(beta, "bruno") == urls[1::-1]
    later = await space.write(space.host, "lea", "Après")
    network.clock.pass_by(61)
    await network.settle()
    assert await space.timeline(beta, "bruno") == [later.url, *urls[::-1]]
    places = [entry.position for entry, _ in await space.entries(beta, "bruno")]
    assert len(places) == NOTES + 1
    assert places == sorted(set(places), reverse=True)
    got = [row for row in await beta.inbox_types("bruno") if row == "Announce"]
    assert len(got) <= NOTES + 1


async def test_who_is_no_member_when_it_is_sent_gets_nothing(network: Network) -> None:
    space, _ = await a_past(network)
    host, known = space.host, await newcomer(space, "beta")
    group = await space.group(host)

    async def welcome(tx: Tx) -> None:
        await hosting.welcome(tx, host.outbox.publisher, group, known)

    await host.store.write(welcome)  # without having become a member
    await host.services.fanout_worker.run_once()
    assert await host.count("deliveries") == 1  # who is there; nothing of what happened
