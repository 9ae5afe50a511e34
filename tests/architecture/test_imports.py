"""Rules about imports that import-linter cannot see, and proof that it sees the others."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, Module, imported_names, module, modules

ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
STDLIB_CLIENTS = {"http.client", "urllib.request", "ftplib", "smtplib"}
STDLIB_DRIVERS = {"sqlite3", "dbm"}


def environment_uses(source: Module) -> list[str]:
    """Where a file looks at the process environment by itself."""
    lines = [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ENVIRONMENT
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    names = {f"os.{name}" for name in ENVIRONMENT}
    lines += [line for name, line in imported_names(source.tree) if name in names]
    return [f"{source.path}:{line}" for line in sorted(lines)]


def uses(source: Module, forbidden: set[str]) -> list[str]:
    """Where a file imports one of the modules."""
    return [
        f"{source.path}:{line} {n}" for n, line in imported_names(source.tree) if n in forbidden
    ]


def outside(room: str) -> list[Module]:
    """Every module of the product that is not in the room."""
    return [source for source in modules(*PACKAGES) if source.room not in {room, "bench"}]


def test_only_config_looks_at_the_environment() -> None:
    assert [place for source in outside("config") for place in environment_uses(source)] == []


def test_only_federation_uses_the_standard_library_s_clients() -> None:
    assert [p for source in outside("federation") for p in uses(source, STDLIB_CLIENTS)] == []


def test_only_storage_uses_the_standard_library_s_databases() -> None:
    assert [p for source in outside("storage") for p in uses(source, STDLIB_DRIVERS)] == []


@pytest.mark.parametrize(
    "line",
    ["import os; os.environ['A']", "from os import getenv", "import os; os.getenv('A')"],
)
def test_a_look_at_the_environment_is_seen(line: str) -> None:
    assert environment_uses(module("inbox/sample.py", line)) == ["inbox/sample.py:1"]


@pytest.mark.parametrize("line", ["import urllib.request", "from urllib import request"])
def test_a_client_of_the_standard_library_is_seen(line: str) -> None:
    assert uses(module("inbox/sample.py", line), STDLIB_CLIENTS)
    assert not uses(module("inbox/sample.py", "import urllib.parse"), STDLIB_CLIENTS)


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with the same rooms and rules and one empty file in each."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for name in PACKAGES:
        (house / name).mkdir()
        (house / name / "__init__.py").touch()
        (house / name / "routes.py").touch()
        (house / name / "sample.py").touch()
    return house


def broken_contracts(house: Path) -> str:
    """What import-linter says about a house."""
    program = Path(sys.executable).with_name("lint-imports")
    command: list[str | Path] = [program, "--no-cache", "--config", house / "pyproject.toml"]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("storage", "import actors.sample", "The rooms are stacked"),
        ("inbox", "import outbox.sample", "The rooms are stacked"),
        ("federation", "import storage.sample", "The rooms are stacked"),
        ("node", "import bench.sample", "The rooms are stacked"),
        ("outbox", "import aiosqlite", "Only the storage room"),
        ("node", "from asyncpg import connect", "Only the storage room"),
        ("outbox", "import httpx", "Only the federation room"),
        ("inbox", "from quart import request", "Quart stays"),
        ("objects", "from rdflib import Graph", "Linked data has one door"),
    ],
)
def test_a_forbidden_import_is_refused(
    empty_house: Path, room: str, line: str, contract: str
) -> None:
    sample = empty_house / room / "sample.py"
    sample.write_text(line, encoding="utf-8")
    answer = broken_contracts(empty_house)
    sample.write_text("", encoding="utf-8")
    assert any(row.startswith(contract) and row.endswith("BROKEN") for row in answer.splitlines())


def test_what_the_rules_allow_is_accepted(empty_house: Path) -> None:
    samples = {
        "actors/routes.py": "import quart",
        "inbox/sample.py": "import objects.sample, storage.sample, federation.sample",
        "storage/sample.py": "import asyncpg, config.sample",
        "federation/sample.py": "import httpx, rdflib",
        "node/sample.py": "import quart, inbox.sample, outbox.sample",
    }
    for path, text in samples.items():
        (empty_house / path).write_text(text, encoding="utf-8")
    answer = broken_contracts(empty_house)
    for path in samples:
        (empty_house / path).write_text("", encoding="utf-8")
    assert answer == ""
