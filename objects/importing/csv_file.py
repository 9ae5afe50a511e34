"""Experiences from a table: one a line, the columns named in French or English."""

from collections.abc import Iterator

from objects.importing.headings import field_of
from objects.importing.mapping import unknown_headings
from objects.importing.markup import picture_at
from objects.importing.report import BadSource, Item, Picture, Problem, problem
from objects.importing.values import moment, parts
from objects.tables import BadTable, Row, Table, read_table


def open_csv(content: bytes) -> Table:
    """The table; raises `BadSource` when it is none, or when no column is called a title."""
    try:
        table = read_table(content)
    except BadTable as error:
        raise BadSource("bad-table", str(error)) from None
    if "title" not in {field_of(heading) for heading in table.headings}:
        raise BadSource("no-title-column", ", ".join(table.headings))
    return table


def csv_problems(table: Table) -> list[Problem]:
    """What is odd about the table as a whole."""
    found = [
        problem(heading, "unknown-column-kept") for heading in unknown_headings(table.headings)
    ]
    if table.encoding != "utf-8":
        found.append(problem("", "encoding", table.encoding))
    return found


def csv_items(table: Table) -> Iterator[Item]:
    """The lines, one after the other. Raises `BadSource` where the table breaks off."""
    columns = {heading: field_of(heading) for heading in table.headings}
    try:
        for row in table.rows():
            yield _item(row, columns)
    except BadTable as error:
        raise BadSource("bad-table", str(error)) from None


def _item(row: Row, columns: dict[str, str | None]) -> Item:
    special = {name: row.cells[heading] for heading, name in columns.items()
               if name and heading in row.cells}  # fmt: skip
    extra = {f"colonne {number}": value for number, value in
             enumerate(row.surplus, len(columns) + 1)}  # fmt: skip
    named = "|".join(special.get(name, "") for name in ("title", "published", "author"))
    return Item(
        identity=special.get("identity") or named,
        where=str(row.line),
        values={**row.cells, **extra},
        published_at=moment(special.get("published", "")),
        author=special.get("author", ""),
        pictures=tuple(_pictures(special.get("pictures", ""))),
    )


def _pictures(text: str) -> Iterator[Picture]:
    """`file.jpg: description` or an address, one a line."""
    for entry in parts(text):
        source, _, description = entry.partition(" : ") if " : " in entry else (entry, "", "")
        yield picture_at(source.strip(), description)
