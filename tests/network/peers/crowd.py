"""A server of many actors that follow, post, and count what reaches each inbox.

`python -m tests.network.peers.crowd --port 40004 --actors 200`. It signs with draft-cavage by its
own few lines, so that nothing of ours proves our own signatures.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]
ACTIVITY_JSON = "application/activity+json"
SESSION = web.AppKey("session", aiohttp.ClientSession)
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]


@dataclass
class Crowd:
    """The actors, which share one key, and what reached them."""

    port: int
    actors: int
    key: rsa.RSAPrivateKey
    latency: float = 0.0
    status: int = 202
    inboxes: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Scheme and authority of every address here."""
        return f"http://127.0.0.1:{self.port}"

    def actor(self, number: int) -> str:
        """The id of an actor."""
        return f"{self.origin}/actors/{number}"


def actor_document(crowd: Crowd, number: int) -> Json:
    """An actor as others fetch it."""
    me = crowd.actor(number)
    public = crowd.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "@context": CONTEXT,
        "id": me,
        "type": "Person",
        "preferredUsername": f"foule{number}",
        "name": f"Personne {number}",
        "inbox": f"{me}/inbox",
        "outbox": f"{me}/outbox",
        "followers": f"{me}/followers",
        "publicKey": {"id": f"{me}#main-key", "owner": me, "publicKeyPem": public.decode()},
    }


def signed_headers(crowd: Crowd, number: int, method: str, url: str, body: bytes) -> dict[str, str]:
    """Headers of a request by an actor, signed with draft-cavage."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = {"host": parts.netloc, "date": formatdate(usegmt=True)}
    if method == "post":
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers |= {"digest": f"SHA-256={digest}", "content-type": ACTIVITY_JSON}
    lines = [f"(request-target): {method} {target}", *(f"{k}: {v}" for k, v in headers.items())]
    signature = crowd.key.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    names = " ".join(["(request-target)", *headers])
    headers["signature"] = (
        f'keyId="{crowd.actor(number)}#main-key",algorithm="rsa-sha256",headers="{names}",'
        f'signature="{base64.b64encode(signature).decode()}"'
    )
    return {**headers, "accept": ACTIVITY_JSON, "user-agent": "crowd (tests)"}


async def send(crowd: Crowd, session: aiohttp.ClientSession, order: Json) -> Json:
    """Post an activity as one of the actors; the status, 0 when nobody answered.

    With `cut`, a process group, that group is killed at the very moment of a 202.
    """
    body = json.dumps(order["activity"]).encode()
    headers = signed_headers(crowd, order["actor"], "post", order["inbox"], body)
    try:
        async with session.post(order["inbox"], data=body, headers=headers) as answer:
            if answer.status == 202 and "cut" in order:
                os.killpg(order["cut"], signal.SIGKILL)
                return {"status": answer.status, "text": ""}
            return {"status": answer.status, "text": await answer.text()}
    except aiohttp.ClientError as error:
        return {"status": 0, "text": repr(error)}


async def follow(crowd: Crowd, session: aiohttp.ClientSession, order: Json) -> Json:
    """Let the first `count` actors follow `target`; the statuses of their requests."""
    target = order["target"]
    async with session.get(target, headers={"accept": ACTIVITY_JSON}) as answer:
        inbox = (await answer.json(content_type=None))["inbox"]
    some_at_once = asyncio.Semaphore(8)

    async def one(number: int) -> int:
        activity = {
            "@context": CONTEXT[0],
            "id": f"{crowd.actor(number)}/follows/{uuid.uuid4()}",
            "type": "Follow",
            "actor": crowd.actor(number),
            "object": target,
        }
        async with some_at_once:
            sent = await send(
                crowd, session, {"actor": number, "inbox": inbox, "activity": activity}
            )
        return int(sent["status"])

    return {"statuses": await asyncio.gather(*(one(n) for n in range(order["count"])))}


async def settings(crowd: Crowd, _: aiohttp.ClientSession, order: Json) -> Json:
    """Change how inboxes answer: after how long, with which status; forget what came."""
    crowd.latency = order.get("latency", crowd.latency)
    crowd.status = order.get("status", crowd.status)
    if order.get("forget"):
        crowd.inboxes.clear()
    return {"latency": crowd.latency, "status": crowd.status}


ACTS = {"send": send, "follow": follow, "settings": settings}


def activity_response(document: Json) -> web.Response:
    """A document with the content type of ActivityStreams."""
    return web.Response(text=json.dumps(document), content_type=ACTIVITY_JSON)


def add_actors(app: web.Application, crowd: Crowd) -> None:
    """What the others reach: actors, their names, their inboxes."""

    async def actor(request: web.Request) -> web.Response:
        return activity_response(actor_document(crowd, int(request.match_info["number"])))

    async def webfinger(request: web.Request) -> web.Response:
        resource = request.query["resource"]
        number = int("".join(c for c in resource.split("@")[0].rsplit("/", 1)[-1] if c.isdigit()))
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": crowd.actor(number)}]
        subject = f"acct:foule{number}@127.0.0.1:{crowd.port}"
        answer = {"subject": subject, "aliases": [crowd.actor(number)], "links": links}
        return web.Response(text=json.dumps(answer), content_type="application/jrd+json")

    async def inbox(request: web.Request) -> web.Response:
        activity = json.loads(await request.read())
        await asyncio.sleep(crowd.latency)
        seen = {name: activity.get(name) for name in ("id", "type", "object", "actor")}
        crowd.inboxes.setdefault(int(request.match_info["number"]), []).append(seen)
        return web.Response(status=crowd.status)

    app.router.add_get(r"/actors/{number:\d+}", actor)
    app.router.add_get("/.well-known/webfinger", webfinger)
    app.router.add_post(r"/actors/{number:\d+}/inbox", inbox)


def add_control(app: web.Application, crowd: Crowd) -> None:
    """What a test reaches."""

    async def state(_: web.Request) -> web.Response:
        return web.json_response({"actor": crowd.actor(0), "inboxes": crowd.inboxes})

    async def act(request: web.Request) -> web.Response:
        order = json.loads(await request.read())
        session = request.app[SESSION]
        return web.json_response(await ACTS[request.match_info["act"]](crowd, session, order))

    app.router.add_get("/control/state", state)
    app.router.add_post("/control/{act}", act)


def build(crowd: Crowd) -> web.Application:
    """The application with the actors' routes and those of control."""
    app = web.Application()

    async def session(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as opened:
            app[SESSION] = opened
            yield

    app.cleanup_ctx.append(session)
    add_actors(app, crowd)
    add_control(app, crowd)
    return app


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--actors", type=int, default=200)
    given = parser.parse_args()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    crowd = Crowd(given.port, given.actors, key)
    web.run_app(build(crowd), host="127.0.0.1", port=given.port, print=None)


if __name__ == "__main__":
    main()
