"""`audit`: who did what, and why."""

from typing import Annotated, Any

import typer

from actors.documents import wire_time
from node.commands.shared import AsJson, show_json, with_node
from node.services import Services


def audit(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show the acts of administration, latest first."""

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.query(lambda tx: tx.ledger.audited(limit))
        return [
            {
                "id": str(entry.id),
                "time": wire_time(entry.created_at),
                "who": entry.who,
                "action": entry.action,
                "target": entry.target,
                "reason": entry.reason,
            }
            for entry in found
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        line = f"{row['time']}  {row['who']}: {row['action']} {row['target']}"
        typer.echo(f"{line}  ({row['reason']})" if row["reason"] else line)
