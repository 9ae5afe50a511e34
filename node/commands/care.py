"""`doctor`, `backup`, `restore`: looking after a node."""

from pathlib import Path
from typing import Annotated

import typer

from node.backup import make_backup
from node.commands.shared import AsJson, data_dir, fail, run, settings, show_json
from node.doctor import examine
from node.restore import restore_backup
from storage.ports import StorageError


def doctor(as_json: AsJson = False) -> None:
    """Examine the node; every finding comes with its remedy.

    Ends with code 1 when something is wrong.
    """
    findings = run(examine(settings()))
    if as_json:
        show_json(findings)
    else:
        for finding in findings:
            typer.echo(f"{'ok   ' if finding.good else 'WRONG'} {finding.name}: {finding.text}")
            if finding.remedy:
                typer.echo(f"      → {finding.remedy}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the backup, a .tar.gz file.")],
) -> None:
    """Write the whole node into one file, while it runs.

    The file holds the private keys of every account: keep it as you keep passwords.
    """
    if not file.resolve().parent.is_dir():
        fail(f"the directory of {file} does not exist")
    try:
        size = make_backup(settings(), file.resolve())
    except (OSError, ValueError, StorageError) as error:
        fail(str(error))
    typer.echo(f"{file}: {size / 1e6:.1f} MB. It holds private keys in clear; keep it safe.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
) -> None:
    """Make a node again from a backup, in an empty data directory.

    A database outside of it must not exist yet (SQLite) or be empty (PostgreSQL); the variable
    COMMUNOTIC_DATABASE names another one than the settings in the backup.
    """
    try:
        domain = restore_backup(file, data_dir())
    except (OSError, ValueError, StorageError) as error:
        fail(str(error))
    typer.echo(f"The node {domain} is back in {data_dir()}. Start it with: communotic run")
