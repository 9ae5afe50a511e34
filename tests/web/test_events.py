"""Events on pages: found, announced, changed, joined; the sheet is for those who organise."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import icalendar
import pikepdf
import pytest

from objects.events.store import event_in
from objects.events.times import local
from storage.records import ObjectRecord
from tests.support.events import DAY_MS, announce, join, standing
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of, settle
from tests.web.visiting import get

FORM = {
    "title": "Journée portes ouvertes",
    "day": "2026-12-05",
    "begins": "09:00",
    "ends": "12:30",
    "timezone": "Europe/Paris",
    "place": "Maison de la formation",
    "locality": "Caen",
    "joining": "free",
    "category": "LEARNING",
    "reach": "public",
    "text": "Venez **nombreux**.",
}


async def written(node: LocalNode, client: Any, **changes: Any) -> ObjectRecord:
    """The event that a sent form makes."""
    answer = await post(client, "/events/new", **(FORM | changes))
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    number = re.search(r"/read/(\d+)", answer.headers["Location"])
    assert number is not None
    found = await node.store.query(lambda tx: tx.objects.by_id(int(number[1])))
    assert found is not None
    return found


async def text_of(answer: Any) -> str:
    text: str = await answer.get_data(as_text=True)
    return text


async def test_a_member_announces_an_event_and_everybody_finds_it(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    record = await written(node, lea)
    event = event_in(record)
    assert event is not None
    assert local(event.starts_at, "Europe/Paris").isoformat() == "2026-12-05T09:00:00+01:00"
    assert (event.place, event.locality, event.category) == (
        "Maison de la formation", "Caen", "LEARNING",
    )  # fmt: skip
    page = await text_of(await get(node, "/events"))
    assert "Journée portes ouvertes" in page
    assert "samedi 5 décembre 2026, 09:00–12:30 (Europe/Paris)" in page
    own = await text_of(await get(node, f"/objects/{record.id}"))
    assert "<strong>nombreux</strong>" in own
    assert f"/events/{record.id}.ics" in own
    assert f'href="/follow?uri=https%3A//node.example/objects/{record.id}"' in own.replace(
        "%2F", "/"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "title"),
        ({"begins": ""}, "begins"),
        ({"begins": "25:90"}, "begins"),
        ({"day": "2027-03-28", "begins": "02:30", "ends": ""}, "begins"),
        ({"ends": "08:00"}, "ends"),
        ({"joining": "external"}, "external_url"),
        ({"joining": "invite"}, "joining-0"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"timezone": "Europe/Nulle-Part"}, "timezone"),
        ({"max_attendees": "0"}, "max_attendees"),
        ({"reach": "project"}, "reach-0"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    node: LocalNode, changes: dict[str, str], said: str
) -> None:
    lea = await signed_in(node, "lea")
    answer = await post(lea, "/events/new", **(FORM | changes))
    page = await text_of(answer)
    assert answer.status_code == 422
    assert f'<a href="#{said}">' in page
    assert await node.count("events") == 0


async def test_the_whole_day_needs_no_hour(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    record = await written(
        node, lea, begins="", ends="", all_day="y", last_day="2026-12-06", title="Salon"
    )
    page = await text_of(await get(node, f"/objects/{record.id}"))
    assert "samedi 5 décembre 2026 – dimanche 6 décembre 2026" in page


async def test_a_change_keeps_what_was_not_changed(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    record = await written(node, lea)
    form = await page_of(lea, f"/events/{record.id}/edit")
    assert 'value="09:00"' in form
    assert "Venez **nombreux**." in form
    node.clock.pass_by(60)
    changed = {k: v for k, v in FORM.items() if k != "reach"} | {"begins": "10:00"}
    answer = await post(lea, f"/events/{record.id}/edit", **changed)
    assert answer.status_code == 303
    after = await node.object(record.url)
    assert after is not None
    event = event_in(after)
    assert event is not None
    assert local(event.starts_at, "Europe/Paris").hour == 10
    assert after.visibility == "public"


async def test_only_who_announced_it_changes_an_event(node: LocalNode) -> None:
    record = await announce(node, "lea")
    hugo = await signed_in(node, "hugo")
    for path in ("edit", "cancel", "withdraw"):
        assert (await post(hugo, f"/events/{record.id}/{path}", **FORM)).status_code == 403
    known = await node.object(record.url)
    assert known is not None
    assert known.deleted_at is None


async def test_what_is_over_is_shown_on_demand(node: LocalNode) -> None:
    await announce(node, "lea", title="Bientôt")
    await announce(
        node, "lea", title="Hier", starts_at=node.clock.ms - DAY_MS, ends_at=node.clock.ms - 1_000
    )
    await announce(node, "lea", title="En ce moment", starts_at=node.clock.ms - 1_000)
    coming, past = (
        await text_of(await get(node, "/events")),
        await text_of(await get(node, "/events?past=1")),
    )
    assert [name in coming for name in ("Bientôt", "Hier", "En ce moment")] == [True, False, True]
    assert [name in past for name in ("Bientôt", "Hier", "En ce moment")] == [False, True, False]


async def test_a_long_list_goes_on(node: LocalNode) -> None:
    for number in range(23):
        await announce(node, "lea", title=f"Rendez-vous {number:02}")
    first = await text_of(await get(node, "/events"))
    further = re.search(r'href="(/events\?after=[^"]+)"', first)
    assert further is not None
    second = await text_of(await get(node, further[1]))
    shown = re.findall(r"Rendez-vous (\d\d)</a>", first + second)
    assert shown == [f"{number:02}" for number in range(23)]
    assert (await get(node, "/events?after=x")).status_code == 400


async def test_a_member_registers_and_takes_it_back(node: LocalNode) -> None:
    record = await announce(node, "lea")
    hugo = await signed_in(node, "hugo")
    page = await page_of(hugo, f"/read/{record.id}")
    assert f'action="/events/{record.id}/join"' in page
    assert (await post(hugo, f"/events/{record.id}/join")).status_code == 303
    person = await node.person("hugo")
    assert await standing(node, record.url, person.url) == "accepted"
    page = await page_of(hugo, f"/read/{record.id}")
    assert "Vous êtes inscrit" in page
    assert "1 personne" in page
    assert "Qui participe" not in page
    assert (await post(hugo, f"/events/{record.id}/leave")).status_code == 303
    assert await standing(node, record.url, person.url) == "left"


async def test_the_organiser_is_told_and_answers_on_the_sheet(node: LocalNode) -> None:
    record = await announce(node, "lea", joining="restricted")
    hugo, lea = await signed_in(node, "hugo"), await signed_in(node, "lea")
    await post(hugo, f"/events/{record.id}/join", message="Avec plaisir")
    told = await page_of(lea, "/notifications")
    assert f'href="/events/{record.id}/attendance"' in told
    sheet = await page_of(lea, f"/events/{record.id}/attendance")
    assert "Avec plaisir" in sheet
    person = await node.person("hugo")
    path = f"/events/{record.id}/attendance/{person.id}"
    assert (await post(lea, path, answer="yes")).status_code == 303
    assert await standing(node, record.url, person.url) == "accepted"
    assert "Vous êtes inscrit·e à" in await page_of(hugo, "/notifications")


async def test_the_sheet_keeps_who_came_and_what_was_noted(node: LocalNode) -> None:
    record = await announce(node, "lea")
    for name in ("hugo", "nina"):
        await join(node, name, record.url)
    lea, hugo = await signed_in(node, "lea"), await node.person("hugo")
    nina = await node.person("nina")
    answer = await post(
        lea,
        f"/events/{record.id}/attendance",
        **{f"present-{hugo.id}": "1", f"note-{hugo.id}": "=HYPERLINK(1)", f"note-{nina.id}": ""},
    )
    assert answer.status_code == 303
    sheet = await page_of(lea, f"/events/{record.id}/attendance")
    assert re.search(rf'id="present-{hugo.id}" value="1" checked', sheet)
    assert not re.search(rf'id="present-{nina.id}" value="1" checked', sheet)
    table = await lea.get(f"/events/{record.id}/attendance.csv")
    rows = list(
        csv.reader(
            io.StringIO((await table.get_data(as_text=False)).decode("utf-8-sig")), delimiter=";"
        )
    )
    assert [row[0] for row in rows] == ["Name", "Hugo", "Nina"] or rows[0][0] == "Nom"
    assert rows[1][4:] == ["oui", "'=HYPERLINK(1)"]
    assert table.headers["Cache-Control"] == "private, no-store"


async def test_the_sheet_to_sign_is_a_readable_pdf_that_is_kept_nowhere(node: LocalNode) -> None:
    record = await announce(node, "lea", title="#panic(1) $x$ Salon")
    await join(node, "hugo", record.url)
    lea = await signed_in(node, "lea")
    answer = await lea.get(f"/events/{record.id}/attendance.pdf")
    content = await answer.get_data(as_text=False)
    assert answer.status_code == 200, content
    document = pikepdf.open(io.BytesIO(content))
    assert document.Root.MarkInfo.Marked
    assert "#panic(1) $x$ Salon" in str(document.docinfo["/Title"])
    assert not list(node.services.settings.documents_dir.glob("*.pdf"))
    printed = await page_of(lea, f"/events/{record.id}/attendance/print")
    assert "Signature, matin" in printed


@pytest.mark.parametrize("path", ["", ".csv", ".pdf", "/print"])
async def test_the_sheet_is_for_nobody_else(node: LocalNode, path: str) -> None:
    record = await announce(node, "lea")
    await join(node, "nina", record.url)
    for name in ("nina", "hugo"):
        client = await signed_in(node, name)
        answer = await client.get(f"/events/{record.id}/attendance{path}")
        assert answer.status_code == 403
        assert "Nina" not in (await text_of(answer)).split("<main")[-1]
    stranger = await get(node, f"/events/{record.id}/attendance{path}")
    assert stranger.status_code == 303
    hugo, nina = await signed_in(node, "hugo"), await node.person("nina")
    answer = await post(hugo, f"/events/{record.id}/attendance/{nina.id}", answer="no")
    assert answer.status_code == 403
    assert await standing(node, record.url, nina.url) == "accepted"


async def test_an_event_can_be_taken_into_a_calendar(node: LocalNode) -> None:
    record = await announce(node, "lea")
    for path in (f"/events/{record.id}.ics", "/calendar.ics"):
        answer = await get(node, path)
        assert answer.status_code == 200
        assert answer.content_type == "text/calendar; charset=utf-8"
        found: Any = icalendar.Calendar.from_ical(await answer.get_data())
        (event,) = found.walk("VEVENT")
        shown = event_in(record)
        assert shown is not None
        wanted = datetime.fromtimestamp(shown.starts_at / 1000, UTC)
        assert event["DTSTART"].dt.astimezone(UTC) == wanted
        known = {"If-None-Match": answer.headers["ETag"]}
        again = await node.app.test_client().get(path, headers=known)
        assert again.status_code == 304


async def test_what_is_not_for_everybody_is_in_no_public_list(node: LocalNode) -> None:
    record = await announce(node, "lea", title="Secret", reach="network")
    for path in ("/events", "/calendar.ics", "/events?past=1"):
        assert "Secret" not in await text_of(await get(node, path))
    assert (await get(node, f"/events/{record.id}.ics")).status_code == 404
    hugo = await signed_in(node, "hugo")
    assert "Secret" in await page_of(hugo, "/events")


async def test_an_event_of_another_server_is_joined_from_its_page(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    record = await announce(alpha, "lea")
    bruno = await signed_in(beta, "bruno")
    shown = await post(bruno, "/authorize_interaction", uri=record.url)
    page = shown.headers["Location"]
    assert page.startswith("/read/")
    number = page.removeprefix("/read/")
    assert f'action="/events/{number}/join"' in await page_of(bruno, page)
    await post(bruno, f"/events/{number}/join")
    await network.settle()
    assert "Vous êtes inscrit" in await page_of(bruno, page)
    # what came from elsewhere is in nobody's public list here
    assert "Atelier" not in await text_of(await get(beta, "/events"))


async def test_a_cancelled_event_says_so(node: LocalNode) -> None:
    record = await announce(node, "lea")
    lea = await signed_in(node, "lea")
    node.clock.pass_by(5)
    assert (await post(lea, f"/events/{record.id}/cancel")).status_code == 303
    await settle(node)
    assert "Cet événement est annulé." in await text_of(await get(node, f"/objects/{record.id}"))
    assert "STATUS:CANCELLED" in await text_of(await get(node, f"/events/{record.id}.ics"))
    assert (await post(lea, f"/events/{record.id}/withdraw")).status_code == 303
    assert (await get(node, f"/objects/{record.id}")).status_code == 410
