"""Makes a virtual environment from a lock file, before anything else is installed.

Standard library only: it runs on the system's Python, which on a fresh Debian has neither pip nor
ensurepip. So pip comes along as the wheel in `requirements/` (as CPython carries one for its own
`ensurepip`), checked against its digest and run from there.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
PIP = REQUIREMENTS / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


class CannotPrepare(Exception):
    """The environment cannot be made; the text tells a person what to do."""


@dataclass(frozen=True, slots=True)
class Group:
    """Locked packages: the files that name them, where they go, whether our code goes along."""

    locks: tuple[str, ...]
    place: str = ".venv"
    ours: bool = True
    options: tuple[str, ...] = ("--only-binary", ":all:")


GROUPS = {
    "runtime": Group(("runtime.lock",)),
    "test": Group(("test.lock",)),
    "dev": Group(("dev.lock",)),
    # Real peers pin what we need newer, so they live apart. Two exist as source only (hence what
    # builds them comes first), one says Python 3.12 and runs on 3.11 all the same.
    "peers": Group(
        ("peers-build.lock", "peers.lock"),
        place=".venv-peers",
        ours=False,
        options=("--no-build-isolation", "--ignore-requires-python"),
    ),
    # Apps' libraries as the tests of the API drive them; nothing of ours goes along.
    "clients": Group(("clients.lock",), place=".venv-clients", ours=False),
}


def prepare(group: Group, place: Path, stamp: Path, wheel: Path | None = None) -> bool:
    """Bring the environment at `place` to what the lock says; False when it already was.

    `stamp` remembers what was installed. Our own code is linked to this folder, or comes from
    `wheel` when one is given. Raises `CannotPrepare`.
    """
    wanted = fingerprint(group, place, wheel)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and _usable(place):
        return False
    if not _usable(place):
        _create(place)
    stamp.unlink(missing_ok=True)
    _install(group, place)
    if group.ours:
        ours = ["--no-deps", "--no-build-isolation", "--no-index"]
        _pip(place, "install", *ours, *([str(wheel)] if wheel else ["--editable", str(ROOT)]))
    stamp.write_text(wanted, encoding="utf-8")
    return True


def fingerprint(group: Group, place: Path, wheel: Path | None = None) -> str:
    """Everything that the content of an environment follows from, as one line."""
    files = [REQUIREMENTS / lock for lock in group.locks]
    if group.ours:
        files.append(wheel or ROOT / "pyproject.toml")
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return json.dumps({"python": sys.version, "place": str(place), "pip": PIP_SHA256, **digests})


def _usable(place: Path) -> bool:
    """Whether the environment's interpreter runs, is of this version and knows its own place."""
    question = "import sys; print(sys.prefix, *sys.version_info[:2], sep='|')"
    try:
        answer = subprocess.run(
            [_python(place), "-I", "-c", question], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    major, minor = sys.version_info[:2]
    return answer.stdout.strip() == f"{place}|{major}|{minor}"


def _create(place: Path) -> None:
    if place.exists() and any(place.iterdir()) and not (place / "pyvenv.cfg").is_file():
        raise CannotPrepare(f"{place} exists and is no virtual environment: move it away.")
    venv.create(place, clear=True, symlinks=True, with_pip=False)


def _install(group: Group, place: Path) -> None:
    for lock in group.locks:
        packages = (REQUIREMENTS / lock).read_text(encoding="utf-8").count("==")
        print(f"Installing {packages} locked packages ({lock}) into {place} …", flush=True)
        hashed = ["--no-deps", "--require-hashes", *group.options]
        _pip(place, "install", *hashed, "--requirement", str(REQUIREMENTS / lock))


def _pip(place: Path, *arguments: str) -> None:
    """Run the pip that came along, in the environment. Raises `CannotPrepare`."""
    if hashlib.sha256(PIP.read_bytes()).hexdigest() != PIP_SHA256:
        raise CannotPrepare(f"{PIP} was altered: its SHA-256 is not the one in {__file__}.")
    quiet = ["-qq", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    command = [str(_python(place)), "-I", str(PIP / "pip"), *arguments, *quiet]
    code = subprocess.run(command, check=False).returncode
    if code != 0:
        raise CannotPrepare(
            f"pip stopped with code {code} (its words are above). Without a network, or behind a "
            "mirror, set PIP_INDEX_URL or a pip.conf as for any use of pip, then try again."
        )


def _python(place: Path) -> Path:
    return place / "bin" / "python"


def main() -> int:
    """Prepare the group named on the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("group", choices=GROUPS)
    parser.add_argument("--into", type=Path, help="where the environment is made")
    parser.add_argument("--wheel", type=Path, help="install this wheel, do not link this folder")
    given = parser.parse_args()
    group = GROUPS[given.group]
    place = Path(given.into or ROOT / group.place).absolute()
    try:
        prepare(group, place, place / f"communotic-{given.group}.json", given.wheel)
    except (CannotPrepare, OSError) as error:
        print(f"The environment could not be made: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
