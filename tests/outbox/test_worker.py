"""Deliveries on their way: what each answer leads to, order, circuits, leases."""

import asyncio

import httpx
import pytest

from outbox.lanes import LAST_MOMENT_MS
from outbox.retry import DAY, GIVE_UP_AFTER, HOUR, ROW_DELAYS, WEEK
from outbox.worker import LEASE_MS
from storage.store import Tx
from tests.outbox.desk import Desk
from tests.outbox.wires import OK, SILENCE, Says, ScriptedWires

FAN = "https://far.example/users/fan/inbox"
LONG = 1.2  # what jitter adds at most


@pytest.fixture
async def fan(desk: Desk) -> str:
    """The inbox of greta's only follower."""
    await desk.followed_by("far.example")
    return FAN


async def test_a_post_is_delivered_once(desk: Desk, fan: str) -> None:
    await desk.node.write("greta", "Bonjour")
    assert await desk.send() == 1
    assert await desk.send() == 0
    (row,) = await desk.deliveries()
    assert (row.state, row.status, row.attempts, row.inbox) == ("done", 202, 1, fan)
    assert desk.wires.types_at(fan) == ["Create"]


@pytest.mark.parametrize("status", [400, 403, 422, 501])
async def test_what_is_refused_is_not_tried_again(desk: Desk, fan: str, status: int) -> None:
    desk.wires.answers(fan, Says(status, body=b"no"))
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    row = await desk.delivery(fan)
    assert (row.state, row.status, row.error) == ("failed", status, "no")
    tries = len(desk.wires.types_at(fan))
    await desk.later(WEEK)
    assert len(desk.wires.types_at(fan)) == tries


@pytest.mark.parametrize("status", [404, 410])
async def test_an_inbox_that_is_gone_is_retired_for_a_week(
    desk: Desk, fan: str, status: int
) -> None:
    desk.wires.answers(fan, status)
    await desk.node.write("greta", "un")
    await desk.node.write("greta", "deux")
    await desk.send()
    assert {row.state for row in await desk.deliveries()} == {"cancelled"}
    await desk.node.write("greta", "trois")
    await desk.send()
    assert len(await desk.deliveries()) == 2
    desk.node.clock.pass_by(WEEK + 1)
    desk.wires.answers(fan, OK)
    await desk.node.write("greta", "quatre")
    await desk.send()
    assert (await desk.deliveries())[-1].state == "done"


async def test_an_activity_that_is_disliked_is_tried_for_days_then_given_up(
    desk: Desk, fan: str
) -> None:
    desk.wires.answers(fan, 500)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    for delay in ROW_DELAYS:
        row = await desk.delivery(fan)
        assert row.state == "waiting"
        assert row.due_at <= desk.node.clock.ms + delay * LONG * 1000
        assert await desk.later(delay * LONG) == 1
    assert (await desk.delivery(fan)).state == "failed"


async def test_what_comes_after_a_disliked_activity_waits_for_it(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, 401, 401, OK)  # both signature schemes
    await desk.node.write("greta", "un")
    await desk.send()
    await desk.node.write("greta", "deux")
    assert await desk.send() == 0
    rows = await desk.deliveries()
    assert rows[1].due_at >= rows[0].due_at
    assert await desk.later(ROW_DELAYS[0] * LONG) == 2
    texts = [sent["object"]["content"] for sent in desk.wires.delivered(fan)][-2:]
    assert ["un" in texts[0], "deux" in texts[1]] == [True, True]


@pytest.mark.parametrize("says", [SILENCE, Says(503), Says(429), Says(502), Says(504)])
async def test_everything_for_a_host_that_is_away_waits_and_one_probe_opens_it(
    desk: Desk, fan: str, says: Says
) -> None:
    desk.wires.answers(fan, says)
    for text in ("un", "deux", "trois"):
        await desk.node.write("greta", text)
    await desk.send()
    tries = len(desk.wires.types_at(fan))
    assert {row.state for row in await desk.deliveries()} == {"held"}
    host = await desk.host("far.example")
    assert (host.state, host.failures) == ("closed", 1)
    assert await desk.send() == 0
    desk.wires.answers(fan, OK)
    desk.node.clock.now = host.due_at / 1000
    await desk.send()
    assert {row.state for row in await desk.deliveries()} == {"done"}
    assert len(desk.wires.types_at(fan)) == tries + 3
    assert (await desk.host("far.example")).state == "open"


async def test_a_dead_host_costs_one_request_at_each_probe(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, SILENCE)
    for number in range(5):
        await desk.node.write("greta", str(number))
    await desk.send()
    for failures in (2, 3, 4):
        before = len(desk.wires.types_at(fan))
        desk.node.clock.now = (await desk.host("far.example")).due_at / 1000
        assert await desk.send() == 1
        assert len(desk.wires.types_at(fan)) == before + 1
        assert (await desk.host("far.example")).failures == failures


