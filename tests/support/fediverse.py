"""The fediverse inside one process: our nodes on ASGI, other servers as tables of answers.

Only the HTTP client's transport is replaced; every signature is real and verified.
"""

import json
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
from quart import Quart
from quart.wrappers import Response as QuartResponse

from actors.keys import KeyPairs, generate
from actors.local import Account, ProfileChanges, create_person, first_run, update_profile
from config.settings import Settings
from federation.documents import Document
from federation.signing import sign_cavage, sign_rfc9421
from federation.vocabulary import ACTIVITY_JSON
from objects.notes import NoteDraft
from outbox.acts.create import post
from outbox.acts.follow import ask
from outbox.c2s import perform
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord, FollowRecord, ObjectRecord, ReceivedRecord
from storage.site import SiteRecord
from storage.store import Store, Tx, open_store
from tests.support.clock import Clock
from tests.support.factories import Json
from tests.support.signing import Remote
from tests.support.site import NOTICE
from tests.support.wires import Wires

ROUNDS = 60


@cache
def node_keys() -> tuple[KeyPairs, KeyPairs]:
    """Key pairs for the actors of nodes under test: one for servers, one for everybody else."""
    return generate(), generate()


@dataclass
class LocalNode:
    """One node of ours in this process. `services` and `app` are the real ones."""

    services: Any
    app: Quart
    wires: Wires
    clock: Clock
    people: dict[str, ActorRecord] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The database."""
        return self.services.store

    @property
    def host(self) -> str:
        """The host name."""
        return str(self.services.identifiers.host)

    @property
    def shared_inbox(self) -> str:
        """The inbox of everybody here."""
        return str(self.services.identifiers.shared_inbox)

    def inbox(self, username: str) -> str:
        """A personal inbox."""
        return f"{self.services.identifiers.actor(username)}/inbox"

    async def person(self, username: str, *, locked: bool = False) -> ActorRecord:
        """A member of this node, made on first mention."""
        if username not in self.people:
            async with self.store.transaction() as tx:
                made = await create_person(
                    tx,
                    self.services.identifiers,
                    username,
                    username.title(),
                    node_keys()[1],
                    self.clock.ms,
                    Account(),
                )
                if locked:
                    made = await update_profile(
                        tx, made, ProfileChanges(locked=True), self.clock.ms
                    )
            self.people[username] = made
        return self.people[username]

    # what another server does

    async def deliver(
        self,
        sender: Remote,
        activity: Json | bytes,
        *,
        to: str | None = None,
        scheme: str = "cavage",
        now: float | None = None,
        signed_for: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> QuartResponse:
        """Deliver an activity, signed by `sender`; `headers` are changed after signing.

        `signed_for` is the inbox that the signature is made for, when it is another one.
        """
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        url = httpx.URL(to or self.shared_inbox)
        target = signed_for or str(url)
        at = self.clock() if now is None else now
        if scheme == "cavage":
            signed = sign_cavage("POST", target, body, sender.rsa_key, at, ACTIVITY_JSON)
        else:
            signed = sign_rfc9421("POST", target, body, sender.rsa_key, at)
        sent: dict[str, str | None] = {"Host": self.host, "Content-Type": ACTIVITY_JSON, **signed}
        for name, value in (headers or {}).items():
            sent = {known: v for known, v in sent.items() if known.lower() != name.lower()}
            sent[name] = value
        kept = {name: value for name, value in sent.items() if value is not None}
        client = self.app.test_client()
        return await client.post(url.path, data=body, headers=kept)

    async def receive(
        self, sender: Remote, activity: Json, *, to: str | None = None, **options: Any
    ) -> str:
        """Deliver, insist on 202, and process; gives the note of the processed row."""
        answer = await self.deliver(sender, activity, to=to, **options)
        assert answer.status_code == 202, (answer.status_code, await answer.get_data())
        await self.work_inbox()
        row = await self.row(str(activity["id"]), to)
        assert row is not None
        return row.error or row.state

    # what people here do

    @property
    def outbox(self) -> OutboxContext:
        """What acts of local actors need."""
        found: OutboxContext = self.services.outbox
        return found

    async def write(self, username: str, text: str, **draft: Any) -> str:
        """Publish a note (or what `draft` makes of it); gives its URL."""
        author = await self.person(username)
        answered = draft.pop("reply_to", None)
        if answered is not None:
            draft["in_reply_to"] = await self.outbox.objects.visible(answered, author)
        record = await post(self.outbox, author, NoteDraft(text, **draft))
        return record.url

    async def act(self, username: str, activity: Json) -> ActivityRecord:
        """Post an activity (or a bare object) to somebody's outbox, as their client would."""
        return await perform(self.outbox, await self.person(username), Document(activity))

    async def ask_to_follow(self, username: str, whom: str) -> None:
        """Send a Follow to an actor, by name or address."""
        target = await self.services.remote.resolve(whom)
        await ask(self.outbox, await self.person(username), target)

    # what happens here

    async def work_inbox(self) -> int:
        """Process what was received, and what that leads to, until nothing is due."""
        total = 0
        for _ in range(ROUNDS):
            done = await self.services.inbox_worker.run_once()
            if not done:
                return total
            total += done
        raise AssertionError("the inbox never comes to rest")

    async def row(self, activity_url: str, inbox: str | None = None) -> ReceivedRecord | None:
        """The row behind a 202."""

        async def operation(tx: Tx) -> ReceivedRecord | None:
            return await tx.received.one_of(
                ReceivedRecord,
                "from received where activity_url = $1 and inbox = $2",
                activity_url,
                inbox or self.shared_inbox,
            )

        return await self.store.query(operation)

    async def actor(self, url: str) -> ActorRecord | None:
        """An actor as stored."""
        return await self.store.query(lambda tx: tx.actors.by_url(url))

    async def object(self, url: str) -> ObjectRecord | None:
        """An object as stored, a tombstone too."""
        return await self.store.query(lambda tx: tx.objects.by_url(url))

    async def follow(self, follower: str, followee: str) -> FollowRecord | None:
        """How one actor follows another, by their URLs."""

        async def operation(tx: Tx) -> FollowRecord | None:
            one, other = await tx.actors.by_url(follower), await tx.actors.by_url(followee)
            if one is None or other is None:
                return None
            return await tx.relationships.follow(one.id, other.id)

        return await self.store.query(operation)

    async def befriend(self, username: str, followed: Remote) -> None:
        """Let a member follow somebody elsewhere, as if it had been asked and accepted."""
        member = await self.person(username)
        target = await self.services.remote.by_url(followed.url)
        url = f"{self.services.identifiers.origin}/activities/{member.id}{target.id}"[:100]

        async def operation(tx: Tx) -> None:
            await tx.relationships.save_follow(
                FollowRecord(
                    member.id ^ target.id, member.id, target.id, 1, "accepted", url, self.clock.ms
                )
            )

        await self.store.write(operation)

    async def home(self, username: str) -> list[str]:
        """The URLs of the objects in somebody's home timeline, latest first."""
        member = await self.person(username)

        async def operation(tx: Tx) -> list[str]:
            lines = await tx.activities.home(member.id, limit=100)
            records = await tx.objects.by_ids([line[1] for line in lines])
            return [records[line[1]].url for line in lines]

        return await self.store.query(operation)

    async def inbox_types(self, username: str) -> list[str]:
        """The types of the activities in somebody's inbox, latest first."""
        member = await self.person(username)
        found = await self.store.query(lambda tx: tx.activities.inbox(member.id, limit=100))
        return [activity.type for _, activity in found]

    async def notified(self, username: str) -> list[str]:
        """The kinds of somebody's notifications, latest first."""
        member = await self.person(username)
        found = await self.store.query(lambda tx: tx.activities.notifications(member.id))
        return [notification.kind for notification in found]

    async def count(self, table: str) -> int:
        """How many rows a table has."""

        async def operation(tx: Tx) -> int:
            return int(await tx.connection.fetch_value(f"select count(*) from {table}"))

        return await self.store.query(operation)


