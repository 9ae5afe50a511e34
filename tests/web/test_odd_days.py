"""Days that nobody means, and those that nobody typed, on pages of projects and events."""

from typing import Any

import pytest

from tests.projects.dates import partners
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, signed_in
from tests.web.test_events import FORM
from tests.web.visiting import get

FAR = ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("day", "", "À remplir"),
        ("day", "demain", "Écrivez une date qui existe"),
        ("day", FAR[0], "Écrivez un jour entre 1900 et 2199"),
        ("last_day", FAR[1], "Écrivez un jour entre 1900 et 2199"),
    ],
)
async def test_an_event_is_on_a_day_that_can_be(
    node: LocalNode, field: str, typed: str, said: str
) -> None:
    lea = await signed_in(node, "lea")
    sent: dict[str, Any] = FORM | {field: typed, "timezone": "Indian/Reunion"}
    for more in ({"begins": "00:00"}, {"all_day": "y"}):
        answer = await post(lea, "/events/new", **(sent | more))
        assert answer.status_code == 422
        text = await answer.get_data(as_text=True)
        assert said in text
        assert 'value="Journée portes ouvertes"' in text


@pytest.mark.parametrize("typed", [*FAR, "1/12/2026"])
async def test_milestones_calls_and_votes_have_days_that_can_be(
    network: Network, typed: str
) -> None:
    space, (alpha, *_) = await partners(network)
    lea, path = await signed_in(alpha, "lea"), f"/projects/{(await space.group(alpha)).id}"
    proposal = {"title": "Louer", "closes": typed, "choices": "Oui\nNon", "reach": "public"}
    for page, form in (
        ("milestones/new", {"title": "Essai", "due": typed, "responsible": ""}),
        ("calls/new", {"title": "Un animateur", "due": typed}),
        ("decisions/new", proposal | {"milestone": ""}),
    ):
        answer = await post(lea, f"{path}/{page}", **form)
        assert answer.status_code == 422, page
        text = await answer.get_data(as_text=True)
        assert "Écrivez un" in text
        assert f'value="{typed}"' in text


async def test_a_milestone_of_the_last_day_of_all_leaves_the_calendar_whole(
    network: Network,
) -> None:
    space, (alpha, *_) = await partners(network)
    await space.write(alpha, "lea", "Plus tard", "milestone", title="Casques livrés", due=FAR[1])
    await network.settle()
    path = f"/projects/{(await space.group(alpha)).id}"
    for page in ("calendar.ics", "calendar"):
        assert (await get(alpha, f"{path}/{page}")).status_code == 200


@pytest.mark.parametrize("day", FAR)
async def test_a_report_and_its_links_have_days_that_can_be(network: Network, day: str) -> None:
    space, (alpha, *_) = await partners(network)
    lea, path = await signed_in(alpha, "lea"), f"/projects/{(await space.group(alpha)).id}"
    for page in (f"report?from={day}", f"report?to={day}", f"report.pdf?to={day}"):
        assert (await lea.get(f"{path}/{page}")).status_code == 200
    sent = {"label": "Région", "reach": "public", "start": day, "end": day}
    answer = await post(lea, f"{path}/links", **sent, expires="2026-12-31")
    assert answer.status_code == 422
    assert (await lea.get(f"{path}/links")).status_code == 200


async def test_a_milestone_with_thousands_of_digits_is_none(network: Network) -> None:
    space, (alpha, *_) = await partners(network)
    path = f"/projects/{(await space.group(alpha)).id}"
    assert (await get(alpha, f"{path}?milestone={'9' * 5_000}")).status_code == 404
