"""`communotic vocabulary`: what an operator sees, brings in and takes out."""

import json
from pathlib import Path

import pytest

from tests.node.nodes import called, made

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://greta.example/tools> a skos:ConceptScheme ; skos:prefLabel "Outils"@fr .
<https://greta.example/tools/1> a skos:Concept ; skos:inScheme <https://greta.example/tools> ;
    skos:prefLabel "Perceuse"@fr .
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A new node."""
    return made(tmp_path / "node")


def listed(data: Path) -> dict[str, int]:
    """Scheme → number of concepts."""
    result = called(data, "vocabulary", "list", "--json")
    assert result.exit_code == 0, result.output
    return {row["name"]: row["concepts"] for row in json.loads(result.stdout)}


def test_a_vocabulary_is_imported_listed_and_exported_in_another_format(
    data: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "tools.ttl", tmp_path / "tools.jsonld"
    source.write_text(TURTLE)
    result = called(data, "vocabulary", "import", str(source), "--name", "tools")
    assert result.exit_code == 0, result.output
    assert listed(data)["tools"] == 1
    result = called(data, "vocabulary", "export", str(target), "--scheme", "tools")
    assert result.exit_code == 0, result.output
    assert "Perceuse" in json.dumps(json.loads(target.read_text()), ensure_ascii=False)
    again = called(data, "vocabulary", "import", str(target), "--name", "tools", "--json")
    assert json.loads(again.stdout) == {"name": "tools", "concepts": 1}
    assert "Outils" in called(data, "vocabulary", "list").stdout


def test_what_cannot_be_read_or_written_is_said_in_a_sentence(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<unfinished")
    for words in (
        ("import", str(broken), "--name", "tools"),
        ("import", str(broken)),
        ("export", str(tmp_path / "words.docx")),
        ("export", str(tmp_path / "words.ttl"), "--scheme", "nothing"),
    ):
        result = called(data, "vocabulary", *words)
        assert result.exit_code == 1
        assert result.output.startswith("communotic: ")
        assert "Traceback" not in result.output
