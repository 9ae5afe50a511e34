"""A project on one node, with partners on two others who write from their own."""

from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project


async def three(network: Network, **options: str) -> ProjectSpace:
    space = await open_project(network, await network.node("alpha"), **options)  # type: ignore[arg-type]
    await space.invite(await network.node("beta"), "bruno")
    await space.invite(await network.node("gamma"), "chloe")
    return space


async def test_every_server_knows_the_same_members(network: Network) -> None:
    space = await three(network)
    expected = {
        "lea@alpha.example": "lead",
        "bruno@beta.example": "partner",
        "chloe@gamma.example": "partner",
    }
    for node in network.nodes.values():
        assert await space.members(node) == expected


async def test_what_partners_write_has_the_same_order_everywhere(network: Network) -> None:
    space = await three(network, reach="project")
    alpha, beta, gamma = network.nodes.values()
    one = await space.write(beta, "bruno", "Premier essai.")
    await network.settle()
    two = await space.write(gamma, "chloe", "Second essai.", "difficulty")
    three_ = await space.write(alpha, "lea", "Bilan.", "meeting")
    await network.settle()
    seen = [
        await space.timeline(alpha, "lea"),
        await space.timeline(beta, "bruno"),
        await space.timeline(gamma, "chloe"),
    ]
    assert seen[0] == seen[1] == seen[2]
    assert set(seen[0]) == {one.url, two.url, three_.url}
    places = [entry.position for entry, _ in await space.entries(gamma, "chloe")]
    assert places == sorted(set(places), reverse=True)


async def test_members_find_new_entries_in_their_home_timeline(network: Network) -> None:
    space = await three(network, reach="project")
    _, beta, gamma = network.nodes.values()
    note = await space.write(beta, "bruno", "Pour nous seuls.")
    await network.settle()
    assert await gamma.home("chloe") == [note.url]
    assert await space.timeline(gamma, None) == []


async def test_what_is_for_the_network_is_for_members_on_servers_outside_it_too(
    network: Network,
) -> None:
    space = await three(network, reach="network")
    alpha, beta, gamma = network.nodes.values()
    delta = await network.node("delta")
    await delta.ask_to_follow("dan", space.url)
    await network.settle()
    notes = [
        await space.write(alpha, "lea", "Une idée de @bruno@beta.example."),
        await space.write(beta, "bruno", "Essayée."),
    ]
    await network.settle()
    for node, member in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        assert await space.timeline(node, member) == [note.url for note in reversed(notes)]
    assert "mention" in await beta.notified("bruno")
    for node, stranger in ((beta, "boris"), (gamma, None)):
        assert notes[0].url not in await space.timeline(node, stranger)
    assert [await delta.object(note.url) for note in notes] == [None, None]


async def test_somebody_who_comes_later_gets_what_happened_before(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"), reach="project")
    note = await space.write(space.host, "lea", "Nous commençons.")
    await network.settle()
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    assert await space.timeline(beta, "bruno") == [note.url]


async def test_edits_and_deletions_reach_every_partner(network: Network) -> None:
    from outbox.acts.projects.entries import change_entry, withdraw_entry

    space = await three(network, reach="project")
    _, beta, gamma = network.nodes.values()
    note = await space.write(beta, "bruno", "Une faute.")
    await network.settle()
    await change_entry(beta.outbox, await beta.person("bruno"), note, text="Corrigé.")
    await network.settle()
    seen = await gamma.object(note.url)
    assert seen is not None
    assert "Corrigé" in seen.content
    current = await beta.object(note.url)
    assert current is not None
    await withdraw_entry(beta.outbox, await beta.person("bruno"), current)
    await network.settle()
    seen = await gamma.object(note.url)
    assert seen is not None
    assert seen.deleted_at is not None
