"""`communotic doctor` names what is wrong, and what to do."""

import json
from pathlib import Path

from config.settings import Settings
from node.doctor import examine
from tests.node.nodes import called, made


def test_a_node_that_does_not_run_is_told_to_start(tmp_path: Path) -> None:
    result = called(made(tmp_path / "node"), "doctor", "--json")
    findings = {found["name"]: found for found in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert findings["keys"]["good"]
    assert findings["database"]["good"]
    assert not findings["webfinger"]["good"]
    assert "Start the node" in findings["webfinger"]["remedy"]


async def test_a_missing_database_is_named(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, domain="localhost", database="sqlite:////nowhere/at/all.db"
    )
    findings = {found.name: found for found in await examine(settings)}
    assert not findings["database"].good
    assert findings["database"].remedy


def test_every_bad_finding_has_a_remedy(tmp_path: Path) -> None:
    result = called(made(tmp_path / "node"), "doctor", "--json")
    for finding in json.loads(result.stdout):
        assert finding["good"] or finding["remedy"]
