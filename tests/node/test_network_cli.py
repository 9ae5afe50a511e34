"""The servers of the network, from a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.node.nodes import DOMAIN, called, made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node."""
    return made(tmp_path / "node")


def rows(data: Path, *words: str) -> Any:
    """What a command answers as JSON."""
    result = called(data, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_servers_are_added_normalised_listed_and_removed(data: Path) -> None:
    added = rows(data, "network", "add", "https://Localhost:1/about", "--reason", "partner")
    assert added == {"host": "localhost:1", "inbox": None}
    assert "does not answer" in called(data, "network", "add", "@marie@localhost:2").output
    listed = rows(data, "network", "list")
    assert [(row["host"], row["by"]) for row in listed] == [
        ("localhost:1", "command line"),
        ("localhost:2", "command line"),
    ]
    assert "localhost:2" in called(data, "network", "list").stdout
    assert rows(data, "network", "check") == {"silent": ["localhost:1", "localhost:2"]}
    assert "localhost:1 does not answer" in called(data, "network", "check").stdout
    assert rows(data, "network", "remove", "LOCALHOST:2") == {
        "host": "localhost:2",
        "removed": True,
    }
    assert called(data, "network", "remove", "localhost:1", "--reason", "left").exit_code == 0
    assert rows(data, "network", "list") == []
    assert "All servers" in called(data, "network", "check").stdout
    acts = [(e["action"], e["target"], e["reason"]) for e in reversed(rows(data, "audit"))]
    assert [act for act in acts if act[0].startswith("network")] == [
        ("network add", "localhost:1", "partner"),
        ("network add", "localhost:2", ""),
        ("network remove", "localhost:2", ""),
        ("network remove", "localhost:1", "left"),
    ]


@pytest.mark.parametrize("name", [DOMAIN, "not a server", "", "a/b"])
def test_oneself_and_nothing_are_refused(data: Path, name: str) -> None:
    result = called(data, "network", "add", name)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert rows(data, "network", "list") == []


def test_a_server_is_added_once_and_removed_once(data: Path) -> None:
    assert called(data, "network", "add", "localhost:1").exit_code == 0
    twice = called(data, "network", "add", "localhost:1")
    assert (twice.exit_code, "already" in twice.output) == (1, True)
    missing = called(data, "network", "remove", "localhost:2")
    assert (missing.exit_code, "not in the list" in missing.output) == (1, True)
