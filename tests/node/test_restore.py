"""What a restore must never do, and what a backup must hold whatever goes on meanwhile."""

import json
import os
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from node.postgres_tools import without_password
from storage.snapshot import take_snapshot
from tests.node.nodes import called, made

FILLING = 3_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node with a post and an upload."""
    folder = made(tmp_path / "node")
    assert called(folder, "post", "greta", "À garder").exit_code == 0
    (folder / "media" / "ab").mkdir(parents=True)
    (folder / "media" / "ab" / "picture.png").write_bytes(b"picture")
    return folder


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "b.tar.gz"
    assert called(data, "backup", str(file)).exit_code == 0
    return file


def modes(folder: Path) -> set[tuple[bool, str]]:
    """Whether it is a directory, and its mode, of everything in and with a folder."""
    found = (folder, *folder.rglob("*"))
    return {(path.is_dir(), oct(stat.S_IMODE(path.stat().st_mode))) for path in found}


def posts(database: Path) -> int:
    """How many posts a database has."""
    with closing(sqlite3.connect(database)) as opened:
        return int(opened.execute("select count(*) from objects").fetchone()[0])


def test_everything_restored_is_for_its_owner_alone(backup: Path, tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        assert called(tmp_path / "back", "restore", str(backup)).exit_code == 0
    finally:
        os.umask(umask)
    assert modes(tmp_path / "back") == {(True, "0o700"), (False, "0o600")}


def test_an_archive_unpacked_by_hand_is_private_too(backup: Path) -> None:
    with tarfile.open(backup) as archive:
        members = archive.getmembers()
    assert {(m.isdir(), oct(m.mode)) for m in members} == {(True, "0o700"), (False, "0o600")}
    assert {(m.uname, m.uid) for m in members} == {("", 0)}


def test_a_directory_that_is_there_is_filled_and_not_replaced(backup: Path, tmp_path: Path) -> None:
    back = tmp_path / "mounted"
    (back / "lost+found").mkdir(parents=True)
    before = back.stat().st_ino
    result = called(back, "restore", str(backup))
    assert result.exit_code == 0, result.output
    assert back.stat().st_ino == before
    assert stat.S_IMODE(back.stat().st_mode) == 0o700
    assert called(back, "member", "list").exit_code == 0
    assert {path.name for path in back.iterdir()} >= {"lost+found", "media", "communotic.toml"}
    assert not any(path.name.startswith(".restore") for path in back.iterdir())


def test_a_database_outside_is_put_where_the_settings_say(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "elsewhere.db"
    monkeypatch.setenv("COMMUNOTIC_DATABASE", f"sqlite://{target}")
    result = called(tmp_path / "back", "restore", str(backup))
    assert result.exit_code == 0, result.output
    assert posts(target) == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not (tmp_path / "back" / "communotic.db").exists()
    assert called(tmp_path / "back", "post", "greta", "Après").exit_code == 0


@pytest.mark.parametrize("companion", ["", "-wal"])
def test_a_database_that_is_there_is_never_overwritten(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, companion: str
) -> None:
    target = tmp_path / "elsewhere.db"
    Path(f"{target}{companion}").write_bytes(b"somebody's data")
    monkeypatch.setenv("COMMUNOTIC_DATABASE", f"sqlite://{target}")
    result = called(tmp_path / "back", "restore", str(backup))
    assert result.exit_code == 1
    assert "not overwritten" in result.output
    assert Path(f"{target}{companion}").read_bytes() == b"somebody's data"
    assert not (tmp_path / "back").exists()


def test_a_directory_that_is_missing_is_named(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMUNOTIC_DATABASE", f"sqlite://{tmp_path}/no/such/x.db")
    result = called(tmp_path / "back", "restore", str(backup))
    assert result.exit_code == 1
    assert "missing" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("name", ["../../victim.sql", "communotic.toml", 5])
def test_a_manifest_cannot_point_anywhere(tmp_path: Path, name: object) -> None:
    file, victim = tmp_path / "evil.tar.gz", tmp_path / "victim.sql"
    victim.write_text("select 1;")
    manifest = json.dumps({"format": 1, "database": name, "domain": "x.example"}).encode()
    with tarfile.open(file, "w:gz") as archive:
        for entry, content in (("communotic-backup.json", manifest), ("communotic.toml", b"")):
            info = tarfile.TarInfo(entry)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
    result = called(tmp_path / "back", "restore", str(file))
    assert result.exit_code == 1
    assert "not a whole" in result.output
    assert victim.exists()
    assert not (tmp_path / "back").exists()


def test_a_backup_during_heavy_writing_is_of_one_moment(data: Path, tmp_path: Path) -> None:
    database = data / "communotic.db"
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.executemany(
            "insert into facts (name, value) values (?, ?)",
            [(f"filling-{number}", "x" * 2_000) for number in range(FILLING)],
        )
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=30)) as opened:
            while not stop.is_set():
                number = len(written)
                with opened:
                    for side in ("left", "right"):
                        opened.execute(
                            "insert into facts (name, value) values (?, 'y')", (f"{side}-{number}",)
                        )
                    opened.execute(
                        "update facts set value = ? where name like 'filling-%' "
                        "and cast(substr(name, 9) as integer) % 50 = 0",
                        (str(number) * 300,),
                    )
                written.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(written) < 3:
            stop.wait(0.01)
        before = len(written)
        for number in range(3):
            result = called(data, "backup", str(tmp_path / f"{number}.tar.gz"))
            assert result.exit_code == 0, result.output
        assert len(written) > before, "nobody could write during the backup"
    finally:
        stop.set()
        thread.join()
    for number in range(3):
        back = tmp_path / f"back-{number}"
        assert called(back, "restore", str(tmp_path / f"{number}.tar.gz")).exit_code == 0
        with closing(sqlite3.connect(back / "communotic.db")) as opened:
            sides = [
                opened.execute(
                    "select count(*) from facts where name like ?", (f"{side}-%",)
                ).fetchone()[0]
                for side in ("left", "right")
            ]
            values = opened.execute(
                "select distinct value from facts where name like 'filling-%' "
                "and cast(substr(name, 9) as integer) % 50 = 0"
            ).fetchall()
        assert sides[0] == sides[1] >= 3
        assert len(values) == 1, "half of a transaction is in the backup"


def test_a_path_with_odd_characters_can_be_copied(data: Path, tmp_path: Path) -> None:
    odd = tmp_path / "50% ? # é.db"
    take_snapshot(data / "communotic.db", odd)
    take_snapshot(odd, tmp_path / "copy.db")
    assert posts(tmp_path / "copy.db") == 1


@pytest.mark.parametrize(
    ("url", "address", "password"),
    [
        (
            "postgresql://a:p%40w@h:5/d?sslmode=require",
            "postgresql://a@h:5/d?sslmode=require",
            "p@w",
        ),
        ("postgresql://a@h/d", "postgresql://a@h/d", ""),
        ("postgresql:///d?host=/run/pg&password=x y", "postgresql:///d?host=/run/pg", "x y"),
        ("postgresql://h/d?user=a&password=s%26t", "postgresql://h/d?user=a", "s&t"),
        ("postgresql://a:b@h1,h2:6/d", "postgresql://a@h1,h2:6/d", "b"),
        ("postgresql:///d", "postgresql:///d", ""),
    ],
)
def test_a_password_is_taken_out_of_an_address(url: str, address: str, password: str) -> None:
    assert without_password(url) == (address, password)
