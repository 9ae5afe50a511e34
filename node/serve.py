"""Starting and stopping: the server, the workers, and both in one process."""

import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import cast

import uvicorn

from config.settings import Settings
from node.first_account import setup_address
from node.front import Front
from node.patience import PatientProtocol, streaming_protocol
from node.services import Services, open_services
from objects.vocabularies.bundle import load_bundled
from storage.migrate import migrate
from storage.store import open_store

log = logging.getLogger("communotic")

BACKLOG = 2048
MAX_MESSAGE = 16_384
PING_SECONDS = 20.0
LOCK = "run.lock"
CHANNELS = ("received", "fanout", "delivery", "mail")


async def serve_all(settings: Settings, bind: str) -> None:
    """The whole node in one process."""
    with listen(bind) as listening, _alone(settings):
        await _migrate(settings)
        async with _services(settings) as services:
            stop = _stop_on_signals()
            if services.store.engine == "sqlite":
                # Nobody else works on this file, so every lease is one that a crash left behind.
                await services.store.write(lambda tx: tx.received.release_leases())
                await services.store.write(lambda tx: tx.deliveries.release_leases())
                await services.store.write(lambda tx: tx.uploads.release_leases())
            workers = asyncio.create_task(_work(services, stop))
            try:
                await _serve(services, bind, listening, stop)
            finally:
                stop.set()
                await _wake(services)
                await workers


async def serve_pages(settings: Settings, bind: str) -> None:
    """Only what answers requests."""
    with listen(bind) as listening:
        async with _services(settings) as services:
            await _serve(services, bind, listening, _stop_on_signals())


async def serve_workers(settings: Settings) -> None:
    """Only the work behind."""
    async with _services(settings) as services:
        stop = _stop_on_signals()
        workers = asyncio.create_task(_work(services, stop))
        await stop.wait()
        await _wake(services)
        await workers


async def _work(services: Services, stop: asyncio.Event) -> None:
    """The work behind; its modules are loaded beside the first requests."""
    module = await asyncio.to_thread(import_module, "node.workers")
    await module.run_workers(services, stop)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the only whole node of this data directory: two would take each other's work.

    Raises `OSError` with a sentence when there is another one. The lock ends with the process,
    however it ends.
    """
    with (settings.data_dir / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"the node in {settings.data_dir} is running already") from None
        yield


async def _wake(services: Services) -> None:
    """Let sleeping workers notice that they shall stop."""
    for channel in CHANNELS:
        await services.store.notify(channel)


@asynccontextmanager
async def _services(settings: Settings) -> AsyncIterator[Services]:
    services = await open_services(settings)
    try:
        yield services
    finally:
        await services.close()


async def _migrate(settings: Settings) -> None:
    store = await open_store(settings.database_url, synchronous=settings.synchronous)
    try:
        for step in await migrate(store):
            log.info("database: %s", step)
        for name in await load_bundled(store, int(time.time() * 1000)):
            log.info("vocabulary: %s", name)
    finally:
        await store.close()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


class _Server(uvicorn.Server):
    """A server that leaves the signals to us, so that the workers stop after it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing: `_stop_on_signals` does it."""
        yield


async def _serve(
    services: Services, bind: str, listening: socket.socket, stop: asyncio.Event
) -> None:
    """Answer requests until `stop` is set, then let those under way finish."""
    proxies = [str(network) for network in services.settings.trusted_proxies]
    front = Front(services)
    server = _Server(
        uvicorn.Config(
            front,
            loop="uvloop",
            http=PatientProtocol,
            # The type is there to be called, as a class would be.
            ws=cast("type[asyncio.Protocol]", streaming_protocol),
            ws_max_size=MAX_MESSAGE,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            # A compressor for each of many quiet connections would take a quarter of a megabyte.
            ws_per_message_deflate=False,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies or None,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=64_000,
        )
    )
    await announce(services, bind)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await front.load()
        streaming = asyncio.create_task(_stream(services, stop))
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await streaming  # it ends the streams, for which the server would wait
    finally:
        server.should_exit = True
        stopping.cancel()
        await serving


async def _stream(services: Services, stop: asyncio.Event) -> None:
    """Tell open streams of apps what happens, until `stop` is set."""
    from clients.streaming.hub import StreamHub  # with the API, after the start
    from node.workers import supervise

    hub = StreamHub(services.clients)
    await supervise("streaming", hub.run_forever, stop)


def listen(bind: str) -> socket.socket:
    """A listening socket at `ADDR:PORT`; raises `OSError` with a sentence when it is taken."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(f"{bind} cannot be listened on: {error.strerror}") from error


async def announce(services: Services, bind: str) -> None:
    """Say where to go and how to sign in, with commands that can be typed as they stand."""
    settings = services.settings
    actors = await services.store.query(lambda tx: tx.actors.all_local())
    living = (a for a in actors if a.state == "active" and a.type != "Application")
    account = next((actor.username for actor in living), "ACCOUNT")
    program = f"{_short(sys.argv[0])} --data {_short(settings.data_dir)}"
    first = await setup_address(services)
    begin = (
        f"  To make the first account, open this address; it serves once:\n\n    {first}\n\n"
        if first
        else f"  Members sign in at {settings.origin}/sign-in\n\n"
    )
    sys.stdout.write(
        f"\n  Communotic listens on {bind}. Open {settings.origin}/ in a browser.\n\n{begin}"
        f"  The organisation's account is @{account}@{settings.domain}. From another terminal:\n\n"
        f"    {program} post {account} 'Bonjour !'\n"
        f"    {program} follow {account} somebody@elsewhere.example\n"
        f"    {program} member invite marie@example.org --name 'Marie Lefèvre'\n\n"
        f"  For an ActivityPub client, make a token: {program} token {account}\n\n"
    )
    sys.stdout.flush()


def _short(path: str | Path) -> str:
    """A path as one types it from here."""
    return min(os.path.relpath(path), str(path), key=len)
