"""The only HTTP client: limits of time, size and number, and what it says about itself."""

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from pathlib import Path

import httpx
import pytest

from federation.addresses import AddressGuard
from federation.client import HttpClient, parse_retry_after, user_agent
from federation.errors import FederationError, Unreachable, Untrusted
from federation.networks import parse_networks
from federation.transport import WarmHosts
from tests.support.hostile import (
    HostileServer,
    answer,
    drip,
    endless,
    everywhere_client,
    gzip_bomb,
    hang_up,
    loopback_client,
    many_headers,
    raw,
    redirect,
    silence,
)
from tests.support.tls import Authority


async def test_an_answer_carries_status_headers_body_and_final_address() -> None:
    async with HostileServer() as server:
        server.on("/a", redirect("/b?x=1"))
        server.on("/b", answer(418, b"tea", {"X-Kind": "Assam", "Content-Type": "text/plain"}))
        client = loopback_client()
        got = await client.get(server.url("/a"), accept="text/plain")
        await client.aclose()
    assert (got.status, got.body, got.url) == (418, b"tea", server.url("/b?x=1"))
    assert got.headers["x-kind"] == "Assam"
    assert (got.ok, got.content_type) == (False, "text/plain")


async def test_requests_say_who_we_are_and_what_we_read() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        await client.get(server.url("/"), accept="application/activity+json")
        await client.post(server.url("/inbox"), b"{}", content_type="x/y", headers={"X-A": "b"})
        await client.aclose()
    get, post = server.asked
    assert get.headers["user-agent"] == "Communotic/test (+http://127.0.0.1/)"
    assert get.headers["accept"] == "application/activity+json"
    assert get.headers["accept-encoding"] == "gzip, deflate"
    assert (post.method, post.body) == ("POST", b"{}")
    assert (post.headers["content-type"], post.headers["x-a"]) == ("x/y", "b")
    assert post.headers["content-length"] == "2"


def test_the_user_agent_names_version_and_home() -> None:
    assert user_agent("1.2", "https://example.org") == "Communotic/1.2 (+https://example.org/)"


async def test_the_path_travels_exactly_as_it_is_written() -> None:
    """A signature covers the path: re-quoting it on the way would break every such request."""
    async with HostileServer() as server:
        client = loopback_client()
        for path in ("/%7Eana/%40bob?x=%3A%40&y=a+b", "/@ana:1/a;b=(c)!$&'*,=~", "/%2F%2f?"):
            await client.get(server.url(path), accept="*/*")
            assert server.asked[-1].target.rstrip("?") == path.rstrip("?")
        await client.get(server.url("/é"), accept="*/*")
        assert server.asked[-1].target == "/%C3%A9"
        await client.aclose()


async def test_cookies_are_neither_kept_nor_sent() -> None:
    async with HostileServer() as server:
        server.on("/", answer(200, b"", {"Set-Cookie": "session=1; Path=/"}))
        client = everywhere_client()
        for _ in range(2):
            await client.get(f"http://node.example:{server.port}/", accept="*/*")
        await client.aclose()
    assert [request.headers["host"] for request in server.asked] == [
        f"node.example:{server.port}"
    ] * 2
    assert all("cookie" not in request.headers for request in server.asked)


async def test_a_certificate_counts_only_from_an_authority_that_we_trust(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    guard = AddressGuard(parse_networks(["127.0.0.1/32"]))
    trusting = ssl.create_default_context(cafile=str(authority.bundle))
    async with HostileServer(tls=authority.server_context()) as server:
        server.on("/", answer(200, b"private"))
        strict = HttpClient(user_agent="test", guard=guard)
        with pytest.raises(Unreachable, match="certificate"):
            await strict.get(server.url("/"), accept="*/*")
        await strict.aclose()
        client = HttpClient(user_agent="test", guard=guard, ssl_context=trusting)
        assert (await client.get(server.url("/"), accept="*/*")).body == b"private"
        with pytest.raises(Unreachable, match="certificate"):
            await client.get(f"https://localhost:{server.port}/", accept="*/*")
        await client.aclose()


async def test_connections_are_reused() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        for _ in range(3):
            await client.get(server.url("/"), accept="*/*")
            await client.post(server.url("/"), b"{}", content_type="x/y")
        await client.aclose()
    assert (server.connections, len(server.asked)) == (1, 6)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "raw deflate"])
