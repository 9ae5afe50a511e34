"""Start the bovine peer: `python peer.py --port 40003 --folder DIR [--username bovi]`.

It keeps its database in DIR, and needs the packages of `.venv-peers`.
"""

import argparse
import asyncio
import json
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass
class Peer:
    """What the peer is, and what it saw."""

    port: int
    username: str
    name: str = ""
    received: list[Json] = field(default_factory=list)
    requests: list[Json] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Scheme and authority of every address of the peer."""
        return f"http://127.0.0.1:{self.port}"


def seed_contexts(folder: Path) -> None:
    """Put the usual contexts into bovine's cache, so that it never asks the internet for them."""
    contexts = json.loads(Path(__file__).with_name("contexts.json").read_text(encoding="utf-8"))
    with sqlite3.connect(folder / "bovine_jsonld_cache.sqlite") as cache:
        cache.execute("create table if not exists jsonld (url text primary key, context text)")
        rows = [(url, json.dumps(context)) for url, context in contexts.items()]
        cache.executemany("insert or replace into jsonld values (?, ?)", rows)
    cache.close()


def signature_spec(headers: Any) -> str | None:
    """Which HTTP signature a request carries."""
    if "signature-input" in headers:
        return "rfc9421"
    return "draft-cavage-http-signatures-12" if "signature" in headers else None


def build(peer: Peer, database: Path) -> Any:
    """The Quart application: bovine's own routes and ours for control."""
    import bovine_herd  # type: ignore[import-not-found]
    import quart

    app = quart.Quart("bovine-peer")
    inbox = build_inbox(app, peer)
    bovine_herd.BovineHerd(app, db_url=f"sqlite://{database}", start_background_task_inbox=inbox)
    add_control(app, peer)
    add_witness(app, peer)

    @app.before_serving
    async def register() -> None:
        from bovine_store import BovineAdminStore  # type: ignore[import-not-found]

        store = BovineAdminStore(domain=peer.origin)
        names = await store.list_bovine_names()
        if not names:
            names = [await store.register(peer.username)]
            await store.set_properties_for_actor(names[0], {"name": "Bovine Pair"})
        peer.name = names[0]

    return app


def add_witness(app: Any, peer: Peer) -> None:
    """Note every request of the others with how it was signed and answered."""
    import quart

    @app.after_request
    async def note(response: Any) -> Any:
        if not quart.request.path.startswith("/control"):
            peer.requests.append(
                {
                    "method": quart.request.method,
                    "path": quart.request.path,
                    "spec": signature_spec(quart.request.headers),
                    "status": response.status_code,
                }
            )
        return response


def build_inbox(app: Any, peer: Peer) -> Callable[[Any, Any], Awaitable[None]]:
    """Process as bovine does, then accept every follower, which bovine leaves to applications."""

    async def process(item: Any, actor: Any) -> None:
        from bovine_process import process_inbox_item  # type: ignore[import-not-found]

        await process_inbox_item(item, actor)
        peer.received.append(item.data)
        if item.data.get("type") == "Follow":
            follower = item.data["actor"]
            accept = {"type": "Accept", "object": item.data["id"], "to": [follower]}
            await send(actor, accept)

    async def start(item: Any, actor: Any) -> None:
        app.add_background_task(process, item, actor)

    return start


async def send(actor: Any, activity: Json) -> Json:
    """Give an activity to the actor's outbox; answers it with the ids it got."""
    from bovine_process import handle_outbox_item, process_outbox_item
    from bovine_process.types import ProcessingItem  # type: ignore[import-not-found]

    whole = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "actor": actor.actor_id,
        **activity,
    }
    item = await handle_outbox_item(ProcessingItem(actor.actor_id, whole), actor)
    sent: Json = json.loads(json.dumps(item.data))
    await process_outbox_item(item, actor)
    return sent


def audience(actor: Any, visibility: str, mentions: list[str]) -> Json:
    """`to` and `cc` of a post."""
    followers = actor.actor_object.followers
    if visibility == "public":
        return {"to": [PUBLIC], "cc": [followers, *mentions]}
    if visibility == "followers":
        return {"to": [followers], "cc": mentions}
    return {"to": mentions, "cc": []}


async def post(actor: Any, body: Json) -> Json:
    """Publish a note."""
    addressed = audience(actor, body.get("visibility", "public"), body.get("mentions", []))
    note = {
        "type": "Note",
        "attributedTo": actor.actor_id,
        "content": f"<p>{body['text']}</p>",
        "inReplyTo": body.get("inReplyTo"),
        "published": body["published"],
        "tag": [{"type": "Mention", "href": href} for href in body.get("mentions", [])],
        **addressed,
    }
    sent = await send(actor, {"type": "Create", "object": note, **addressed})
    return {"id": sent["id"], "object": sent["object"]["id"]}


async def follow(actor: Any, body: Json) -> Json:
    """Ask to follow an actor."""
    sent = await send(actor, {"type": "Follow", "object": body["actor"], "to": [body["actor"]]})
    return {"id": sent["id"]}


async def fetch(actor: Any, body: Json) -> Json:
    """Fetch a document as the actor, signed with draft-cavage."""
    response = await actor.client.get(body["url"])
    return {"status": response.status, "text": await response.text()}


ACTS: dict[str, Callable[[Any, Json], Awaitable[Json]]] = {
    "follow": follow,
    "post": post,
    "fetch": fetch,
}


async def state(peer: Peer, actor: Any) -> Json:
    """What tests look at."""
    from bovine_store.store.collection import collection_all  # type: ignore[import-not-found]

    me = actor.actor_object
    return {
        "actor": actor.actor_id,
        "acct": f"{peer.username}@127.0.0.1:{peer.port}",
        "followers": await collection_all(actor.actor_id, me.followers),
        "following": await collection_all(actor.actor_id, me.following),
        "inbox": await collection_all(actor.actor_id, me.inbox),
        "received": peer.received,
        "requests": peer.requests,
    }


def add_control(app: Any, peer: Peer) -> None:
    """The routes by which a test drives the peer."""
    import quart

    async def me() -> Any:
        return await app.config["bovine_store"].actor_for_name(peer.name)

    @app.get("/control/state")
    async def show() -> Json:
        return await state(peer, await me())

    @app.post("/control/<act>")
    async def do(act: str) -> Json:
        return await ACTS[act](await me(), await quart.request.get_json(force=True))


async def serve(peer: Peer, folder: Path) -> None:
    """Serve until the process is told to end."""
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{peer.port}"]
    await hypercorn_serve(build(peer, folder / "bovine.sqlite3"), config)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--username", default="bovi")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    # bovine opens its cache of contexts in the working folder, when it is imported
    os.chdir(given.folder)
    seed_contexts(given.folder)
    logging.basicConfig(level=logging.INFO)
    asyncio.run(serve(Peer(port=given.port, username=given.username), given.folder.resolve()))


if __name__ == "__main__":
    main()
