"""Rule 11: files are what their content says, and can neither act, tell nor explode."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from federation.errors import Refused
from objects.images import redraw
from objects.media import MediaLimits, recognise, store_upload
from storage.files import MediaFiles
from storage.store import Store
from tests.objects.people import NOW, arrive, person
from tests.objects.test_media import animation, picture

MAX_PIXELS = 1_000_000
SECRET = b"Jeanne Martin, 12 rue des Bains"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims these sides and ends at once."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def gif_header(width: int, height: int) -> bytes:
    """A GIF that claims these sides and is small."""
    small = picture("GIF")
    return small[:6] + struct.pack("<HH", width, height) + small[10:]


def with_exif() -> bytes:
    """A JPEG taken on its side, whose metadata says where and by whom."""
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = SECRET.decode()
    exif[0x8825] = {1: "N", 2: (49.0, 10.0, 0.0), 3: "W", 4: (0.0, 22.0, 0.0)}
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET)
    return buffer.getvalue()


def with_texts() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return picture("PNG", pnginfo=info, icc_profile=SECRET)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png_header(100_000, 100_000), "image/png"),
        (png_header(1_001, 1_000), "image/png"),
        (png_header(1, 20_000), "image/png"),
        (gif_header(65_535, 65_535), "image/gif"),
        (picture("JPEG", (1_001, 1_000)), "image/jpeg"),
        (picture("WEBP", (1_001, 1_000)), "image/webp"),
        (animation("GIF", 400, (4, 4)), "image/gif"),
        (animation("GIF", 30, (999, 999)), "image/gif"),
        (animation("WEBP", 30, (999, 999)), "image/webp"),
    ],
    ids=["png", "png-just", "png-tall", "gif", "jpeg", "webp", "frames", "gif-sum", "webp-sum"],
)
def test_what_is_too_large_is_refused_before_it_is_decoded(
    content: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(*_: object) -> None:
        pytest.fail("the picture was decoded")

    monkeypatch.setattr("objects.images._still", decoded)
    monkeypatch.setattr("objects.images._animation", decoded)
    with pytest.raises(Refused) as refused:
        redraw(content, kind, MAX_PIXELS)
    assert (refused.value.status, refused.value.code) == (413, "too-many-pixels")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG")[:200], "image/jpeg"),
        (picture("PNG")[:60], "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "image/png"),
        (b"\xff\xd8\xff" + SECRET * 9, "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8X", "image/webp"),
        (png_header(10, 10), "image/png"),
    ],
    ids=["cut-jpeg", "cut-png", "empty-png", "no-jpeg", "short-gif", "short-webp", "no-data"],
)
def test_broken_pictures_are_refused(content: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        redraw(content, kind, MAX_PIXELS)
    assert (refused.value.status, refused.value.code) == (422, "broken-image")


def test_a_compressed_text_bomb_in_a_picture_is_harmless() -> None:
    bomb = chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 200_000_000))
    whole = picture("PNG")
    with pytest.raises(Refused) as refused:
        redraw(whole[:33] + bomb + whole[33:], "image/png", MAX_PIXELS)
    assert refused.value.code == "broken-image"


@pytest.mark.parametrize("content", [with_exif(), with_texts()], ids=["jpeg", "png"])
def test_nothing_but_pixels_is_left(content: bytes) -> None:
    assert SECRET in content
    kept = redraw(content, recognise(content), MAX_PIXELS).content
    assert SECRET not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert not {"icc_profile", "comment", "xmp", "exif", "Author"} & set(image.info)


def test_a_picture_taken_on_its_side_stands_upright() -> None:
    found = redraw(with_exif(), "image/jpeg", MAX_PIXELS)
    assert (found.width, found.height) == (20, 40)
    with Image.open(io.BytesIO(found.content)) as image:
        top, bottom = image.getpixel((10, 2)), image.getpixel((10, 37))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


@pytest.mark.parametrize(
    "content",
    [
        picture("JPEG") + b"<script>alert(1)</script>",
        picture("GIF") + b"*/=1;alert(1)/*",
        picture("PNG", pnginfo=None) + b"PK\x03\x04<?php system('x')?>",
    ],
    ids=["html", "javascript", "archive"],
)
def test_what_hangs_behind_a_picture_is_cut_off(content: bytes) -> None:
    kept = redraw(content, recognise(content), MAX_PIXELS).content
    for part in (b"<script>", b"alert(1)", b"PK\x03\x04", b"<?php"):
        assert part not in kept


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
        b"  \n<!DOCTYPE html><script>alert(1)</script>",
        b"<html><body>x",
        b"PK\x03\x04archive",
        b"MZ\x90\x00program",
        b"#!/bin/sh\nrm -rf /",
        b"BM\x36\x00bitmap",
        b"II*\x00tiff",
        b"%!PS-Adobe-3.0 EPSF",
        b"plain text",
        b"\x00\x00\x00\x20ftypheic",
        b"\x00" * 64,
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        recognise(content)
    assert (refused.value.status, refused.value.code) == (415, "unsupported-media")


async def test_a_file_is_bounded_in_bytes_before_anything_else(
    sqlite_store: Store, tmp_path: Path
) -> None:
    owner = person("jeanne")
    await arrive(sqlite_store, owner)
    files, limits = MediaFiles(tmp_path / "media"), MediaLimits(1_000, MAX_PIXELS)

    async def send(content: bytes) -> None:
        await store_upload(sqlite_store, files, limits, owner, content, "", NOW)

    for content, expected in ((b"", (400, "empty")), (b"x" * 1_001, (413, "too-large"))):
        with pytest.raises(Refused) as refused:
            await send(content)
        assert (refused.value.status, refused.value.code) == expected
    assert not (tmp_path / "media").exists()
