"""Every door × every bad request: the right refusal, said once, and nothing is lost or kept."""

import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from quart.datastructures import FileStorage

from actors.auth import issue_token
from actors.policy import TRUSTED_FOR_S
from actors.problems import PROBLEM_JSON
from federation.vocabulary import ACTIVITY_JSON, PUBLIC
from inbox.door import FAILURES_AT_ONCE, REST_SECONDS
from storage.records import DomainRuleRecord
from tests.inbox.bad_requests import ALL, Bad, World
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode, Network

TABLES = ("received", "objects", "activities", "follows", "likes", "fanouts", "media", "timeline")
DOORS = {
    "the shared inbox": "https://node.example/inbox",
    "a personal inbox": "https://node.example/users/greta/inbox",
}


@pytest.fixture
def world(node: LocalNode) -> World:
    """The node, and Alice and Bob on servers of their own."""
    return World(
        node,
        node.wires.person("https://mastodon.example/users/alice"),
        node.wires.person("https://elsewhere.example/users/bob"),
    )


@pytest.fixture
async def untouched(node: LocalNode) -> AsyncIterator[None]:
    """Nothing is stored by what the test does."""
    before = {table: await node.count(table) for table in TABLES}
    yield
    await node.work_inbox()
    assert {table: await node.count(table) for table in TABLES} == before


