"""Somebody who publishes from a node under test, and what becomes of it."""

import json
from dataclasses import dataclass
from typing import Any

from quart.wrappers import Response as QuartResponse

from actors.auth import issue_token
from federation.vocabulary import ACTIVITY_JSON
from storage.ids import new_id
from storage.records import (
    ActivityRecord,
    ActorRecord,
    DeliveryRecord,
    FollowRecord,
    HostRecord,
    ObjectRecord,
)
from storage.store import Tx
from tests.outbox.wires import ScriptedWires
from tests.support.factories import Json
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ORIGIN = "https://node.example"
GRETA = f"{ORIGIN}/users/greta"


@dataclass
class Desk:
    """One member (greta unless said otherwise) of `node`, with those whom they know elsewhere."""

    node: LocalNode
    wires: ScriptedWires

    # people

    async def author(self, name: str = "greta") -> ActorRecord:
        """A member."""
        return await self.node.person(name)

    async def knows(self, remote: Remote) -> ActorRecord:
        """Somebody elsewhere as our database has them."""
        return await self.node.services.remote.by_url(remote.url)

    async def followed_by(
        self, *hosts: str, shared: bool = False, whom: str = "greta"
    ) -> list[Remote]:
        """Followers called `fan`, one for each host."""
        found = []
        for host in hosts:
            url = f"https://{host}/users/fan"
            inbox = {"endpoints": {"sharedInbox": f"https://{host}/inbox"}} if shared else {}
            fan = self.wires.person(url, **inbox)
            await self.befriend(fan, whom)
            found.append(fan)
        return found

    async def befriend(self, fan: Remote, whom: str = "greta") -> None:
        """Let somebody elsewhere follow a member."""
        follower, followee = await self.knows(fan), await self.author(whom)
        url = f"{fan.url}#follow-{followee.id}"
        follow = FollowRecord(
            new_id(), follower.id, followee.id, 0, "accepted", url, self.node.clock.ms
        )
        await self.node.store.write(lambda tx: tx.relationships.save_follow(follow))

    async def befriend_here(self, follower: str, whom: str = "greta") -> None:
        """Let one member follow another."""
        one, other = await self.author(follower), await self.author(whom)
        follow = FollowRecord(
            new_id(), one.id, other.id, 1, "accepted", f"{one.url}#f", self.node.clock.ms
        )
        await self.node.store.write(lambda tx: tx.relationships.save_follow(follow))

    # work

    async def fan_out(self) -> int:
        """Let the fan-out worker work."""
        return int(await self.node.services.fanout_worker.run_once())

    async def send(self) -> int:
        """Let both workers work: fan out, then deliver what is due."""
        await self.fan_out()
        return int(await self.node.services.delivery_worker.run_once())

    async def settle(self) -> None:
        """Send, and work the inbox here."""
        await self.send()
        await self.node.work_inbox()

    async def later(self, seconds: float) -> int:
        """Let time pass, then send what is due."""
        self.node.clock.pass_by(seconds)
        return await self.send()

    # what is stored

    async def deliveries(self, **of: Any) -> list[DeliveryRecord]:
        """The delivery log, oldest first."""
        found = await self.node.store.query(lambda tx: tx.deliveries.listed(limit=1000, **of))
        return found[::-1]

    async def delivery(self, inbox: str) -> DeliveryRecord:
        """The only delivery to an inbox."""
        (found,) = [row for row in await self.deliveries() if row.inbox == inbox]
        return found

    async def host(self, name: str) -> HostRecord:
        """What is remembered about a host."""
        found = await self.node.store.query(lambda tx: tx.hosts.get(name))
        assert found is not None
        return found

    async def record(self, url: str) -> ObjectRecord:
        """An object as stored."""
        found = await self.node.object(url)
        assert found is not None
        return found

    async def stored_text(self) -> str:
        """Everything that the queues and the public tables hold, as one text."""
        tables = ("activities", "objects", "fanouts", "deliveries", "received", "hosts", "inboxes")

        async def operation(tx: Tx) -> str:
            rows = [
                tuple(row)
                for table in tables
                for row in await tx.connection.fetch_all(f"select * from {table}")
            ]
            return repr(rows)

        return await self.node.store.query(operation)

    # what a client does

    async def act(self, activity: Json, who: str = "greta") -> Json:
        """Post an activity; gives the one that was published."""
        done: ActivityRecord = await self.node.act(who, activity)
        return dict(json.loads(done.document))

    async def token(self, who: str = "greta", scopes: str = "read write") -> str:
        """A bearer token."""
        member = await self.author(who)
        return await self.node.store.write(
            lambda tx: issue_token(tx, member.id, scopes, "tests", self.node.clock.ms)
        )

    async def post(
        self,
        activity: Any,
        *,
        who: str = "greta",
        to: str = "greta",
        token: str | None = None,
        content_type: str = ACTIVITY_JSON,
    ) -> QuartResponse:
        """POST to an outbox over HTTP; `token` may be another's, or empty for none."""
        bearer = await self.token(who) if token is None else token
        headers = {"Content-Type": content_type}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        client = self.node.app.test_client()
        return await client.post(f"/users/{to}/outbox", data=body, headers=headers)

    async def get(self, path: str, *, who: str | None = None) -> QuartResponse:
        """GET something as an anonymous reader or as a member."""
        headers = {"Accept": ACTIVITY_JSON, "Host": self.node.host}
        if who is not None:
            headers["Authorization"] = f"Bearer {await self.token(who)}"
        return await self.node.app.test_client().get(path.removeprefix(ORIGIN), headers=headers)

    async def read(self, path: str, *, who: str | None = None) -> Json:
        """The document of a successful `get`."""
        answer = await self.get(path, who=who)
        assert answer.status_code == 200, await answer.get_data()
        return dict(json.loads(await answer.get_data()))

    async def walk(self, url: str, *, who: str | None = None) -> list[Any]:
        """Every item of a collection."""
        document = await self.read(url, who=who)
        following = document.get("first")
        items = [*document.get("items", []), *document.get("orderedItems", [])]
        while following:
            page = await self.read(following, who=who)
            items += page["orderedItems"]
            following = page.get("next")
        return items
