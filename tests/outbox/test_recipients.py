"""Who gets what: audiences, shared inboxes, blocks, everybody who got the original."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.policy import TRUSTED_FOR_S
from federation.vocabulary import PUBLIC
from outbox.acts.change import withdraw
from outbox.recipients import Recipients
from storage.records import DomainRuleRecord
from tests.outbox.desk import GRETA, Desk
from tests.support.factories import Json, activity, create, note
from tests.support.signing import Remote

ids = st.integers(1, 2**63 - 1)


@given(
    st.builds(
        Recipients,
        followers_of=st.none() | ids,
        actors=st.lists(ids).map(tuple),
        inboxes=st.lists(st.text()).map(tuple),
        reached_object=st.none() | ids,
        personal=st.booleans(),
    )
)
def test_an_audience_survives_its_row(recipients: Recipients) -> None:
    assert Recipients.load(recipients.dump()) == recipients


def test_an_empty_audience_is_no_promise() -> None:
    assert not Recipients()
    assert Recipients(followers_of=1)
    assert Recipients(reached_object=1)


async def reached(desk: Desk) -> set[str]:
    """The inboxes that got something since the last question."""
    await desk.settle()
    found = {sent.url for sent in desk.wires.log if sent.method == "POST"}
    desk.wires.log.clear()
    return found


@pytest.fixture
async def fan(desk: Desk) -> Remote:
    """A follower of greta."""
    (found,) = await desk.followed_by("fan.example")
    return found


@pytest.fixture
async def luc(desk: Desk) -> Remote:
    """Somebody who does not follow greta."""
    found = desk.wires.person("https://luc.example/users/luc")
    await desk.knows(found)
    return found


@pytest.mark.parametrize(
    ("visibility", "to_fan"),
    [("public", True), ("unlisted", True), ("followers", True), ("direct", False)],
)
async def test_the_audience_of_a_note(
    desk: Desk, fan: Remote, luc: Remote, visibility: str, to_fan: bool
) -> None:
    await desk.node.write("greta", "Bonjour @luc@luc.example", visibility=visibility)
    expected = {f"{luc.url}/inbox"} | ({f"{fan.url}/inbox"} if to_fan else set())
    assert await reached(desk) == expected


async def test_followers_of_one_server_share_one_delivery(desk: Desk) -> None:
    shared = {"endpoints": {"sharedInbox": "https://big.example/inbox"}}
    for name in ("anna", "boris", "carla"):
        await desk.befriend(desk.wires.person(f"https://big.example/users/{name}", **shared))
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    assert [row.inbox for row in await desk.deliveries()] == ["https://big.example/inbox"]


async def test_a_follow_goes_to_the_personal_inbox(desk: Desk) -> None:
    (luc,) = await desk.followed_by("big.example", shared=True)
    await desk.act({"type": "Follow", "object": luc.url})
    assert await reached(desk) == {f"{luc.url}/inbox"}


async def test_whoever_is_blocked_before_the_fan_out_gets_nothing(
    desk: Desk, fan: Remote, luc: Remote
) -> None:
    await desk.node.write("greta", "Bonjour @luc@luc.example")
    for blocked in (fan, luc):
        await desk.act({"type": "Block", "object": blocked.url})
    await desk.settle()
    assert desk.wires.types_at(f"{fan.url}/inbox") == ["Block"]
    assert desk.wires.types_at(f"{luc.url}/inbox") == ["Block"]


async def suspend(desk: Desk, domain: str) -> None:
    """An administrator suspends a server."""
    rule = DomainRuleRecord(domain, "suspend", "", "tests", desk.node.clock.ms)
    await desk.node.store.write(lambda tx: tx.relationships.save_domain_rule(rule))
    desk.node.clock.pass_by(TRUSTED_FOR_S)


async def test_a_suspended_server_gets_nothing(desk: Desk, fan: Remote) -> None:
    await suspend(desk, "fan.example")
    await desk.node.write("greta", "Bonjour")
    assert await reached(desk) == set()


async def test_what_waited_when_a_server_was_suspended_is_not_sent(desk: Desk, fan: Remote) -> None:
    await desk.node.write("greta", "Bonjour")
    await desk.fan_out()
    await suspend(desk, "fan.example")
    assert await reached(desk) == set()
    assert (await desk.delivery(f"{fan.url}/inbox")).state == "failed"


async def edit(desk: Desk, url: str, text: str = "Nouveau") -> Json:
    """A member changes a note."""
    desk.node.clock.pass_by(60)
    return await desk.act({"type": "Update", "object": {"id": url, "content": f"<p>{text}</p>"}})


async def gone(desk: Desk, url: str) -> None:
    """A member deletes a note."""
    await withdraw(desk.node.outbox, await desk.author(), await desk.record(url))


@pytest.mark.parametrize("change", [edit, gone])
async def test_a_change_reaches_who_stopped_following(desk: Desk, fan: Remote, change: Any) -> None:
    url = await desk.node.write("greta", "Bonjour")
    await desk.settle()
    follow = await desk.node.follow(fan.url, GRETA)
    assert follow is not None
    await desk.node.store.write(lambda tx: tx.relationships.remove_follow(follow))
    await reached(desk)
    await change(desk, url)
    assert f"{fan.url}/inbox" in await reached(desk)


@pytest.mark.parametrize("change", [edit, gone])
@pytest.mark.parametrize("kind", ["Like", "Announce", "reply"])
async def test_a_change_reaches_who_answered_liked_or_shared(
    desk: Desk, luc: Remote, kind: str, change: Any
) -> None:
    url = await desk.node.write("greta", "Bonjour")
    if kind == "reply":
        answer = note(luc, "Réponse", inReplyTo=url, cc=[GRETA])
        await desk.node.receive(luc, create(luc, answer))
    else:
        await desk.node.receive(luc, activity(luc, kind, url, to=[PUBLIC]))
    await reached(desk)
    await change(desk, url)
    assert f"{luc.url}/inbox" in await reached(desk)


async def test_a_change_reaches_the_followers_of_a_member_who_shared(desk: Desk) -> None:
    (friend,) = await desk.followed_by("friend.example", whom="paul")
    url = await desk.node.write("greta", "Bonjour")
    await desk.act({"type": "Announce", "object": url}, who="paul")
    assert await reached(desk) == {f"{friend.url}/inbox"}
    await edit(desk, url)
    assert await reached(desk) == {f"{friend.url}/inbox"}
    await gone(desk, url)
    assert await reached(desk) == {f"{friend.url}/inbox"}


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_an_edit_of_what_is_private_goes_to_nobody_who_merely_answered(
    desk: Desk, luc: Remote, visibility: str
) -> None:
    """Whoever guessed the address and answered must not get the text with the next edit."""
    url = await desk.node.write("greta", "Entre nous", visibility=visibility)
    await desk.node.receive(luc, create(luc, note(luc, "Ah ?", inReplyTo=url, cc=[GRETA])))
    await reached(desk)
    await edit(desk, url)
    assert await reached(desk) == set()


async def test_what_was_deleted_before_it_left_never_leaves(desk: Desk, fan: Remote) -> None:
    desk.wires.answers("fan.example", None)
    first = await desk.node.write("greta", "Premier")
    await desk.send()
    secret = await desk.node.write("greta", "Erreur")
    await gone(desk, secret)
    await gone(desk, first)
    desk.wires.log.clear()
    desk.wires.answers("fan.example", 202)
    await desk.later(3600)
    assert desk.wires.types_at(f"{fan.url}/inbox") == ["Delete", "Delete"]


async def test_the_undo_of_a_share_reaches_who_got_the_share(desk: Desk, fan: Remote) -> None:
    url = await desk.node.write("greta", "Bonjour")
    done = await desk.act({"type": "Announce", "object": url})
    await reached(desk)
    follow = await desk.node.follow(fan.url, GRETA)
    assert follow is not None
    await desk.node.store.write(lambda tx: tx.relationships.remove_follow(follow))
    await desk.act({"type": "Undo", "object": done["id"]})
    assert f"{fan.url}/inbox" in await reached(desk)


async def test_every_delivery_about_an_object_is_in_its_log(desk: Desk, fan: Remote) -> None:
    url = await desk.node.write("greta", "Bonjour")
    await desk.settle()
    await edit(desk, url)
    await desk.settle()
    record = await desk.record(url)
    log = await desk.node.store.query(lambda tx: tx.deliveries.of_object(record.id))
    assert [(row.inbox, row.state) for row in log] == [(f"{fan.url}/inbox", "done")] * 2
