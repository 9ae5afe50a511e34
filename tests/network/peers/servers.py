"""The peers as programs that a test starts and drives."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.support import nodejs
from tests.support.processes import ROOT, Program, eventually, web

Json = dict[str, Any]
FOLDER = Path(__file__).parent
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
CAVAGE = "draft-cavage-http-signatures-12"
RFC9421 = "rfc9421"


def install_python_peers() -> None:
    """Make the environment of the Python peers from its lock; at once when it is there."""
    with nodejs.locked("peers"):
        maker = [sys.executable, "-I", str(ROOT / "node" / "environment.py"), "peers"]
        subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)


class PeerServer(Program):
    """A server of others, driven over `/control/`."""

    def is_ready(self) -> bool:
        """Whether it answers."""
        return web.get(f"{self.origin}/control/state").status_code == httpx.codes.OK

    def state(self) -> Json:
        """What it is and what it saw."""
        return dict(web.get(f"{self.origin}/control/state").raise_for_status().json())

    def do(self, act: str, **order: Any) -> Json:
        """Make it act; what it answers. AssertionError with its words when it fails."""
        answer = web.post(f"{self.origin}/control/{act}", json=order, timeout=90)
        assert answer.status_code == httpx.codes.OK, f"{act}: {answer.text}\n{self.log_tail()}"
        return dict(answer.json())

    @property
    def actor(self) -> str:
        """The id of its (first) actor."""
        return str(self.state()["actor"])

    @property
    def acct(self) -> str:
        """The name of its actor, `user@host:port`."""
        return str(self.state()["acct"])

    def wait(self, name: str, wanted: Callable[[Any], object], within: float = 60) -> Any:
        """Wait until `wanted` is true of one item of a list in its state; that item."""

        def look() -> Any:
            return next((item for item in self.state()[name] if wanted(item)), None)

        return eventually(look, within=within, what=f"{name} of {self.name}\n{self.log_tail(20)}")


class FedifyPeer(PeerServer):
    """A server on Fedify. `flags` are those of `fedify/peer.mjs`, without the dashes."""

    def __init__(self, folder: Path, username: str = "fedi", **flags: str | bool) -> None:
        super().__init__(username, folder)
        self._flags = flags

    def command(self) -> Sequence[str]:
        """`node peer.mjs`."""
        nodejs.install(FOLDER / "fedify")
        flags = [
            f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}")
            for name, value in self._flags.items()
            if value is not False
        ]
        peer = str(FOLDER / "fedify" / "peer.mjs")
        names = ["--port", str(self.port), "--username", self.name]
        return [str(nodejs.node()), peer, *names, *flags]

    def wait_handled(self, kind: str, *, object_id: str | None = None) -> Json:
        """Wait until Fedify verified and handled an activity; it."""

        def fits(item: Json) -> bool:
            return item["type"] == kind and object_id in (None, item["object"])

        return dict(self.wait("handled", fits))

    def wait_id(self, activity_id: str) -> Json:
        """Wait until Fedify verified and handled the activity of that id; it."""
        return dict(self.wait("handled", lambda item: item["id"] == activity_id))

    def evidence(self, kind: str) -> list[Json]:
        """How each activity of a kind was signed, proved and answered, in order."""
        return [
            entry
            for entry in self.state()["requests"]
            if entry["method"] == "POST" and (entry.get("activity") or {}).get("type") == kind
        ]


class BovinePeer(PeerServer):
    """A server on bovine-herd: draft-cavage only, answers nobody who does not sign."""

    def __init__(self, folder: Path, username: str = "bovi") -> None:
        super().__init__(username, folder)

    def command(self) -> Sequence[str]:
        """`python bovine/peer.py` with the packages of the peers."""
        install_python_peers()
        peer = str(FOLDER / "bovine" / "peer.py")
        folder = str(self.folder / "bovine")
        names = ["--port", str(self.port), "--username", self.name]
        return [str(PEERS_PYTHON), peer, *names, "--folder", folder]


class CrowdPeer(PeerServer):
    """Many actors on one server, each with its own inbox; no shared one."""

    def __init__(self, folder: Path, actors: int = 200) -> None:
        super().__init__("foule", folder)
        self._actors = actors

    def command(self) -> Sequence[str]:
        """`python crowd.py`."""
        peer = str(FOLDER / "crowd.py")
        return [sys.executable, peer, "--port", str(self.port), "--actors", str(self._actors)]

    def actor_id(self, number: int) -> str:
        """The id of an actor."""
        return f"{self.origin}/actors/{number}"

    def received(self) -> dict[int, list[Json]]:
        """What reached each inbox, in order."""
        return {int(number): items for number, items in self.state()["inboxes"].items()}


class ActivityPubCli:
    """`ap`, the command-line client of ActivityPub's client-to-server half, for one account."""

    def __init__(self, home: Path, trusted: Mapping[str, str]) -> None:
        self._home = home
        self._trusted = trusted

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a command; its standard output. AssertionError with its words when it fails."""
        done = subprocess.run(
            [str(PEERS_PYTHON.parent / "ap"), *arguments],
            input=given,
            capture_output=True,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._home),
                "LANG": "fr_FR.UTF-8",
                **self._trusted,
            },
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"ap {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()
