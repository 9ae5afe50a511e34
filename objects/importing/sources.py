"""Files and folders to import, opened by what they are; ZIP archives hold texts with pictures."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from objects.importing.csv_file import csv_items, csv_problems, open_csv
from objects.importing.folders import DiskFolder, Folder, ZipFolder
from objects.importing.report import BadSource, Item, Kind, Picture, Problem
from objects.importing.wordpress import WordPressFile
from objects.importing.yeswiki import yeswiki_items

MAX_BYTES: Final = 200_000_000
MAX_IN_MEMORY: Final = 50_000_000
SUFFIXES: Final[dict[Kind, tuple[str, ...]]] = {
    "csv": (".csv", ".tsv", ".txt"), "yeswiki": (".json",), "wordpress": (".xml", ".wxr"),
    "markdown": (".md", ".markdown"),
}  # fmt: skip


@dataclass(slots=True)
class Source:
    """What is imported: its items, the files beside them, and what is odd about the whole."""

    items: Iterator[Item]
    folder: Folder | None = None
    problems: Callable[[], list[Problem]] = field(default=list)

    def read(self, name: str) -> bytes | None:
        """A file beside the texts."""
        return self.folder.read(name) if self.folder is not None and name else None


def _markdown(folder: Folder) -> Source:
    from objects.importing.markdown_folder import markdown_items  # PyYAML delays every start

    return Source(markdown_items(folder), folder)


def open_source(kind: Kind, path: Path, media: Path | None = None) -> Source:
    """Open a file or folder; `media` is where the pictures of its texts are.

    A ZIP archive may hold the file of texts with its pictures. Raises `BadSource`.
    """
    if path.is_dir():
        if kind != "markdown":
            raise BadSource("is-a-folder", path.name)
        folder = DiskFolder(path)
        return _markdown(folder)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSource("too-large", f"{MAX_BYTES // 1_000_000} MB")
        if zipfile.is_zipfile(path):
            return _archive(kind, ZipFolder(path.open("rb")))
        beside = DiskFolder(media if media is not None else path.parent)
        if kind == "wordpress":
            return _wordpress(WordPressFile(path.open("rb")), beside)
        if kind == "markdown":
            raise BadSource("no-markdown")
        return _whole(kind, _bounded(path), beside)
    except OSError as error:
        raise BadSource("unreadable", error.strerror or "") from None


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > MAX_IN_MEMORY:
        raise BadSource("too-large", f"{MAX_IN_MEMORY // 1_000_000} MB")
    return path.read_bytes()


def _archive(kind: Kind, folder: ZipFolder) -> Source:
    if kind == "markdown":
        return _markdown(folder)
    fitting = [n for n in folder.names() if PurePosixPath(n).suffix.lower() in SUFFIXES[kind]]
    content = folder.read(fitting[0], MAX_IN_MEMORY) if fitting else None
    if content is None:
        raise BadSource("empty-zip", ", ".join(SUFFIXES[kind]))
    if kind == "wordpress":
        return _wordpress(WordPressFile(BytesIO(content)), folder)
    return _whole(kind, content, folder)


def _whole(kind: Kind, content: bytes, folder: Folder) -> Source:
    if kind == "csv":
        table = open_csv(content)
        return Source(csv_items(table), folder, lambda: csv_problems(table))
    found = (_beside(item, "files") for item in yeswiki_items(content))
    return Source(found, folder)


def _wordpress(file: WordPressFile, folder: Folder) -> Source:
    items = (_uploaded(item, folder) for item in file.items())
    return Source(items, folder, file.problems)


def _beside(item: Item, folder: str) -> Item:
    """YesWiki names pictures without the folder that holds them; both places are looked at."""
    named = tuple(
        replace(picture, path=f"{folder}/{picture.path}")
        if picture.path and "/" not in picture.path
        else picture
        for picture in item.pictures
    )
    return replace(item, pictures=named)


def _uploaded(item: Item, folder: Folder) -> Item:
    """Pictures that WordPress kept under `wp-content/uploads` become files, when they are here."""
    return replace(item, pictures=tuple(_local(picture, folder) for picture in item.pictures))


def _local(picture: Picture, folder: Folder) -> Picture:
    _, found, rest = unquote(urlsplit(picture.url).path).partition("/uploads/")
    for name in (rest, f"uploads/{rest}", f"wp-content/uploads/{rest}"):
        if found and rest and folder.read(name) is not None:
            return replace(picture, path=name, url="")
    return picture
