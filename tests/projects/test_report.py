"""What a project tells of a period: as a page for its members, and on paper."""

import io
from datetime import date, time
from typing import Any

import pikepdf
import pytest

from objects.events.times import end_of_day, midnight, moment
from objects.experiences.fields import Indicator
from objects.projects.entries import Entry
from objects.projects.fields import ProjectReach
from objects.projects.reporting import Period, Report, report_of
from outbox.acts.projects.entries import change_entry
from storage.store import Tx
from tests.support.events import announce
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in
from tests.web.test_pdf import elements, links
from web.projects.report_sections import sections_of

FRENCH = {"Accept": "text/html", "Accept-Language": "fr"}
DAY_MS = 86_400_000
EVER = Period()


async def furnished(network: Network, **said: Any) -> tuple[ProjectSpace, LocalNode]:
    """Notes for everybody and for members, in March and in June 2026."""
    node = await network.node("alpha")
    facts: Any = {
        "funder": "Région Normandie",
        "budget": 24_000,
        "indicators": (Indicator("Apprentis", "0", "40"),),
    }
    space = await open_project(network, node, **facts, **said)
    write = space.write
    await write(node, "lea", "Deux casques.", "progress", happened="2026-03-02", title="Arrivée")
    await write(node, "lea", "Des nausées.", "difficulty", happened="2026-06-10", reach="project")
    await write(node, "lea", "Le guide.", "deliverable", happened="2026-06-12", title="Guide",
                link="https://a.example/guide")  # fmt: skip
    await write(node, "lea", "Acheter ?", "decision", happened="2026-06-15", title="Achat")
    await write(node, "lea", "", "milestone", title="Premier groupe", due="2026-06-30")
    await network.settle()
    return space, node


async def report(
    node: LocalNode,
    space: ProjectSpace,
    reach: ProjectReach = "project",
    period: Period = EVER,
) -> Report:
    group = await space.group(node)

    async def look(tx: Tx) -> Report:
        record = await tx.projects.by_id(group.id)
        assert record is not None
        return await report_of(tx, group, record, period, reach)

    return await node.store.query(look)


def titles(found: Report) -> set[str]:
    return {line.entry.title or line.row.kind for line in found.entries}


async def test_it_tells_what_happened_in_its_period(network: Network) -> None:
    space, node = await furnished(network)
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert set((await report(node, space, period=march)).lines) == {"progress"}
    june = await report(node, space, period=Period(date(2026, 6, 1), date(2026, 6, 30)))
    assert list(june.lines) == ["decision", "difficulty", "deliverable"]


@pytest.mark.parametrize(("start", "end", "held"), [
    ("2026-03-02", "2026-03-02", True),
    ("2026-03-03", "2026-03-31", False),
    ("2026-02-01", "2026-03-01", False),
])  # fmt: skip
async def test_its_first_and_last_day_belong_to_it(
    network: Network, start: str, end: str, held: bool
) -> None:
    space, node = await furnished(network)
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert ("Arrivée" in titles(await report(node, space, period=period))) is held


async def test_a_narrower_circle_gets_less(network: Network) -> None:
    space, node = await furnished(network)
    whole, public = await report(node, space), await report(node, space, "public")
    assert titles(whole) - titles(public) == {"difficulty"}


async def test_a_space_for_members_tells_others_nothing_of_itself(network: Network) -> None:
    space, node = await furnished(network, reach="project")
    public = await report(node, space, "public")
    assert (public.whole, public.members) == (False, ())
    assert (await report(node, space)).whole


async def test_a_milestone_has_the_state_that_it_had_when_the_period_ended(
    network: Network,
) -> None:
    space, node = await furnished(network)
    lea = await node.person("lea")
    entries = await space.entries(node, "lea")
    record = next(r for row, r in entries if row.kind == "milestone")
    node.clock.pass_by(40 * 86_400)
    changed = Entry(kind="milestone", title="Premier groupe", due="2026-06-30", state="reached")
    await change_entry(node.outbox, lea, record, entry=changed)
    then = Period.of_moments(None, record.published_at + DAY_MS)
    before = await report(node, space, period=then)
    assert [line.entry.state for line in before.milestones] == ["planned"]
    assert [line.entry.state for line in (await report(node, space)).milestones] == ["reached"]


async def test_a_milestone_that_was_set_later_is_not_there(network: Network) -> None:
    space, node = await furnished(network)
    assert (await report(node, space, period=Period(None, date(2026, 1, 1)))).milestones == ()