async def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Insist on a problem document; gives it."""
    body = await answer.get_data()
    assert (answer.status_code, answer.content_type) == (status, PROBLEM_JSON), body[:500]
    problem: dict[str, Any] = json.loads(body)
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["code"] == code
    assert problem["title"]
    assert problem["detail"]
    assert len(body) < 2_000
    return problem


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.name)
@pytest.mark.parametrize("door", DOORS)
async def test_a_bad_delivery_is_refused(
    world: World, untouched: None, caplog: pytest.LogCaptureFixture, door: str, bad: Bad
) -> None:
    caplog.set_level(logging.INFO)
    given = bad.make(world)
    options = {name: value for name, value in given.items() if name not in ("sender", "activity")}
    answer = await world.node.deliver(given["sender"], given["activity"], to=DOORS[door], **options)
    await refused(answer, bad.status, bad.code)
    lines = [record.getMessage() for record in caplog.records if bad.code in record.getMessage()]
    assert len(lines) == 1, lines
    assert f"{bad.status} {bad.code}" in lines[0]


async def test_the_log_names_host_actor_code_and_detail(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hello = create(world.alice, note(world.alice))
    await world.node.deliver(world.alice, {**hello, "id": f"{world.bob.url}/1"})
    line = next(m for m in caplog.messages if "foreign-id" in m)
    assert "host mastodon.example" in line
    assert f"actor '{world.alice.url}'" in line


@pytest.mark.parametrize("door", DOORS)
async def test_a_good_delivery_is_let_in(world: World, door: str) -> None:
    for scheme in ("cavage", "rfc9421"):
        hello = create(world.alice, note(world.alice))
        answer = await world.node.deliver(world.alice, hello, to=DOORS[door], scheme=scheme)
        assert answer.status_code == 202
        assert await world.node.row(hello["id"], DOORS[door]) is not None


async def test_a_delivery_that_comes_again_is_let_in_and_kept_once(world: World) -> None:
    hello = create(world.alice, note(world.alice))
    for _ in range(3):
        assert (await world.node.deliver(world.alice, hello)).status_code == 202
    assert await world.node.count("received") == 1


async def test_the_announced_length_is_believed_before_the_body_is_read(world: World) -> None:
    client = world.node.app.test_client()
    headers = {"Content-Type": ACTIVITY_JSON, "Content-Length": "50000000", "Signature": "x"}
    async with client.request("/inbox", method="POST", headers=headers) as connection:
        await connection.send_complete()
    answer = await connection.as_response()
    await refused(answer, 413, "too-large")


async def test_a_body_without_announced_length_is_bounded(world: World) -> None:
    client = world.node.app.test_client()
    request = world.alice.post(create(world.alice, note(world.alice)))
    headers = {name: value for name, value in request.headers if name != "content-length"}
    async with client.request("/inbox", method="POST", headers=headers) as connection:
        for _ in range(30):
            await connection.send(b"x" * 100_000)
        await connection.send_complete()
    await refused(await connection.as_response(), 413, "too-large")


async def test_nobody_s_inbox_is_not_found(world: World, untouched: None) -> None:
    hello = create(world.alice, note(world.alice))
    answer = await world.node.deliver(
        world.alice, hello, to="https://node.example/users/nobody/inbox"
    )
    await refused(answer, 404, "not-found")


async def test_a_deleted_actor_s_inbox_is_gone(world: World, untouched: None) -> None:
    paul = await world.node.person("paul")
    await world.node.store.write(lambda tx: tx.actors.erase(paul.id, 1))
    hello = create(world.alice, note(world.alice))
    answer = await world.node.deliver(world.alice, hello, to=world.node.inbox("paul"))
    await refused(answer, 410, "gone")


@pytest.mark.parametrize("domain", ["mastodon.example", "example"])
@pytest.mark.parametrize("door", DOORS)
async def test_a_suspended_domain_is_refused_before_its_key_is_fetched(
    world: World, untouched: None, door: str, domain: str
) -> None:
    rule = DomainRuleRecord(domain, "suspend", "", "admin", 1)
    await world.node.store.write(lambda tx: tx.relationships.save_domain_rule(rule))
    world.node.clock.pass_by(TRUSTED_FOR_S)
    hello = create(world.alice, note(world.alice))
    answer = await world.node.deliver(world.alice, hello, to=DOORS[door])
    await refused(answer, 403, "domain-suspended")
    assert world.wires.fetched(world.alice.url) == 0


async def test_the_deletion_of_an_actor_that_is_gone_is_accepted_and_ignored(
    world: World, untouched: None
) -> None:
    gone = world.wires.person("https://mastodon.example/users/gone")
    world.wires.take_away(gone.url)
    answer = await world.node.deliver(gone, activity(gone, "Delete", gone.url))
    assert answer.status_code == 202
    assert await answer.get_data() == b""


async def test_a_key_server_that_comes_back_is_asked_again(world: World) -> None:
    dan = world.wires.person("https://silent.example/users/dan")
    hello = create(dan, note(dan))
    world.wires.silent.add("silent.example")
    answer = await world.node.deliver(dan, hello)
    await refused(answer, 503, "key-unreachable")
    assert int(answer.headers["Retry-After"]) > 0
    world.wires.silent.clear()
    world.node.clock.pass_by(300)
    assert (await world.node.deliver(dan, hello)).status_code == 202


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
async def test_the_shared_inbox_takes_nothing_but_posts(node: LocalNode, method: str) -> None:
    client = node.app.test_client()
    answer = await getattr(client, method)("/inbox")
    await refused(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


async def test_a_server_beyond_its_rate_is_told_when_to_come_back(network: Network) -> None:
    node = await network.open("node.example", "greta", inbox_rate=6)
    alice = node.wires.person("https://mastodon.example/users/alice")
    bob = node.wires.person("https://elsewhere.example/users/bob")
    for _ in range(2):
        assert (await node.deliver(alice, create(alice, note(alice)))).status_code == 202
    answer = await node.deliver(alice, create(alice, note(alice)))
    await refused(answer, 429, "rate-limited")
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await node.deliver(bob, create(bob, note(bob)))).status_code == 202


async def test_many_bad_signatures_from_one_place_stop_being_looked_at(world: World) -> None:
    hello = create(world.alice, note(world.alice))
    for _ in range(int(FAILURES_AT_ONCE) + 1):
        answer = await world.node.deliver(world.alice, hello, now=1.0)
        await refused(answer, 401, "clock-window")
    await refused(await world.node.deliver(world.alice, hello, now=1.0), 429, "rate-limited")
    world.node.clock.pass_by(REST_SECONDS + 1)
    assert (await world.node.deliver(world.alice, hello)).status_code == 202


# the doors of clients


@dataclass(frozen=True)
class Client:
    """Somebody with a bearer token at the doors for clients."""

    node: LocalNode
    token: str

    async def act(self, body: bytes | dict[str, Any], **headers: str) -> Any:
        """POST to greta's outbox."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": ACTIVITY_JSON, **self._headers(headers)}
        return await self.node.app.test_client().post(
            "/users/greta/outbox", data=data, headers=sent
        )

    async def proxy(self, url: str | None, **headers: str) -> Any:
        """Ask for a document of another server."""
        form = {} if url is None else {"id": url}
        return await self.node.app.test_client().post(
            "/proxy", form=form, headers=self._headers(headers)
        )

    async def upload(self, content: bytes, kind: str, described: str = "", **headers: str) -> Any:
        """Upload a file."""
        files = {"file": FileStorage(io.BytesIO(content), "photo.jpg", "file", kind)}
        form = {"object": described} if described else {}
        return await self.node.app.test_client().post(
            "/users/greta/media", files=files, form=form, headers=self._headers(headers)
        )

    def _headers(self, changes: dict[str, str]) -> dict[str, str]:
        sent = {"Authorization": f"Bearer {self.token}", **changes}
        return {name: value for name, value in sent.items() if value}


