"""What an app reads takes as many statements for forty entries as for five."""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.support.busy import Busy
from tests.support.clock import Clock
from tests.support.counting import counted
from tests.support.databases import in_a_loop_of_its_own
from tests.support.fediverse import LocalNode, Network
from tests.support.wires import Wires

FEW, MANY = 5, 40
Statements = Counter[str]


@pytest.fixture(scope="module")
def taken(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Statements, Statements]]:
    """What each address took with a few entries, and with many."""
    found: dict[str, tuple[Statements, Statements]] = {}

    async def measure() -> None:
        network = Network(Wires(), Clock(), sqlite_template, tmp_path_factory.mktemp("busy"))
        try:
            busy = await Busy.begin(network, await network.node("greta"))
            await busy.grow(FEW)
            await read(busy)  # what the node asks of itself once, it knows from now on
            few = await read(busy)
            await busy.grow(MANY)
            many = await read(busy)
        finally:
            await network.close()
        found.update({path: (few[path], many[path]) for path in many})

    in_a_loop_of_its_own(measure())
    return found


async def read(busy: Busy) -> dict[str, Statements]:
    """The statements of every reading, once as nothing was rendered before and once again."""
    found = {}
    cache = busy.node.services.clients.cache
    hour = cache.clock() // 3_600
    for number, (endpoint, (path, query)) in enumerate(busy.readings().items(), 1):
        cache.clock = partial(float, (hour + number) * 3_600)
        with counted() as seen:
            await busy.me.get(path, query=query)
        found[f"{endpoint} first"] = Counter(seen)
        with counted() as seen:
            await busy.me.get(path, query=query)
        found[f"{endpoint} again"] = Counter(seen)
    return found


def test_forty_entries_take_no_more_statements_than_five(
    taken: dict[str, tuple[Statements, Statements]],
) -> None:
    more = {path: list(many - few) for path, (few, many) in taken.items() if many - few}
    assert len(taken) > 150
    assert more == {}, "\n".join(f"{path}: {found}" for path, found in more.items())


async def test_a_statement_for_each_entry_would_be_noticed(node: LocalNode) -> None:
    with counted() as seen:
        for _ in range(FEW):
            await node.store.query(lambda tx: tx.actors.local("greta"))
        async with node.store.transaction() as tx:
            await tx.actors.local("greta")
    assert list(Counter(seen).values()) == [FEW + 1]
