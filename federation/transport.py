"""httpx over aiohttp's connections, to checked addresses only; nothing else opens sockets."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import aiohttp
import httpx
import yarl
from httpx_aiohttp.transport import (
    AiohttpResponseStream,
    AiohttpTransport,
    map_aiohttp_exceptions,
)

from federation.addresses import AddressGuard, locate
from federation.resolver import GuardedResolver, Lookup, system_lookup

KEEPALIVE_S: Final = 15.0
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 8_190
DNS_CACHE_S: Final = 30
DNS_CACHE_NAMES: Final = 2_000


class WarmHosts:
    """Which hosts may keep an idle connection: the last `capacity` ones spoken to.

    aiohttp bounds the connections in use, not the idle ones; deliveries to thousands of
    hosts would run out of file descriptors.
    """

    def __init__(self, capacity: int, expiry_s: float, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._expiry_s = expiry_s
        self._clock = clock
        self._used: OrderedDict[str, float] = OrderedDict()

    def keep(self, origin: str) -> bool:
        """Whether the connection for this request may stay open afterwards."""
        now = self._clock()
        while self._used and next(iter(self._used.values())) < now - self._expiry_s:
            self._used.popitem(last=False)
        if origin not in self._used and len(self._used) >= self._capacity:
            return False
        self._used[origin] = now
        self._used.move_to_end(origin)
        return True


class GuardedTransport(AiohttpTransport):
    """The httpx-aiohttp transport with our resolver, our limits, and URLs sent as they are.

    The original hands the URL over as text, which aiohttp then re-quotes (`%7E` becomes `~`):
    the request would no longer be the one that was signed.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        connections: int,
        connections_per_host: int,
        warm_hosts: int,
        ssl_context: ssl.SSLContext | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        super().__init__(
            verify=ssl_context if ssl_context is not None else True,
            trust_env=False,
            client=self._open_session,
        )
        self._guard = guard
        self._lookup = lookup
        self._connections = connections
        self._connections_per_host = connections_per_host
        self._warm = WarmHosts(warm_hosts, KEEPALIVE_S, lambda: asyncio.get_running_loop().time())

    def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._guard, self._lookup),
            ssl=self.ssl_context,
            limit=self._connections,
            limit_per_host=self._connections_per_host,
            keepalive_timeout=KEEPALIVE_S,
            ttl_dns_cache=DNS_CACHE_S,
            dns_cache_max_size=DNS_CACHE_NAMES,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
            max_headers=MAX_HEADERS,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            skip_auto_headers=("User-Agent", "Content-Type"),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer's body is still to be read."""
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self._open_session()
        # Once more at the last moment, whoever calls: literal addresses never meet the resolver.
        url = self._guard.check_url(str(request.url))
        if not self._warm.keep(locate(url).origin):
            request.headers["Connection"] = "close"
        limits = request.extensions.get("timeout", {})
        with map_aiohttp_exceptions():
            response = await self.client.request(
                request.method,
                yarl.URL(url, encoded=True),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    sock_connect=limits.get("connect"),
                    sock_read=limits.get("read"),
                    connect=limits.get("pool"),
                ),
            )
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=AiohttpResponseStream(response),
            request=request,
        )
