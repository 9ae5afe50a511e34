"""Archives that come back: hostile ones are refused or read as far as they are good."""

import tarfile
from pathlib import Path

import pytest

from objects.archive.container import END, whole
from objects.archive.reading import Archive, BadArchive, accounts

HEAD = whole("manifest.yml", b"{}", 1) + whole("activitypub/actor.json", b'{"name": "Amina"}', 1)
NAME = "a" * 64 + ".png"


def kept(folder: Path, content: bytes) -> Path:
    """A file with this content."""
    path = folder / "archive.tar"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100, END, HEAD[:700]])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadArchive):
        Archive(kept(tmp_path, content))


def test_a_profile_that_is_no_json_is_refused(tmp_path: Path) -> None:
    content = whole("manifest.yml", b"", 1) + whole("activitypub/actor.json", b"[[[", 1) + END
    with Archive(kept(tmp_path, content)) as archive, pytest.raises(BadArchive):
        archive.actor()


def test_only_plain_files_under_known_names_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("manifest.yml", "activitypub/actor.json"):
            tar.addfile(tarfile.TarInfo(name))
        link = tarfile.TarInfo(f"media/{NAME}")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with Archive(path) as archive:
        assert archive.file(NAME, 1_000) is None
        assert archive.file("../../etc/passwd", 1_000) is None
        assert archive.file("/etc/passwd", 1_000) is None


def test_a_file_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    content = HEAD + whole(f"media/{NAME}", b"x" * 2_000, 1) + END
    with Archive(kept(tmp_path, content)) as archive:
        assert archive.file(NAME, 1_999) is None
        assert archive.file(NAME, 2_000) == b"x" * 2_000


def test_parts_of_odd_shapes_count_as_missing(tmp_path: Path) -> None:
    content = (
        HEAD
        + whole("drafts.json", b'{"a": 1}', 1)
        + whole("preferences.json", b'[{"chosen": 1}]', 1)
        + whole("experiences/2.jsonld", b"not json", 1)
        + whole("experiences/1.jsonld", b'{"type": "Article"}', 1)
        + whole("experiences/../3.jsonld", b"{}", 1)
        + END
    )
    with Archive(kept(tmp_path, content)) as archive:
        assert archive.drafts() == []
        assert archive.chosen() == {}
        assert archive.following() == []
        found = [(name, document is not None) for name, document in archive.experiences()]
    assert found == [("experiences/1.jsonld", True), ("experiences/2.jsonld", False)]


def test_a_list_of_accounts_is_read_as_mastodon_writes_it() -> None:
    text = "Account address,Show boosts\n@a@x.example,true\nb@y.example,true\n\na@x.example\nno\n"
    assert accounts(text.encode()) == ["a@x.example", "b@y.example"]
    assert accounts(b"\xef\xbb\xbfa@x.example\n") == ["a@x.example"]
    assert accounts(b"\xff\xfe\x00garbage") == []
