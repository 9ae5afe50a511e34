"""Files for tests, and how an app sends them."""

import io
import struct
from typing import Any

from PIL import Image
from quart.datastructures import FileStorage

from tests.support.apps import App


def picture(colour: str = "red", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def wav(seconds: float = 2.0, rate: int = 8_000) -> bytes:
    """Silence."""
    sound = bytes([128]) * int(seconds * rate)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def box(name: bytes, content: bytes) -> bytes:
    """One box of an MP4 file."""
    return struct.pack(">I4s", len(content) + 8, name) + content


def film(seconds: int = 3, width: int = 640, height: int = 360, *, turned: bool = False) -> bytes:
    """The header of an MP4 film."""
    movie = struct.pack(">IIIII", 0, 0, 0, 1_000, seconds * 1_000) + bytes(80)
    upright = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    sideways = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    matrix = struct.pack(">9i", *(sideways if turned else upright))
    track = bytes(40) + matrix + struct.pack(">II", width << 16, height << 16)
    moov = box(b"moov", box(b"mvhd", movie) + box(b"trak", box(b"tkhd", track)))
    return box(b"ftyp", b"isom" + bytes(12)) + moov + box(b"mdat", bytes(64))


def part(content: bytes, name: str = "file.bin") -> FileStorage:
    """A part of a form."""
    return FileStorage(io.BytesIO(content), filename=name)


async def upload(app: App, colour: str = "red", **form: Any) -> Any:
    """A small picture as an app uploads it."""
    return await app.post("/api/v2/media", form=form, files={"file": part(picture(colour))})
