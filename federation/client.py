"""The only HTTP client: guarded addresses, hard limits, redirects under our own rules."""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache, partial
from typing import Final
from urllib.parse import urljoin

import httpx

from federation.addresses import AddressGuard, locate
from federation.bodies import ACCEPT_ENCODING, announced_length, read_body
from federation.errors import Gone, Unreachable, Untrusted

log = logging.getLogger(__name__)

Transport = httpx.AsyncBaseTransport
"""What carries requests: sockets, or whatever a test puts in their place."""

Refuse = Callable[[str], Awaitable[None]]
"""Raises `Untrusted` for an address at a domain with which nothing is exchanged."""

# Statuses after which the same request may well succeed later; 401 is what a server answers
# while it cannot reach our key.
PASSING_STATUSES: Final = frozenset({401, 408, 425, 429})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_RECEIPT_BYTES: Final = 16_384
RECEIPT_TIMEOUT_S: Final = 2.0
MAX_RETRY_AFTER_S: Final = 7 * 24 * 3_600.0
CONNECT_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: status, headers (lower-case names), body, and the final URL."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The `Content-Type`, empty when there is none."""
        return self.headers.get("content-type", "")

    def retry_after(self, now: float) -> float | None:
        """Seconds to wait according to `Retry-After` (delay or date), at most a week."""
        return parse_retry_after(self.headers.get("retry-after"), now)

    def require_ok(self, now: float | None = None) -> None:
        """Raise `Gone` for 404 and 410, `Unreachable` for any other status but success.

        `now` (epoch) is what a `Retry-After` date is counted from; the system's time if None.
        """
        if self.status in (404, 410):
            raise Gone(self.url, self.status)
        if not self.ok:
            raise Unreachable(
                self.url,
                f"answered {self.status}",
                status=self.status,
                retry_after=self.retry_after(time.time() if now is None else now),
                passing=self.status in PASSING_STATUSES or self.status >= 500,
            )


def user_agent(version: str, base_url: str) -> str:
    """How we introduce ourselves: some servers turn nameless clients away."""
    return f"Communotic/{version} (+{base_url.rstrip('/')}/)"


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Seconds from `now` (epoch) that a `Retry-After` header asks for; None when unreadable."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        wait = zoned.timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), MAX_RETRY_AFTER_S)


