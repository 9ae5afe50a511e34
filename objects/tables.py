"""Tables that people made with a spreadsheet: any usual encoding and separator, bounded."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from objects.search.words import fold

MAX_BYTES: Final = 50_000_000
MAX_COLUMNS: Final = 300
SEPARATORS: Final = (";", ",", "\t")
_HEAD: Final = 64_000


class BadTable(ValueError):
    """A file that is no table; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where it begins in the file, and its cells by heading, without empty ones."""

    line: int
    cells: dict[str, str]
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are read one after the other."""

    headings: tuple[str, ...]
    encoding: str
    separator: str
    text: str

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises `BadTable` where the file breaks off."""
        reader = _reader(self.text, self.separator)
        begin = 1
        try:
            next(reader)
            begin = reader.line_num + 1
            for values in reader:
                row = self._row(begin, values)
                begin = reader.line_num + 1
                if row.cells or row.surplus:
                    yield row
        except csv.Error as error:
            raise BadTable(f"line {begin}: {error}") from None

    def _row(self, line: int, values: list[str]) -> Row:
        cells = {
            heading: value.strip()
            for heading, value in zip(self.headings, values, strict=False)
            if value.strip()
        }
        surplus = [value.strip() for value in values[len(self.headings) :]]
        return Row(line, cells, tuple(value for value in surplus if value))


def read_table(content: bytes) -> Table:
    """A CSV file: UTF-8, UTF-16 or Windows-1252; `;`, `,` or tabulators. Raises `BadTable`."""
    if len(content) > MAX_BYTES:
        raise BadTable(f"{len(content)} bytes; at most {MAX_BYTES} are read")
    text, encoding = decode(content)
    if "\0" in text:
        raise BadTable("this is not a text file")
    found = {separator: _headings(text, separator) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda each: len(found[each]))
    headings = found[separator]
    if len([heading for heading in headings if heading]) < 2:
        raise BadTable("the first line must name at least two columns")
    if len(headings) > MAX_COLUMNS:
        raise BadTable(f"more than {MAX_COLUMNS} columns")
    return Table(_distinct(headings), encoding, separator, text)


def decode(content: bytes) -> tuple[str, str]:
    """Text of an unknown encoding, and the encoding that fitted."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace"), "windows-1252"


def heading_key(heading: str) -> str:
    """A heading as it is compared: folded, single spaces, without what stands in brackets."""
    plain = fold(heading).partition("(")[0]
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def _reader(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _headings(text: str, separator: str) -> list[str]:
    try:
        return [value.strip() for value in next(_reader(text[:_HEAD], separator), [])]
    except csv.Error as error:
        raise BadTable(f"line 1: {error}") from None


def _distinct(headings: list[str]) -> tuple[str, ...]:
    """Headings without doubles, so that no column hides another."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        found.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return tuple(found)
