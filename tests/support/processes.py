"""Programs under test as real processes on real sockets: ours and those of others."""

import atexit
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import httpx

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
# below the ports that the system hands out by itself
PORTS = range(17_000, 31_000)
START_WITHIN = 90.0
STOP_WITHIN = 20.0

# a client that no proxy of the person who runs the tests comes between
web = httpx.Client(trust_env=False, timeout=30)

_given: set[int] = set()
_dice = random.Random(os.getpid())


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and that this process did not give before."""
    for _ in range(1_000):
        port = _dice.choice(PORTS)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError("no free port found")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # a port whose last connections are still fading can be listened on
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def eventually(
    check: Callable[[], T], *, within: float = 60.0, every: float = 0.1, what: str = ""
) -> T:
    """Ask until the answer is true, and answer it; AssertionError with the last answer if never.

    A check that raises AssertionError or an HTTP error is asked again, and raises at the end.
    """
    deadline = time.monotonic() + within
    while True:
        error: Exception | None = None
        answer: T | None = None
        try:
            answer = check()
        except (AssertionError, httpx.HTTPError) as raised:
            error = raised
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what} (last: {answer!r})") from error
        time.sleep(every)


class Program:
    """A child process with a log file, in a process group of its own."""

    running: ClassVar[set["Program"]] = set()

    def __init__(self, name: str, folder: Path, *, port: int | None = None) -> None:
        self.name = name
        self.folder = folder
        self.port = free_port() if port is None else port
        self.log_file = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def origin(self) -> str:
        """Scheme and authority under which the process itself listens."""
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> Sequence[str]:
        """The command line that serves."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """The environment of the process."""
        return os.environ

    def is_ready(self) -> bool:
        """Whether it answers."""
        raise NotImplementedError

    def start(self) -> Self:
        """Start the process and wait until it answers."""
        if self._process is not None:
            raise RuntimeError(f"{self.name} runs already")
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment()),
                start_new_session=True,
            )
        Program.running.add(self)
        self.wait_ready()
        return self

    def wait_ready(self, within: float = START_WITHIN) -> None:
        """Wait until it answers; AssertionError with its log when it ends first, or never does."""
        deadline = time.monotonic() + within
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"{self.name} ended at start\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} did not answer\n{self.log_tail()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.is_ready()
        except httpx.HTTPError:
            return False

    @property
    def group(self) -> int:
        """The process group, for those who cut its power. RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    def stop(self) -> None:
        """End the process politely, or else by force; nothing when it does not run."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """End the process as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        Program.running.discard(self)
        if process is None:
            return
        _signal_group(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_WITHIN)
        # whatever it started goes with it
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def log_tail(self, lines: int = 60) -> str:
        """The end of what the process wrote."""
        if not self.log_file.is_file():
            return ""
        text = self.log_file.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def _signal_group(group: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, how)


@atexit.register
def stop_all() -> None:
    """End every process that is still running; fixtures do it earlier when all goes well."""
    for program in list(Program.running):
        program.kill9()


class CommandFailed(AssertionError):
    """A command of `communotic` ended with an error."""


class NodeProcess(Program):
    """One of our nodes: its data folder, its server, its command line.

    `public` is the host and port under which others know it, when that is not where it listens.
    """

    def __init__(
        self,
        folder: Path,
        *,
        username: str = "asso",
        organisation: str = "Association d’essai",
        scheme: str = "http",
        public: str | None = None,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        super().__init__(username, folder, port=port)
        self.username = username
        self.organisation = organisation
        self.scheme = scheme
        self.domain = public or f"{LOOPBACK}:{self.port}"
        self.settings = dict(settings or {})
        self.data = folder / "data"

    @property
    def base_url(self) -> str:
        """The node's public address, without a slash at the end."""
        return f"{self.scheme}://{self.domain}"

    def environment(self) -> Mapping[str, str]:
        """Ours without any setting of the person who runs the tests, and the test's own."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("COMMUNOTIC_")}
        folders = [str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
        own = {"PYTHONPATH": os.pathsep.join(folders), "PYTHONUNBUFFERED": "1"}
        return {**inherited, **own, **self.settings}

    def command(self) -> Sequence[str]:
        """`communotic run`."""
        return [*self._communotic(), "run", "--bind", f"{LOOPBACK}:{self.port}"]

    def is_ready(self) -> bool:
        """Whether NodeInfo is answered."""
        answer = web.get(f"{self.origin}/.well-known/nodeinfo")
        return answer.status_code == httpx.codes.OK

    def init(self) -> Self:
        """Make the data folder: one organisation, allowed to talk to this machine."""
        self.run(
            "init",
            *("--domain", self.domain),
            *("--scheme", self.scheme),
            *("--organisation", self.organisation),
            *("--username", self.username),
            *("--language", "fr"),
            *("--allow-private", "127.0.0.0/8"),
        )
        return self

    def _communotic(self) -> list[str]:
        return [sys.executable, "-m", "node.cli", "--data", str(self.data)]

    def run(self, *arguments: str, given: str | None = None) -> str:
        """Run a command beside the server; its standard output. Raises `CommandFailed`."""
        done = subprocess.run(
            [*self._communotic(), *arguments],
            input=given,
            capture_output=True,
            text=True,
            env=dict(self.environment()),
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            said = f"{done.stdout}\n{done.stderr}\n{self.log_tail()}"
            raise CommandFailed(f"communotic {' '.join(arguments)}: {done.returncode}\n{said}")
        return done.stdout.strip()

    def ask(self, *arguments: str) -> Any:
        """Run a command with `--json`; what it answers."""
        return json.loads(self.run(*arguments, "--json"))
