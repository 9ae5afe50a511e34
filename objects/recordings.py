"""What sound and films say of themselves in their headers: how long, how wide, how high."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_SECONDS: Final = 7 * 24 * 3600
MAX_SIDE: Final = 16_000
MAX_BOXES: Final = 2_000
_CONTAINERS: Final = frozenset({b"moov", b"trak"})
_BASE_FORMATS: Final = frozenset({"audio/mp4", "video/mp4", "video/quicktime"})
_OGG_TAIL: Final = 65_536


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of a recording; `duration` in seconds."""

    duration: float | None = None
    width: int | None = None
    height: int | None = None


def measures(content: bytes, media_type: str) -> Measures:
    """What the header of a recording says; nothing where it is not said plainly."""
    try:
        match media_type:
            case "audio/wav":
                found = Measures(_wav_seconds(content))
            case "audio/flac":
                found = Measures(_flac_seconds(content))
            case "audio/ogg":
                found = Measures(_ogg_seconds(content))
            case _ if media_type in _BASE_FORMATS:
                found = _base_format(content)
            case _:
                found = Measures()
    except (struct.error, ValueError, IndexError, ZeroDivisionError):
        return Measures()
    return _believable(found)


def _believable(found: Measures) -> Measures:
    seconds, width, height = found.duration, found.width, found.height
    sides = width and height and 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE
    return Measures(
        round(seconds, 3) if seconds is not None and 0 < seconds <= MAX_SECONDS else None,
        width if sides else None,
        height if sides else None,
    )


def _wav_seconds(content: bytes) -> float | None:
    """RIFF: the length of `data` by the bytes per second of `fmt `."""
    rate, at = 0, 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        if name == b"fmt ":
            rate = struct.unpack_from("<I", content, at + 16)[0]
        elif name == b"data":
            return float(min(size, len(content) - at - 8) / rate)
        at += 8 + size + size % 2
    return None


def _flac_seconds(content: bytes) -> float:
    """STREAMINFO, always the first block: 20 bits of sample rate, 36 of samples."""
    packed = int.from_bytes(content[18:26], "big")
    return float((packed & (1 << 36) - 1) / (packed >> 44))


def _ogg_seconds(content: bytes) -> float | None:
    """The position of the last page by the rate in the first; Opus always counts 48,000."""
    head = content[:512]
    if (start := head.find(b"OpusHead")) >= 0:
        rate, skipped = 48_000, struct.unpack_from("<H", head, start + 10)[0]
    elif (start := head.find(b"\x01vorbis")) >= 0:
        rate, skipped = struct.unpack_from("<I", head, start + 12)[0], 0
    else:
        return None
    last = content.rfind(b"OggS", max(0, len(content) - _OGG_TAIL))
    position = struct.unpack_from("<q", content, last + 6)[0] if last >= 0 else 0
    return float((position - skipped) / rate)


def _base_format(content: bytes) -> Measures:
    """MP4 and QuickTime: the length in `mvhd`, the size of the first picture in a `tkhd`."""
    seconds, width, height = None, None, None
    for name, start, _ in _boxes(content):
        if name == b"mvhd":
            seconds = _movie_seconds(content, start)
        elif name == b"tkhd" and not width:
            width, height = _track_size(content, start)
    return Measures(seconds, width or None, height or None)


def _boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each box, those inside `moov` and `trak` too."""
    waiting = [(0, len(content))]
    for _ in range(MAX_BOXES):
        while waiting and waiting[-1][0] + 8 > waiting[-1][1]:
            waiting.pop()
        if not waiting:
            return
        at, end = waiting.pop()
        size, name = struct.unpack_from(">I4s", content, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", content, at + 8)[0], 16
        stop = end if size == 0 else at + size
        if (size and size < header) or stop > end:
            return
        waiting.append((stop, end))
        yield name, at + header, stop
        if name in _CONTAINERS:
            waiting.append((at + header, stop))


def _movie_seconds(content: bytes, start: int) -> float:
    if content[start] == 1:
        scale, length = struct.unpack_from(">IQ", content, start + 20)
    else:
        scale, length = struct.unpack_from(">II", content, start + 12)
    return float(length / scale)


def _track_size(content: bytes, start: int) -> tuple[int, int]:
    """Width and height as it is shown: a telephone held upright turns the picture."""
    at = start + (52 if content[start] == 1 else 40)
    a, b = struct.unpack_from(">ii", content, at)
    width, height = (side >> 16 for side in struct.unpack_from(">II", content, at + 36))
    return (height, width) if a == 0 and b != 0 else (width, height)
