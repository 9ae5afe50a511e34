"""`make demo`: three nodes as three processes that follow each other and talk, before your eyes."""

import argparse
import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from federation.addresses import AddressGuard
from federation.client import HttpClient, user_agent
from federation.networks import parse_networks
from federation.vocabulary import ACTIVITY_JSON
from node.demo_filling import NUMBER, PASSWORD, Share, furnish, tell
from node.demo_project import Played, play_project, show_project
from node.demo_steps import say, until
from node.demo_texts import CAST, Actor, Scene

LOOPBACK = "127.0.0.0/8"


@dataclass
class DemoNode:
    """One node: its directory, its process, its address."""

    cast: Actor
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """Where the node answers."""
        return f"http://127.0.0.1:{self.port}"

    def actor(self, username: str) -> str:
        """The ActivityPub id of somebody on this node."""
        return f"{self.origin}/users/{username}"

    def token(self, username: str) -> str:
        """A bearer token of somebody on this node."""
        if username not in self.tokens:
            self.tokens[username] = self.command("token", username)
        return self.tokens[username]

    def command(self, *words: str) -> str:
        """Run a command of this node and give what it printed."""
        full = [sys.executable, "-m", "node.cli", "--data", str(self.data), *words]
        done = subprocess.run(full, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self) -> None:
        """Start the process; its log is in the data directory."""
        log = (self.data / "log.txt").open("wb")
        full = [sys.executable, "-m", "node.cli", "--data", str(self.data), "run"]
        full += ["--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(full, stdout=log, stderr=log)

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: Path, cast: Actor) -> DemoNode:
    """Make the data directory and the accounts of one node, and start it."""
    node = DemoNode(cast, folder / cast.handle, free_port())
    domain = f"127.0.0.1:{node.port}"
    names = ["--organisation", cast.organisation, "--username", cast.handle]
    node.command(
        "init", "--domain", domain, "--scheme", "http", *names, "--allow-private", LOOPBACK
    )
    for username, name in cast.people.items():
        node.command("member", "add", username, "--name", name)
    first = NUMBER * [actor.handle for actor in CAST.actors].index(cast.handle)
    asyncio.run(furnish(node.data, cast, Share(first)))
    node.start()
    until(f"the start of {cast.organisation}", lambda: _answers(node))
    people = ", ".join(cast.people.values())
    say(f"  ✓ {cast.organisation:<28} {node.origin}/   ({people})")
    return node


def _answers(node: DemoNode) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", node.port), 0.3):
        return True
    return False


def follow_each_other(nodes: dict[str, DemoNode]) -> None:
    """Everybody of one node follows the organisations and people of the others."""
    for node in nodes.values():
        for other in (n for n in nodes.values() if n is not node):
            for follower in node.cast.everybody:
                for followed in other.cast.everybody:
                    _do(node, follower, {"type": "Follow", "object": other.actor(followed)})
    expected = {
        key: sum(len(o.cast.everybody) for o in nodes.values() if o is not n)
        for key, n in nodes.items()
    }
    for key, node in nodes.items():
        until("the acceptance of the follows", partial(_follows, node, expected[key]))
        say(f"  ✓ {node.cast.organisation} follows {expected[key]} accounts of the others")


def _follows(node: DemoNode, number: int) -> bool:
    """Whether so many follows of the organisation have been accepted."""
    url = f"{node.origin}/users/{node.cast.handle}/following"
    return int(asyncio.run(_get(url)).get("totalItems", 0)) >= number


async def _get(url: str) -> dict[str, Any]:
    client = _client()
    try:
        answer = await client.get(url, accept=ACTIVITY_JSON)
        return dict(orjson.loads(answer.body))
    finally:
        await client.aclose()


async def _post(url: str, token: str, activity: dict[str, Any]) -> None:
    client = _client()
    try:
        headers = {"Authorization": f"Bearer {token}"}
        body = orjson.dumps(activity)
        answer = await client.post(url, body, content_type=ACTIVITY_JSON, headers=headers)
        if not answer.ok:
            raise RuntimeError(f"{url} answered {answer.status}: {answer.body.decode()}")
    finally:
        await client.aclose()