async def test_compressed_bodies_are_read(encoding: str) -> None:
    plain = b"abc" * 1_000
    packed = {"deflate": zlib.compress(plain), "raw deflate": _raw_deflate(plain)}
    async with HostileServer() as server:
        headers = {"Content-Encoding": encoding.removeprefix("raw ")}
        server.on("/", answer(200, packed.get(encoding, gzip.compress(plain)), headers))
        client = loopback_client()
        assert (await client.get(server.url("/"), accept="*/*")).body == plain
        await client.aclose()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"anything", "br"),
        (b"anything", "gzip, gzip"),
        (b"not compressed", "gzip"),
        (gzip.compress(b"abc" * 1_000, mtime=0)[:20], "gzip"),
    ],
)
async def test_broken_or_unasked_encodings_are_refused(body: bytes, encoding: str) -> None:
    async with HostileServer() as server:
        server.on("/", answer(200, body, {"Content-Encoding": encoding}))
        client = loopback_client()
        with pytest.raises(Untrusted):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()


async def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    async with HostileServer() as server:
        server.on("/fits", answer(200, b"x" * 1_000))
        server.on("/packed", answer(200, gzip.compress(b"x" * 1_001), {"Content-Encoding": "gzip"}))
        server.on("/more", answer(200, b"x" * 1_001))
        client = loopback_client(max_bytes=1_000)
        assert len((await client.get(server.url("/fits"), accept="*/*")).body) == 1_000
        for path in ("/more", "/packed"):
            with pytest.raises(Untrusted, match="more than 1000 bytes"):
                await client.get(server.url(path), accept="*/*")
        assert len((await client.get(server.url("/more"), accept="*/*", max_bytes=2_000)).body)
        await client.aclose()


async def test_a_bomb_is_met_before_it_goes_off() -> None:
    async with HostileServer() as server:
        server.on("/", gzip_bomb(100_000_000))
        client = loopback_client(max_bytes=50_000)
        tracemalloc.start()
        with pytest.raises(Untrusted, match="more than 50000 bytes"):
            await client.get(server.url("/"), accept="*/*")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await client.aclose()
    assert peak < 5_000_000


async def test_an_endless_body_ends_at_the_limit() -> None:
    async with HostileServer() as server:
        server.on("/", endless())
        client = loopback_client()
        with pytest.raises(Untrusted, match="more than"):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()


async def test_silence_and_dripping_end_at_the_deadline() -> None:
    async with HostileServer() as server:
        server.on("/silent", silence())
        server.on("/drip", drip())
        client = loopback_client(timeout_s=0.3)
        for path in ("/silent", "/drip"):
            with pytest.raises(Unreachable) as failure:
                await client.get(server.url(path), accept="*/*")
            assert failure.value.passing
        with pytest.raises(Unreachable):
            await client.post(server.url("/silent"), b"{}", content_type="x/y")
        await client.aclose()


async def test_the_deadline_covers_redirects_together() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        await redirect("/next")(writer)

    async with HostileServer() as server:
        server.on("/", late)
        server.on("/next", late)
        client = loopback_client(timeout_s=0.3)
        with pytest.raises(Unreachable, match="no complete answer"):
            await client.get(server.url("/"), accept="*/*", max_redirects=10)
        await client.aclose()


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    async with HostileServer() as server:
        for step in range(4):
            server.on(f"/{step}", redirect(f"/{step + 1}"))
        server.on("/4", answer(200, b"there"))
        server.on("/loop", redirect("/loop", 301))
        client = loopback_client()
        assert (await client.get(server.url("/1"), accept="*/*")).body == b"there"
        for path in ("/0", "/loop"):
            before = len(server.asked)
            with pytest.raises(Untrusted, match="more than 3 redirects"):
                await client.get(server.url(path), accept="*/*")
            assert len(server.asked) - before == 4
        await client.aclose()


async def test_each_hop_of_a_redirect_is_signed_anew() -> None:
    class Stamp(httpx.Auth):
        def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]
            request.headers["X-Signed"] = str(request.url)
            yield request

    async with HostileServer() as server:
        server.on("/a", redirect("/b"))
        client = loopback_client()
        await client.get(server.url("/a"), accept="*/*", signer=Stamp())
        await client.aclose()
    assert [r.headers["x-signed"] for r in server.asked] == [server.url("/a"), server.url("/b")]


async def test_a_post_never_follows_a_redirect() -> None:
    async with HostileServer() as server:
        server.on("/inbox", redirect("/elsewhere", 307))
        client = loopback_client()
        got = await client.post(server.url("/inbox"), b"{}", content_type="x/y")
        await client.aclose()
    assert (got.status, server.paths()) == (307, ["/inbox"])


