"""Rule 7: no request of ours reaches a private address, whatever it hides behind."""

import socket
from typing import Any

import pytest

from federation.addresses import AddressGuard
from federation.client import HttpClient
from federation.errors import Unreachable, Untrusted
from federation.networks import parse_networks
from federation.resolver import AddressInfo, GuardedResolver
from federation.transport import GuardedTransport
from tests.support.hostile import HostileServer, answer, loopback_client, redirect

FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_forbidden_address_is_refused_as_literal_and_as_answer(address: str) -> None:
    guard = AddressGuard(allow_http=True)
    with pytest.raises(Untrusted):
        guard.check_address(address)
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Untrusted):
        guard.check_url(f"http://{literal}/")


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_to_a_forbidden_address_is_refused(address: str) -> None:
    resolver = GuardedResolver(AddressGuard(), _answering("8.8.8.8", address))
    with pytest.raises(Untrusted, match="resolves to"):
        await resolver.resolve("innocent.example", 443)
    await resolver.close()


async def test_the_system_s_own_resolver_is_checked_too() -> None:
    resolver = GuardedResolver(AddressGuard())
    with pytest.raises(Untrusted, match="not a public address"):
        await resolver.resolve("localhost", 443)
    await resolver.close()


async def test_the_real_client_never_connects_to_loopback_in_production() -> None:
    async with HostileServer() as server:
        guard = AddressGuard(allow_http=True)
        client = HttpClient(user_agent="test", guard=guard)
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "2130706433"):
            with pytest.raises(Untrusted):
                await client.get(f"http://{host}:{server.port}/", accept="*/*")
        await client.aclose()
        assert server.connections == 0


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    async with HostileServer() as public, HostileServer("127.0.0.2") as secret:
        public.on("/", answer(200, b"public", {"Connection": "close"}))
        lookups = [public.host, secret.host]
        asked: list[str] = []

        def rebinding(host: str, port: int, family: int) -> list[AddressInfo]:
            asked.append(host)
            return _info(lookups[min(len(asked), 2) - 1], port)

        guard = AddressGuard(parse_networks([f"{public.host}/32"]), allow_http=True)
        transport = GuardedTransport(
            guard, connections=4, connections_per_host=4, warm_hosts=4, lookup=rebinding
        )
        client = HttpClient(user_agent="test", guard=guard, transport=transport)
        url = f"http://rebind.example:{public.port}/"
        assert (await client.get(url, accept="*/*")).body == b"public"
        assert asked == ["rebind.example"], "one lookup serves check and connection"
        # The next connection within aiohttp's cache uses the checked answer again; a fresh
        # lookup (another port is another cache entry) is checked and refused.
        assert (await client.get(url, accept="*/*")).body == b"public"
        with pytest.raises(Untrusted):
            await client.get(f"http://rebind.example:{secret.port}/", accept="*/*")
        await client.aclose()
        assert (len(asked), secret.connections) == (2, 0)


async def test_the_check_is_repeated_after_each_redirect() -> None:
    async with HostileServer() as server, HostileServer("127.0.0.2") as secret:
        client = loopback_client(f"{server.host}/32")
        for number, location in enumerate(
            (
                secret.url("/"),
                f"//{secret.host}:{secret.port}/",
                f"http://2130706434:{secret.port}/",
                f"http://[::ffff:127.0.0.2]:{secret.port}/",
                "http://169.254.169.254/latest/meta-data/",
                f"http://user@{secret.host}:{secret.port}/",
            )
        ):
            server.on(f"/{number}", redirect(location))
            with pytest.raises(Untrusted):
                await client.get(server.url(f"/{number}"), accept="*/*")
        await client.aclose()
        assert secret.connections == 0


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:,x", "https://127.0.0.1/", ""]
)
async def test_a_redirect_never_leads_to_another_scheme(location: str) -> None:
    async with HostileServer() as server:
        server.on("/", redirect(location))
        client = loopback_client()
        with pytest.raises(Untrusted):
            await client.get(server.url("/"), accept="*/*")
        await client.aclose()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HostileServer() as proxy, HostileServer() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        server.on("/", answer(200, b"direct"))
        client = loopback_client()
        assert (await client.get(server.url("/"), accept="*/*")).body == b"direct"
        await client.aclose()
        assert proxy.connections == 0


async def test_a_name_without_an_address_is_a_passing_failure() -> None:
    client = loopback_client()
    with pytest.raises(Unreachable) as failure:
        await client.get("http://nobody.invalid/", accept="*/*")
    await client.aclose()
    assert failure.value.passing


def _info(address: str, port: int) -> list[AddressInfo]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where: tuple[Any, ...] = (address, port, 0, 0) if ":" in address else (address, port)
    return [(int(family), int(socket.SOCK_STREAM), 6, "", where)]


def _answering(*addresses: str) -> Any:
    def lookup(host: str, port: int, family: int) -> list[AddressInfo]:
        return [info for address in addresses for info in _info(address, port)]

    return lookup