@pytest.fixture
async def client(node: LocalNode) -> Client:
    """Greta's own client."""
    greta = await node.person("greta")
    token = await node.store.write(
        lambda tx: issue_token(tx, greta.id, "read write", "tests", node.clock.ms)
    )
    return Client(node, token)


Attempt = Callable[[Client, World], Awaitable[Any]]
NOTE = {"type": "Note", "content": "Bonjour", "to": [PUBLIC]}


def _posting(body: bytes | dict[str, Any], **headers: str) -> Attempt:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda client, _: client.act(body, **named)


def _foreign_update(client: Client, world: World) -> Awaitable[Any]:
    forged = {"id": f"{world.alice.url}/notes/1", "type": "Note", "content": "x"}
    return client.act({"type": "Update", "object": forged})


def _foreign_actor(client: Client, world: World) -> Awaitable[Any]:
    return client.act({"type": "Create", "actor": world.alice.url, "object": NOTE})


def _liking(url: str) -> Attempt:
    return lambda client, _: client.act({"type": "Like", "object": url})


def _silent(client: Client, world: World) -> Awaitable[Any]:
    world.wires.silent.add("silent.example")
    return client.act({"type": "Follow", "object": "https://silent.example/users/x"})


def _looping(client: Client, world: World) -> Awaitable[Any]:
    world.wires.redirects["https://loop.example/n"] = "https://loop.example/n"
    return client.act({"type": "Like", "object": "https://loop.example/n"})


def _slow(client: Client, world: World) -> Awaitable[Any]:
    world.wires.endless.add("slow.example")
    return client.act({"type": "Like", "object": "https://slow.example/n"})


OUTBOX: dict[str, tuple[int, str, Attempt]] = {
    "no token": (401, "token-required", _posting(NOTE, Authorization="")),
    "a wrong token": (401, "token-required", _posting(NOTE, Authorization="Bearer nonsense")),
    "too long": (413, "too-large", _posting(b'"' + b"x" * 1_000_001 + b'"')),
    "too deep": (400, "too-deep", _posting(b'{"a":' * 40 + b"1" + b"}" * 40)),
    "not UTF-8": (400, "not-utf8", _posting(b'{"a":"\xff\xfe"}')),
    "a name twice": (400, "duplicate-keys", _posting(b'{"type":"Note","type":"Note"}')),
    "no JSON": (400, "malformed-json", _posting(b"{")),
    "wrong content type": (415, "content-type", _posting(NOTE, Content_Type="text/html")),
    "another actor": (403, "other-actor", _foreign_actor),
    "another's object": (404, "not-found", _foreign_update),
    "an unknown object": (404, "gone-there", _liking("https://mastodon.example/nothing")),
    "a private address": (422, "untrusted", _liking("https://127.0.0.1/n")),
    "a redirect loop": (422, "untrusted", _looping),
    "an unreachable server": (502, "unreachable", _silent),
    "a slow server": (502, "unreachable", _slow),
}