class HttpClient:
    """Every request that the node makes goes through here (SECURITY.md, rule 7).

    `timeout_s` covers a whole exchange, redirects and body included. `transport` replaces
    sockets in tests. `signer`s are `httpx.Auth` objects and sign each hop anew. `refuse` is
    asked about each address, redirects too, before anything is sent there; it raises.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        guard: AddressGuard,
        transport: Transport | None = None,
        timeout_s: float = 10.0,
        max_bytes: int = 1_000_000,
        connections: int = 512,
        connections_per_host: int = 32,
        warm_hosts: int = 256,
        ssl_context: ssl.SSLContext | None = None,
        refuse: Refuse | None = None,
    ) -> None:
        self.guard = guard
        self.refuse = refuse
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPT_ENCODING}
        waits = httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S))
        self._extensions = {"timeout": waits.as_dict()}
        self._given = transport
        self._opened: Transport | None = None
        self._open = partial(
            _sockets,
            guard,
            connections=connections,
            connections_per_host=connections_per_host,
            warm_hosts=warm_hosts,
            ssl_context=ssl_context,
        )

    @property
    def _transport(self) -> Transport:
        if self._given is not None:
            return self._given
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    async def get(
        self,
        url: str,
        *,
        accept: str,
        signer: httpx.Auth | None = None,
        max_bytes: int | None = None,
        max_redirects: int = 3,
    ) -> Answer:
        """Fetch `url`; any status is an answer.

        Raises `Untrusted` for a forbidden address, a forbidden or surplus redirect and a body
        beyond `max_bytes`; `Unreachable` when no complete answer came in time.
        """
        limit = self._max_bytes if max_bytes is None else max_bytes
        async with self._deadline(url):
            for _ in range(max_redirects + 1):
                await self._refuse_forbidden(url)
                request = self._request("GET", url, headers={"Accept": accept})
                async with self._send(request, signer) as response:
                    if response.status_code not in REDIRECTS:
                        return _answer(response, await read_body(response, limit))
                    url = self._redirected(str(request.url), response)
        raise Untrusted(url, f"more than {max_redirects} redirects")

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        signer: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """Send `body` to `url`; any status, redirects too, is an answer.

        The answer's body is kept only if it is short and quick: what comes after the status
        does not undo it. With `max_bytes` the answer is what matters, and is read like that of
        a GET. Raises `Untrusted` and `Unreachable`.
        """
        sent = {**(headers or {}), "Content-Type": content_type}
        async with self._deadline(url):
            await self._refuse_forbidden(url)
            try:
                return await self._post_once(url, body, sent, signer, max_bytes)
            except _StaleConnection:
                # The server closed an idle connection while we wrote to it; that happens with
                # every keep-alive, and receivers know an activity that comes twice by its id.
                closing = {**sent, "Connection": "close"}
                return await self._post_once(url, body, closing, signer, max_bytes)

    async def _post_once(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        signer: httpx.Auth | None,
        max_bytes: int | None,
    ) -> Answer:
        request = self._request("POST", url, headers=headers, content=body)
        async with self._send(request, signer) as response:
            if max_bytes is not None:
                return _answer(response, await read_body(response, max_bytes))
            return _answer(response, await _read_receipt(response))

    async def _refuse_forbidden(self, url: str) -> None:
        """Raise what the node's own rules about domains raise."""
        if self.refuse is not None:
            await self.refuse(url)

    def _request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Request:
        checked = self.guard.check_url(url)
        sent = {**self._headers, **headers}
        try:
            return httpx.Request(
                method, _parsed(checked), headers=sent, content=content, extensions=self._extensions
            )
        except httpx.InvalidURL as error:
            raise Untrusted(url, str(error)) from None

    @asynccontextmanager
    async def _send(
        self, request: httpx.Request, signer: httpx.Auth | None
    ) -> AsyncIterator[httpx.Response]:
        """The response, its body unread; errors of the network become ours.

        The transport is used without `httpx.AsyncClient`: what that adds (cookies, redirects,
        proxies and credentials from the environment) is what we must not do.
        """
        url = str(request.url)
        try:
            if signer is not None:
                async with aclosing(signer.async_auth_flow(request)) as flow:
                    request = await anext(flow)
            response = await self._transport.handle_async_request(request)
            response.request = request
            try:
                yield response
            finally:
                await response.aclose()
        except _network_errors() as error:
            outcome = _StaleConnection if _is_stale(error) else Unreachable
            raise outcome(url, _reason(error)) from error

    def _redirected(self, url: str, response: httpx.Response) -> str:
        """Where a redirect leads, if we may go there: same scheme, a guarded address."""
        location = response.headers.get("location", "")
        try:
            target = urljoin(url, location)
        except ValueError:
            raise Untrusted(url, "redirect to a malformed address") from None
        checked = self.guard.check_url(target)
        if not location or locate(checked).scheme != locate(url).scheme:
            raise Untrusted(url, f"redirect to {location[:200]!r}")
        return checked

    @asynccontextmanager
    async def _deadline(self, url: str) -> AsyncIterator[None]:
        """The time for one whole exchange, however the other side spends it."""
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError:
            raise Unreachable(url, f"no complete answer in {self._timeout_s:g} s") from None

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in (self._given, self._opened):
            if transport is not None:
                await transport.aclose()


@lru_cache(maxsize=4_096)
def _parsed(url: str) -> httpx.URL:
    """A URL as httpx takes it apart, once for each inbox. Raises `httpx.InvalidURL`."""
    return httpx.URL(url)


def _sockets(
    guard: AddressGuard,
    *,
    connections: int,
    connections_per_host: int,
    warm_hosts: int,
    ssl_context: ssl.SSLContext | None,
) -> Transport:
    """The transport of real life, imported when the first request leaves: it takes 0.1 s."""
    from federation.transport import GuardedTransport

    return GuardedTransport(
        guard,
        connections=connections,
        connections_per_host=connections_per_host,
        warm_hosts=warm_hosts,
        ssl_context=ssl_context or ssl.create_default_context(),
    )


@cache
def _network_errors() -> tuple[type[Exception], ...]:
    from aiohttp import ClientError

    return (httpx.HTTPError, ClientError, OSError)


class _StaleConnection(Unreachable):
    """The connection ended before any byte of an answer."""


def _is_stale(error: Exception) -> bool:
    import aiohttp

    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return False
    cut = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionResetError)
    return isinstance(cause, cut)


async def _read_receipt(response: httpx.Response) -> bytes:
    """The body of an answer to a POST, if it is short and comes soon; else nothing."""
    if announced_length(response) == 0:
        return b""
    try:
        async with asyncio.timeout(RECEIPT_TIMEOUT_S):
            return await read_body(response, MAX_RECEIPT_BYTES)
    except Untrusted as error:
        return _unread(response, error)
    except _network_errors() as error:
        return _unread(response, error)


def _unread(response: httpx.Response, error: Exception) -> bytes:
    log.debug("receipt of %s not read: %s", response.request.url, error)
    return b""


def _answer(response: httpx.Response, body: bytes) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body, str(response.request.url))


def _reason(error: Exception) -> str:
    """One line for an administrator."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
