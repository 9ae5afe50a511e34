"""The resolver under our HTTP client: every answer is checked, and only those are connected to."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from federation.addresses import AddressGuard
from federation.errors import Untrusted

# (family, type, protocol, canonical name, socket address), as socket.getaddrinfo answers
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
Lookup = Callable[[str, int, int], list[AddressInfo]]

# The names of dead servers take seconds to fail, each holding a thread.
LOOKUP_THREADS: Final = 32
LOOKUP_TIMEOUT_S: Final = 5.0
MAX_ANSWERS: Final = 16
_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


def system_lookup(host: str, port: int, family: int) -> list[AddressInfo]:
    """Ask the system's resolver; blocks, raises `socket.gaierror`."""
    flags = socket.AI_ADDRCONFIG
    return list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=flags))


class GuardedResolver(AbstractResolver):
    """Resolves once per connection, checks, and hands numeric addresses to the connector.

    aiohttp connects to what this returns and never asks again, so a name that changes its
    address after the check gains nothing; its own cache only ever holds checked answers.
    One forbidden address among the answers refuses the name.
    """

    def __init__(self, guard: AddressGuard, lookup: Lookup = system_lookup) -> None:
        self._guard = guard
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The checked addresses of `host`; raises `Untrusted`, or OSError for a dead name."""
        loop = asyncio.get_running_loop()
        lookup = loop.run_in_executor(self._threads, partial(self._lookup, host, port, int(family)))
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            answers = await lookup
        return [self._checked(host, port, answer) for answer in answers[:MAX_ANSWERS]]

    def _checked(self, host: str, port: int, answer: AddressInfo) -> ResolveResult:
        family, _, protocol, _, socket_address = answer
        address = str(socket_address[0])
        try:
            self._guard.check_address(address)
        except Untrusted as refusal:
            raise Untrusted(host, f"resolves to {address}: {refusal.reason}") from None
        return ResolveResult(
            hostname=host, host=address, port=port, family=family, proto=protocol, flags=_NUMERIC
        )

    async def close(self) -> None:
        """Let the threads go; a lookup under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
