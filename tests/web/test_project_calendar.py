"""The calendar of a project: a month as a table, the same as a list, and as files."""

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from objects.events.times import local
from tests.support.counting import counted
from tests.support.events import DAY_MS, announce, workshop
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of
from tests.web.test_events import FORM
from tests.web.visiting import get, page


@pytest.fixture
async def space(network: Network, node: LocalNode) -> ProjectSpace:
    """A project with an event, a milestone and a call in the same month."""
    found = await open_project(network, node)
    group = await found.group(node)
    await announce(node, "lea", group=group, title="Réunion des ateliers")
    due = day(node)
    await found.write(node, "lea", "Premier essai", "milestone", title="Casques livrés", due=due)
    await found.write(node, "lea", "Nous cherchons", "call", title="Un animateur", due=due)
    await network.settle()
    return found


def day(node: LocalNode) -> str:
    """The day on which everything is."""
    return local(workshop(node).starts_at, "Europe/Paris").date().isoformat()


async def base(space: ProjectSpace, node: LocalNode) -> str:
    """Where the pages of the project are."""
    return f"/projects/{(await space.group(node)).id}"


async def test_a_month_shows_events_milestones_and_deadlines(
    node: LocalNode, space: ProjectSpace
) -> None:
    path = await base(space, node)
    shown = await page(node, f"{path}/calendar?month={day(node)[:7]}")
    table, listed = shown.split('id="list"')
    for title in ("Réunion des ateliers", "Jalon\u202f: Casques livrés", "Un animateur"):
        assert title in table
        assert title in listed
    assert "<caption>" in table
    assert table.count('<th scope="col">') == 7
    away = (date.fromisoformat(day(node)) + timedelta(days=70)).isoformat()[:7]
    assert "Casques livrés" not in await page(node, f"{path}/calendar?month={away}")


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "9999-12", "2026-1", "2026-11-01"])
async def test_a_month_that_does_not_exist_is_said(
    node: LocalNode, space: ProjectSpace, month: str
) -> None:
    answer = await get(node, f"{await base(space, node)}/calendar?month={month}")
    assert answer.status_code == 400


async def test_the_calendar_of_a_project_has_days_and_hours(
    node: LocalNode, space: ProjectSpace
) -> None:
    answer = await get(node, f"{await base(space, node)}/calendar.ics")
    found: Any = icalendar.Calendar.from_ical(await answer.get_data())
    events = {str(one["SUMMARY"]): one["DTSTART"].dt for one in found.walk("VEVENT")}
    milestone = events["Jalon\u202f: Casques livrés"]
    assert milestone == date.fromisoformat(day(node))
    assert (
        events["Réunion des ateliers"].hour == local(workshop(node).starts_at, "Europe/Paris").hour
    )


async def test_a_partner_announces_an_event_in_the_project(
    network: Network, node: LocalNode, space: ProjectSpace
) -> None:
    lea = await signed_in(node, "lea")
    path = await base(space, node)
    assert f"{path}/events/new" in await page_of(lea, f"{path}/calendar")
    answer = await post(lea, f"{path}/events/new", **(FORM | {"reach": "project"}))
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    await network.settle()
    month = FORM["day"][:7]
    assert FORM["title"] in await page_of(lea, f"{path}/calendar?month={month}")
    assert FORM["title"] not in await page(node, f"{path}/calendar?month={month}")
    hugo = await signed_in(node, "hugo")
    assert (await post(hugo, f"{path}/events/new", **FORM)).status_code == 403


async def test_more_events_take_no_more_questions(
    network: Network, node: LocalNode, space: ProjectSpace
) -> None:
    lea = await signed_in(node, "lea")
    path = await base(space, node)
    asked = ("/events", f"{path}/calendar?month={day(node)[:7]}", f"{path}/calendar.ics")

    async def questions() -> list[int]:
        found = []
        for one in asked:
            await lea.get(one)
            with counted() as seen:
                await lea.get(one)
            found.append(len(seen))
        return found

    few = await questions()
    group = await space.group(node)
    for number in range(12):
        start = workshop(node).starts_at + number % 2 * DAY_MS
        await announce(node, "lea", group=group, starts_at=start, ends_at=None)
    await network.settle()
    assert await questions() == few


async def test_an_event_of_a_project_is_deleted_in_one_way_which_says_what_that_means(
    node: LocalNode, space: ProjectSpace
) -> None:
    lea = await signed_in(node, "lea")
    group = await space.group(node)
    found = await node.store.query(
        lambda tx: tx.project_entries.of_kinds(group.id, group.id, ["event"])
    )
    (event,) = (record for _, record in found)
    shown = await page_of(lea, f"{await base(space, node)}/notes/{event.id}")
    assert f'action="/events/{event.id}/withdraw"' in shown
    assert f"/notes/{event.id}/delete" not in shown


async def test_the_calendar_of_a_project_waits_for_the_legal_notice_as_other_pages_do(
    node: LocalNode, space: ProjectSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closed() -> bool:
        return False

    path = await base(space, node)
    monkeypatch.setattr(type(node.services.web.site), "open_to_visitors", lambda _: closed())
    for page_of_project in ("", "/calendar", "/calendar.ics"):
        assert (await get(node, path + page_of_project)).status_code == 503
    assert (await (await signed_in(node, "lea")).get(f"{path}/calendar")).status_code == 200
