"""What is declared, what is locked and what is imported are the same."""

import hashlib
import importlib.metadata
import json
import re
import sys
from pathlib import Path

import pytest

from node.environment import GROUPS, PIP, PIP_SHA256, REQUIREMENTS
from tests.architecture.source import PACKAGES, PROJECT, ROOT, imported_names, modules

# uvicorn finds it by name
BY_NAME = {"httptools", "wsproto"}
LOCKS = sorted(REQUIREMENTS.glob("*.lock"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^ ;]+)(?: ; [^\\]+?)? \\$")


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    """The distributions that a list of requirements names."""
    return {normal(re.split(r"[^A-Za-z0-9._-]", entry, maxsplit=1)[0]) for entry in requirements}


def imported_distributions() -> set[str]:
    """The distributions whose packages our rooms import."""
    owners = importlib.metadata.packages_distributions()
    tops = {
        name.split(".")[0]
        for source in modules(*PACKAGES)
        for name, _ in imported_names(source.tree)
    }
    foreign = tops - set(PACKAGES) - set(sys.stdlib_module_names)
    return {normal(owner) for name in foreign for owner in owners.get(name, [name])}


DECLARED = named(PROJECT["project"]["dependencies"])
FOR_TESTS = named([g for g in PROJECT["dependency-groups"]["test"] if isinstance(g, str)])


def test_whatever_is_imported_is_declared() -> None:
    # bench is run by developers and may use what the tests use
    assert imported_distributions() - DECLARED - FOR_TESTS == set()


def test_whatever_is_declared_is_used() -> None:
    assert DECLARED - imported_distributions() == BY_NAME


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_by_digest(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    for entry in entries:
        lines = entry.splitlines()
        assert PINNED.match(lines[0]), lines[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), lines[0]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_machine(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|@ |/home/|/opt/|/root/|/tmp/", text)


def test_npm_locks_pin_by_digest_and_name_no_machine() -> None:
    for lock in (
        *ROOT.glob("tests/network/peers/*/package-lock.json"),
        *ROOT.glob("tests/clients_real/*/package-lock.json"),
    ):
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        for name, package in packages.items():
            assert "resolved" not in package, name
            assert not name or package["integrity"].startswith("sha512-"), name


def test_every_group_has_its_lock_and_every_lock_its_group() -> None:
    used = {lock for group in GROUPS.values() for lock in group.locks}
    assert used == {lock.name for lock in LOCKS}


def test_the_locks_contain_what_is_declared() -> None:
    locked = {}
    for name in ("runtime.lock", "test.lock", "dev.lock"):
        lines = (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines()
        locked[name] = {m[1]: m[2] for line in lines if (m := PINNED.match(line))}
    assert set(locked["runtime.lock"]) >= DECLARED
    assert set(locked["test.lock"]) >= DECLARED | FOR_TESTS
    assert locked["runtime.lock"].items() <= locked["test.lock"].items()
    assert locked["test.lock"].items() <= locked["dev.lock"].items()


def test_the_pip_beside_the_locks_is_the_one_that_was_checked_in() -> None:
    assert hashlib.sha256(PIP.read_bytes()).hexdigest() == PIP_SHA256
    assert [file.name for file in REQUIREMENTS.glob("*.whl")] == [PIP.name]
