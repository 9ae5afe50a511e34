"""Emoji and announcements from a terminal."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.node.nodes import called, made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node."""
    return made(tmp_path / "node")


def rows(data: Path, *words: str) -> Any:
    """What a command answers as JSON."""
    result = called(data, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_emoji_is_added_hidden_shown_and_removed(data: Path, tmp_path: Path) -> None:
    written = io.BytesIO()
    Image.new("RGB", (16, 16), "#336699").save(written, "PNG")
    picture = tmp_path / "bravo.png"
    picture.write_bytes(written.getvalue())
    added = rows(data, "emoji", "add", "bravo", str(picture), "--category", "Gestes")
    assert (added["shortcode"], added["category"], added["hidden"]) == ("bravo", "Gestes", False)
    assert called(data, "emoji", "hide", "bravo").exit_code == 0
    assert rows(data, "emoji", "list") == [added | {"hidden": True}]
    assert "(hidden)" in called(data, "emoji", "list").stdout
    assert "again" in called(data, "emoji", "hide", "bravo", "--show").stdout
    assert called(data, "emoji", "remove", "bravo").exit_code == 0
    assert rows(data, "emoji", "list") == []
    missing = called(data, "emoji", "remove", "bravo")
    assert (missing.exit_code, "no emoji bravo" in missing.output) == (1, True)
    acts = [entry["action"] for entry in reversed(rows(data, "audit"))]
    assert [act for act in acts if act.startswith("emoji")] == [
        "emoji add", "emoji hide", "emoji show", "emoji remove",
    ]  # fmt: skip


def test_what_is_no_picture_is_refused_with_a_sentence(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.svg"
    page.write_text("<svg/>")
    for words in (("bravo", str(page)), ("bravo", str(tmp_path / "none.png")), ("é", str(page))):
        result = called(data, "emoji", "add", *words)
        assert result.exit_code == 1
        assert "Traceback" not in result.output
    assert rows(data, "emoji", "list") == []


def test_an_announcement_is_written_listed_and_removed(data: Path) -> None:
    whole = rows(data, "announce", "write", "Fermé", "--start", "2026-12-01", "--end", "2026-12-02")
    assert whole["all_day"] is True
    assert (whole["starts"], whole["ends"]) == ("2026-11-30T23:00:00Z", "2026-12-02T23:00:00Z")
    draft = rows(data, "announce", "write", "Bientôt", "--start", "2026-12-01T09:30", "--draft")
    assert (draft["all_day"], draft["published"]) == (False, None)
    assert [one["id"] for one in rows(data, "announce", "list")] == [draft["id"], whole["id"]]
    assert "hidden" in called(data, "announce", "list").stdout
    assert called(data, "announce", "remove", whole["id"]).exit_code == 0
    assert called(data, "announce", "remove", whole["id"]).exit_code == 1
    assert [one["id"] for one in rows(data, "announce", "list")] == [draft["id"]]


@pytest.mark.parametrize(
    "words",
    [
        ("",),
        ("x", "--start", "tomorrow"),
        ("x", "--start", "2026-12-02", "--end", "2026-11-02"),
        ("x" * 5001,),
    ],
)
def test_what_makes_no_sense_is_not_announced(data: Path, words: tuple[str, ...]) -> None:
    result = called(data, "announce", "write", *words)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert rows(data, "announce", "list") == []
