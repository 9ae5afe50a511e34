"""`reports …`: what others complained about."""

from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from actors.administration import COMMAND_LINE, close_report
from actors.documents import wire_time
from node.commands.shared import AsJson, Reason, show_json, with_node
from node.services import Services
from storage.records import ActorRecord, ReportRecord
from storage.store import Tx

reports = typer.Typer(help="Reports by people here and elsewhere.", invoke_without_command=True)


class State(StrEnum):
    """Where a report is."""

    open = "open"
    closed = "closed"
    all = "all"


@reports.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    state: Annotated[State, typer.Option(help="Which reports.")] = State.open,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show reports, oldest first."""
    if context.invoked_subcommand is not None:
        return

    async def operation(tx: Tx) -> list[dict[str, Any]]:
        chosen = tx.ledger
        found = (
            await chosen.all_reports(limit)
            if state is State.all
            else await chosen.reports(state.value, limit)
        )
        people = {r.actor_id for r in found} | {r.target_id for r in found if r.target_id}
        actors = await tx.actors.by_ids(sorted(people))
        return [_shown(report, actors) for report in found]

    async def work(services: Services) -> list[dict[str, Any]]:
        return await services.store.query(operation)

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['id']}  {row['created']}  {row['state']}  {row['by']} about {row['about']}"
        )
        for line in (*row["objects"], row["comment"]):
            if line:
                typer.echo(f"    {' '.join(line.split())}")


def _shown(report: ReportRecord, actors: dict[int, ActorRecord]) -> dict[str, Any]:
    by, about = actors.get(report.actor_id), actors.get(report.target_id or 0)
    return {
        "id": str(report.id),
        "url": report.url,
        "by": by.account if by else None,
        "about": about.account if about else None,
        "objects": orjson.loads(report.objects),
        "comment": report.comment,
        "state": report.state,
        "created": wire_time(report.created_at),
    }


@reports.command("close")
def close(
    number: Annotated[int, typer.Argument(metavar="ID", help="The number of the report.")],
    reason: Reason = "",
) -> None:
    """Note that a report was dealt with."""

    async def work(services: Services) -> None:
        await services.store.write(
            lambda tx: close_report(tx, COMMAND_LINE, number, reason, services.now())
        )

    with_node(work)
    typer.echo(f"Report {number} is closed.")