@pytest.mark.parametrize("case", OUTBOX)
async def test_a_bad_act_of_a_client_is_refused(
    client: Client, world: World, untouched: None, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    caplog.set_level(logging.INFO)
    status, code, attempt = OUTBOX[case]
    await refused(await attempt(client, world), status, code)
    assert len([m for m in caplog.messages if code in m]) <= 1


def _asking(url: str | None, **headers: str) -> Attempt:
    return lambda client, _: client.proxy(url, **headers)


def _asking_silent(client: Client, world: World) -> Awaitable[Any]:
    world.wires.silent.add("silent.example")
    return client.proxy("https://silent.example/n")


def _asking_slow(client: Client, world: World) -> Awaitable[Any]:
    world.wires.endless.add("slow.example")
    return client.proxy("https://slow.example/n")


def _asking_loop(client: Client, world: World) -> Awaitable[Any]:
    world.wires.redirects["https://loop.example/n"] = "https://loop.example/n"
    return client.proxy("https://loop.example/n")


def _asking_foreign(client: Client, world: World) -> Awaitable[Any]:
    return client.proxy(world.wires.serve(note(world.alice), at="https://evil.example/n"))


PROXY: dict[str, tuple[int, str, Attempt]] = {
    "no token": (401, "token-required", _asking("https://a.example/", Authorization="")),
    "no address": (400, "no-id", _asking(None)),
    "no web address": (400, "no-id", _asking("file:///etc/passwd")),
    "a private address": (422, "untrusted", _asking("https://127.0.0.1/")),
    "an address of the cloud": (422, "untrusted", _asking("https://169.254.169.254/latest")),
    "nothing there": (404, "gone-there", _asking("https://mastodon.example/nothing")),
    "an unreachable server": (502, "unreachable", _asking_silent),
    "a slow server": (502, "unreachable", _asking_slow),
    "a redirect loop": (422, "untrusted", _asking_loop),
    "an object of another origin": (422, "untrusted", _asking_foreign),
}


@pytest.mark.parametrize("case", PROXY)
async def test_a_bad_request_to_the_proxy_is_refused(
    client: Client, world: World, untouched: None, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    caplog.set_level(logging.INFO)
    status, code, attempt = PROXY[case]
    await refused(await attempt(client, world), status, code)
    assert len([m for m in caplog.messages if code in m]) <= 1


def _uploading(
    content: bytes, kind: str = "image/png", described: str = "", **headers: str
) -> Attempt:
    return lambda client, _: client.upload(content, kind, described, **headers)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TEXT = b"\x00 no picture at all"
UPLOAD: dict[str, tuple[int, str, Attempt]] = {
    "no token": (401, "token-required", _uploading(TEXT, Authorization="")),
    "SVG": (415, "unsupported-media", _uploading(SVG, "image/svg+xml")),
    "SVG under another name": (415, "unsupported-media", _uploading(SVG)),
    "no picture": (415, "unsupported-media", _uploading(TEXT)),
    "nothing": (400, "empty", _uploading(b"")),
    "a broken picture": (422, "broken-image", _uploading(b"\x89PNG\r\n\x1a\n" + b"x" * 99)),
    "a shell too deep": (
        400,
        "too-deep",
        _uploading(TEXT, described='{"a":' * 40 + "1" + "}" * 40),
    ),
    "a shell with a name twice": (
        400,
        "duplicate-keys",
        _uploading(TEXT, described='{"a":1,"a":2}'),
    ),
}


@pytest.mark.parametrize("case", UPLOAD)
async def test_a_bad_upload_is_refused(
    client: Client, world: World, untouched: None, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    caplog.set_level(logging.INFO)
    status, code, attempt = UPLOAD[case]
    await refused(await attempt(client, world), status, code)
    assert len([m for m in caplog.messages if code in m]) <= 1
