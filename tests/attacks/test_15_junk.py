"""Rule 15: junk neither fills the database nor keeps honest activities waiting."""

import asyncio

import pytest

from federation.vocabulary import PUBLIC
from inbox.worker import CLAIM
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
JUNK = 1_000


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


async def test_a_thousand_junk_posts_leave_nothing_and_delay_by_a_few_batches(
    node: LocalNode, alice: Remote
) -> None:
    spammer = node.wires.person("https://junk.example/users/spam")
    for number in range(JUNK):
        await node.deliver(spammer, create(spammer, note(spammer, f"junk {number}")))
    hello = note(alice)
    await node.deliver(alice, create(alice, hello))
    batches = 0
    while hello["id"] not in await node.home("greta"):
        assert await node.services.inbox_worker.run_once()
        batches += 1
    assert batches <= JUNK // CLAIM + 1
    assert await node.count("objects") == 1
    assert await node.count("activities") == 1


async def test_junk_whose_servers_never_answer_keeps_nobody_waiting(
    node: LocalNode, alice: Remote
) -> None:
    """Fetches that hang hold their own actors up, and nobody else."""
    node.wires.endless.add("hanging.example")
    friends = [node.wires.person(f"https://junk{n}.example/users/spam") for n in range(40)]
    for number, friend in enumerate(friends):
        await node.befriend("greta", friend)
        share = activity(friend, "Announce", f"https://hanging.example/{number}", to=[PUBLIC])
        assert (await node.deliver(friend, share)).status_code == 202
    stop = asyncio.Event()
    worker = asyncio.create_task(node.services.inbox_worker.run_forever(stop))
    await asyncio.sleep(0.2)  # the junk hangs by now
    hello = note(alice)
    await node.deliver(alice, create(alice, hello))
    for _ in range(90):
        if await node.home("greta") == [hello["id"]]:
            break
        await asyncio.sleep(0.01)
    assert await node.home("greta") == [hello["id"]], "before the first fetch was given up"
    stop.set()
    await worker


async def test_one_actor_s_flood_lets_another_through(node: LocalNode, alice: Remote) -> None:
    """A hundred activities that wait for a silent server hold up only who sent them."""
    spammer = node.wires.person("https://junk.example/users/spam")
    await node.befriend("greta", spammer)
    node.wires.silent.add("junk.example")
    for number in range(100):
        url = f"https://junk.example/notes/{number}"
        await node.deliver(spammer, activity(spammer, "Create", url, to=[PUBLIC]))
    hello = note(alice)
    await node.deliver(alice, create(alice, hello))
    await node.services.inbox_worker.run_once()
    assert await node.home("greta") == [hello["id"]]
    asked = [sent for sent in node.wires.log if "junk.example/notes" in sent.url]
    assert len(asked) <= 3, "one failure is enough to wait"


async def test_answers_do_not_amplify(node: LocalNode, alice: Remote) -> None:
    """Whatever is posted, the answer is shorter than the question."""
    bodies = [b"{", b'{"a":' * 100 + b"1" + b"}" * 100, b"x" * 5_000, b'{"actor":"' + b"a" * 9_000]
    for body in bodies:
        answer = await node.deliver(alice, body)
        assert len(await answer.get_data()) < 1_500
