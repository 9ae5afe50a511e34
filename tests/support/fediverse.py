"""The fediverse inside one process: our nodes on ASGI, other servers as tables of answers.

Only the HTTP client's transport is replaced; every signature is real and verified.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from quart import Quart
from quart.wrappers import Response as QuartResponse

from actors.keys import KeyPairs, generate
from actors.local import Account, ProfileChanges, create_person, first_run, update_profile
from config.settings import Settings
from federation.vocabulary import ACTIVITY_JSON
from storage.records import ActorRecord, FollowRecord, ObjectRecord, ReceivedRecord
from storage.store import Store, Tx
from tests.support.clock import Clock
from tests.support.factories import Json, profile
from tests.support.signing import Remote, key_pair, sign_cavage, sign_rfc9421

JRD = "application/jrd+json"
ROUNDS = 60


@dataclass(frozen=True)
class Sent:
    """A request that one of our nodes made to another server."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body."""
        return dict(json.loads(self.body))


class Wires(httpx.AsyncBaseTransport):
    """Every connection: to nodes of ours by host, to documents of others by URL."""

    def __init__(self) -> None:
        self.nodes: dict[str, httpx.ASGITransport] = {}
        self.served: dict[str, tuple[int, str, bytes]] = {}
        self.silent: set[str] = set()
        self.log: list[Sent] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request to the node that has the host, else answer it from the table."""
        host = request.url.netloc.decode()
        body = await request.aread()
        self.log.append(Sent(request.method, str(request.url), dict(request.headers), body))
        if host in self.silent:
            raise httpx.ConnectError(f"{host} does not answer", request=request)
        if host in self.nodes:
            return await self.nodes[host].handle_async_request(request)
        if request.method == "POST":
            return httpx.Response(202, stream=httpx.ByteStream(b""))
        status, kind, content = self.served.get(str(request.url), (404, "text/plain", b"nothing"))
        stream = httpx.ByteStream(content)  # unread, as from a socket
        return httpx.Response(status, headers={"Content-Type": kind}, stream=stream)

    def serve(self, document: Json, *, status: int = 200, at: str | None = None) -> str:
        """Serve a document at its id (or `at`); gives the address."""
        url = at or str(document["id"])
        self.served[url] = (status, ACTIVITY_JSON, json.dumps(document).encode())
        return url

    def take_away(self, url: str, status: int = 410) -> None:
        """Answer `status` from now on."""
        self.served[url] = (status, "text/plain", b"gone")

    def person(self, url: str, **changes: Any) -> Remote:
        """Somebody on another server, with profile, keys and WebFinger."""
        person = Remote(url, rsa_name=url, ed_name=url)
        document = profile(person, **changes)
        self.serve(document)
        host = httpx.URL(url).netloc.decode()
        acct = f"acct:{document['preferredUsername']}@{host}"
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": url}]
        finger = json.dumps({"subject": acct, "links": links}).encode()
        for resource in (acct, url):
            where = f"https://{host}/.well-known/webfinger?resource={quote(resource, safe='')}"
            self.served[where] = (200, JRD, finger)
        return person

    def fetched(self, url: str) -> int:
        """How often a URL was asked for."""
        return sum(1 for sent in self.log if sent.method == "GET" and sent.url == url)

    def delivered(self, inbox: str) -> list[Json]:
        """What reached an inbox of another server, in order."""
        return [sent.json for sent in self.log if sent.method == "POST" and sent.url == inbox]


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
        return self.services.store  # type: ignore[no-any-return]

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

    async def post(
        self,
        sender: Remote,
        activity: Json | bytes,
        *,
        to: str | None = None,
        scheme: str = "cavage",
        now: float | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> QuartResponse:
        """Deliver an activity, signed by `sender`; `headers` are changed after signing."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        url = httpx.URL(to or self.shared_inbox)
        at = self.clock() if now is None else now
        if scheme == "cavage":
            signed = sign_cavage("POST", str(url), body, sender.rsa_key, at, ACTIVITY_JSON)
        else:
            signed = sign_rfc9421("POST", str(url), body, sender.rsa_key, at)
        sent: dict[str, str | None] = {"Host": self.host, "Content-Type": ACTIVITY_JSON, **signed}
        for name, value in (headers or {}).items():
            sent = {known: v for known, v in sent.items() if known.lower() != name.lower()}
            sent[name] = value
        kept = {name: value for name, value in sent.items() if value is not None}
        client = self.app.test_client()
        return await client.post(url.path, data=body, headers=kept)  # type: ignore[return-value]

    async def receive(
        self, sender: Remote, activity: Json, *, to: str | None = None, **options: Any
    ) -> str:
        """Deliver, insist on 202, and process; gives the note of the processed row."""
        answer = await self.post(sender, activity, to=to, **options)
        assert answer.status_code == 202, (answer.status_code, await answer.get_data())
        await self.work_inbox()
        row = await self.row(str(activity["id"]), to)
        assert row is not None
        return row.error or row.state

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


def settings_for(host: str, folder: Path, **changes: Any) -> Settings:
    """The settings of a node under test."""
    return Settings(data_dir=folder, domain=host, **changes)


async def set_up(store: Store, identifiers: Any, clock: Clock, username: str) -> None:
    """The first run of a node: its own actor and its organisation."""
    async with store.transaction() as tx:
        await first_run(tx, identifiers, username.title(), username, node_keys(), clock.ms)


__all__ = ["LocalNode", "Sent", "Wires", "key_pair", "set_up", "settings_for"]