async def test_a_receipt_that_is_long_or_broken_does_not_undo_its_status() -> None:
    cut = b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf"
    async with HostileServer() as server:
        server.on("/endless", endless(status=202))
        server.on("/cut", raw(cut))
        server.on("/short", answer(401, b"wrong key"))
        client = loopback_client()
        for path in ("/endless", "/cut"):
            got = await client.post(server.url(path), b"{}", content_type="x/y")
            assert (got.status, got.body) == (202, b"")
        got = await client.post(server.url("/short"), b"{}", content_type="x/y")
        assert (got.status, got.body) == (401, b"wrong key")
        await client.aclose()


async def test_a_post_over_a_connection_that_just_closed_is_sent_again_once() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/inbox", answer(202))
        await client.post(server.url("/inbox"), b"1", content_type="x/y")
        tries = 0

        async def close_the_first(writer: asyncio.StreamWriter) -> None:
            nonlocal tries
            tries += 1
            await (hang_up() if tries == 1 else answer(202))(writer)

        server.on("/inbox", close_the_first)
        got = await client.post(server.url("/inbox"), b"2", content_type="x/y")
        await client.aclose()
    assert (got.status, tries) == (202, 2)


async def test_a_server_that_always_hangs_up_is_asked_twice_and_no_more() -> None:
    async with HostileServer() as server:
        server.on("/inbox", hang_up())
        client = loopback_client()
        with pytest.raises(Unreachable):
            await client.post(server.url("/inbox"), b"3", content_type="x/y")
        await client.aclose()
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02 not http at all\r\n\r\n",
        b"HTTP/1.1 abc Bad\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_broken_http_is_a_failure_of_the_other_side(data: bytes) -> None:
    async with HostileServer() as server:
        server.on("/", raw(data))
        client = loopback_client()
        with pytest.raises(Unreachable):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()


async def test_a_flood_of_headers_is_refused() -> None:
    async with HostileServer() as server:
        server.on("/few", many_headers(50))
        server.on("/many", many_headers(5_000))
        client = loopback_client()
        assert (await client.get(server.url("/few"), accept="*/*")).ok
        with pytest.raises(Unreachable):
            await client.get(server.url("/many"), accept="*/*")
        await client.aclose()


@pytest.mark.parametrize("location", ["data:,x", "http://[", "http://a b/", "http://\x7f/"])
async def test_a_malformed_redirect_is_refused(location: str) -> None:
    async with HostileServer() as server:
        server.on("/", redirect(location))
        client = loopback_client()
        with pytest.raises(FederationError):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()


async def test_a_closed_port_is_a_passing_failure() -> None:
    async with HostileServer() as server:
        url = server.url("/")
    client = loopback_client()
    with pytest.raises(Unreachable) as failure:
        await client.get(url, accept="*/*")
    await client.aclose()
    assert (failure.value.passing, failure.value.status) == (True, None)


async def test_an_application_in_the_same_process_can_stand_in_for_the_network() -> None:
    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    client = HttpClient(
        user_agent="test", guard=AddressGuard(), transport=httpx.ASGITransport(app=app)
    )
    assert (await client.get("https://node.example/here", accept="*/*")).body == b"/here"
    with pytest.raises(Untrusted):
        await client.get("http://node.example/here", accept="*/*")
    await client.aclose()


async def test_idle_connections_are_kept_for_a_bounded_number_of_hosts() -> None:
    now = 0.0
    warm = WarmHosts(2, 15.0, lambda: now)
    assert warm.keep("https://a")
    assert warm.keep("https://b")
    assert not warm.keep("https://c")
    assert warm.keep("https://a")
    now = 20.0
    assert warm.keep("https://c")


async def test_a_connection_beyond_that_number_is_closed() -> None:
    async with HostileServer() as first, HostileServer() as second:
        client = HttpClient(
            user_agent="test",
            guard=loopback_client().guard,
            warm_hosts=1,
        )
        for server in (first, second, first, second):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()
    assert (first.connections, second.connections) == (1, 2)
    assert [r.headers["connection"] for r in second.asked] == ["close", "close"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("  7 ", 7.0),
        ("0", 0.0),
        ("99999999999999", 604_800.0),
        ("Mon, 23 Nov 2026 10:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 06 Nov 2044 08:49:37 GMT", 604_800.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, 1_795_428_000.0) == seconds


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
