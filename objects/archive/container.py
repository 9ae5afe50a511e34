"""A tar written piece by piece, so that an archive of any size needs little memory."""

import asyncio
import os
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Final

END: Final = bytes(2 * tarfile.BLOCKSIZE)
CHUNK: Final = 256 * 1024


def whole(name: str, content: bytes, at_s: int) -> bytes:
    """A member of the tar with its content; `at_s` in seconds since the epoch."""
    return head(name, len(content), at_s) + content + padding(len(content))


def head(name: str, size: int, at_s: int) -> bytes:
    """What stands before the content of a member."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at_s, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)


def padding(size: int) -> bytes:
    """What fills the last block behind a content of this size."""
    return bytes(-size % tarfile.BLOCKSIZE)


async def file_on_disk(name: str, path: Path, at_s: int) -> AsyncIterator[bytes]:
    """A member whose content is a file; nothing when the file is missing."""
    try:
        opened = await asyncio.to_thread(path.open, "rb")
    except FileNotFoundError:
        return
    with opened:
        size = os.fstat(opened.fileno()).st_size
        async for part in opened_file(name, opened, size, at_s):
            yield part


async def opened_file(name: str, opened: BinaryIO, size: int, at_s: int) -> AsyncIterator[bytes]:
    """A member whose content is `size` bytes of an open file, from where it stands."""
    yield head(name, size, at_s)
    left = size
    while left and (part := await asyncio.to_thread(opened.read, min(left, CHUNK))):
        left -= len(part)
        yield part
    yield bytes(left) + padding(size)
