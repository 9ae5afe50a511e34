"""From a promise to one row for each inbox: in chunks, in order, through crashes."""

import pytest

from outbox import fanout
from storage.ports import StorageError
from storage.store import Tx
from tests.outbox.desk import Desk

HOSTS = [f"h{number}.example" for number in range(7)]
INBOXES = [f"https://{host}/users/fan/inbox" for host in HOSTS]


async def test_a_large_audience_is_written_a_chunk_at_a_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "CHUNK", 3)
    await desk.followed_by(*HOSTS)
    await desk.node.write("greta", "Bonjour")
    assert await desk.fan_out() == 1
    assert sorted(row.inbox for row in await desk.deliveries()) == INBOXES
    assert await desk.node.count("fanouts") == 0


async def test_a_crash_in_the_middle_is_gone_on_with_and_doubles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "CHUNK", 3)
    await desk.followed_by(*HOSTS)
    await desk.node.write("greta", "Bonjour")

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fanout, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            await desk.fan_out()
    assert len(await desk.deliveries()) == 6
    await desk.send()
    assert await desk.fan_out() == 0  # the lease of the dead worker
    await desk.later(fanout.LEASE_MS / 1000)
    assert sorted(desk.wires.inboxes(INBOXES)) == INBOXES


async def test_a_fan_out_that_fails_is_tried_again_before_what_follows_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.followed_by("far.example")
    for text in ("un", "deux"):
        await desk.node.write("greta", text)

    async def broken(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(fanout, "_finish", broken)
        assert await desk.fan_out() == 1
    assert await desk.deliveries() == []
    assert await desk.fan_out() == 0
    await desk.later(61)
    inbox = "https://far.example/users/fan/inbox"
    texts = [sent["object"]["content"] for sent in desk.wires.delivered(inbox)]
    assert ["un" in texts[0], "deux" in texts[1]] == [True, True]


async def test_what_was_undone_before_its_fan_out_is_not_sent(desk: Desk) -> None:
    (fan,) = await desk.followed_by("far.example")
    url = await desk.node.write("greta", "Bonjour")
    await desk.send()
    done = await desk.act({"type": "Announce", "object": url})
    await desk.act({"type": "Undo", "object": done["id"]})
    await desk.send()
    assert desk.wires.types_at(f"{fan.url}/inbox") == ["Create", "Undo"]


async def test_everything_sent_in_order_arrives_in_order(desk: Desk) -> None:
    (fan,) = await desk.followed_by("far.example")
    url = await desk.node.write("greta", "Bonjour")
    desk.node.clock.pass_by(60)
    await desk.act({"type": "Update", "object": {"id": url, "content": "Bonsoir"}})
    await desk.send()
    await desk.act({"type": "Delete", "object": url})
    await desk.send()
    assert desk.wires.types_at(f"{fan.url}/inbox") == ["Create", "Update", "Delete"]


async def test_a_bad_inbox_in_the_database_stops_nobody_else(desk: Desk) -> None:
    await desk.followed_by("bad.example", whom="paul")
    await desk.followed_by("far.example")

    async def spoil(tx: Tx) -> None:
        await tx.connection.execute(
            "update actors set inbox = 'https://' where host = 'bad.example'"
        )

    await desk.node.store.write(spoil)
    await desk.node.write("paul", "un")
    await desk.node.write("greta", "deux")
    await desk.send()
    assert desk.wires.types_at("https://far.example/users/fan/inbox") == ["Create"]
