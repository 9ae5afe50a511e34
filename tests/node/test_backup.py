"""One file holds a whole node, and makes it again."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.node.nodes import called, made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node with a post and an upload."""
    folder = made(tmp_path / "node")
    called(folder, "post", "greta", "À garder")
    media = folder / "media" / "ab"
    media.mkdir(parents=True)
    (media / "picture.png").write_bytes(b"picture")
    return folder


def test_a_restored_node_has_everything_back(data: Path, tmp_path: Path) -> None:
    file, back = tmp_path / "b.tar.gz", tmp_path / "back"
    before = called(data, "member", "list", "--json").stdout
    assert called(data, "backup", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert called(back, "restore", str(file)).exit_code == 0
    assert called(back, "member", "list", "--json").stdout == before
    assert (back / "media" / "ab" / "picture.png").read_bytes() == b"picture"
    posted = called(back, "post", "greta", "Après")
    assert posted.exit_code == 0, posted.output


def test_a_backup_says_that_it_holds_keys(data: Path, tmp_path: Path) -> None:
    assert "private keys" in called(data, "backup", str(tmp_path / "b.tar.gz")).output


def test_nothing_is_restored_over_a_node(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    called(data, "backup", str(file))
    result = called(data, "restore", str(file))
    assert result.exit_code == 1
    assert "not empty" in result.output


def test_half_a_backup_restores_nothing(data: Path, tmp_path: Path) -> None:
    file, back = tmp_path / "b.tar.gz", tmp_path / "back"
    called(data, "backup", str(file))
    file.write_bytes(file.read_bytes()[:2_000])
    result = called(back, "restore", str(file))
    assert result.exit_code == 1
    assert "not a whole" in result.output
    assert not back.exists()


def test_an_archive_cannot_write_outside_the_directory(tmp_path: Path) -> None:
    file, back = tmp_path / "evil.tar.gz", tmp_path / "back"
    victim = tmp_path / "victim"
    manifest = tmp_path / "m"
    manifest.write_text(json.dumps({"format": 1, "database": "communotic.db", "domain": "x"}))
    with tarfile.open(file, "w:gz") as archive:
        archive.add(manifest, arcname="communotic-backup.json")
        archive.add(manifest, arcname="../victim")
    assert called(back, "restore", str(file)).exit_code == 1
    assert not victim.exists()
    assert not back.exists()


def test_a_newer_backup_is_refused(tmp_path: Path) -> None:
    file, manifest = tmp_path / "new.tar.gz", tmp_path / "m"
    manifest.write_text(json.dumps({"format": 99, "database": "communotic.db", "domain": "x"}))
    with tarfile.open(file, "w:gz") as archive:
        archive.add(manifest, arcname="communotic-backup.json")
    result = called(tmp_path / "back", "restore", str(file))
    assert result.exit_code == 1
    assert "newer version" in result.output
