"""What administrators ask across the tables, on both engines."""

from dataclasses import replace

import pytest

from storage.oversight import AuditQuery, OversightStatements
from storage.records import (
    ActivityRecord,
    ActorRecord,
    AuditRecord,
    DeliveryRecord,
    HostRecord,
    MemberRecord,
    ObjectRecord,
    ReportRecord,
)
from storage.reports import ReportStatements
from storage.site import SiteRecord
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor

NOW = 1_764_000_000_000


def oversight(tx: Tx) -> OversightStatements:
    return OversightStatements(tx.connection)


def an_actor(number: int) -> ActorRecord:
    return replace(actor(f"person{number}"), id=number)


def an_object(number: int, kind: str, name: str = "") -> ObjectRecord:
    url = f"https://node.example/objects/{number}"
    texts = (name, "", "", "fr", 0, url, "{}")
    return ObjectRecord(number, url, kind, 1, 1, "public", None, None, None, *texts, NOW)


def an_activity(number: int, object_id: int) -> ActivityRecord:
    url = f"https://node.example/activities/{number}"
    return ActivityRecord(number, url, "Create", 1, 1, "public", url, object_id, "{}", NOW)


def a_delivery(number: int, host: str) -> DeliveryRecord:
    inbox = f"https://{host}/inbox"
    return DeliveryRecord(number, 20, 1, inbox, host, "waiting", 0, NOW, 0, None, "", NOW, None)


def a_report(number: int, **changes: object) -> ReportRecord:
    plain = ReportRecord(number, f"https://node.example/{number}", 1, None, "[]", "", "open", NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def filled(store: Store) -> Store:
    """An author with an article that went to two servers, one of which does not answer."""
    async with store.transaction() as tx:
        await tx.actors.add(an_actor(1))
        await tx.objects.add(an_object(10, "Article", "Une classe mobile"))
        await tx.objects.add(an_object(11, "Note"))
        await tx.activities.add(an_activity(20, 10))
        for number, host in ((30, "good.example"), (31, "away.example")):
            await tx.deliveries.add_all([a_delivery(number, host)])
        await tx.deliveries.finish([(30, "done", 202, "", NOW)])
        await tx.hosts.save_health(HostRecord("away.example", "", "closed", 3, NOW, NOW, "x", NOW))
        await tx.deliveries.hold("away.example")
    return store


async def test_the_overview_counts_what_needs_attention(filled: Store) -> None:
    async with filled.transaction() as tx:
        await tx.ledger.add_report(a_report(40))
        await tx.ledger.add_report(a_report(41, state="closed"))
    found = await filled.query(lambda tx: oversight(tx).attention())
    assert (found.reports, found.held, found.hosts, found.failed) == (1, 1, 1, 0)


async def test_the_log_of_what_was_sent_lists_articles_with_their_deliveries(
    filled: Store,
) -> None:
    found = await filled.query(lambda tx: oversight(tx).sent())
    assert [(sent.record.name, sent.states) for sent in found] == [
        ("Une classe mobile", {"done": 1, "held": 1})
    ]
    assert await filled.query(lambda tx: oversight(tx).sent(before=10)) == []


async def test_retrying_an_article_opens_the_servers_that_were_given_a_rest(
    filled: Store,
) -> None:
    assert await filled.write(lambda tx: oversight(tx).retry_object(10, NOW + 1)) == 1
    [known] = await filled.query(lambda tx: tx.hosts.all())
    states = await filled.query(lambda tx: tx.deliveries.of_object(10))
    assert known.state == "open"
    assert {delivery.host: delivery.state for delivery in states} == {
        "good.example": "done",
        "away.example": "waiting",
    }
    assert await filled.write(lambda tx: oversight(tx).retry_object(11, NOW + 1)) == 0


async def test_servers_that_do_not_answer_come_first(filled: Store) -> None:
    async with filled.transaction() as tx:
        await tx.hosts.remember_scheme("aaa.example", "cavage", NOW)
    found = await filled.query(lambda tx: oversight(tx).hosts())
    assert [(health.host, health.states) for health in found] == [
        ("away.example", {"held": 1}),
        ("aaa.example", {}),
    ]


async def test_the_audit_log_is_filtered_and_paged(store: Store) -> None:
    async with store.transaction() as tx:
        for number in range(1, 6):
            who = "lea@node.example" if number % 2 else "Emile@node.example"
            await tx.ledger.audit(
                AuditRecord(number, who, "role admin", f"100%_{number}", "", NOW + number)
            )

    async def ids(query: AuditQuery, **options: int) -> list[int]:
        found = await store.query(lambda tx: oversight(tx).audited(query, **options))
        return [entry.id for entry in found]

    assert await ids(AuditQuery()) == [5, 4, 3, 2, 1]
    assert await ids(AuditQuery(), before=4, limit=2) == [3, 2]
    assert await ids(AuditQuery(who="EMILE")) == [4, 2]
    assert await ids(AuditQuery(text="%_3")) == [3]
    assert await ids(AuditQuery(text="x_3")) == []
    assert await ids(AuditQuery(action="role")) == [5, 4, 3, 2, 1]
    assert await ids(AuditQuery(action="admin")) == []
    assert await ids(AuditQuery(since=NOW + 2, until=NOW + 4)) == [3, 2]


async def test_a_report_is_found_by_its_receipt_and_decided_once(filled: Store) -> None:
    async with filled.transaction() as tx:
        reports = ReportStatements(tx.connection)
        await tx.ledger.add_report(a_report(40, receipt="S-ABCD", reporter_mail="a@b.example"))
        await tx.ledger.add_report(a_report(41))
        assert await reports.by_receipt("") is None
        assert await reports.decide(40, "kept", "Rien d’illégal.", NOW + 5)
        assert not await reports.decide(40, "removed", "", NOW + 6)
        found = await reports.by_receipt("S-ABCD")
        assert found is not None
        assert (found.state, found.outcome, found.decision) == ("closed", "kept", "Rien d’illégal.")
        assert [report.id for report in await reports.listed("open")] == [41]
        assert [report.id for report in await reports.listed("closed", before=40)] == []
        assert await reports.forget_reporters(NOW + 5) == 0
        assert await reports.forget_reporters(NOW + 6) == 1
        forgotten = await reports.by_id(40)
        assert forgotten is not None
        assert (forgotten.reporter_mail, forgotten.receipt) == ("", "S-ABCD")


async def test_administrators_with_open_accounts_are_told(store: Store) -> None:
    async with store.transaction() as tx:
        for number, role in ((1, "admin"), (2, "admin"), (3, "editor")):
            await tx.actors.add(an_actor(number))
            await tx.members.add(
                MemberRecord(number, f"{number}@node.example", "", role, "", NOW, None)
            )
        await oversight(tx).set_disabled(2, NOW)
        assert await oversight(tx).administrators() == ["1@node.example"]
        await oversight(tx).set_disabled(2, None)
        assert len(await oversight(tx).administrators()) == 2


async def test_what_is_said_of_the_site_is_replaced_by_name(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.site.save(SiteRecord("legal", "{}", "lea", 1))
        await tx.site.save(SiteRecord("legal", '{"a": 1}', "emile", 2))
        await tx.site.save(SiteRecord("policy", "{}", "lea", 3))
        found = await tx.site.all()
    assert found["legal"] == SiteRecord("legal", '{"a": 1}', "emile", 2)
    assert sorted(found) == ["legal", "policy"]
