"""A folder of files, on disk or in a ZIP archive; nothing outside of it is ever read."""

import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol

from objects.importing.report import BadSource

MAX_FILES: Final = 10_000
MAX_FILE: Final = 20_000_000


class Folder(Protocol):
    """Files by relative name, with `/` between folders."""

    def names(self) -> list[str]:
        """Every file, sorted."""
        ...

    def read(self, name: str, most: int = MAX_FILE) -> bytes | None:
        """The content of a file; None when there is none, or it is larger than `most`."""
        ...


def inside(base: str, target: str) -> str | None:
    """A relative address in a file of the folder `base`, as a name; None when it leads outside."""
    clean = target.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].replace("\\", "/")
    if not clean or clean.startswith(("/", "~")) or "\0" in clean or ":" in clean:
        return None
    parts: list[str] = [part for part in base.split("/") if part]
    for part in clean.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or None


class DiskFolder:
    """A folder on disk; links that leave it do not count."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def names(self) -> list[str]:
        """Every file, sorted; hidden ones left out."""
        found: list[str] = []
        for path in self._root.rglob("*"):
            name = path.relative_to(self._root).as_posix()
            if not any(part.startswith(".") for part in name.split("/")) and self._path(name):
                found.append(name)
                if len(found) > MAX_FILES:
                    raise BadSource("too-many-files", str(MAX_FILES))
        return sorted(found)

    def read(self, name: str, most: int = MAX_FILE) -> bytes | None:
        """The content of a file; None when there is none, or it is larger than `most`."""
        path = self._path(name)
        if path is None or path.stat().st_size > most:
            return None
        return path.read_bytes()

    def _path(self, name: str) -> Path | None:
        try:
            path = (self._root / name).resolve()
            return path if path.is_relative_to(self._root) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):
            return None


class ZipFolder:
    """A ZIP archive; never unpacked on disk, each file read with a limit."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(source)
            infos = self._archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise BadSource("bad-zip", str(error)) from None
        if len(infos) > MAX_FILES:
            raise BadSource("too-many-files", str(MAX_FILES))
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = inside("", info.filename)
            outside = info.is_dir() or name is None or name.startswith("__MACOSX/")
            if not outside and not any(part[:1] == "." for part in PurePosixPath(str(name)).parts):
                self._infos.setdefault(str(name), info)

    def names(self) -> list[str]:
        """Every file, sorted."""
        return sorted(self._infos)

    def read(self, name: str, most: int = MAX_FILE) -> bytes | None:
        """The content of a file; None when there is none, or it grows larger than `most`."""
        info = self._infos.get(name)
        if info is None or info.file_size > most:
            return None
        try:
            with self._archive.open(info) as file:
                content = file.read(most + 1)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
            return None
        return content if len(content) <= most else None
