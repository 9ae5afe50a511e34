"""A node with people on it, and neighbours on other servers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from quart import Quart, Response
from quart.typing import ResponseReturnValue, TestClientProtocol

from actors.access import Visitors
from actors.identifiers import Identifiers
from actors.keys import ActorKeys, HostSchemes, KeyPairs, generate
from actors.local import Account, create_node_actor, create_organisation, create_person
from actors.parsing import actor_record, key_records, remote_keys
from actors.policy import DomainRules
from actors.problems import PROBLEM_JSON, problem
from actors.remote import RemoteActors
from actors.routes import ActorServices, actor_routes
from config.settings import Settings
from federation.addresses import AddressGuard
from federation.client import HttpClient
from federation.documents import Document
from federation.errors import Refused
from federation.fetch import Fetcher
from federation.verify import Verifier
from storage.records import ActorRecord
from storage.store import Store
from tests.actors.neighbours import Neighbours, remote_document
from tests.support.clock import Clock

ORIGIN = "https://node.example"


@dataclass
class Node:
    """One node without its outer rooms."""

    store: Store
    identifiers: Identifiers
    clock: Clock
    neighbours: Neighbours
    pairs: KeyPairs
    keys: ActorKeys
    rules: DomainRules
    client: HttpClient
    fetcher: Fetcher
    remote: RemoteActors
    verifier: Verifier
    people: dict[str, ActorRecord] = field(default_factory=dict)

    def visitors(self, *, secure_mode: bool = False) -> Visitors:
        """Who may read what."""
        return Visitors(self.verifier, self.rules, self.keys, secure_mode=secure_mode)

    async def person(self, username: str, role: str = "member") -> ActorRecord:
        """A member of this node, made on first mention."""
        if username not in self.people:
            async with self.store.transaction() as tx:
                self.people[username] = await create_person(
                    tx,
                    self.identifiers,
                    username,
                    username.title(),
                    self.pairs,
                    self.clock.ms,
                    Account(role=role),
                )
        return self.people[username]

    async def stranger(self, url: str, username: str, **changes: object) -> ActorRecord:
        """Somebody of another server whom this node knows already, keys included."""
        document = Document(remote_document(url, username, self.pairs, **changes))
        async with self.store.transaction() as tx:
            saved = await tx.actors.save(actor_record(document, self.clock.ms))
            keys = key_records(saved.id, remote_keys(document), self.clock.ms)
            await tx.actors.replace_keys(saved.id, keys)
        return saved

    async def reload(self, actor: ActorRecord) -> ActorRecord:
        """The actor as the database has it now."""
        async with self.store.read() as tx:
            found = await tx.actors.by_id(actor.id)
        assert found is not None
        return found

    def web(self, *, secure_mode: bool = False) -> TestClientProtocol:
        """A client of this room's routes."""
        app = Quart("node")

        async def page(actor: ActorRecord) -> ResponseReturnValue:
            return Response(f"<h1>{actor.name}</h1>", content_type="text/html")

        async def refuse(refused: Refused) -> ResponseReturnValue:
            return problem(refused), refused.status, {"Content-Type": PROBLEM_JSON}

        settings = Settings(data_dir=Path(), domain=self.identifiers.host, contact="a@node.example")
        services = ActorServices(
            store=self.store,
            identifiers=self.identifiers,
            settings=settings,
            visitors=self.visitors(secure_mode=secure_mode),
            clock=self.clock,
            version="0.1.0",
            page=page,
        )
        app.register_blueprint(actor_routes(services))
        app.register_error_handler(Refused, refuse)
        return app.test_client()


@pytest.fixture(scope="session")
def pairs() -> KeyPairs:
    """Key pairs of whoever needs some."""
    return generate()


@pytest.fixture(scope="session")
def other_pairs() -> KeyPairs:
    """Key pairs of somebody else."""
    return generate()


@pytest.fixture
def clock() -> Clock:
    """A clock at rest."""
    return Clock()


@pytest.fixture
def identifiers() -> Identifiers:
    """The addresses of the node under test."""
    return Identifiers(ORIGIN, "node.example")


@pytest.fixture
async def node(
    sqlite_store: Store, identifiers: Identifiers, clock: Clock, pairs: KeyPairs
) -> AsyncIterator[Node]:
    """A node after its first run: the server's actor, and the organisation `greta`."""
    neighbours = Neighbours()
    client = HttpClient(user_agent="test", guard=AddressGuard(), transport=neighbours)
    keys = ActorKeys(sqlite_store, identifiers, clock)
    schemes = HostSchemes(sqlite_store, clock)
    fetcher = Fetcher(client, keys.loaded_node_key, memory=schemes, clock=clock)
    rules = DomainRules(sqlite_store, clock)
    async with sqlite_store.transaction() as tx:
        await create_node_actor(tx, identifiers, pairs, clock.ms)
        greta = await create_organisation(tx, identifiers, "greta", "GRETA", pairs, clock.ms)
    await keys.node_key()
    yield Node(
        store=sqlite_store,
        identifiers=identifiers,
        clock=clock,
        neighbours=neighbours,
        pairs=pairs,
        keys=keys,
        rules=rules,
        client=client,
        fetcher=fetcher,
        remote=RemoteActors(sqlite_store, fetcher, client, identifiers, clock, rules),
        verifier=Verifier(keys=keys, fetcher=fetcher, clock=clock),
        people={"greta": greta},
    )
    await client.aclose()
