"""The inbox room with its neighbours' real parts, over a real database."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from quart import Quart

from actors.identifiers import Identifiers
from actors.keys import ActorKeys, HostSchemes
from actors.policy import DomainRules
from actors.remote import RemoteActors
from federation.addresses import AddressGuard
from federation.client import HttpClient
from federation.fetch import Fetcher
from federation.policy import RateLimiter
from federation.verify import Verifier
from inbox.receive import Receiver
from inbox.routes import InboxServices, inbox_routes
from inbox.worker import InboxWorker
from outbox.publish import Publisher
from outbox.responses import Responses
from storage.store import Store
from tests.support.clock import Clock
from tests.support.databases import sqlite_store, sqlite_template, sqlite_url
from tests.support.fediverse import LocalNode, Wires, set_up

__all__ = ["sqlite_store", "sqlite_template", "sqlite_url"]


@pytest.fixture
async def node(sqlite_store: Store, tmp_path: Path) -> AsyncIterator[LocalNode]:
    """A node after its first run, with the organisation `greta`."""
    identifiers = Identifiers("https://node.example", "node.example")
    clock, wires = Clock(), Wires()
    await set_up(sqlite_store, identifiers, clock, "greta")
    client = HttpClient(user_agent="test", guard=AddressGuard(), transport=wires)
    keys = ActorKeys(sqlite_store, identifiers, clock)
    fetcher = Fetcher(
        client, keys.loaded_node_key, memory=HostSchemes(sqlite_store, clock), clock=clock
    )
    rules = DomainRules(sqlite_store, clock)
    remote = RemoteActors(sqlite_store, fetcher, client, identifiers, clock, rules)
    worker = InboxWorker(
        store=sqlite_store,
        identifiers=identifiers,
        remote=remote,
        fetcher=fetcher,
        outgoing=Responses(Publisher(identifiers, clock), clock),
        clock=clock,
        rules=rules,
    )
    services = SimpleNamespace(
        store=sqlite_store,
        identifiers=identifiers,
        client=client,
        keys=keys,
        fetcher=fetcher,
        rules=rules,
        remote=remote,
        verifier=Verifier(keys=keys, fetcher=fetcher, clock=clock),
        limits=RateLimiter(rate=1000, burst=10_000, clock=clock),
        receiver=Receiver(sqlite_store, clock, 14),
        inbox_worker=worker,
        clock=clock,
    )
    app = Quart("node")
    app.register_blueprint(
        inbox_routes(
            InboxServices(
                sqlite_store,
                identifiers,
                services.verifier,
                rules,
                services.limits,
                services.receiver,
                clock,
            )
        )
    )
    await keys.node_key()
    found = LocalNode(services, app, wires, clock)
    greta = await found.actor("https://node.example/users/greta")
    assert greta is not None
    found.people["greta"] = greta
    yield found
    await client.aclose()