def _copy_database(template: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, folder / "communotic.db")


async def start_node(
    host: str,
    username: str,
    wires: Wires,
    clock: Clock,
    template: Path,
    folder: Path,
    **settings: Any,
) -> LocalNode:
    """A node after its first run, with one organisation, reachable through `wires`.

    `template` is a migrated SQLite file, of which `folder` gets a copy; with `database` among
    the settings that one, which is migrated too, is used.
    """
    from node.app import create_app
    from node.services import build_services

    _copy_database(template, folder)
    chosen = Settings(data_dir=folder, domain=host, synchronous="normal", **settings)
    store = await open_store(chosen.database_url, synchronous=chosen.synchronous)
    services = build_services(chosen, store, transport=wires, clock=clock)
    async with store.transaction() as tx:
        _, owner = await first_run(
            tx, services.identifiers, username.title(), username, node_keys(), clock.ms
        )
        await tx.site.save(SiteRecord("legal", orjson.dumps(asdict(NOTICE)).decode(), "", clock.ms))
    await services.keys.node_key()
    app = create_app(services)
    wires.nodes[host] = httpx.ASGITransport(cast("Any", app))
    return LocalNode(services, app, wires, clock, {username: owner})


@dataclass
class Network:
    """Several nodes of ours on the same wires; each organisation is called like its host."""

    wires: Wires
    clock: Clock
    template: Path
    folder: Path
    nodes: dict[str, LocalNode] = field(default_factory=dict)
    databases: Callable[[], Awaitable[str]] | None = None
    """Makes each node a database of its own, as `postgres_network` does; SQLite without."""

    async def open(self, host: str, username: str, **settings: Any) -> LocalNode:
        """A node at any host with any organisation."""
        if self.databases is not None:
            settings["database"] = await self.databases()
        self.nodes[host] = await start_node(
            host, username, self.wires, self.clock, self.template, self.folder / host, **settings
        )
        return self.nodes[host]

    async def node(self, name: str, **settings: Any) -> LocalNode:
        """The node `name.example` with the organisation `name`, made on first mention."""
        host = f"{name}.example"
        return self.nodes.get(host) or await self.open(host, name, **settings)

    async def settle(self) -> None:
        """Let every worker of every node work until all of them are at rest."""
        for _ in range(ROUNDS):
            done = 0
            for node in self.nodes.values():
                services = node.services
                for worker in (
                    services.inbox_worker,
                    services.quote_worker,
                    services.fanout_worker,
                    services.delivery_worker,
                    services.project_files_worker,
                ):
                    done += await worker.run_once()
            if not done:
                return
        raise AssertionError("the network never comes to rest")

    async def close(self) -> None:
        """Stop every node."""
        for node in self.nodes.values():
            await node.services.close()
