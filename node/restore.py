"""Making a node again from the one file that `backup` wrote."""

import json
import os
import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

from config.environment import environment
from config.load import FILE_NAME, BadSettings, load_settings
from config.settings import Settings
from node.backup import DATABASE, DUMP, FORMAT, MANIFEST, BackupRefused
from node.postgres_tools import ToolFailed, run_tool
from storage.snapshot import is_sound
from storage.store import sqlite_path

# What a file system of its own has in an empty directory.
HARMLESS = frozenset({"lost+found"})
COMPANIONS = ("", "-wal", "-shm", "-journal")


def restore_backup(source: Path, data_dir: Path) -> str:
    """Unpack a backup into an empty data directory; gives the domain of the node.

    A directory that is there is filled, not replaced: it may be a mount point. A database
    outside it goes where the settings (or `COMMUNOTIC_DATABASE`) say, if nothing is there yet.
    Raises `BackupRefused`, and then nothing has changed.
    """
    if data_dir.exists() and {entry.name for entry in data_dir.iterdir()} - HARMLESS:
        raise BackupRefused(f"{data_dir} is not empty; restore into a new directory")
    made = not data_dir.exists()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    placed: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
            return _restore(source, Path(folder), data_dir, placed)
    except BaseException:
        _take_back(placed)
        if made:
            data_dir.rmdir()
        raise


def _restore(source: Path, folder: Path, data_dir: Path, placed: list[Path]) -> str:
    manifest = _unpack(source, folder)
    _make_private(folder)
    settings = _settings(folder)
    _load_database(settings, folder, data_dir, manifest["database"], placed)
    # The settings come last: with them the directory holds a node.
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name == FILE_NAME)
    for entry in entries:
        target = data_dir / entry.name
        entry.rename(target)
        placed.append(target)
    with suppress(PermissionError):
        data_dir.chmod(0o700)
    return str(manifest["domain"])


def _take_back(placed: list[Path]) -> None:
    for path in placed:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _extract(archive: tarfile.TarFile, target: Path) -> None:
    """Regular files and directories below `target`, and nothing else.

    The filters of `tarfile` came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    for member in archive:
        place = PurePosixPath(member.name)
        if place.is_absolute() or ".." in place.parts or not (member.isfile() or member.isdir()):
            raise BackupRefused(f"the archive holds {member.name!r}, which no backup does")
        path = target / place
        folder = path if member.isdir() else path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = archive.extractfile(member)
        if content is None:
            continue
        with content, path.open("xb") as file:
            shutil.copyfileobj(content, file)
        path.chmod(0o600)


def _unpack(source: Path, target: Path) -> dict[str, str]:
    try:
        with tarfile.open(source, "r:gz") as archive:
            _extract(archive, target)
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT
        whole = not known or (
            manifest["database"] in (DATABASE, DUMP)
            and isinstance(manifest["domain"], str)
            and (target / manifest["database"]).is_file()
        )
    except (tarfile.TarError, OSError, EOFError, ValueError, LookupError, TypeError) as error:
        raise BackupRefused(f"{source} is not a whole Communotic backup: {error}") from error
    if not known:
        raise BackupRefused(f"{source} was made by a newer version; update this one first")
    if not whole:
        raise BackupRefused(f"{source} is not a whole Communotic backup: there is no database")
    (target / MANIFEST).unlink()
    return dict(manifest)


def _make_private(folder: Path) -> None:
    """Keys and private posts are for the node alone, whatever the archive says."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def _settings(unpacked: Path) -> Settings:
    try:
        return load_settings(unpacked, environment())
    except BadSettings as error:
        raise BackupRefused(f"the settings in the backup cannot be used: {error}") from error


def _load_database(
    settings: Settings, folder: Path, data_dir: Path, name: str, placed: list[Path]
) -> None:
    external = settings.database
    snapshot = folder / name
    if name == DUMP:
        if not external.startswith("postgresql:"):
            raise BackupRefused(
                "the backup holds a PostgreSQL database, and the settings name none"
            )
        _load_postgres(external, snapshot)
        return
    if not is_sound(snapshot):
        raise BackupRefused("the database in the backup is damaged")
    if external.startswith("postgresql:"):
        raise BackupRefused("the backup holds a SQLite database, and the settings name another")
    if external:
        _place(snapshot, sqlite_path(external), data_dir, placed)


def _load_postgres(url: str, dump: Path) -> None:
    strict = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction")
    try:
        run_tool("psql", url, *strict, "--file", str(dump))
    except ToolFailed as error:
        raise BackupRefused(
            f"{error} - the database has to be empty; COMMUNOTIC_DATABASE names another one"
        ) from error
    dump.unlink()


def _place(snapshot: Path, target: Path, data_dir: Path, placed: list[Path]) -> None:
    """Put the database where the settings want it, over nothing that is there."""
    for companion in COMPANIONS:
        occupied = Path(f"{target}{companion}")
        if occupied.exists():
            raise BackupRefused(
                f"{occupied} exists, and is not overwritten: move it away, or name another "
                "database with COMMUNOTIC_DATABASE"
            )
    if target == data_dir / snapshot.name:
        return
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    placed.append(target)
    with os.fdopen(descriptor, "wb") as file, snapshot.open("rb") as content:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())
    snapshot.unlink()
