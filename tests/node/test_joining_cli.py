"""Inviting and letting in from the command line; the first account; what is forgotten."""

import json
from pathlib import Path

import pytest

from node.first_account import setup_address
from tests.node.nodes import DOMAIN, called, made
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A node with an organisation."""
    return made(tmp_path / "data")


def test_an_invitation_is_printed_to_be_handed_over(data: Path) -> None:
    words = ("member", "invite", "marie@greta.example", "--name", "Marie", "--role", "editor")
    found = json.loads(called(data, *words, "--json").output)
    assert found["url"].startswith(f"http://{DOMAIN}/invitation/")
    assert (found["mail"], found["role"]) == ("marie@greta.example", "editor")
    assert json.loads(called(data, "mail", "list", "--json").output) == []
    sent = called(data, *words, "--send")
    assert sent.exit_code == 0
    listed = json.loads(called(data, "mail", "list", "--json").output)
    assert [(mail["recipient"], mail["state"]) for mail in listed] == [
        ("marie@greta.example", "waiting")
    ]
    assert "/invitation/" not in json.dumps(listed)
    refused = called(data, "member", "invite", "marie")
    assert refused.exit_code == 1
    assert "not a mail address" in refused.output


def test_a_link_lets_in_who_has_no_other_way(data: Path) -> None:
    assert called(data, "member", "add", "marie").exit_code == 0
    found = called(data, "member", "sign-in-link", "marie")
    assert found.output.startswith(f"http://{DOMAIN}/sign-in/link?code=")
    assert called(data, "member", "sign-in-link", "nobody").exit_code == 1
    assert "as before" in called(data, "member", "codes-off", "marie").output


async def test_the_set_up_address_is_new_at_each_start_until_it_is_not_needed(
    node: LocalNode,
) -> None:
    first, second = await setup_address(node.services), await setup_address(node.services)
    assert first is not None
    assert first.startswith("https://node.example/setup?code=")
    assert first != second
    chief = await node.person("chief")
    await node.store.write(lambda tx: tx.members.set_role(chief.id, "admin"))
    assert await setup_address(node.services) is not None, "nobody can sign in to that account"
    await node.store.write(lambda tx: tx.members.set_password(chief.id, "HASH"))
    assert await setup_address(node.services) is None


async def test_what_ended_is_forgotten(node: LocalNode) -> None:
    amina = await node.person("amina")
    await node.store.write(lambda tx: tx.credentials.set_mail(amina.id, "a@b.example"))
    await signed_in(node, "amina")
    await post(node.app.test_client(), "/sign-in/mail", name="amina")
    (mail,) = await node.store.query(lambda tx: tx.mails.latest())
    now = node.clock.ms
    await node.store.write(lambda tx: tx.mails.finish(mail.id, "sent", "", now))
    await node.services.housekeeping.run_once()
    assert [await node.count(table) for table in ("sessions", "one_time_codes", "mails")] == [
        1, 1, 1,
    ]  # fmt: skip
    node.clock.pass_by(31 * 24 * 3600)
    await node.services.housekeeping.run_once()
    assert [await node.count(table) for table in ("sessions", "one_time_codes", "mails")] == [
        0, 0, 0,
    ]  # fmt: skip
