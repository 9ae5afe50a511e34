"""What the administrator says of the site: kept, logged, read again when it changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from actors.administration import NotPossible
from actors.site import Appearance, LegalNotice, Policy, SiteFacts, read_site, save_site
from config.settings import Settings
from storage.site import SiteRecord
from storage.store import Store
from tests.support.clock import Clock
from tests.support.site import NOTICE


def facts(store: Store, clock: Clock, scheme: str = "https") -> SiteFacts:
    return SiteFacts(store, clock, Settings(data_dir=Path("data"), scheme=scheme))  # type: ignore[arg-type]


def test_an_empty_notice_misses_what_the_law_asks_for_and_a_full_one_nothing() -> None:
    missing = LegalNotice().missing()
    assert {"denomination", "address", "director", "host_name", "gdpr_contact"} <= set(missing)
    assert "siret" not in missing
    assert not LegalNotice().complete
    assert NOTICE.complete
    assert replace(NOTICE, telephone="  ").missing() == ("telephone",)


async def test_what_was_saved_is_read_and_the_audit_log_names_who_changed_what(
    store: Store,
) -> None:
    async with store.transaction() as tx:
        await save_site(tx, "lea@node.example", NOTICE, 1)
        await save_site(tx, "lea@node.example", replace(NOTICE, director="Dominique"), 2)
        await save_site(tx, "lea@node.example", replace(NOTICE, director="Dominique"), 3)
    async with store.read() as tx:
        assert await read_site(tx, LegalNotice) == replace(NOTICE, director="Dominique")
        assert await read_site(tx, Policy) == Policy()
        log = await tx.ledger.audited()
    assert [(e.who, e.action, e.created_at) for e in log] == [
        ("lea@node.example", "site legal", 2),
        ("lea@node.example", "site legal", 1),
    ]
    assert log[0].target == "director"


async def test_a_colour_that_is_none_is_refused(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        with pytest.raises(NotPossible):
            await save_site(tx, "lea", Appearance(accent="red; }"), 1)


async def test_public_pages_open_when_the_notice_is_complete(sqlite_store: Store) -> None:
    clock = Clock()
    site = facts(sqlite_store, clock)
    assert not await site.open_to_visitors()
    async with sqlite_store.transaction() as tx:
        await save_site(tx, "lea", NOTICE, 1)
    assert not await site.open_to_visitors()
    site.forget()
    assert await site.open_to_visitors()


async def test_what_another_process_changed_is_seen_after_a_few_seconds(
    sqlite_store: Store,
) -> None:
    clock = Clock()
    site = facts(sqlite_store, clock)
    assert await site.policy() == Policy()
    async with sqlite_store.transaction() as tx:
        await save_site(tx, "lea", Policy(review=True), 1)
    assert await site.policy() == Policy()
    clock.pass_by(6)
    assert await site.policy() == Policy(review=True)


async def test_a_node_in_development_is_open_without_a_notice(sqlite_store: Store) -> None:
    assert await facts(sqlite_store, Clock(), scheme="http").open_to_visitors()


async def test_values_of_another_version_or_of_a_wrong_kind_are_left_out(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        await tx.site.save(SiteRecord("policy", '{"review": "yes", "moon": 1}', "", 1))
        assert await read_site(tx, Policy) == Policy()
