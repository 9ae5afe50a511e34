"""A tar made piece by piece, as any program reads it."""

import io
import tarfile
from pathlib import Path

import pytest

from objects.archive.container import END, file_on_disk, whole


def read(content: bytes) -> dict[str, bytes]:
    """The files of a tar."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        return {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar}


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 10_000])
def test_any_size_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    made = whole("a.bin", content[:size], 5) + whole("é/ü.txt", b"x", 5) + END
    assert read(made) == {"a.bin": content[:size], "é/ü.txt": b"x"}


async def test_a_file_comes_from_disk_and_a_missing_one_leaves_no_trace(tmp_path: Path) -> None:
    there = tmp_path / "large"
    there.write_bytes(b"abc" * 300_000)
    parts = [part async for part in file_on_disk("media/large", there, 5)]
    parts += [part async for part in file_on_disk("media/none", tmp_path / "none", 5)]
    assert max(map(len, parts)) <= 256 * 1024
    assert read(b"".join(parts) + END) == {"media/large": there.read_bytes()}