async def test_a_period_keeps_its_days_whatever_the_clock_change() -> None:
    spring = Period(date(2026, 3, 29), date(2026, 10, 25))
    assert Period.of_moments(spring.start_ms, spring.end_ms) == spring
    assert spring.end_ms is not None
    assert spring.end_ms - (Period(date(2026, 10, 25)).start_ms or 0) == 25 * 3_600_000 - 1


async def page(node: LocalNode, space: ProjectSpace, query: str = "", status: int = 200) -> str:
    browser = await signed_in(node, "lea")
    group = await space.group(node)
    answer = await browser.get(f"/projects/{group.id}/report{query}", headers=FRENCH)
    text: str = await answer.get_data(as_text=True)
    assert answer.status_code == status, text[:400]
    return text


async def test_members_read_it_in_french(network: Network) -> None:
    space, node = await furnished(network)
    text = await page(node, space, "?from=2026-06-01&to=2026-12-31")
    for said in ("Du 1er juin 2026 au 31 décembre 2026", "Jalons", "Premier groupe", "30 juin 2026",
                 "Des nausées.", "https://a.example/guide", "24\u202f000 euros",
                 "Région Normandie", "Apprentis", "Lea"):  # fmt: skip
        assert said in text, said
    assert "Deux casques." not in text


async def test_a_day_that_does_not_exist_is_told_of(network: Network) -> None:
    space, node = await furnished(network)
    assert "Écrivez une date qui existe" in await page(node, space, "?from=2026-13-45")
    assert "Deux casques." in await page(node, space, "?from=2026-06-30&to=2026-01-01")


async def test_nobody_else_reads_it(network: Network) -> None:
    space, node = await furnished(network)
    group = await space.group(node)
    for path in (f"/projects/{group.id}/report", f"/projects/{group.id}/report.pdf"):
        paul = await signed_in(node, "paul")
        assert (await paul.get(path)).status_code == 403
        stranger = await node.app.test_client().get(path)
        assert stranger.status_code in {401, 403, 303}


async def test_a_partner_elsewhere_reads_the_same(network: Network) -> None:
    space, node = await furnished(network)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    assert titles(await report(beta, space)) == titles(await report(node, space))


async def test_the_pdf_is_tagged_and_leads_to_the_project(network: Network) -> None:
    space, node = await furnished(network)
    browser = await signed_in(node, "lea")
    group = await space.group(node)
    answer = await browser.get(f"/projects/{group.id}/report.pdf?from=2026-06-01&to=2026-06-30")
    assert answer.content_type == "application/pdf", await answer.get_data(as_text=True)
    document = pikepdf.open(io.BytesIO(await answer.get_data(as_text=False)))
    assert bool(document.Root.MarkInfo.Marked)
    assert str(document.Root.Lang) == "fr"
    assert str(document.docinfo["/Title"]) == "Réalité virtuelle en atelier"
    kinds = [str(element.S) for element in elements(document)]
    assert {"/H1", "/H2", "/Table", "/TH"} <= set(kinds)
    assert "https://a.example/guide" in links(document)
    assert (group.html_url or group.url) in links(document)


async def test_events_far_away_begin_when_clocks_there_say_so(network: Network) -> None:
    space, node = await furnished(network)
    group, zone = await space.group(node), "Indian/Reunion"
    day = date(2026, 12, 5)
    whole: Any = {
        "starts_at": midnight(day, zone),
        "ends_at": end_of_day(day, zone),
        "all_day": True,
    }
    await announce(node, group=group, title="Journée", timezone=zone, **whole)
    hours: Any = {"starts_at": moment(day, time(9), zone), "ends_at": None}
    await announce(node, group=group, title="Matinée", timezone=zone, **hours)
    await network.settle()
    found = await report(node, space, period=Period(day, day))
    assert [line.line.entry.title for line in found.events] == ["Journée", "Matinée"]
    table = next(part.html for part in sections_of(found, lambda _: "") if part.key == "events")
    assert "<td>5 décembre 2026</td><td>Journée</td>" in table
    assert "samedi 5 décembre 2026, 09:00 (Indian/Reunion)</td><td>Matinée</td>" in table


async def test_what_is_said_of_a_decision_agrees_with_it(network: Network) -> None:
    space, node = await furnished(network)
    said: Any = {"title": "Louer", "state": "withdrawn", "happened": "2026-06-16"}
    await space.write(node, "lea", "Trop cher.", "decision", **said)
    await space.write(node, "lea", "Deux jours.", "call", title="Une monteuse", state="withdrawn")
    await network.settle()
    parts = {part.key: part.html for part in sections_of(await report(node, space), lambda _: "")}
    assert "· retirée</em>" in parts["decisions"]
    assert "· retiré</em>" in parts["calls"]
