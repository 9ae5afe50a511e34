"""What administrators do from a terminal: accounts, tokens, domains, reports, the log."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actors.auth import check_password
from config.load import load_settings
from node.services import open_services
from storage.ids import new_id
from storage.records import ReportRecord
from tests.node.nodes import DOMAIN, called, made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node with the organisation greta and the person marie."""
    folder = made(tmp_path / "node")
    assert called(folder, "member", "add", "marie").exit_code == 0
    return folder


def rows(data: Path, *words: str) -> Any:
    """What a command answers as JSON."""
    result = called(data, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def audited(data: Path) -> list[tuple[str, str, str]]:
    """Action, target and reason of every entry of the log, oldest first."""
    entries = reversed(rows(data, "audit"))
    return [(entry["action"], entry["target"], entry["reason"]) for entry in entries]


def value(data: Path, sql: str) -> Any:
    """One value of the database."""
    with closing(sqlite3.connect(data / "communotic.db")) as database:
        return database.execute(sql).fetchone()[0]


def test_the_last_administrator_is_neither_demoted_nor_removed(data: Path) -> None:
    demoted = called(data, "member", "role", "greta", "member")
    assert demoted.exit_code == 1
    assert "last administrator" in demoted.output
    called(data, "member", "role", "marie", "admin", "--reason", "deputy")
    assert called(data, "member", "role", "greta", "editor").exit_code == 0
    removed = called(data, "member", "remove", "marie", "--yes")
    assert removed.exit_code == 1
    assert "last administrator" in removed.output
    assert audited(data)[2:] == [
        ("role admin", f"marie@{DOMAIN}", "deputy"),
        ("role editor", f"greta@{DOMAIN}", ""),
    ]


def test_a_removed_member_is_in_the_log_with_the_reason(data: Path) -> None:
    called(data, "post", "marie", "Un dernier mot #adieu")
    result = called(data, "member", "remove", "marie", "--yes", "--reason", "asked for it")
    assert result.exit_code == 0, result.output
    assert audited(data)[-1] == ("member remove", f"marie@{DOMAIN}", "asked for it")
    assert value(data, "select count(*) from objects where deleted_at is null") == 0
    assert value(data, "select count(*) from object_tags") == 0


def test_a_password_is_replaced_and_kept_as_argon2id(data: Path) -> None:
    words = ("member", "password", "marie", "--password-stdin")
    assert called(data, *words, said="trop 7!\n").exit_code == 2
    assert called(data, *words, said="cheval batterie agrafe\n").exit_code == 0
    hashed = value(data, "select password_hash from members order by actor_id desc limit 1")
    assert hashed.startswith("$argon2id$")
    assert check_password(hashed, "cheval batterie agrafe")
    assert ("member password", f"marie@{DOMAIN}", "") in audited(data)
    typed = called(data, "member", "password", "marie", said="agrafe verte\nagrafe verte\n")
    assert typed.exit_code == 0, typed.output
    assert "agrafe" not in typed.output
    assert called(data, "member", "password", "nobody", said="x" * 12 + "\n").exit_code == 1


def test_tokens_are_listed_without_their_secret_and_revoked(data: Path) -> None:
    secrets = [called(data, "token", "marie").stdout.strip() for _ in range(3)]
    called(data, "token", "greta")
    listed = rows(data, "tokens", "list", "marie")
    assert len(listed) == 3
    assert not any(secret in json.dumps(listed) for secret in secrets)
    first = listed[0]["id"]
    assert called(data, "tokens", "revoke", "greta", first).exit_code == 1
    assert called(data, "tokens", "revoke", "marie", first).exit_code == 0
    again = called(data, "tokens", "revoke", "marie", first)
    assert again.exit_code == 1
    assert "no living token" in again.output
    assert called(data, "tokens", "revoke", "marie").exit_code == 1
    assert called(data, "tokens", "revoke", "marie", "--all").stdout.startswith("2 ")
    assert all(row["revoked"] for row in rows(data, "tokens", "list", "marie"))
    assert not any(row["revoked"] for row in rows(data, "tokens", "list", "greta"))
    assert [action for action, _, _ in audited(data)][-2:] == [
        f"token revoke {first}",
        "token revoke all",
    ]


def test_rules_about_domains_are_made_normalised_listed_and_dropped(data: Path) -> None:
    made_rule = rows(data, "domain", "set", "*.Spam.Example.", "suspend", "--reason", "adverts")
    assert (made_rule["domain"], made_rule["severity"]) == ("spam.example", "suspend")
    assert called(data, "domain", "set", "bücher.example", "limit").exit_code == 0
    listed = [(r["domain"], r["severity"], r["reason"]) for r in rows(data, "domain", "list")]
    assert listed == [
        ("spam.example", "suspend", "adverts"),
        ("xn--bcher-kva.example", "limit", ""),
    ]
    assert "suspend" in called(data, "domain", "list").stdout
    assert called(data, "domain", "remove", "SPAM.example", "--reason", "better").exit_code == 0
    missing = called(data, "domain", "remove", "spam.example")
    assert missing.exit_code == 1
    assert "no rule" in missing.output
    assert [entry for entry in audited(data) if entry[0].startswith("domain")] == [
        ("domain suspend", "spam.example", "adverts"),
        ("domain limit", "xn--bcher-kva.example", ""),
        ("domain clear", "spam.example", "better"),
    ]


@pytest.mark.parametrize("name", [DOMAIN, "not a domain", "", "a/b"])
def test_a_rule_about_oneself_or_about_nothing_is_refused(data: Path, name: str) -> None:
    result = called(data, "domain", "set", name, "suspend")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert rows(data, "domain", "list") == []


def test_an_unknown_severity_is_refused(data: Path) -> None:
    assert called(data, "domain", "set", "a.example", "destroy").exit_code == 2


async def report(data: Path) -> int:
    """Leave a report by greta about marie."""
    services = await open_services(load_settings(data, {}))
    async with services.store.transaction() as tx:
        greta, marie = await tx.actors.local("greta"), await tx.actors.local("marie")
        assert greta is not None
        assert marie is not None
        record = ReportRecord(
            new_id(),
            "https://a.example/1",
            greta.id,
            marie.id,
            '["https://o/1"]',
            "rude",
            "open",
            5,
        )
        await tx.ledger.add_report(record)
    await services.close()
    return record.id


def test_reports_are_shown_and_closed_once(data: Path) -> None:
    number = str(asyncio.run(report(data)))
    (shown,) = rows(data, "reports")
    assert (shown["id"], shown["about"], shown["objects"]) == (
        number,
        f"marie@{DOMAIN}",
        ["https://o/1"],
    )
    assert "rude" in called(data, "reports").stdout
    assert called(data, "reports", "close", number, "--reason", "talked").exit_code == 0
    assert called(data, "reports", "close", number).exit_code == 1
    assert rows(data, "reports") == []
    assert [r["state"] for r in rows(data, "reports", "--state", "closed")] == ["closed"]
    assert len(rows(data, "reports", "--state", "all")) == 1
    assert audited(data)[-1] == ("report close", number, "talked")


def test_the_log_says_who_and_when(data: Path) -> None:
    entries = rows(data, "audit", "--limit", "1")
    assert entries[0]["who"] == "command line"
    assert entries[0]["time"].endswith("Z")
    assert "member add" in called(data, "audit").stdout
