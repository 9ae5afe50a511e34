"""Media files on disk, named by their content."""

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from storage.ports import StorageError

_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})?")
_INCOMING = "incoming"


class TooLarge(StorageError):
    """The content is larger than the caller allows; nothing was kept."""


class MediaFiles:
    """A folder of files called `<sha-256 in hex><suffix>`, in folders of two levels.

    A file that exists is complete and on disk; equal contents share one file, so whoever
    deletes must know that no other row refers to the name.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(
        self,
        content: bytes | AsyncIterator[bytes],
        suffix: str = "",
        *,
        max_bytes: int | None = None,
        salt: bytes = b"",
    ) -> str:
        """Keep `content`; returns its name once it is safely on disk.

        `suffix` is empty or like `.png`. With a `salt` the name is one that no equal content
        has: the file is shared with no other row. Raises `ValueError` for another suffix,
        `TooLarge`.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"{suffix!r} is not a suffix such as '.png'")
        incoming = await asyncio.to_thread(self._open)
        try:
            digest = await self._fill(incoming, content, max_bytes, salt)
            name = digest + suffix
            await asyncio.to_thread(_keep, incoming, self.path(name))
        finally:
            await asyncio.to_thread(_discard, incoming)
        return name

    def path(self, name: str) -> Path:
        """Where the file of this name is, or would be. Raises `ValueError` for any other name."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a media file")
        return self._root / name[:2] / name[2:4] / name

    async def delete(self, name: str) -> None:
        """Remove a file; nothing happens when it is missing."""
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)

    async def sweep(self, older_than_seconds: float) -> int:
        """Remove what interrupted uploads left behind; the number of files removed."""
        return await asyncio.to_thread(self._sweep, older_than_seconds)

    def _open(self) -> BinaryIO:
        folder = self._root / _INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / secrets.token_hex(16)).open("xb")

    async def _fill(
        self,
        file: BinaryIO,
        content: bytes | AsyncIterator[bytes],
        max_bytes: int | None,
        salt: bytes,
    ) -> str:
        digest, size = hashlib.sha256(salt), 0
        async for chunk in _chunks(content):
            size += len(chunk)
            if max_bytes is not None and size > max_bytes:
                raise TooLarge(f"The file is larger than {max_bytes} bytes.")
            await asyncio.to_thread(_append, file, chunk, digest)
        return digest.hexdigest()

    def _sweep(self, older_than_seconds: float) -> int:
        folder = self._root / _INCOMING
        if not folder.is_dir():
            return 0
        before = time.time() - older_than_seconds
        old = [file for file in folder.iterdir() if file.stat().st_mtime <= before]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)


async def _chunks(content: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for chunk in content:
        yield chunk


def _append(file: BinaryIO, chunk: bytes, digest: "hashlib._Hash") -> None:
    digest.update(chunk)
    file.write(chunk)


def _keep(incoming: BinaryIO, path: Path) -> None:
    """Move a finished file to its place; it and its name are on disk afterwards."""
    incoming.flush()
    os.fsync(incoming.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    Path(incoming.name).rename(path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(incoming: BinaryIO) -> None:
    incoming.close()
    Path(incoming.name).unlink(missing_ok=True)
