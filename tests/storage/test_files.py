"""Media files: whole or absent, and only where they belong."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.files import MediaFiles, TooLarge


def _all_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def _stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_file_is_named_by_its_content_and_kept_in_two_levels(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path / "media")
    name = await media.put(b"picture", ".png")
    digest = hashlib.sha256(b"picture").hexdigest()
    assert name == f"{digest}.png"
    assert media.path(name) == tmp_path / "media" / digest[:2] / digest[2:4] / name
    assert media.path(name).read_bytes() == b"picture"


async def test_a_stream_gives_the_same_file_as_its_bytes(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    first = await media.put(b"a long picture", ".jpg")
    second = await media.put(_stream(b"a long ", b"", b"picture"), ".jpg")
    assert first == second
    assert _all_files(tmp_path) == [media.path(first)]


async def test_many_uploads_of_one_content_at_once_leave_one_file(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    names = await asyncio.gather(*[media.put(b"x" * 100_000) for _ in range(20)])
    assert len(set(names)) == 1
    assert _all_files(tmp_path) == [media.path(names[0])]


async def test_what_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    with pytest.raises(TooLarge):
        await media.put(_stream(b"1234", b"5678"), max_bytes=7)
    assert await media.put(_stream(b"1234", b"567"), max_bytes=7)
    assert len(_all_files(tmp_path)) == 1


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await MediaFiles(tmp_path).put(broken(), ".png")
    assert _all_files(tmp_path) == []


async def test_a_cancelled_upload_leaves_nothing(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"half"
        started.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(MediaFiles(tmp_path).put(endless()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _all_files(tmp_path) == []


async def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    name = await media.put(b"picture", ".png")
    await media.delete(name)
    await media.delete(name)
    assert _all_files(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../communotic.toml",
        "a" * 64 + "/../x",
        "A" * 64,
        "a" * 64 + ".",
        "a" * 64 + ".p/g",
        "a" * 64 + ".png\n",
        "a" * 63,
        "\x00" + "a" * 63,
    ],
)
async def test_no_other_name_leads_to_a_path(tmp_path: Path, name: str) -> None:
    media = MediaFiles(tmp_path)
    with pytest.raises(ValueError, match="not the name"):
        media.path(name)
    with pytest.raises(ValueError, match="not the name"):
        await media.delete(name)


@pytest.mark.parametrize("suffix", ["png", "./x", "../a", ".PNG", ".", ".toolongsuffix", ".a\n"])
async def test_an_odd_suffix_is_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ValueError, match="not a suffix"):
        await MediaFiles(tmp_path).put(b"", suffix)
    assert _all_files(tmp_path) == []


async def test_sweeping_removes_only_what_an_interrupted_upload_left(tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    assert await media.sweep(0) == 0
    name = await media.put(b"kept")
    for number, age in enumerate([10, 7_200]):
        left = tmp_path / "incoming" / str(number)
        left.write_bytes(b"half")
        os.utime(left, (left.stat().st_atime, left.stat().st_mtime - age))
    assert await media.sweep(3_600) == 1
    assert sorted(_all_files(tmp_path)) == sorted([media.path(name), tmp_path / "incoming" / "0"])
