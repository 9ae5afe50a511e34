"""Reuse: an adapted experience tells everyone it was built upon, and all show the family."""

from dataclasses import replace

import pytest

from objects.experiences.genealogy import Genealogy, Relative
from outbox.acts.change import withdraw
from outbox.acts.experiences import change_experience
from outbox.context import ActRefused
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import PLAIN, adapt, belongs, family, found, publish, told


@pytest.fixture
async def three(network: Network) -> tuple[LocalNode, LocalNode, LocalNode]:
    """Three organisations with a trainer each; nobody follows anybody."""
    nodes = [await network.node(name) for name in ("greta", "cfa", "lycee")]
    for node, name in zip(nodes, ("anne", "bob", "chloe"), strict=True):
        await node.person(name)
    return nodes[0], nodes[1], nodes[2]


def tree(relatives: tuple[Relative, ...]) -> list[object]:
    """Descendants as states and titles, each with those below it."""
    return [(r.title or r.state, tree(r.children)) for r in relatives]


def line(genealogy: Genealogy) -> list[str]:
    """Ancestors as titles, or states."""
    return [relative.title or relative.state for relative in genealogy.ancestors]


async def test_all_ancestors_hear_of_a_reuse_and_all_nodes_show_the_family(
    network: Network, three: tuple[LocalNode, LocalNode, LocalNode]
) -> None:
    greta, cfa, lycee = three
    first = await publish(greta, "anne", replace(PLAIN, title="A"))
    second = await adapt(cfa, "bob", first.url, "B")
    await network.settle()
    third = await adapt(lycee, "chloe", second.url, "C")
    await network.settle()
    assert await told(greta, "anne") == [("reuse", third.url), ("reuse", second.url)]
    assert await told(cfa, "bob") == [("reuse", third.url)]
    for node in three:
        assert tree((await family(node, first.url)).descendants) == [("B", [("C", [])])]
        assert line(await family(node, third.url)) == ["B", "A"]
    assert (await family(greta, first.url)).reuses == 2
    counts = await greta.store.query(lambda tx: tx.experiences.reuse_counts([first.url]))
    assert counts == {first.url: 1}
    made = await found(greta, third.url)
    assert made is not None
    assert (made.experience.adaptations, made.experience.result_here) == ("Plus court.", "Bien.")


async def test_a_withdrawn_original_stays_as_a_withdrawn_source(
    network: Network, three: tuple[LocalNode, LocalNode, LocalNode]
) -> None:
    greta, cfa, lycee = three
    first = await publish(greta, "anne", replace(PLAIN, title="A"))
    second = await adapt(cfa, "bob", first.url, "B")
    await network.settle()
    third = await adapt(lycee, "chloe", second.url, "C")
    await network.settle()
    await withdraw(cfa.outbox, await cfa.person("bob"), second)
    await network.settle()
    for node in three:
        assert line(await family(node, third.url)) == ["withdrawn", "A"]
        assert tree((await family(node, first.url)).descendants) == [("withdrawn", [("C", [])])]
    await withdraw(greta.outbox, await greta.person("anne"), first)
    await network.settle()
    assert line(await family(lycee, third.url)) == ["withdrawn", "withdrawn"]
    chloe = await lycee.person("chloe")
    network.clock.pass_by(60)
    before = await found(lycee, third.url)
    assert before is not None
    changed = replace(before.experience, title="C, encore")
    await change_experience(lycee.outbox, chloe, third, changed)
    after = await found(lycee, third.url)
    assert after is not None
    assert after.experience.adapted_from == second.url


async def test_only_what_one_can_see_can_be_adapted(
    network: Network, three: tuple[LocalNode, LocalNode, LocalNode]
) -> None:
    greta, cfa, _ = three
    secret = await publish(greta, "anne", replace(PLAIN, reach="organisation"))
    for url in (secret.url, "https://nowhere.example/objects/1"):
        with pytest.raises(ActRefused) as refused:
            await adapt(cfa, "bob", url)
        assert refused.value.code == "no-original"
    mine = await publish(cfa, "bob")
    network.clock.pass_by(60)
    itself = replace(PLAIN, adapted_from=mine.url)
    with pytest.raises(ActRefused) as refused:
        await change_experience(cfa.outbox, await cfa.person("bob"), mine, itself)
    assert refused.value.code == "no-original"


async def test_strangers_see_no_restricted_descendants(
    network: Network, three: tuple[LocalNode, LocalNode, LocalNode]
) -> None:
    greta, cfa, _ = three
    await belongs(greta, cfa)
    await belongs(cfa, greta)
    first = await publish(greta, "anne", replace(PLAIN, title="A"))
    inner = await adapt(greta, "anne", first.url, "Ici", reach="organisation")
    shared = await adapt(greta, "anne", inner.url, "Réseau", reach="network")
    await adapt(greta, "anne", shared.url, "Ouverte")
    await network.settle()
    assert tree((await family(greta, first.url)).descendants) == [("Ouverte", [])]
    assert tree((await family(greta, first.url, "anne")).descendants) == [
        ("Ici", [("Réseau", [("Ouverte", [])])])
    ]
    counts = await greta.store.query(lambda tx: tx.experiences.reuse_counts([first.url]))
    assert counts == {}
    await withdraw(greta.outbox, await greta.person("anne"), shared)
    assert tree((await family(greta, first.url, None)).descendants) == [("Ouverte", [])]
    assert await told(cfa, "bob") == []


async def test_two_that_name_each_other_are_no_endless_family(
    network: Network, three: tuple[LocalNode, LocalNode, LocalNode]
) -> None:
    greta, _, _ = three
    first = await publish(greta, "anne", replace(PLAIN, title="A"))
    second = await adapt(greta, "anne", first.url, "B")
    network.clock.pass_by(60)
    circle = replace(PLAIN, title="A", adapted_from=second.url)
    await change_experience(greta.outbox, await greta.person("anne"), first, circle)
    await network.settle()
    assert line(await family(greta, first.url)) == ["B"]
    assert tree((await family(greta, first.url)).descendants) == [("B", [])]
