"""`announce …`: what administrators tell every member."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from actors.administration import COMMAND_LINE
from actors.documents import wire_time
from node.commands.shared import AsJson, fail, show_json, with_node
from node.services import Services
from objects.announcements import Written, remove, write
from storage.announcements import AnnouncementRecord
from storage.store import Tx
from web.texts import PLACE

announce = typer.Typer(
    help="Announcements, which every member reads on the dashboard and in their app.",
    no_args_is_help=True,
)

Moment = Annotated[
    str, typer.Option(metavar="MOMENT", help="A day (2026-11-28) or a time (2026-11-28T14:30).")
]
Number = Annotated[int, typer.Argument(metavar="ID", help="The number of the announcement.")]


@announce.command("list")
def list_announcements(as_json: AsJson = False) -> None:
    """Show every announcement, latest first."""

    async def work(services: Services) -> list[AnnouncementRecord]:
        return await services.store.query(lambda tx: tx.announcements.all())

    found = with_node(work)
    if as_json:
        show_json([_shown(one) for one in found])
        return
    for one in found:
        state = "published" if one.published_at else "hidden"
        typer.echo(f"{one.id}  {state}  {' '.join(one.content.split())[:80]}")


@announce.command("write")
def write_announcement(
    text: Annotated[str, typer.Argument(help="What every member reads.")],
    start: Moment = "",
    end: Moment = "",
    draft: Annotated[bool, typer.Option("--draft", help="Show it to nobody yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write an announcement; with days instead of times it is about whole days."""
    begins, ends = _moment(start, last=False), _moment(end, last=True)
    whole = bool(start or end) and "T" not in start + end
    written = Written(text, begins, ends, all_day=whole)

    async def work(services: Services) -> AnnouncementRecord:
        async def operation(tx: Tx) -> AnnouncementRecord:
            return await write(tx, COMMAND_LINE, written, services.now(), publish=not draft)

        return await services.store.write(operation)

    made = with_node(work)
    if as_json:
        show_json(_shown(made))
    else:
        typer.echo(f"Announcement {made.id} is {'kept' if draft else 'published'}.")


@announce.command("remove")
def remove_announcement(number: Number) -> None:
    """Remove an announcement with the answers to it."""

    async def work(services: Services) -> None:
        await services.store.write(lambda tx: remove(tx, COMMAND_LINE, number, services.now()))

    with_node(work)
    typer.echo(f"Announcement {number} is removed.")


def _moment(typed: str, *, last: bool) -> int | None:
    """Milliseconds of a day or time, as clocks in France show it; a last day is over at its end."""
    if not typed:
        return None
    zone = ZoneInfo(PLACE)
    try:
        if "T" in typed:
            return int(datetime.fromisoformat(typed).replace(tzinfo=zone).timestamp() * 1000)
        day = date.fromisoformat(typed) + timedelta(days=int(last))
    except (ValueError, OverflowError):
        fail(f"{typed!r} is neither a day (2026-11-28) nor a time (2026-11-28T14:30)")
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def _shown(one: AnnouncementRecord) -> dict[str, Any]:
    def said(ms: int | None) -> str | None:
        return None if ms is None else wire_time(ms)

    return {
        "id": str(one.id),
        "text": one.content,
        "starts": said(one.starts_at),
        "ends": said(one.ends_at),
        "all_day": bool(one.all_day),
        "published": said(one.published_at),
        "by": one.created_by,
    }