async def test_a_host_that_fails_for_a_week_is_asked_once_a_day(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, SILENCE)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    desk.node.clock.pass_by(WEEK + HOUR)
    await desk.send()
    now = desk.node.clock.ms
    assert now + DAY * 1000 <= (await desk.host("far.example")).due_at <= now + DAY * LONG * 1000


async def test_retry_after_is_obeyed(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, Says(429, {"Retry-After": "3600"}), OK)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    assert (await desk.host("far.example")).due_at == desk.node.clock.ms + 3_600_000
    assert await desk.later(3599) == 0
    assert await desk.later(1) == 1
    assert (await desk.delivery(fan)).state == "done"


async def test_an_inbox_that_is_overloaded_is_spared_while_its_host_answers(desk: Desk) -> None:
    """Another inbox of the host opens the circuit; what was told to wait does wait."""
    slow, quick = "https://far.example/users/slow", "https://far.example/users/quick"
    for url in (slow, quick):
        await desk.befriend(desk.wires.person(url))
    desk.wires.answers(f"{slow}/inbox", Says(429, {"Retry-After": "600"}), OK)
    desk.wires.answers(f"{quick}/inbox", OK)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    await desk.node.write("greta", "encore")
    await desk.send()
    assert len(desk.wires.types_at(f"{slow}/inbox")) == 1
    await desk.later(600 * LONG)
    assert {row.state for row in await desk.deliveries()} == {"done"}
    assert len(desk.wires.types_at(f"{slow}/inbox")) == 3


async def test_time_that_a_host_was_away_does_not_use_up_tries(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, SILENCE)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    for _ in range(10):
        desk.node.clock.now = (await desk.host("far.example")).due_at / 1000
        await desk.send()
    desk.wires.answers(fan, 500)
    desk.node.clock.now = (await desk.host("far.example")).due_at / 1000
    await desk.send()
    assert (await desk.delivery(fan)).state == "waiting"


async def test_a_dead_host_does_not_hold_up_the_living(desk: Desk) -> None:
    crowd = [f"https://dead.example/users/fan{number}" for number in range(200)]
    desk.wires.answers("dead.example", SILENCE)
    for url in crowd:
        await desk.befriend(desk.wires.person(url))
    await desk.followed_by("alive.example")
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    assert len(desk.wires.types_at("https://alive.example/users/fan/inbox")) == 1
    tried = desk.wires.inboxes(f"{url}/inbox" for url in crowd)
    assert len(tried) <= 4  # as many as may be under way at once for a host
    states = {row.state for row in await desk.deliveries(host="dead.example")}
    assert states == {"held"}


async def test_what_is_held_for_a_month_is_given_up(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, SILENCE)
    for number in range(3):
        await desk.node.write("greta", str(number))
    await desk.send()
    desk.node.clock.pass_by(GIVE_UP_AFTER + 1)
    await desk.node.write("greta", "neuf")
    await desk.fan_out()
    given_up = (await desk.node.services.housekeeping.run_once())["given up"]
    assert given_up == 3
    assert [row.state for row in await desk.deliveries()] == ["failed"] * 3 + ["held"]


async def test_a_probe_that_has_expired_is_not_repeated(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, SILENCE)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    await desk.later(GIVE_UP_AFTER + 1)
    assert (await desk.delivery(fan)).state == "failed"
    assert (await desk.host("far.example")).failures == 2


async def test_a_crash_between_the_post_and_its_record_repeats_and_never_loses(
    desk: Desk, fan: str
) -> None:
    await desk.node.write("greta", "Bonjour")
    await desk.fan_out()
    now = desk.node.clock.ms
    # A worker claimed the row, sent it and was killed.
    await desk.node.store.write(lambda tx: tx.deliveries.claim(now, now + LEASE_MS, 10, []))
    assert await desk.send() == 0
    assert await desk.later(LEASE_MS / 1000) == 1
    row = await desk.delivery(fan)
    assert (row.state, row.attempts) == ("done", 2)


async def test_after_a_crash_a_start_does_not_wait_for_leases(desk: Desk, fan: str) -> None:
    await desk.node.write("greta", "Bonjour")
    await desk.fan_out()
    now = desk.node.clock.ms
    await desk.node.store.write(lambda tx: tx.deliveries.claim(now, now + LEASE_MS, 10, []))
    await desk.node.store.write(lambda tx: tx.deliveries.release_leases())
    assert await desk.send() == 1
    assert desk.wires.types_at(fan) == ["Create"]


