"""Headers of sound and films: what they say plainly, and nothing from what is broken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects.recordings import MAX_SECONDS, Measures, measures
from tests.clients.media.uploads import box, film, wav


def flac(samples: int, rate: int) -> bytes:
    packed = (rate << 44 | 1 << 41 | 15 << 36 | samples).to_bytes(8, "big")
    return b"fLaC" + struct.pack(">I", 34) + bytes(10) + packed + bytes(16)


def ogg(head: bytes, position: int) -> bytes:
    page = b"OggS\0\2" + struct.pack("<q", 0) + bytes(14) + head
    return page + b"OggS\0\4" + struct.pack("<q", position) + bytes(14)


def test_each_kind_says_how_long_it_is() -> None:
    vorbis = b"\x01vorbis" + bytes(5) + struct.pack("<I", 44_100)
    opus = b"OpusHead\1\2" + struct.pack("<H", 312)
    assert measures(wav(1.5), "audio/wav") == Measures(1.5)
    assert measures(flac(88_200, 44_100), "audio/flac") == Measures(2.0)
    assert measures(ogg(vorbis, 44_100 * 3), "audio/ogg") == Measures(3.0)
    assert measures(ogg(opus, 48_000 * 4 + 312), "audio/ogg") == Measures(4.0)
    assert measures(film(5, 320, 240), "video/mp4") == Measures(5.0, 320, 240)
    assert measures(film(5), "audio/mpeg") == Measures()


def test_what_nobody_would_believe_is_not_said() -> None:
    assert measures(film(MAX_SECONDS + 1, 60_000, 60_000), "video/mp4") == Measures()
    nothing = box(b"moov", box(b"mvhd", bytes(100)))
    assert measures(nothing, "video/mp4") == Measures()


def test_boxes_in_boxes_without_end_are_left() -> None:
    nested = b""
    for _ in range(5_000):
        nested = box(b"trak", nested) if len(nested) < 100_000 else nested
    assert measures(box(b"moov", nested), "video/mp4") == Measures()
    assert measures(box(b"free", b"") * 100_000, "video/mp4") == Measures()


@pytest.mark.parametrize(
    "kind", ["audio/wav", "audio/flac", "audio/ogg", "video/mp4", "video/quicktime"]
)
@given(cut=st.integers(0, 400), noise=st.binary(max_size=200))
def test_broken_headers_do_no_harm(kind: str, cut: int, noise: bytes) -> None:
    for whole in (wav(0.1), flac(1, 1), ogg(b"\x01vorbis", 1), film()):
        measures(whole[:cut] + noise, kind)
