"""The node under measurement: a process of its own on a fresh copy of a prepared data folder."""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.write import write_settings

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node lives: its data folder, its port, its database (empty: a file in the data)."""

    data: Path
    port: int
    database: str = ""

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        """The address of the node."""
        return f"http://{self.authority}"

    @property
    def database_url(self) -> str:
        """The database, named as `open_store` wants it."""
        return self.database or f"sqlite:///{(self.data / 'communotic.db').resolve()}"

    def write_settings(self) -> None:
        """Make the data folder with the settings of a development node."""
        self.data.mkdir(parents=True)
        values = {
            "domain": self.authority,
            "scheme": "http",
            "database": self.database or None,
            "allow_private": ["127.0.0.0/8"],
            "log_level": "warning",
        }
        write_settings(self.data, values)


class NodeProcess:
    """`communotic run` as a child process."""

    def __init__(self, place: Place, *, cprofile: Path | None = None) -> None:
        self.place = place
        self._cprofile = cprofile
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> float:
        """Start it; gives the seconds until its first answer. Raises `RuntimeError`."""
        profiled = ["-m", "cProfile", "-o", str(self._cprofile)] if self._cprofile else []
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - a fork blocks for a millisecond
                [sys.executable, *profiled, *self._command()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while not await self._answers():
            late = time.perf_counter() - began > START_SECONDS
            if late or self._process.poll() is not None:
                raise RuntimeError(f"the node did not start:\n{self.log.read_text()[-3000:]}")
            await asyncio.sleep(0.003)
        return time.perf_counter() - began

    def _command(self) -> list[str]:
        place = self.place
        return ["-m", "node.cli", "--data", str(place.data), "run", "--bind", place.authority]

    @property
    def log(self) -> Path:
        """What the node writes."""
        return self.place.data / "node.log"

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self.place.port)
        except OSError:
            return False
        request = f"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: {self.place.authority}\r\n\r\n"
        try:
            writer.write(request.encode())
            return (await reader.readline()).startswith(b"HTTP/1.1 200")
        except OSError:
            return False
        finally:
            writer.close()

    @property
    def pid(self) -> int:
        """The process id. Raises `RuntimeError` when it does not run."""
        if self._process is None:
            raise RuntimeError("the node does not run")
        return self._process.pid

    def cpu_seconds(self) -> float:
        """The processor time that it used so far, all threads together."""
        return process_cpu_seconds(self.pid)

    def memory_mb(self) -> float:
        """Resident memory in MB (10⁶ bytes)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0

    def stop(self) -> None:
        """End it politely, or else by force."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def process_cpu_seconds(pid: int) -> float:
    """The processor time that a process used so far, to the hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def copy_place(template: Path, place: Place) -> None:
    """A fresh data folder like the template, with the settings of `place`."""
    shutil.rmtree(place.data, ignore_errors=True)
    place.write_settings()
    found = template / "communotic.db"
    if found.exists():
        shutil.copyfile(found, place.data / found.name)
