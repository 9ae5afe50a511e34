"""`communotic profile`: what people present of themselves, here and to their followers."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.node.nodes import called, made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A new node."""
    return made(tmp_path / "node")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture."""
    path = tmp_path / "logo.png"
    Image.new("RGB", (40, 40), "teal").save(path)
    return path


def profile(data: Path, *words: str) -> Any:
    """The profile of greta after a call."""
    result = called(data, "profile", "greta", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def activities(data: Path) -> list[dict[str, Any]]:
    """Every activity of this node, oldest first."""
    with closing(sqlite3.connect(data / "communotic.db")) as database:
        found = database.execute("select document from activities order by id").fetchall()
    return [json.loads(row[0]) for row in found]


def test_a_changed_profile_is_saved_and_told_to_the_followers(data: Path, picture: Path) -> None:
    shown = profile(
        data, "--name", "Le Greta", "--summary", "1 < 2 & <b>bold</b>\n\nhttps://greta.example",
        "--icon", str(picture), "--image", str(picture), "--locked", "--no-discoverable",
        "--hides-network",
        "--field", "Site=https://greta.example/?a=b", "--field", "Ville=Saint-Lô",
    )  # fmt: skip
    assert shown["name"] == "Le Greta"
    assert "1 < 2 & <b>bold</b>" in shown["summary"]
    assert (shown["locked"], shown["discoverable"], shown["hides_network"]) == (True, False, True)
    assert shown["fields"] == {"Site": "https://greta.example/?a=b", "Ville": "Saint-Lô"}
    (update,) = activities(data)
    assert update["type"] == "Update"
    assert update["object"]["name"] == "Le Greta"
    assert "<b>" not in update["object"]["summary"]
    assert 'href="https://greta.example/?a=b"' in update["object"]["attachment"][0]["value"]
    stored = data / "media"
    for kind in ("icon", "image"):
        name = shown[kind].rpartition("/")[2]
        assert list(stored.rglob(name)), kind
    assert profile(data)["name"] == "Le Greta"


def test_looking_tells_nobody_anything(data: Path) -> None:
    assert profile(data)["account"].startswith("greta@")
    assert "name:" in called(data, "profile", "greta").stdout
    assert activities(data) == []


def test_one_option_leaves_the_others_alone(data: Path) -> None:
    profile(data, "--field", "Ville=Saint-Lô", "--locked")
    shown = profile(data, "--no-locked")
    assert shown["locked"] is False
    assert shown["fields"] == {"Ville": "Saint-Lô"}


def test_what_is_no_picture_or_no_field_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<svg/>")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 x")
    for name in ("a.svg", "a.pdf"):
        result = called(data, "profile", "greta", "--icon", str(tmp_path / name))
        assert result.exit_code == 1
        assert "Traceback" not in result.output
    assert called(data, "profile", "greta", "--field", "nothing").exit_code == 1
    assert activities(data) == []
