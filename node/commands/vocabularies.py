"""`vocabulary …`: the concept schemes of the node."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from actors.documents import wire_time
from node.commands.shared import AsJson, fail, show_json, with_node
from node.services import Services
from objects.vocabularies.bundle import save
from objects.vocabularies.files import SchemeFile
from objects.vocabularies.importing import read_files
from storage.store import Tx

MAX_FILES_BYTES = 200_000_000

vocabulary = typer.Typer(help="Vocabularies: list, import, export.", no_args_is_help=True)


class Kind(StrEnum):
    """Whose vocabulary a file holds."""

    esco = "esco"
    formacode = "formacode"
    rome = "rome"
    other = "other"


class SkosFormat(StrEnum):
    """How SKOS is written."""

    turtle = "turtle"
    xml = "xml"
    jsonld = "json-ld"
    nt = "nt"


@vocabulary.command("list")
def list_schemes(as_json: AsJson = False) -> None:
    """Show every vocabulary with its version, source and licence."""

    async def work(services: Services) -> list[dict[str, Any]]:
        async def operation(tx: Tx) -> list[dict[str, Any]]:
            counts = await tx.concepts.counts()
            return [
                {
                    "name": scheme.name,
                    "label": scheme.label(services.settings.language),
                    "concepts": counts.get(scheme.name, 0),
                    "version": scheme.version,
                    "source": scheme.source,
                    "licence": scheme.licence,
                    "uri": scheme.uri,
                    "loaded": wire_time(scheme.loaded_at),
                }
                for scheme in await tx.concepts.schemes()
            ]

        return await services.store.query(operation)

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['name']:<12} {row['concepts']:>6}  {row['label']}, {row['version']}")
        typer.echo(f"{'':<20} {row['source']}  {row['licence']}".rstrip())


@vocabulary.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", exists=True, dir_okay=False, help="Files that belong together."
        ),
    ],
    scheme: Annotated[
        Kind | None, typer.Option(help="Whose vocabulary it is; CSV files tell by themselves.")
    ] = None,
    name: Annotated[str, typer.Option(help="What another vocabulary is called here.")] = "",
    form: Annotated[
        SkosFormat | None, typer.Option("--format", help="Of a SKOS file whose name does not tell.")
    ] = None,
    version: Annotated[str, typer.Option(help="The edition, shown to readers.")] = "",
    uri: Annotated[str, typer.Option(help="Which scheme of a SKOS file that has several.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read a vocabulary and put it in the place of its former version.

    SKOS (Turtle, RDF/XML, JSON-LD, N-Triples), ESCO's CSV files (give skills_fr.csv,
    skills_en.csv, occupations_fr.csv… together), the Formacode file of data.gouv.fr, ROME's two
    CSV files. Concepts that are gone stay for the experiences that have them.
    """
    if sum(file.stat().st_size for file in files) > MAX_FILES_BYTES:
        fail(f"the files are larger than {MAX_FILES_BYTES // 1_000_000} MB together")

    async def work(services: Services) -> SchemeFile:
        found = read_files(
            [(file.name, file.read_bytes()) for file in files],
            kind=scheme.value if scheme else "",
            name=name,
            form=form.value if form else "",
            version=version,
            uri=uri,
        )
        now = services.now()
        await services.store.write(lambda tx: save(tx, found, now))
        return found

    found = with_node(work)
    if as_json:
        show_json({"name": found.scheme.name, "concepts": len(found.concepts)})
        return
    typer.echo(f"{found.scheme.name}: {len(found.concepts)} concepts are in the database.")


@vocabulary.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; .ttl, .rdf, .jsonld or .nt.")],
    scheme: Annotated[str, typer.Option(help="Only this vocabulary.")] = "",
) -> None:
    """Write the vocabularies as SKOS."""
    from objects.vocabularies.skos.reading import SUFFIXES
    from objects.vocabularies.skos.writing import write_skos

    form = SUFFIXES.get(file.suffix.lower())
    if form is None:
        fail("the file's name must end in .ttl, .rdf, .jsonld or .nt")

    async def work(services: Services) -> list[SchemeFile]:
        async def operation(tx: Tx) -> list[SchemeFile]:
            schemes = [s for s in await tx.concepts.schemes() if scheme in ("", s.name)]
            return [
                SchemeFile(each, tuple(await tx.concepts.of_scheme(each.name, deprecated=True)))
                for each in schemes
            ]

        return await services.store.query(operation)

    found = with_node(work)
    if not found:
        fail(f"there is no vocabulary {scheme}; see: communotic vocabulary list")
    try:
        file.write_bytes(write_skos(found, form))
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    total = sum(len(each.concepts) for each in found)
    typer.echo(f"{file}: {len(found)} vocabularies, {total} concepts.")
