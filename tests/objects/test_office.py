"""Documents of office programs among the uploads."""

import io
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from federation.errors import Refused
from objects.media import MediaLimits, disposition, recognise, store_upload
from objects.office import SUFFIXES, office_type
from storage.files import MediaFiles
from storage.records import ActorRecord
from storage.store import Store
from tests.objects.people import NOW
from tests.objects.test_media import files, jeanne

__all__ = ["files", "jeanne"]

OPEN_XML = {".docx": "word", ".xlsx": "xl", ".pptx": "ppt"}
LIMITS = MediaLimits(max_bytes=2_000_000, max_pixels=4_000_000)


def packed(*names: str, first: str = "") -> bytes:
    """An archive with entries of these names, and the type that its first entry says."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        if first:
            archive.writestr("mimetype", first, ZIP_STORED)
        for name in names:
            archive.writestr(name, b"<x/>")
    return buffer.getvalue()


def written(media_type: str) -> bytes:
    """The smallest document of a type, as office programs write it."""
    folder = OPEN_XML.get(SUFFIXES[media_type])
    if folder is None:
        return packed("content.xml", "META-INF/manifest.xml", first=media_type)
    return packed("[Content_Types].xml", "_rels/.rels", f"{folder}/main.xml")


@pytest.mark.parametrize("media_type", SUFFIXES)
async def test_an_office_document_is_known_by_what_it_holds_and_kept_as_it_is(
    sqlite_store: Store, files: MediaFiles, jeanne: ActorRecord, media_type: str
) -> None:
    content = written(media_type)
    kept = await store_upload(sqlite_store, files, LIMITS, jeanne, content, "Grille", NOW)
    assert kept.media_type == media_type
    assert kept.file.endswith(SUFFIXES[media_type])
    assert files.path(kept.file).read_bytes() == content
    assert disposition(kept.media_type) == "attachment"


@pytest.mark.parametrize(
    "name", ["word/vbaProject.bin", "Basic/Standard/Module1.xml", "xl/macrosheets/sheet1.xml"]
)
def test_a_document_with_macros_is_refused(name: str) -> None:
    text = "application/vnd.oasis.opendocument.text"
    for content in (
        packed("[Content_Types].xml", "word/document.xml", name),
        packed("content.xml", name, first=text),
    ):
        with pytest.raises(Refused) as refused:
            recognise(content)
        assert (refused.value.status, refused.value.code) == (415, "unsupported-media")
        assert "macros" in refused.value.detail


@pytest.mark.parametrize(
    "content",
    [
        packed("index.html", "run.exe"),
        packed("word/document.xml"),
        packed("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"),
        packed("content.xml", first="text/html"),
        packed("x", first=next(iter(OPEN_XML))),
        packed("x", first="application/epub+zip" + " " * 1000),
        b"PK\x03\x04",
        written("application/epub+zip")[:-30],
    ],
    ids=["program", "no-list", "two", "page", "odd", "long", "head", "cut"],
)
def test_any_other_archive_is_refused(content: bytes) -> None:
    assert office_type(content) == ""
    with pytest.raises(Refused):
        recognise(content)


def test_an_archive_with_a_huge_list_is_refused_without_reading_it() -> None:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr("word/document.xml", b"")
        for number in range(6_000):
            archive.writestr(f"word/media/{number}", b"")
    assert office_type(buffer.getvalue()) == ""


def test_a_packed_first_entry_is_not_blown_up() -> None:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"application/epub+zip" + b" " * 50_000_000)
    assert office_type(buffer.getvalue()) == ""
