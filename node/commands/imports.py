"""`import …`: experiences from other systems."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from actors.documents import wire_time
from node.commands.shared import AsJson, fail, local_actor, show_json, with_node
from node.services import Services
from objects.importing.mapping import template as template_table
from objects.importing.report import KINDS, BadSource, Kind, Problem, Report
from objects.importing.sources import open_source
from outbox.acts.imports import Importer, Wishes
from web.administration.import_texts import sentence

import_ = typer.Typer(
    help="Experiences from other systems: tables, YesWiki, WordPress, Markdown.",
    no_args_is_help=True,
)

HELP: Final[dict[Kind, str]] = {
    "csv": "A table, one experience a line; `import template` writes an empty one.",
    "yeswiki": "The entries of a YesWiki form (Bazar), as its JSON export gives them.",
    "wordpress": "The posts and pages of a WordPress export (WXR).",
    "markdown": "A folder (or ZIP archive) of Markdown files with front matter.",
}
MORE: Final = """

Dates stay what they were, nobody is told, and a second run makes no doubles. What lacks a required
field, or is doubtful, becomes a draft; the report says why."""


@import_.command("template")
def template(
    file: Annotated[Path, typer.Argument(help="Where to write the table, a .csv file.")],
) -> None:
    """Write an empty table with every column."""
    try:
        file.write_bytes(template_table())
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    typer.echo(f"{file}: one column a field. Only a title is needed to begin.")


def _command(kind: Kind) -> Callable[..., None]:
    def run(
        path: Annotated[Path, typer.Argument(exists=True, help="The file or folder.")],
        author: Annotated[str, typer.Option(help="In whose name, an account here.")],
        person: Annotated[
            list[str] | None,
            typer.Option(metavar="NAME=ACCOUNT", help="Who an author there is here; repeatable."),
        ] = None,
        media: Annotated[
            Path | None,
            typer.Option(exists=True, file_okay=False, help="Folder of the pictures."),
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Only tell what would be.")
        ] = False,
        drafts: Annotated[bool, typer.Option(help="Publish nothing, make drafts.")] = False,
        pictures_agreed: Annotated[
            bool, typer.Option(help="The people in the pictures agreed to be shown.")
        ] = False,
        fetch_pictures: Annotated[
            bool, typer.Option(help="Fetch pictures that are on the web.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        async def work(services: Services) -> Report:
            wishes = Wishes(
                kind,
                await local_actor(services, author),
                dry=dry_run,
                drafts_only=drafts,
                agreed=pictures_agreed,
                fetch=fetch_pictures,
                people={
                    name.strip().lower(): await local_actor(services, account.strip())
                    for name, account in (_pair(each) for each in person or ())
                },
            )
            source = open_source(kind, path, media)
            limits = services.web.limits
            importer = Importer(
                services.outbox, services.files, limits, services.client, wishes, source.read
            )
            report = await importer.run(source.items)
            report.general += source.problems()
            return report

        try:
            report = with_node(work)
        except BadSource as error:
            fail(_said(Problem("", error.code, error.value)))
        if as_json:
            show_json(_plain(report))
        else:
            _show(report)

    return run


def _pair(text: str) -> tuple[str, str]:
    name, separator, account = text.rpartition("=")
    if not separator or not name.strip() or not account.strip():
        raise ValueError(f"--person {text}: write NAME=ACCOUNT")
    return name, account


def _said(problem: Problem) -> str:
    return sentence(problem, str, "en")


def _plain(report: Report) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "dry_run": report.dry,
        "published": report.count("published"),
        "drafts": report.count("draft"),
        "known": report.count("known"),
        "refused": report.count("refused"),
        "general": [_problem(each) for each in report.general],
        "items": [
            {
                "where": outcome.where,
                "title": outcome.title,
                "state": outcome.state,
                "published": None
                if outcome.published_at is None
                else wire_time(outcome.published_at),
                "url": outcome.url,
                "problems": [_problem(each) for each in outcome.problems],
            }
            for outcome in report.outcomes
        ],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "field": problem.field,
        "code": problem.code,
        "value": problem.value,
        "text": _said(problem),
    }


def _show(report: Report) -> None:
    for each in report.general:
        typer.echo(f"! {_said(each)}")
    for outcome in report.outcomes:
        typer.echo(f"{outcome.state:<9} {outcome.where}: {outcome.title}  {outcome.url}".rstrip())
        for each in outcome.problems:
            typer.echo(f"          - {_said(each)}")
    would = "would be " if report.dry else ""
    typer.echo(
        f"{report.count('published')} {would}published, {report.count('draft')} {would}drafts, "
        f"{report.count('known')} known already, {report.count('refused')} refused."
    )


for _kind in KINDS:
    import_.command(_kind, help=HELP[_kind] + MORE)(_command(_kind))
