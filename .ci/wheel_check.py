"""Builds the wheel, installs it in a fresh environment and starts a node from it.

An installed node must work without the source tree: hatchling leaves a missing folder out without
a word, and a data file that nobody packed is noticed only when a node asks for it.
"""

import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
PIP = next((ROOT / "requirements").glob("pip-*.whl")) / "pip"
START_SECONDS = 60


def main() -> None:
    """Build, compare, install, start, ask, stop; an exception ends the check."""
    with tempfile.TemporaryDirectory(prefix="communotic-wheel-") as folder:
        place = Path(folder)
        wheel = build(place)
        compare(wheel)
        environment = place / "environment"
        command = [sys.executable, "-I", str(ROOT / "node" / "environment.py"), "runtime"]
        run([*command, "--into", str(environment), "--wheel", str(wheel)], place)
        start(environment / "bin" / "communotic", place)
    print("wheel check: ok")


def build(place: Path) -> Path:
    """The wheel of this checkout, made without a network."""
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "-qq"]
    run([sys.executable, "-I", str(PIP), "wheel", *offline, "-w", str(place), str(ROOT)], place)
    return next(place.glob("communotic-*.whl"))


def compare(wheel: Path) -> None:
    """Every tracked file of our packages is in the wheel, and nothing else is."""
    command = ["git", "-C", str(ROOT), "ls-files", "--", *PACKAGES]
    tracked = set(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    )
    packed = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    if not tracked or tracked - packed or packed - tracked:
        raise SystemExit(
            f"{wheel.name} differs from the checkout; missing: {sorted(tracked - packed)}, "
            f"unexpected: {sorted(packed - tracked)}"
        )
    print(f"{wheel.name}: {len(packed)} files, those of {', '.join(PACKAGES)}")


def start(communotic: Path, place: Path) -> None:
    """Initialise a node, start it, read its NodeInfo, stop it with SIGTERM."""
    version = run([str(communotic), "--version"], place).strip()
    if PROJECT["project"]["version"] not in version:
        raise SystemExit(f"communotic --version says {version!r}")
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{chosen.getsockname()[1]}"
    node = [str(communotic), "--data", str(place / "data")]
    private = ["--scheme", "http", "--allow-private", "127.0.0.0/8"]
    run([*node, "init", "--domain", bind, *private], place)
    with subprocess.Popen([*node, "run", "--bind", bind], cwd=place) as process:
        try:
            software = nodeinfo(f"http://{bind}", process)
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=START_SECONDS)
    if software != {"name": "communotic", "version": PROJECT["project"]["version"]} or code:
        raise SystemExit(f"NodeInfo names {software}; the node ended with code {code}")
    print(f"{version}: started from the wheel, NodeInfo read, stopped")


def nodeinfo(origin: str, process: subprocess.Popen[bytes]) -> dict[str, str]:
    """The software that the node names, asked for until it answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            links = fetch(f"{origin}/.well-known/nodeinfo")["links"]
        except urllib.error.URLError:
            time.sleep(0.2)
            continue
        software = fetch(links[0]["href"])["software"]
        return {key: software[key] for key in ("name", "version")}
    raise SystemExit(f"the node did not answer on {origin}")


def fetch(url: str) -> dict[str, Any]:
    """A JSON document of the node."""
    with urllib.request.urlopen(url, timeout=5) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def run(command: list[str], cwd: Path) -> str:
    """What a command prints; the check ends when it fails."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {done.returncode}\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