async def test_with_its_lease_nearly_over_a_delivery_is_given_back(
    desk: Desk, fan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be another worker's at any moment."""
    await desk.node.write("greta", "Bonjour")
    await desk.fan_out()
    monkeypatch.setattr("outbox.worker.LEASE_MS", LAST_MOMENT_MS - 1)
    worker = desk.node.services.delivery_worker
    assert await worker._cycle() == 1
    await worker._drain()
    row = await desk.delivery(fan)
    assert (row.state, row.lease_until, row.attempts) == ("waiting", 0, 0)
    assert desk.wires.types_at(fan) == []


async def test_an_outcome_that_could_not_be_recorded_is_recorded_later(
    desk: Desk, fan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.node.write("greta", "Bonjour")
    await desk.fan_out()
    worker, store = desk.node.services.delivery_worker, desk.node.store
    await worker._cycle()
    await worker._lanes.drain()

    async def broken(_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "write", lambda _self, operation: broken(operation))
        with pytest.raises(OSError, match="full"):
            await worker._cycle()
    await worker.run_once()
    assert (await desk.delivery(fan)).state == "done"
    assert desk.wires.types_at(fan) == ["Create"]


class Slow(ScriptedWires):
    """Wires on which deliveries hang until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.arrived = asyncio.Event()
        self.now_at: dict[str, int] = {}
        self.most_at: dict[str, int] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count what is under way for a host, and wait at the gate."""
        host = request.url.host
        if request.method != "POST":
            return await super().handle_async_request(request)
        self.now_at[host] = self.now_at.get(host, 0) + 1
        self.most_at[host] = max(self.most_at.get(host, 0), self.now_at[host])
        self.arrived.set()
        await self.gate.wait()
        self.now_at[host] -= 1
        return await super().handle_async_request(request)


class TestWhileUnderWay:
    """What happens while a request hangs."""

    @pytest.fixture
    def wires(self) -> Slow:
        return Slow()

    async def test_an_undo_does_not_overtake_what_it_undoes(self, desk: Desk, wires: Slow) -> None:
        luc = wires.person("https://far.example/users/luc")
        note = wires.serve(
            {
                "id": "https://far.example/notes/1",
                "type": "Note",
                "attributedTo": luc.url,
                "content": "À aimer",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
            }
        )
        liked = await desk.act({"type": "Like", "object": note})
        await desk.fan_out()
        worker = desk.node.services.delivery_worker
        await worker._cycle()
        await wires.arrived.wait()
        await desk.act({"type": "Undo", "object": liked["id"]})
        await desk.fan_out()
        await worker._cycle()
        for _ in range(5):
            await asyncio.sleep(0)
        assert wires.types_at(f"{luc.url}/inbox") == []
        wires.gate.set()
        await worker.run_once()
        await worker._drain()
        assert wires.types_at(f"{luc.url}/inbox") == ["Like", "Undo"]

    async def test_few_requests_are_under_way_for_one_host(self, desk: Desk, wires: Slow) -> None:
        for number in range(40):
            await desk.befriend(wires.person(f"https://far.example/users/fan{number}"))
        await desk.node.write("greta", "Bonjour")
        await desk.fan_out()
        work = asyncio.create_task(desk.node.services.delivery_worker.run_once())
        await wires.arrived.wait()
        wires.gate.set()
        await work
        assert wires.most_at["far.example"] <= 4
        assert {row.state for row in await desk.deliveries()} == {"done"}
        assert len(wires.inboxes({row.inbox for row in await desk.deliveries()})) == 40

    async def test_to_stop_is_to_finish_what_is_under_way(self, desk: Desk, wires: Slow) -> None:
        await desk.followed_by("far.example")
        await desk.node.write("greta", "Bonjour")
        await desk.fan_out()
        stop = asyncio.Event()
        work = asyncio.create_task(desk.node.services.delivery_worker.run_forever(stop))
        await wires.arrived.wait()
        stop.set()
        wires.gate.set()
        await asyncio.wait_for(work, 10)
        assert (await desk.delivery(FAN)).state == "done"

    async def test_a_sleeping_worker_stops_at_once(self, desk: Desk) -> None:
        stop = asyncio.Event()
        services = desk.node.services
        work = asyncio.gather(
            services.delivery_worker.run_forever(stop), services.fanout_worker.run_forever(stop)
        )
        await asyncio.sleep(0)
        stop.set()
        await asyncio.wait_for(work, 10)


async def test_what_is_held_for_an_open_host_is_found_and_sent(desk: Desk, fan: str) -> None:
    """Left behind by a fan-out that wrote while another process opened the circuit."""
    desk.wires.answers(fan, SILENCE)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    desk.wires.answers(fan, OK)

    async def open_only(tx: Tx) -> None:
        await tx.hosts.open("far.example", desk.node.clock.ms)

    await desk.node.store.write(open_only)
    await desk.later(HOUR)
    assert (await desk.delivery(fan)).state == "done"


async def test_retry_by_hand_opens_the_host_and_tries_again(desk: Desk, fan: str) -> None:
    desk.wires.answers(fan, 422)
    await desk.node.write("greta", "Bonjour")
    await desk.send()
    desk.wires.answers(fan, OK)
    now = desk.node.clock.ms
    assert await desk.node.store.write(lambda tx: tx.deliveries.retry(now)) == 1
    await desk.send()
    assert (await desk.delivery(fan)).state == "done"