def _client() -> HttpClient:
    guard = AddressGuard(parse_networks([LOOPBACK]), allow_http=True)
    return HttpClient(user_agent=user_agent("demo", "http://127.0.0.1"), guard=guard)


def play(nodes: dict[str, DemoNode], scenes: tuple[Scene, ...]) -> dict[str, str]:
    """Publish, answer, like and share; each step waits until the others have seen it."""
    urls: dict[str, str] = {}
    for scene in scenes:
        node = nodes[scene.node]
        _act(node, scene, urls)
        if scene.name:
            _await_arrival([n for n in nodes.values() if n is not node], scene, urls[scene.name])
        say(f"  ✓ {scene.who:<14} {scene.title}")
    return urls


def _await_arrival(others: list[DemoNode], scene: Scene, url: str) -> None:
    for other in others:
        until(f"the arrival of « {scene.title} »", partial(_has, other, url))


def _act(node: DemoNode, scene: Scene, urls: dict[str, str]) -> None:
    if scene.experience is not None:
        told = replace(scene.experience, adapted_from=urls.get(scene.about, ""))
        urls[scene.name] = asyncio.run(tell(node.data, scene.who, told))
    elif scene.kind == "note":
        answered = ["--reply-to", urls[scene.about]] if scene.about else []
        urls[scene.name] = node.command("post", scene.who, scene.text, *answered)
    else:
        _do(node, scene.who, {"type": scene.kind, "object": urls[scene.about]})


def _do(node: DemoNode, who: str, activity: dict[str, Any]) -> None:
    """Let somebody do something as an ActivityPub client would."""
    asyncio.run(_post(f"{node.origin}/users/{who}/outbox", node.token(who), activity))


def _has(node: DemoNode, url: str) -> bool:
    """Whether a post stands in the home timeline of the node's organisation."""
    rows = orjson.loads(node.command("timeline", node.cast.handle, "--limit", "100", "--json"))
    return any(row["url"] == url for row in rows)


def summary(nodes: dict[str, DemoNode], urls: dict[str, str], project: Played) -> None:
    """Where to look now."""
    say("\nVoilà / Here it is:")
    for node in nodes.values():
        say(f"  {node.cast.organisation:<28} {node.origin}/")
        for username, name in node.cast.people.items():
            say(f"    {name:<26} {node.origin}/@{username}")
    say("  Publications:")
    for url in urls.values():
        say(f"    {url}")
    show_project(nodes, project)
    leaders = ", ".join(next(iter(node.cast.people)) for node in nodes.values())
    say(f"  Connexion / sign in: {leaders}; mot de passe / password: {PASSWORD}")
    for node in nodes.values():
        rows = orjson.loads(node.command("deliveries", "--limit", "1000", "--json"))
        done = sum(row["state"] == "done" for row in rows)
        say(f"  {node.cast.organisation}: {done} of {len(rows)} signed deliveries were accepted")


@contextlib.contextmanager
def workplace(keep: str | None) -> Iterator[Path]:
    """A directory for the three nodes: the one given, or one that is removed at the end."""
    if keep is not None:
        Path(keep).mkdir(parents=True, exist_ok=True)
        yield Path(keep)
        return
    folder = Path(tempfile.mkdtemp(prefix="communotic-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the demonstration; the nodes stay until Ctrl-C unless `--once` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the summary")
    parser.add_argument("--keep", metavar="DIR", help="keep the nodes' data in this directory")
    options = parser.parse_args()
    nodes: dict[str, DemoNode] = {}
    with workplace(options.keep) as folder:
        try:
            say("Trois nœuds démarrent / Three nodes start:")
            for cast in CAST.actors:
                nodes[cast.handle] = prepare(folder, cast)
            say("\nIls se suivent / They follow each other:")
            follow_each_other(nodes)
            say("\nIls échangent des activités signées / They exchange signed activities:")
            urls = play(nodes, CAST.scenes)
            say("\nIls travaillent à un projet commun / They share a project space:")
            project = play_project(nodes)
            summary(nodes, urls, project)
            if not options.once:
                say("\nCtrl-C ends the demonstration.")
                with contextlib.suppress(KeyboardInterrupt):
                    while True:
                        time.sleep(3600)
        finally:
            for node in nodes.values():
                node.stop()


if __name__ == "__main__":
    main()
