"""Uploads: kept as they should be, and forgotten when nothing shows them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from federation.errors import Refused
from objects.media import (
    MediaLimits,
    SmallPictures,
    attachment_document,
    disposition,
    media_type_of,
    recognise,
    small_pictures,
    store_upload,
)
from objects.retention import prune_media
from storage.files import MediaFiles
from storage.records import ActorRecord, MediaRecord
from storage.store import Store
from tests.objects.people import HERE, NOW, arrive, person, post, publish

LIMITS = MediaLimits(max_bytes=2_000_000, max_pixels=4_000_000)
DAY = 86_400_000


def picture(
    kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object
) -> bytes:
    """A picture that is red on the left and blue on the right."""
    image = Image.new(mode, size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def animation(kind: str, frames: int = 3, size: tuple[int, int] = (20, 10)) -> bytes:
    """Frames of changing colour."""
    images = [Image.new("RGB", size, (40 * n % 255, 0, 0)) for n in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, kind, save_all=True, append_images=images[1:], duration=80, loop=0)
    return buffer.getvalue()


@pytest.fixture
async def jeanne(sqlite_store: Store) -> ActorRecord:
    actor = person("jeanne")
    await arrive(sqlite_store, actor)
    return actor


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return MediaFiles(tmp_path / "media")


async def upload(
    store: Store, files: MediaFiles, owner: ActorRecord, content: bytes, **more: object
) -> MediaRecord:
    focus = more.get("focus")
    assert focus is None or isinstance(focus, tuple)
    return await store_upload(store, files, LIMITS, owner, content, " Un établi ", NOW, focus=focus)


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [
        ("JPEG", "image/jpeg", ".jpg"),
        ("PNG", "image/png", ".png"),
        ("WEBP", "image/webp", ".webp"),
        ("GIF", "image/png", ".png"),
    ],
)
async def test_a_picture_is_drawn_anew_and_described(
    sqlite_store: Store,
    files: MediaFiles,
    jeanne: ActorRecord,
    kind: str,
    media_type: str,
    suffix: str,
) -> None:
    media = await upload(sqlite_store, files, jeanne, picture(kind), focus=(0.5, -1.0))
    assert (media.media_type, media.width, media.height) == (media_type, 64, 48)
    assert media.file.endswith(suffix)
    assert media.description == "Un établi"
    assert (media.focus_x, media.focus_y) == (0.5, -1.0)
    assert len(media.blurhash) == 28
    assert media.preview == ""
    assert await sqlite_store.query(lambda tx: tx.ledger.media_by_ids([media.id])) == {
        media.id: media
    }
    with Image.open(files.path(media.file)) as kept:
        left, right = (kept.convert("RGB").getpixel((x, 24)) for x in (5, 58))
    assert left != right


async def test_large_pictures_are_made_smaller_and_have_a_preview(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    media = await upload(sqlite_store, files, jeanne, picture("PNG", (4000, 500)))
    assert (media.width, media.height) == (3840, 480)
    with Image.open(files.path(media.preview)) as preview:
        assert (preview.format, preview.size) == ("WEBP", (640, 80))
    found = await sqlite_store.query(lambda tx: tx.ledger.media_by_file(media.preview))
    assert found == media


async def test_transparency_survives(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    media = await upload(sqlite_store, files, jeanne, buffer.getvalue())
    with Image.open(files.path(media.file)) as kept:
        assert kept.convert("RGBA").getpixel((5, 5)) == (255, 0, 0, 0)


@pytest.mark.parametrize(("kind", "media_type"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
async def test_animations_keep_moving(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord, kind: str, media_type: str
) -> None:
    media = await upload(sqlite_store, files, jeanne, animation(kind))
    assert media.media_type == media_type
    with Image.open(files.path(media.file)) as kept:
        assert getattr(kept, "n_frames", 1) == 3


SOUNDS_AND_FILMS = [
    (b"ID3\x04\x00rest", "audio/mpeg"),
    (b"\xff\xfb\x90\x64rest", "audio/mpeg"),
    (b"fLaC\x00", "audio/flac"),
    (b"OggS\x00", "audio/ogg"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
    (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
    (b"\x00\x00\x00\x20ftypisom\x00", "video/mp4"),
    (b"\x00\x00\x00\x20ftypmp42\x00", "video/mp4"),
    (b"\x00\x00\x00\x14ftypqt  \x00", "video/quicktime"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
    (b"%PDF-1.7\n", "application/pdf"),
]


@pytest.mark.parametrize(("content", "media_type"), SOUNDS_AND_FILMS)
async def test_sounds_films_and_papers_are_kept_as_they_are(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord, content: bytes, media_type: str
) -> None:
    media = await upload(sqlite_store, files, jeanne, content)
    assert (media.media_type, media.width, media.blurhash) == (media_type, None, "")
    assert files.path(media.file).read_bytes() == content
    assert attachment_document(media, HERE) == {
        "type": "Document",
        "mediaType": media_type,
        "url": HERE.media(media.file),
        "name": "Un établi",
    }


def test_papers_are_downloaded_and_pictures_shown() -> None:
    assert disposition("application/pdf") == "attachment"
    assert disposition("image/png") == "inline"
    assert disposition("image/svg+xml") == "attachment"
    assert disposition("text/html") == "attachment"


def test_what_is_refused_says_what_to_do() -> None:
    with pytest.raises(Refused, match="save it as JPEG"):
        recognise(b"\x00\x00\x00\x18ftypheic\x00")
    with pytest.raises(Refused, match="PNG"):
        recognise(b"<svg xmlns='http://www.w3.org/2000/svg'>")


async def test_equal_pictures_share_a_file_until_the_last_is_forgotten(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    first = await upload(sqlite_store, files, jeanne, picture("PNG"))
    second = await upload(sqlite_store, files, jeanne, picture("PNG"))
    assert first.file == second.file
    record = await publish(sqlite_store, post(jeanne))
    await sqlite_store.write(lambda tx: tx.ledger.attach(first.id, record.id))
    assert await prune_media(sqlite_store, files, NOW + DAY) == 0
    assert await prune_media(sqlite_store, files, NOW + DAY + 1) == 1
    assert files.path(first.file).exists()
    await sqlite_store.write(lambda tx: tx.objects.bury(record, NOW))
    assert await prune_media(sqlite_store, files, NOW + DAY + 1) == 1
    assert not files.path(first.file).exists()
    assert await sqlite_store.query(lambda tx: tx.ledger.media_by_file(first.file)) is None


async def test_the_preview_goes_with_its_picture(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    media = await upload(sqlite_store, files, jeanne, picture("PNG", (1000, 100)))
    await prune_media(sqlite_store, files, NOW + DAY + 1)
    assert not files.path(media.preview).exists()
    assert not files.path(media.file).exists()


async def test_pages_get_smaller_pictures_which_go_with_the_upload(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    large = io.BytesIO()
    Image.effect_mandelbrot((2000, 500), (-2, -1, 1, 1), 30).convert("RGB").save(large, "JPEG")
    media = await upload(sqlite_store, files, jeanne, large.getvalue())
    for name, kind in ((media.avif, "AVIF"), (media.webp, "WEBP")):
        with Image.open(files.path(name)) as kept:
            assert (kept.format, kept.size) == (kind, (1600, 400))
        found = await sqlite_store.query(lambda tx, name=name: tx.ledger.media_by_file(name))  # type: ignore[misc]
        assert found == media
    url = HERE.media(media.file)
    strange = "https://elsewhere.example/media/" + media.file
    small = await sqlite_store.query(lambda tx: small_pictures(tx, HERE, [url, strange]))
    assert small == {url: SmallPictures(HERE.media(media.avif), HERE.media(media.webp))}
    await prune_media(sqlite_store, files, NOW + DAY + 1)
    assert not any(files.path(name).exists() for name in media.files)


async def test_what_moves_has_no_still_pictures(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord
) -> None:
    media = await upload(sqlite_store, files, jeanne, animation("GIF"))
    assert (media.avif, media.webp) == ("", "")
    assert media_type_of(media, media.file) == "image/gif"
