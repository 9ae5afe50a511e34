"""One file that holds a whole node: database snapshot, media, settings."""

import json
import os
import tarfile
import tempfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from config.load import FILE_NAME
from config.settings import Settings
from node.postgres_tools import ToolFailed, run_tool
from storage.snapshot import take_snapshot
from storage.store import sqlite_path

MANIFEST = "communotic-backup.json"
DATABASE = "communotic.db"
DUMP = "communotic.sql"
FORMAT = 1


class BackupRefused(ValueError):
    """A backup that cannot be made or read; the text says why."""


def make_backup(settings: Settings, target: Path) -> int:
    """Write a backup while the node runs; gives its size in bytes.

    The database is copied as of one moment before the media, so every file that it names is
    there. The file holds private keys and is readable by its owner alone.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        snapshot = _snapshot(settings, Path(folder))
        partial = Path(folder) / "backup.tar.gz"
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w:gz", compresslevel=6) as archive:
            _add_text(archive, MANIFEST, _manifest(settings, snapshot))
            archive.add(snapshot, arcname=snapshot.name, filter=_private)
            archive.add(settings.data_dir / FILE_NAME, arcname=FILE_NAME, filter=_private)
            if settings.media_dir.exists():
                archive.add(settings.media_dir, arcname="media", filter=_finished)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    return target.stat().st_size


def _snapshot(settings: Settings, folder: Path) -> Path:
    if settings.database_url.startswith("sqlite:"):
        target = folder / DATABASE
        take_snapshot(sqlite_path(settings.database_url), target)
        return target
    return _dump_postgres(settings.database_url, folder / DUMP)


def _dump_postgres(url: str, target: Path) -> Path:
    try:
        run_tool("pg_dump", url, "--no-owner", "--no-privileges", "--file", str(target))
    except ToolFailed as error:
        raise BackupRefused(str(error)) from error
    return target


def _manifest(settings: Settings, snapshot: Path) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "version": version("communotic"),
            "domain": settings.domain,
            "database": snapshot.name,
        }
    )


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    info.mode = 0o600
    archive.addfile(info, BytesIO(text.encode()))


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """For the owner's eyes alone, also when somebody unpacks the file by hand."""
    member.mode = 0o700 if member.isdir() else 0o600
    member.uname = member.gname = ""
    member.uid = member.gid = 0
    return member


def _finished(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out uploads that are still arriving."""
    unfinished = "/incoming" in member.name or "/." in member.name
    return None if unfinished else _private(member)
