"""What a process does for its streams: nothing without one, the same few questions for many."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from quart.testing.connections import WebsocketDisconnectError

from clients.streaming import open_streams
from clients.streaming.open_streams import OpenStreams
from storage.ids import first_id_at, new_id
from storage.ports import Busy
from storage.store import Store, Tx
from storage.streams import StreamEvent
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode
from tests.support.streams import hub_of, socket, streams_of, until


async def write_event(store: Store, number: int, kind: str = "filters_changed") -> None:
    """An event with a certain id."""

    async def operation(tx: Tx) -> None:
        await tx.streams.insert("stream_events", StreamEvent(number, kind, 1, 0, 0, 0, ""))  # type: ignore[arg-type]

    await store.write(operation)


async def test_nothing_is_written_while_no_stream_is_open(node: LocalNode) -> None:
    await node.write("amina", "Personne n’écoute")
    await node.work_inbox()
    assert await node.count("stream_events") == 0
    async with socket(await app_of(node, "amina"), "user"):
        await node.write("amina", "Quelqu’un écoute")
        await node.work_inbox()
        assert await node.count("stream_events") == 1


async def test_what_happened_before_is_not_told(node: LocalNode) -> None:
    app, other = await app_of(node, "amina"), await app_of(node, "luc")
    async with socket(other, "user"):
        await node.write("amina", "Trop tôt")
        await node.work_inbox()
    async with socket(app, "user") as opened:
        await node.write("amina", "À temps")
        await node.work_inbox()
        (told,) = await opened.heard()
    assert "À temps" in told.payload["content"]


async def test_the_lease_ends_with_the_last_stream(node: LocalNode) -> None:
    hub = hub_of(node)
    async with socket(await app_of(node, "amina"), "user"):
        await hub.check()
        assert await node.count("stream_hubs") == 1
    await hub.check()
    assert await node.count("stream_hubs") == 0


async def test_a_process_that_died_is_forgotten_and_so_are_old_events(node: LocalNode) -> None:
    await node.store.write(lambda tx: tx.streams.listen(1, until=1_000))
    await write_event(node.store, first_id_at(1_000))
    await write_event(node.store, new_id())
    await node.services.housekeeping.run_once()
    assert await node.count("stream_hubs") == 0
    assert await node.count("stream_events") == 1


async def test_an_event_that_is_committed_late_is_read_once_all_the_same(store: Store) -> None:
    streams = OpenStreams(store)
    early = new_id()
    late = new_id()
    await write_event(store, late)
    assert [event.id for event in await streams.read()] == [late]
    await write_event(store, early)
    assert [event.id for event in await streams.read(everything=True)] == [early]
    assert await streams.read(everything=True) == []


async def test_a_look_back_comes_again_and_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_streams, "SOON_MS", 0)
    monkeypatch.setattr(open_streams, "LATE_EVERY_S", 0.0)
    streams = OpenStreams(store)
    await streams.read()
    await write_event(store, new_id())
    assert len(await streams.read()) == 1


async def test_many_streams_and_events_cost_as_many_statements_as_few(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    await node.write("luc", "Pour commencer")
    await node.work_inbox()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(socket(await app_of(node, "amina"), "user"))
        await first.subscribe("public")
        few = await _statements(node, monkeypatch, counted, posts=1)
        for number in range(8):
            app = await app_of(node, f"membre{number}")
            opened = await stack.enter_async_context(socket(app, "user"))
            for name in ("public", "direct", "user:notification"):
                await opened.subscribe(name)
            await opened.subscribe("hashtag", tag="bois")
        many = await _statements(node, monkeypatch, counted, posts=6)
    # Two more for hashtags, one for conversations; nothing for each post, member or stream.
    assert many <= few + 3, counted


async def _statements(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch, counted: list[str], *, posts: int
) -> int:
    """How many statements it takes to tell of some posts."""
    for number in range(posts):
        await node.write("luc", f"Numéro {number} #bois")
    await node.work_inbox()
    hub = hub_of(node)
    events = await streams_of(node).read()
    assert len(events) == posts
    counted.clear()
    from storage.sqlite_connection import NearConnection

    plain = NearConnection._do

    async def counting(self, run, sql, args):  # type: ignore[no-untyped-def]
        counted.append(sql[:120])
        return await plain(self, run, sql, args)

    with monkeypatch.context() as patch:
        patch.setattr(NearConnection, "_do", counting)
        await hub._tell(events)
    return len(counted)


async def test_the_task_of_a_process_tells_by_itself(node: LocalNode) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(hub_of(node).run_forever(stop))
    async with socket(await app_of(node, "amina"), "user") as opened:
        for text in ("Un", "Deux", "Trois"):
            await node.write("amina", text)
            await node.work_inbox()
            assert (await opened.answer())["event"] == "update"
    await until(lambda: not len(streams_of(node)))
    stop.set()
    await running


async def test_what_cannot_be_told_keeps_nothing_else_from_being_told(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clients.streaming import telling

    plain = telling.tell

    async def tell(tx, context, audience, events):  # type: ignore[no-untyped-def]
        if any(event.kind == "filters_changed" for event in events):
            raise ValueError("a bug")
        return await plain(tx, context, audience, events)

    monkeypatch.setattr("clients.streaming.hub.tell", tell)
    app = await app_of(node, "amina")
    assert app.actor is not None
    owner = app.actor.id
    async with socket(app, "user") as opened:
        await node.store.write(lambda tx: tx.streams.filters_changed(owner))
        await node.write("amina", "Quand même")
        await node.work_inbox()
        assert await opened.events() == ["update"]


async def test_a_database_that_fails_ends_the_streams_so_that_apps_come_back(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket(await app_of(node, "amina"), "user") as opened:

        async def fail(**_: object) -> None:
            raise Busy("no connection")

        monkeypatch.setattr(streams_of(node), "read", fail)
        with pytest.raises(Busy):
            await hub_of(node).run_forever(asyncio.Event())
        with pytest.raises(WebsocketDisconnectError, match="1011"):
            await opened.answer()
