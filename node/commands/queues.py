"""`deliveries` and `inbox`: what waits, what failed, and trying again."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from node.commands.shared import AsJson, fail, show_json, with_node
from node.services import Services
from storage.records import ActivityRecord, DeliveryRecord
from storage.store import Tx

deliveries = typer.Typer(help="What goes out to other servers.", invoke_without_command=True)
inbox = typer.Typer(help="What came in from other servers.", no_args_is_help=True)

Host = Annotated[str | None, typer.Option(help="Only this host.")]
Retry = Annotated[bool, typer.Option("--retry", help="Try them again now.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]


class State(StrEnum):
    """Where a delivery is."""

    waiting = "waiting"
    held = "held"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


@deliveries.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    host: Host = None,
    state: Annotated[State | None, typer.Option(help="Only this state.")] = None,
    about: Annotated[
        str | None, typer.Option("--object", metavar="URL", help="Only what is about this object.")
    ] = None,
    retry: Retry = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Show the delivery log, latest first; `held` waits for a host that is away."""
    if context.invoked_subcommand is not None:
        return
    if retry:
        if about is not None:
            fail("--retry tries what is for a host; it does not go with --object")
        retry_deliveries(host)
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        async with services.store.read() as tx:
            chosen = state.value if state else None
            if about is None:
                found = await tx.deliveries.listed(host=host, state=chosen, limit=limit)
            else:
                log = await _about(tx, about)
                found = [d for d in log if host in {None, d.host} and chosen in {None, d.state}]
            found = found[:limit]
            activities = await tx.activities.by_ids(list({d.activity_id for d in found}))
        return [_shown(delivery, activities.get(delivery.activity_id)) for delivery in found]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        line = f"{row['created']}  {row['state']:<9} {row['type']:<8} {row['inbox']}"
        typer.echo(f"{line}  {row['status'] or ''} {row['error'][:100]}".rstrip())


async def _about(tx: Tx, url: str) -> list[DeliveryRecord]:
    """The delivery log of an object, deleted ones too, latest first. Raises `LookupError`."""
    record = await tx.objects.by_url(url)
    if record is None:
        raise LookupError(f"there is no object {url} on this node")
    return list(reversed(await tx.deliveries.of_object(record.id)))


def _shown(delivery: DeliveryRecord, activity: ActivityRecord | None) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "activity": activity.url if activity else None,
        "type": activity.type if activity else "",
        "object": activity.object_url if activity else None,
        "inbox": delivery.inbox,
        "host": delivery.host,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "created": _time(delivery.created_at),
        "due": _time(delivery.due_at),
        "done": _time(delivery.done_at) if delivery.done_at else None,
    }


@deliveries.command("retry")
def retry_deliveries(host: Host = None) -> None:
    """Try what waits, is held or failed again now."""

    async def work(services: Services) -> int:
        async def operation(tx: Tx) -> int:
            await tx.hosts.open(host, services.now())
            return await tx.deliveries.retry(services.now(), host=host)

        return await services.store.write(operation)

    typer.echo(f"{with_node(work)} deliveries will be tried again.")


@inbox.command("failed")
def failed(retry: Retry = False, limit: Limit = 100, as_json: AsJson = False) -> None:
    """Show the activities that could not be processed, and why."""
    if retry:
        retry_inbox(None)
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        async with services.store.read() as tx:
            rows = await tx.received.failed(limit)
        return [
            {
                "id": str(row.id),
                "activity": row.activity_url,
                "type": row.type,
                "actor": row.actor,
                "inbox": row.inbox or "shared",
                "attempts": row.attempts,
                "error": row.error,
                "received": _time(row.received_at),
            }
            for row in rows
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['id']}  {row['received']}  {row['type']:<8} {row['actor']}  {row['error']}"
        )


@inbox.command("retry")
def retry_inbox(
    number: Annotated[int | None, typer.Argument(help="One of them; all when not given.")] = None,
) -> None:
    """Process what failed once more."""

    async def work(services: Services) -> int:
        return await services.store.write(
            lambda tx: tx.received.retry_failed(services.now(), number)
        )

    typer.echo(f"{with_node(work)} activities will be processed again.")


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
