"""One file that holds a whole node: database snapshot, media, settings; and back again."""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from config.environment import environment
from config.load import FILE_NAME, load_settings
from config.settings import Settings
from storage.snapshot import is_sound, take_snapshot
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
            archive.add(snapshot, arcname=snapshot.name)
            archive.add(settings.data_dir / FILE_NAME, arcname=FILE_NAME)
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
    done = _postgres_tool("pg_dump", url, "--no-owner", "--no-privileges", "--file", str(target))
    if done.returncode:
        raise BackupRefused(f"pg_dump failed: {done.stderr.strip()[:500]}")
    return target


def _postgres_tool(name: str, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a client program; the password never stands where every user of the machine sees it."""
    tool = shutil.which(name)
    if tool is None:
        raise BackupRefused(f"{name} is missing: install the PostgreSQL client programs")
    address, password = _without_password(url)
    known = {**environment(), **({"PGPASSWORD": password} if password else {})}
    command = [tool, *options, "--dbname", address]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=known)


def _without_password(url: str) -> tuple[str, str]:
    """A database URL without its password, and the password."""
    parts = urlsplit(url)
    user, separator, password = parts.netloc.rpartition("@")[0].partition(":")
    if not separator:
        return url, ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}")), unquote(password)


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


def _finished(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out uploads that are still arriving."""
    return None if "/incoming" in member.name or "/." in member.name else member


def restore_backup(source: Path, data_dir: Path) -> str:
    """Unpack a backup into an empty data directory; gives the domain of the node.

    A database on PostgreSQL goes into the one that the settings name, which must be empty;
    `COMMUNOTIC_DATABASE` names another. Raises `BackupRefused` for a file that is not a backup or
    a directory with a node in it.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupRefused(f"{data_dir} is not empty; restore into a new directory")
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir.parent, prefix=".restore-") as folder:
        unpacked = Path(folder) / "node"
        unpacked.mkdir(mode=0o700)
        manifest = _unpack(source, unpacked)
        _load_database(unpacked, manifest["database"])
        if data_dir.exists():
            data_dir.rmdir()
        unpacked.rename(data_dir)
    (data_dir / FILE_NAME).chmod(0o600)
    return str(manifest["domain"])


def _unpack(source: Path, target: Path) -> dict[str, str]:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(target, filter="data")
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise BackupRefused(f"{source} is not a whole Communotic backup: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupRefused(f"{source} was made by a newer version; update this one first")
    (target / MANIFEST).unlink()
    return dict(manifest)


def _load_database(unpacked: Path, name: str) -> None:
    settings = load_settings(unpacked, environment())
    snapshot = unpacked / name
    if name == DATABASE:
        if not is_sound(snapshot):
            raise BackupRefused("the database in the backup is damaged")
        if settings.database.startswith("postgresql:"):
            raise BackupRefused("the backup holds a SQLite database, and the settings name another")
        if settings.database:
            snapshot.replace(sqlite_path(settings.database))
        return
    if not settings.database.startswith("postgresql:"):
        raise BackupRefused("the backup holds a PostgreSQL database, and the settings name none")
    strict = ("--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction")
    done = _postgres_tool("psql", settings.database, *strict, "--file", str(snapshot))
    if done.returncode:
        raise BackupRefused(
            f"psql failed: {done.stderr.strip()[:500]} - the database has to be empty; "
            "COMMUNOTIC_DATABASE names another one"
        )
    snapshot.unlink()
