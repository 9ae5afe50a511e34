"""A month in a project over three servers, one off for a week; then a partner is removed."""

from outbox.acts.projects.belonging import remove
from outbox.acts.projects.entries import change_entry, withdraw_entry
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project

DAY = 24 * 3_600
KINDS = ("progress", "difficulty", "help", "meeting", "decision", "deliverable")
Held = list[tuple[int, str, str, str]]


async def held(space: ProjectSpace, node: LocalNode, username: str) -> Held:
    """What somebody reads of the project: number, kind, address and text of each entry."""
    found = await space.entries(node, username)
    return [(entry.position, entry.kind, o.url, o.content) for entry, o in found]


async def stored(node: LocalNode, text: str) -> bool:
    """Whether a text stands anywhere in a server's database, in whatever table."""

    async def look(tx: Tx) -> bool:
        tables = await tx.connection.fetch_all(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%' "
            "and sql not like '%VIRTUAL%'"
        )
        for (table,) in tables:
            for row in await tx.connection.fetch_all(f"select * from {table}"):
                if any(isinstance(value, str) and text in value for value in row):
                    return True
        return False

    return await node.store.query(look)


async def test_everybody_holds_the_same_after_a_month(network: Network) -> None:
    alpha, beta, gamma = [await network.node(name) for name in ("alpha", "beta", "gamma")]
    stranger = await network.node("delta")
    space = await open_project(network, alpha, reach="project")
    await space.invite(beta, "bruno")
    await space.invite(gamma, "chloe")
    people = [(alpha, "lea"), (beta, "bruno"), (gamma, "chloe")]
    written = 0
    for day in range(30):
        if day == 10:
            network.wires.silent.add("gamma.example")
        if day == 17:
            network.wires.silent.discard("gamma.example")
        node, name = people[day % 3]
        kind = KINDS[day % len(KINDS)]
        note = await space.write(node, name, f"Jour {day} : secret-{day}.", kind)  # type: ignore[arg-type]
        written += 1
        if day % 5 == 4:
            await change_entry(
                node.outbox, await node.person(name), note, text=f"Jour {day} : relu-{day}."
            )
        await network.settle()
        network.clock.pass_by(DAY)
        await network.settle()
    for _ in range(4):
        network.clock.pass_by(DAY)
        await network.settle()
    seen = [await held(space, node, name) for node, name in people]
    assert len(seen[0]) == written
    assert seen[0] == seen[1] == seen[2]
    places = [place for place, *_ in seen[0]]
    assert places == sorted(set(places), reverse=True)
    assert not await stored(stranger, "secret-")

    lead = await alpha.person("lea")
    bruno = await alpha.services.remote.resolve((await beta.person("bruno")).url)
    await remove(alpha.outbox, lead, await space.group(alpha), bruno)
    await network.settle()
    after = await space.write(gamma, "chloe", "Après le retrait : caché-31.")
    await network.settle()
    assert await held(space, beta, "bruno") != seen[0]
    assert not await stored(beta, "caché-31")
    assert await stored(gamma, "caché-31")
    assert await stored(alpha, "caché-31")
    mine = {url for _, _, url, _ in await held(space, beta, "bruno")}
    assert all(url.startswith("https://beta.example/") for url in mine)

    current = await gamma.object(after.url)
    assert current is not None
    await withdraw_entry(gamma.outbox, await gamma.person("chloe"), current)
    await network.settle()
    assert await held(space, alpha, "lea") == seen[0]
