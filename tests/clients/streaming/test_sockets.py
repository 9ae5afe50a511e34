"""One WebSocket for everything: how it is opened, what it carries, how it ends."""

import asyncio
from typing import Any

import pytest
from quart.testing.connections import WebsocketDisconnectError

from clients.streaming import open_streams
from clients.streaming.channels import Channel
from clients.streaming.messages import Message
from clients.streaming.open_streams import MAX_WAITING
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode
from tests.support.streams import WITHIN, Socket, hub_of, refused, socket, streams_of, until

PATH = "/api/v1/streaming"


async def ended(opened: Socket) -> int:
    """The code with which the node closes a WebSocket; what it said before is passed over."""
    while True:
        try:
            await asyncio.wait_for(opened.connection.receive(), WITHIN)
        except WebsocketDisconnectError as error:
            return int(error.args[0])


async def test_a_new_post_is_told_to_the_streams_that_show_it(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        await opened.subscribe("public:local")
        await opened.subscribe("hashtag", tag="Formation")
        await node.write("amina", "Bonjour #formation")
        await node.work_inbox()
        told = await opened.heard()
    assert [(one.stream, one.event) for one in told] == [
        (("user",), "update"),
        (("public:local",), "update"),
        (("hashtag", "Formation"), "update"),
    ]
    assert {one.payload["account"]["acct"] for one in told} == {"amina"}


@pytest.mark.parametrize("way", ["header", "query", "protocol"])
async def test_a_token_may_be_shown_in_three_ways(node: LocalNode, way: str) -> None:
    app = await app_of(node, "amina")
    options: dict[str, Any] = {"headers": {"Host": node.host}}
    if way == "header":
        options["headers"]["Authorization"] = f"Bearer {app.token}"
    elif way == "query":
        options["query_string"] = {"access_token": app.token}
    else:
        options["scope_base"] = {"subprotocols": [app.token]}
    client: Any = node.app.test_client()
    async with client.websocket(PATH, **options) as opened:
        await until(lambda: opened.accepted)
        assert len(streams_of(node)) == 1
    assert len(streams_of(node)) == 0


async def test_whoever_has_no_token_or_a_wrong_one_is_refused(node: LocalNode) -> None:
    assert await refused(node) == (401, {"error": "Missing access token"})
    for wrong in (
        {"headers": {"Authorization": "Bearer wrong"}},
        {"scope_base": {"subprotocols": ["wrong"]}},
        {"query_string": {"access_token": "wrong"}},
    ):
        options: dict[str, Any] = wrong
        assert await refused(node, **options) == (401, {"error": "Invalid access token"})
    assert len(streams_of(node)) == 0


async def test_cookies_let_nobody_in(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for name in ("session", "access_token", "__Host-session"):
        headers = {"Cookie": f"{name}={app.token}"}
        assert (await refused(node, headers=headers))[0] == 401


async def test_there_are_no_websockets_elsewhere(node: LocalNode) -> None:
    for path in ("/", "/api/v1/instance", "/api/v1/streaming/user", "/inbox", "/nowhere"):
        status, _ = await refused(node, path)
        assert status in (400, 404, 405), path


@pytest.mark.parametrize(
    ("scopes", "stream", "status"),
    [
        ("read:statuses", "user", None),
        ("read", "user", None),
        ("read:accounts", "user", 403),
        ("read:notifications", "user", 403),
        ("read:notifications", "user:notification", None),
        ("read:statuses", "user:notification", 403),
        ("write", "direct", 403),
        ("profile", "public", None),
        ("write", "public:local", None),
    ],
)
async def test_own_streams_need_their_scope(
    node: LocalNode, scopes: str, stream: str, status: int | None
) -> None:
    app = await app_of(node, "amina", scopes)
    async with socket(app) as opened:
        if status is None:
            await opened.subscribe(stream)
            return
        await opened.say(type="subscribe", stream=stream)
        detail = "Access token does not have the required scopes"
        assert await opened.answer() == {"error": detail, "status": status}
        assert opened.stream.channels == {}


async def test_a_token_for_statuses_hears_of_no_notifications(node: LocalNode) -> None:
    app = await app_of(node, "amina", "read:statuses")
    async with socket(app, "user") as opened:
        await node.write("luc", "@amina bonjour")
        await node.write("amina", "Oui ?")
        await node.work_inbox()
        told = await opened.heard()
    assert [one.event for one in told] == ["update"]
    assert await node.notified("amina") == ["mention"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Invalid message"),
        ("{", "Invalid message"),
        ("[1]", "Invalid message"),
        ("null", "Invalid message"),
        ('"subscribe"', "Invalid message"),
        ("\x00", "Invalid message"),
        (b"\xff\xfe", "Invalid message"),
        ("[" * 5_000, "Invalid message"),
        ("{}", "Unknown message type"),
        ('{"type":"dance"}', "Unknown message type"),
        ('{"type":["subscribe"]}', "Unknown message type"),
        ('{"type":"subscribe"}', "Unknown channel requested"),
        ('{"type":"subscribe","stream":"everything"}', "Unknown channel requested"),
        ('{"type":"subscribe","stream":{"user":1}}', "Unknown channel requested"),
        ('{"type":"unsubscribe","stream":7}', "Unknown channel requested"),
        ('{"type":"subscribe","stream":"hashtag"}', "Missing tag name parameter"),
        ('{"type":"subscribe","stream":"hashtag","tag":"#"}', "Missing tag name parameter"),
        ('{"type":"subscribe","stream":"hashtag:local","tag":[]}', "Missing tag name parameter"),
        ('{"type":"subscribe","stream":"list"}', "Missing list name parameter"),
        ('{"type":"subscribe","stream":"list","list":true}', "Missing list name parameter"),
        ('{"type":"subscribe","stream":"list","list":"x"}', "Not authorized to stream this list"),
        ('{"type":"subscribe","stream":"list","list":"12"}', "Not authorized to stream this list"),
        (
            '{"type":"subscribe","stream":"list","list":"%s"}' % ("9" * 40),
            "Not authorized to stream this list",
        ),
    ],
)
async def test_what_cannot_be_followed_is_answered_and_the_stream_goes_on(
    node: LocalNode, text: str | bytes, error: str
) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        await opened.connection.send(text)
        assert (await opened.answer())["error"] == error
        await node.write("amina", "Toujours là")
        await node.work_inbox()
        assert await opened.events() == ["update"]


async def test_a_bad_stream_at_connect_is_answered_too(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, access_token="ignored") as opened:
        assert opened.stream.channels == {}
    client = node.app.test_client()
    headers = {"Host": node.host, "Authorization": f"Bearer {app.token}"}
    async with client.websocket(f"{PATH}?stream=nothing", headers=headers) as raw:
        assert "Unknown channel" in await asyncio.wait_for(raw.receive(), WITHIN)


async def test_the_list_of_somebody_else_is_nobody_elses_business(node: LocalNode) -> None:
    app, other = await app_of(node, "amina"), await app_of(node, "luc")
    made = await other.post("/api/v1/lists", form={"title": "À moi"})
    async with socket(app) as opened:
        await opened.say(type="subscribe", stream="list", list=made["id"])
        assert (await opened.answer())["status"] == 404
    async with socket(other, "list", list=made["id"]) as theirs:
        assert Channel("list", made["id"]) in theirs.stream.channels


async def test_whoever_unsubscribes_hears_no_more(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        await opened.subscribe("public")
        await opened.say(type="unsubscribe", stream="public")
        await opened.say(type="unsubscribe", stream="public:remote")
        await until(lambda: Channel("public") not in opened.stream.channels)
        await node.write("amina", "Bonjour")
        await node.work_inbox()
        assert [one.stream for one in await opened.heard()] == [("user",)]


async def test_whoever_talks_without_end_is_hung_up_on(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        for _ in range(200):
            await opened.say(type="subscribe", stream="public")
        assert await ended(opened) == 1008
    assert len(streams_of(node)) == 0


async def test_one_connection_has_so_many_subscriptions_and_no_more(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_streams, "MAX_CHANNELS", 2)
    async with socket(await app_of(node, "amina"), "user") as opened:
        await opened.subscribe("public")
        await opened.say(type="subscribe", stream="direct")
        assert (await opened.answer())["error"] == "Too many subscriptions"


async def test_one_member_has_so_many_streams_and_no_more(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_streams, "MAX_OF_MEMBER", 1)
    app, other = await app_of(node, "amina"), await app_of(node, "luc")
    headers = {"Authorization": f"Bearer {app.token}"}
    async with socket(app, "user"):
        assert await refused(node, headers=headers) == (429, {"error": "Too many requests"})
        async with socket(other, "user"):
            assert len(streams_of(node)) == 2
    async with socket(app, "user"):
        assert len(streams_of(node)) == 1


async def test_one_network_has_so_many_streams_and_no_more(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_streams, "MAX_OF_NETWORK", 1)
    app, other = await app_of(node, "amina"), await app_of(node, "luc")
    async with socket(app, "user"):
        headers = {"Authorization": f"Bearer {other.token}"}
        assert (await refused(node, headers=headers))[0] == 429


async def test_a_revoked_token_ends_its_streams(node: LocalNode) -> None:
    app, other = await app_of(node, "amina"), await app_of(node, "luc")
    async with socket(app, "user") as opened, socket(other, "user") as going_on:
        held = opened.stream.holder.token_id
        await node.store.write(
            lambda tx: tx.connection.execute(
                "update tokens set revoked_at = $2 where id = $1", held, node.clock.ms
            )
        )
        await hub_of(node).check()
        assert await ended(opened) == 1008
        assert set(streams_of(node)) == {going_on.stream}


async def test_a_closed_account_ends_its_streams(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        assert app.actor is not None
        number = app.actor.id
        await node.store.write(
            lambda tx: tx.connection.execute(
                "update members set disabled_at = $2 where actor_id = $1", number, node.clock.ms
            )
        )
        await hub_of(node).check()
        assert await ended(opened) == 1008


async def test_a_node_that_stops_says_farewell_and_lets_nobody_in(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        stop = asyncio.Event()
        running = asyncio.create_task(hub_of(node).run_forever(stop))
        await node.write("amina", "Encore un mot")
        await node.work_inbox()
        assert (await opened.answer())["event"] == "update"
        stop.set()
        await running
        assert await ended(opened) == 1001
    headers = {"Authorization": f"Bearer {app.token}"}
    assert (await refused(node, headers=headers))[0] == 503
    assert await node.count("stream_hubs") == 0


async def test_a_reader_who_is_too_slow_is_hung_up_on_and_takes_nothing_along(
    node: LocalNode,
) -> None:
    slow, quick = await app_of(node, "amina"), await app_of(node, "luc")
    async with socket(slow, "user") as opened, socket(quick, "user") as other:
        channel = Channel("user")
        for _ in range(MAX_WAITING + 1):
            opened.stream.put(channel, Message("delete", "1"))
        await until(lambda: len(streams_of(node)) == 1)
        await node.write("luc", "Rien n’est perdu")
        await node.work_inbox()
        assert await other.events() == ["update"]
