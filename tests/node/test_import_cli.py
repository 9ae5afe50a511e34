"""`communotic import`: from a terminal, with a report that scripts can read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.node.nodes import called, made

TEXT = (
    "---\ntitle: Un jardin\ndate: 2014-09-01\npublics: apprentis\nmodalités: présentiel\n"
    "maturité: éprouvée\nrésumé: En bref.\nauteur: Marie\n---\nLe contexte.\n\n"
    "## Objectifs\n\n- planter\n\n"
    "## Déroulé\n\nUne étape.\n\n## Résultats\n\nBien.\n\n## Difficultés\n\nAucune\n"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node with the organisation greta and the person marie."""
    folder = made(tmp_path / "node")
    assert called(folder, "member", "add", "marie").exit_code == 0
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder with one whole text and one with a title alone."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.md").write_text(TEXT)
    (folder / "b.md").write_text("# Seulement un titre\n")
    return folder


def report(data: Path, *words: str) -> Any:
    """What an import answers as JSON."""
    result = called(data, "import", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_folder_is_tried_imported_and_known_the_second_time(data: Path, texts: Path) -> None:
    words = ("markdown", str(texts), "--author", "greta", "--person", "Marie=marie")
    trial = report(data, *words, "--dry-run")
    assert (trial["published"], trial["drafts"], trial["dry_run"]) == (1, 1, True)
    real = report(data, *words)
    assert (real["published"], real["drafts"]) == (1, 1)
    whole, title_only = real["items"]
    assert whole["published"] == "2014-09-01T10:00:00Z"
    assert "objectives" in {problem["field"] for problem in title_only["problems"]}
    assert all(problem["text"] for problem in title_only["problems"])
    assert report(data, *words)["known"] == 2


def test_the_report_is_readable_too(data: Path, texts: Path) -> None:
    result = called(data, "import", "markdown", str(texts), "--author", "greta", "--drafts")
    assert result.exit_code == 0, result.output
    assert "draft     a.md: Un jardin" in result.output
    assert "0 published, 2 drafts, 0 known already, 0 refused." in result.output


def test_the_empty_table_is_written_and_can_be_imported(data: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    assert called(data, "import", "template", str(table)).exit_code == 0
    table.write_bytes(table.read_bytes() + b"1;Un titre\r\n")
    assert report(data, "csv", str(table), "--author", "greta")["drafts"] == 1


def test_refusals_are_one_sentence(data: Path, texts: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for words in (
        ("yeswiki", str(broken), "--author", "greta"),
        ("markdown", str(texts), "--author", "nobody"),
        ("markdown", str(texts), "--author", "greta", "--person", "Marie"),
        ("csv", str(texts), "--author", "greta"),
    ):
        result = called(data, "import", *words)
        assert result.exit_code == 1, words
        assert result.output.startswith("communotic: ")
