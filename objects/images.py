"""Pictures made harmless: checked before they are decoded, drawn anew, without metadata."""

import io
import struct
import threading
from dataclasses import dataclass, replace
from typing import Final

import blurhash
from PIL import Image, ImageOps, ImageSequence

from federation.errors import Refused

MAX_SIDE: Final = 3_840
MAX_RATIO: Final = 16_000
PREVIEW_SIDE: Final = 640
PAGE_SIDE: Final = 1_600
MAX_FRAMES: Final = 300
MAX_ANIMATED_PIXELS: Final = 20_000_000
BLUR_SIDE: Final = 32

_FORMATS: Final = {
    "image/gif": "GIF", "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP",
}  # fmt: skip
_SUFFIXES: Final = {"GIF": ".gif", "JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_OPTIONS: Final[dict[str, dict[str, int | bool]]] = {
    "AVIF": {"quality": 60, "speed": 8, "max_threads": 1},
    "GIF": {},
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 85, "method": 4},
}
# What Pillow raises on files that are cut off, contradictory or made to break it.
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError,
    ZeroDivisionError, struct.error, Image.DecompressionBombError,
)  # fmt: skip
# Decoding takes up to 200 MB: pictures take their turns.
_turn: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we keep it; `preview` is a small WebP, None when the picture is small.

    `avif` and `webp` show a still picture on pages, at most `PAGE_SIDE` wide and high; None when
    they would not be smaller than the picture itself.
    """

    content: bytes
    media_type: str
    suffix: str
    width: int
    height: int
    blurhash: str
    preview: bytes | None
    avif: bytes | None = None
    webp: bytes | None = None


def redraw(content: bytes, media_type: str, max_pixels: int) -> Picture:
    """Decode a picture and encode it anew: upright, bounded, with nothing but its pixels.

    Takes long; call it in a thread. Raises `Refused`: 413 `too-many-pixels` (before anything is
    decoded), 422 `broken-image`.
    """
    with _turn:
        try:
            return _redraw(content, _FORMATS[media_type], max_pixels)
        except _BROKEN as error:
            raise Refused(422, "broken-image", f"The picture cannot be read: {error}") from None


def still_of(picture: Picture) -> bytes | None:
    """The first picture of an animation as WebP; None for what does not move."""
    with _turn, Image.open(io.BytesIO(picture.content)) as image:
        if int(getattr(image, "n_frames", 1)) < 2:
            return None
        return _encoded(_pixels_only(image), "WEBP")


def measure(content: bytes, media_type: str, max_pixels: int) -> tuple[int, int, int]:
    """Width, height and number of frames, from the header alone; raises `Refused` as `redraw`."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
            return (*image.size, _check(image, max_pixels))
    except _BROKEN as error:
        raise Refused(422, "broken-image", f"The picture cannot be read: {error}") from None


def thumbnail(content: bytes, media_type: str, max_pixels: int) -> bytes:
    """A picture drawn anew as small as a preview; raises `Refused` as `redraw`."""
    picture = redraw(content, media_type, max_pixels)
    if picture.preview is not None:
        return picture.preview
    with Image.open(io.BytesIO(picture.content)) as image:
        return _encoded(_pixels_only(image), "WEBP")


def _redraw(content: bytes, kind: str, max_pixels: int) -> Picture:
    # The bound on pixels is ours, below; Pillow's would only warn.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        frames = _check(image, max_pixels)
        if frames > 1:
            return _animation(image, kind)
        kind = "PNG" if kind == "GIF" else kind
        if kind == "JPEG":
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        return _still(image, kind)


def _check(image: Image.Image, max_pixels: int) -> int:
    """Refuse what is too large, from the header alone; gives the number of frames."""
    width, height = image.size
    pixels = width * height
    if not 0 < pixels <= max_pixels or max(width, height) > MAX_RATIO:
        detail = f"{width} × {height} pixels; at most {max_pixels} are accepted"
        raise Refused(413, "too-many-pixels", detail)
    if image.format not in {"GIF", "WEBP"}:
        return 1
    frames = int(getattr(image, "n_frames", 1))
    if frames > MAX_FRAMES or (frames > 1 and frames * pixels > MAX_ANIMATED_PIXELS):
        detail = f"an animation of {frames} pictures of {width} × {height} pixels is too large"
        raise Refused(413, "too-many-pixels", detail)
    return frames


def _still(image: Image.Image, kind: str) -> Picture:
    upright = _pixels_only(ImageOps.exif_transpose(image))
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    picture = _picture(_encoded(upright, kind), kind, upright)
    upright.thumbnail((PAGE_SIDE, PAGE_SIDE))
    size = len(picture.content)
    avif, webp = (_if_smaller(_encoded(upright, other), size) for other in ("AVIF", "WEBP"))
    return replace(picture, avif=avif, webp=webp)


def _if_smaller(content: bytes, size: int) -> bytes | None:
    return content if len(content) < size else None


def _animation(image: Image.Image, kind: str) -> Picture:
    loop = int(image.info.get("loop", 0) or 0)
    frames: list[Image.Image] = []
    durations: list[int] = []
    for frame in ImageSequence.Iterator(image):
        durations.append(max(20, int(frame.info.get("duration", 100) or 100)))
        frames.append(_pixels_only(frame))
    buffer = io.BytesIO()
    frames[0].save(
        buffer, kind, save_all=True, append_images=frames[1:], duration=durations,
        loop=min(max(loop, 0), 1000), disposal=2 if kind == "GIF" else None,
    )  # fmt: skip
    return _picture(buffer.getvalue(), kind, frames[0])


def _picture(content: bytes, kind: str, image: Image.Image) -> Picture:
    return Picture(
        content,
        Image.MIME[kind],
        _SUFFIXES[kind],
        *image.size,
        _blurhash(image),
        _preview(image),
    )


def _pixels_only(image: Image.Image) -> Image.Image:
    """A copy in RGB or RGBA without profile, comment, camera data or anything else."""
    transparent = "A" in image.getbands() or "transparency" in image.info
    copy = image.convert("RGBA" if transparent else "RGB")
    copy = copy.copy() if copy is image else copy
    copy.info.clear()
    return copy


def _encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    fitting = image.convert("RGB") if kind == "JPEG" else image
    fitting.save(buffer, kind, **_OPTIONS[kind])
    return buffer.getvalue()


def _preview(image: Image.Image) -> bytes | None:
    if max(image.size) <= PREVIEW_SIDE:
        return None
    small = image.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return _encoded(small, "WEBP")


def _blurhash(image: Image.Image) -> str:
    """The blurred placeholder, from a picture so small that pure Python is fast enough."""
    small = image.convert("RGB")
    small.thumbnail((BLUR_SIDE, BLUR_SIDE))
    width, height = small.size
    raw = small.tobytes()
    rows = [[tuple(raw[3 * (y * width + x) :][:3]) for x in range(width)] for y in range(height)]
    across, down = (4, 3) if width >= height else (3, 4)
    return str(blurhash.encode(rows, components_x=across, components_y=down))
