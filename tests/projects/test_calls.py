"""Calls for partners and skills: for everybody, on every server, over when their day is over."""

from functools import partial

import orjson
import pytest

from objects.projects.calls import narrowed, open_calls, skill_names
from objects.projects.entries import Entry
from objects.projects.offers import other_state
from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.acts.projects.offers import make_offer
from outbox.context import ActRefused
from outbox.deadlines import Deadlines
from storage.project_entries import EntryRecord
from storage.store import Tx
from tests.projects.dates import DAY, call_for, calls_on, in_days, partners, pass_days
from tests.support.fediverse import LocalNode, Network


async def opened(node: LocalNode, *, skill: str = "", territory: str = "") -> list[str]:
    """The titles of the calls that can be answered, as a node lists them."""

    async def look(tx: Tx) -> list[str]:
        found = await open_calls(tx, node.clock.ms)
        names, _ = await skill_names(tx, found, "fr")
        kept = narrowed(found, names, skill=skill, territory=territory)
        return [one.entry.title for one in kept]

    return await node.store.query(look)


async def _entry(number: int, tx: Tx) -> EntryRecord | None:
    return await tx.project_entries.by_id(number)


async def test_a_call_is_for_everybody_even_of_a_project_for_its_members(
    network: Network,
) -> None:
    space, nodes = await partners(network, reach="project")
    record = await call_for(space, "Une monteuse", 20, "montage vidéo")
    assert record.visibility == "public"
    for node in nodes:
        assert await opened(node) == ["Une monteuse"]
        assert [one.record.url for one in await calls_on(space, node, None)] == [record.url]
    document = orjson.loads(record.document)
    assert document["endTime"].startswith(in_days(space.host, 20))
    tags = {tag["name"] for tag in document["tag"] if tag["type"] == "Hashtag"}
    assert {tag.lower() for tag in tags} == {"#appelapartenaires", "#montagevidéo"}
    assert "montage vidéo" in document["content"]


async def test_open_calls_come_by_deadline_and_are_narrowed_by_skill_and_place(
    network: Network,
) -> None:
    space, (_, beta, _) = await partners(network)
    await call_for(space, "Une monteuse", 20, "montage vidéo", territory="14118")
    await call_for(space, "Un atelier", 10, "soudure", territory="50129")
    await call_for(space, "Des bras", None)
    assert await opened(beta) == ["Un atelier", "Une monteuse", "Des bras"]
    assert await opened(beta, skill="VIDEO") == ["Une monteuse"]
    assert await opened(beta, territory="manche") == ["Un atelier"]
    assert await opened(beta, territory="Normandie") == ["Un atelier", "Une monteuse"]
    assert await opened(beta, skill="soudure", territory="calvados") == []


async def test_a_call_ends_by_itself_and_every_server_is_told_once(network: Network) -> None:
    space, nodes = await partners(network)
    alpha, beta, _ = nodes
    record = await call_for(space, "Une monteuse", 2, "montage")
    network.clock.pass_by(4 * DAY)
    # nobody has said so yet: it is over all the same
    assert await opened(beta) == []
    assert [one.state for one in await calls_on(space, beta, "bruno")] == ["expired"]
    await pass_days(space, 0)
    for node in nodes:
        kept = await node.object(record.url)
        assert kept is not None
        assert "Cet appel est clos" in kept.content
        assert "AppelAPartenaires" not in kept.content
        row = await node.store.query(partial(_entry, kept.id))
        assert row is not None
        assert row.state == "expired"
    before = await alpha.count("activities")
    assert await Deadlines(alpha.outbox).run_once() == 0
    assert await alpha.count("activities") == before


@pytest.mark.parametrize("state", ["filled", "withdrawn"])
async def test_a_call_that_is_answered_or_withdrawn_is_not_listed_as_open(
    network: Network, state: str
) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await call_for(space, "Une monteuse", 20)
    lead = await alpha.person("lea")
    await make_offer(alpha.outbox, lead, await space.group(alpha), other_state(record.url, state))
    await network.settle()
    assert await opened(beta) == []
    assert [one.state for one in await calls_on(space, beta, "bruno")] == [state]
    await pass_days(space, 30)
    assert [one.state for one in await calls_on(space, beta, "bruno")] == [state]


async def test_a_call_in_the_past_is_refused(network: Network) -> None:
    space, (alpha, *_) = await partners(network)
    entry = Entry(kind="call", title="Trop tard", due="2020-01-01")
    lea, group = await alpha.person("lea"), await space.group(alpha)
    with pytest.raises(ActRefused, match="over"):
        await publish_entry(alpha.outbox, lea, group, EntryDraft(entry=entry, text="?"))


async def test_a_call_stays_open_until_the_end_of_its_day_in_france(network: Network) -> None:
    space, (alpha, *_) = await partners(network)
    record = await call_for(space, "Une monteuse", 0)
    row = await alpha.store.query(lambda tx: tx.project_entries.by_id(record.id))
    assert row is not None
    assert row.due_at is not None
    network.clock.pass_by((row.due_at - alpha.clock.ms) / 1000)
    assert await opened(alpha) == ["Une monteuse"]
    network.clock.pass_by(1)
    assert await opened(alpha) == []


async def test_open_calls_are_found_by_the_search_of_members(network: Network) -> None:
    from objects.search.post_query import parse_post_query
    from objects.search.posts import index_some
    from storage.post_search import PostSelection

    space, (_, beta, _) = await partners(network)
    await call_for(space, "Une monteuse", 20, "étalonnage")
    await space.write(beta, "bruno", "L’étalonnage nous manque.", reach="project")
    await network.settle()
    gamma = await network.node("gamma")
    while await index_some(gamma.store):
        pass
    stranger = await gamma.person("zoe")
    query = parse_post_query("étalonnage")

    async def found(tx: Tx) -> list[str]:
        ids = await tx.posts.find(PostSelection(viewer_id=stranger.id, terms=query.terms))
        return [record.name or record.content for record in (await tx.objects.by_ids(ids)).values()]

    titles = await gamma.store.query(found)
    assert len(titles) == 1
    assert "Une monteuse" in titles[0]


async def test_a_server_that_only_follows_the_project_lists_its_calls(network: Network) -> None:
    space, (alpha, *_) = await partners(network, ("beta", "bruno"))
    hub = await network.node("hub")
    await hub.person("hugo")
    await hub.ask_to_follow("hugo", space.url)
    await network.settle()
    await call_for(space, "Une monteuse", 20)
    assert await opened(hub) == ["Une monteuse"]
    await pass_days(space, 30)
    assert await opened(hub) == []
    assert await alpha.count("project_entries") == 1
