"""Reports without an account: a number for whoever reports, a mail, a place in the queue."""

import re
from typing import Any

import pytest

from storage.records import MemberRecord, ReportRecord
from storage.reports import ReportStatements
from tests.support.fediverse import LocalNode

SAID = {
    "about": "https://node.example/objects/1?x=1#top",
    "category": "person",
    "comment": "Ma photo y est, sans mon accord.",
    "mail": "victime@example.org",
    "sincere": "y",
}


async def send(node: LocalNode, **changes: str) -> Any:
    return await node.app.test_client().post("/report", form=SAID | changes)


async def reports(node: LocalNode) -> list[ReportRecord]:
    return await node.store.query(lambda tx: ReportStatements(tx.connection).listed("open"))


async def test_a_visitor_reports_a_page_and_gets_a_number_and_a_mail(node: LocalNode) -> None:
    url = await node.write("marie", "Bonjour")
    answer = await send(node, about=f"{url}?lang=en")
    assert answer.status_code == 303
    [report] = await reports(node)
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", report.receipt)
    assert answer.headers["Location"].startswith(f"/report/{report.receipt}?")
    assert report.objects == f'["{url}"]'
    assert report.target_id == (await node.person("marie")).id
    assert (report.category, report.reporter_mail) == ("person", "victime@example.org")
    assert await node.count("mails") == 1


async def test_whoever_has_the_number_sees_what_became_of_it(node: LocalNode) -> None:
    await send(node)
    [report] = await reports(node)
    client = node.app.test_client()
    page = await client.get(f"/report/{report.receipt.lower()}?lang=en")
    text = await page.get_data(as_text=True)
    assert page.status_code == 200
    assert "waits for a decision" in text
    assert SAID["mail"] not in text
    await node.store.write(
        lambda tx: ReportStatements(tx.connection).decide(report.id, "removed", "Photo <b>", 1)
    )
    text = await (await client.get(f"/report/{report.receipt}?lang=en")).get_data(as_text=True)
    assert "was withdrawn" in text
    assert "Photo &lt;b&gt;" in text


async def test_a_wrong_number_shows_nothing(node: LocalNode) -> None:
    answer = await node.app.test_client().get("/report/AAAA-BBBB-CCCC-DDDD")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"about": ""}, "about"),
        ({"about": "https://elsewhere.example/objects/1"}, "about"),
        ({"about": "http://["}, "about"),
        ({"category": "moon"}, "category"),
        ({"category": ""}, "category"),
        ({"comment": "  "}, "comment"),
        ({"comment": "x" * 5_001}, "comment"),
        ({"mail": "nobody"}, "mail"),
        ({"mail": "a@b.example\nBcc: c@d.example"}, "mail"),
        ({"sincere": ""}, "sincere"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    node: LocalNode, changes: dict[str, str], name: str
) -> None:
    answer = await send(node, **{"comment": "Ma photo <i>", **changes})
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in text
    assert await reports(node) == []
    if "comment" not in changes:
        assert "Ma photo &lt;i&gt;" in text


async def test_the_page_that_a_visitor_comes_from_is_filled_in_when_it_is_ours(
    node: LocalNode,
) -> None:
    client = node.app.test_client()
    ours = await (await client.get("/report?about=/objects/7%3Fq=1")).get_data(as_text=True)
    assert 'value="https://node.example/objects/7"' in ours
    theirs = await (await client.get("/report?about=//evil.example/")).get_data(as_text=True)
    assert 'name="about"' in theirs
    assert not re.search(r'name="about"[^>]*evil', theirs)


async def test_a_flood_of_reports_is_slowed_down_and_keeps_what_was_typed(
    node: LocalNode,
) -> None:
    statuses = [(await send(node)).status_code for _ in range(7)]
    assert statuses[:5] == [303] * 5
    assert statuses[5:] == [429] * 2
    assert SAID["comment"] in await (await send(node)).get_data(as_text=True)
    assert len(await reports(node)) == 5


async def test_a_form_on_another_site_is_refused(node: LocalNode) -> None:
    foreign = {"Origin": "https://evil.example"}
    answer = await node.app.test_client().post("/report", form=SAID, headers=foreign)
    assert answer.status_code == 403
    assert await reports(node) == []


async def test_administrators_are_told_by_mail(node: LocalNode) -> None:
    marie = await node.person("marie")

    async def promote(tx: Any) -> None:
        await tx.members.remove(marie.id)
        await tx.members.add(MemberRecord(marie.id, "marie@node.example", "", "admin", "", 1, None))

    await node.store.write(promote)
    await send(node, mail="")
    [report] = await reports(node)

    async def mail(tx: Any) -> tuple[str, str]:
        row = await tx.connection.fetch_one("select recipient, text from mails")
        return row["recipient"], row["text"]

    recipient, text = await node.store.query(mail)
    assert recipient == "marie@node.example"
    assert f"https://node.example/admin/reports/{report.id}" in text
