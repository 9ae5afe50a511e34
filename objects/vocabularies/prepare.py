"""`python -m objects.vocabularies.prepare [CODES.csv TITLES.csv]`: the bundled files, made anew.

From the Turtle files in `data/`, and for ROME from the two tables of France Travail when they
are given: `unix_referentiel_code_rome_…csv` and `unix_referentiel_appellation_…csv`.
"""

import sys
from pathlib import Path
from typing import Final

from objects.vocabularies.files import SchemeFile, to_bytes
from objects.vocabularies.names import DIGCOMP, OURS
from objects.vocabularies.skos.reading import read_skos
from objects.vocabularies.tables.rome import read_rome

DATA: Final = Path(__file__).parent / "data"


def from_source(name: str) -> SchemeFile:
    """A scheme as its Turtle file says it."""
    return read_skos((DATA / f"{name}.ttl").read_bytes(), "turtle", name)


def main(tables: list[str]) -> None:
    """Write `data/bundled/`; concepts keep the order of the source."""
    folder = DATA / "bundled"
    folder.mkdir(exist_ok=True)
    files = [from_source(name) for name in (*OURS, DIGCOMP)]
    if tables:
        files.append(read_rome([Path(table).read_bytes() for table in tables]))
    for file in files:
        (folder / f"{file.scheme.name}.json").write_bytes(to_bytes(file))


if __name__ == "__main__":
    main(sys.argv[1:])
