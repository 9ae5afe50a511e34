"""Guessing names, passwords, codes and links; and using them twice (SECURITY.md, rule 12)."""

from typing import Any

import pyotp
import pytest

import actors.sign_in.accounts
from actors.auth import check_password
from actors.sign_in.throttle import Throttle, TooOften, network
from storage.store import Tx
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import (
    PASSWORD,
    enter,
    is_in,
    link_in_last_mail,
    mails,
    member,
    text,
)
from tests.web.sign_in.test_joining import invited
from tests.web.sign_in.test_second_proof import set_up


def plain(page: str, typed: str) -> str:
    """A page without what was typed into it."""
    return page.replace(typed, "")


async def test_an_unknown_name_looks_like_a_wrong_password(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    await member(node, mail="amina@greta.example")
    no_password = await node.person("nopassword")
    assert no_password is not None
    checks = []

    def counted(hashed: str, password: str) -> bool:
        checks.append(hashed)
        return check_password(hashed, password)

    monkeypatch.setattr(actors.sign_in.accounts, "check_password", counted)
    seen = set()
    for name in ("amina", "amina@greta.example", "nobody", "a@b.example", "nopassword"):
        answer = await enter(node.app.test_client(), name, "wrong password")
        seen.add((answer.status_code, plain(await text(answer), name)))
    assert len(seen) == 1
    assert len(checks) == 5, "each costs one slow hash"


async def test_asking_for_a_link_tells_nothing(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    seen, codes = set(), []

    async def count(tx: Tx) -> int:
        found = await tx.connection.fetch_value("select count(*) from one_time_codes")
        return int(found)

    for name in ("amina", "amina@greta.example", "nobody", "x@y.example"):
        answer = await post(node.app.test_client(), "/sign-in/mail", name=name)
        seen.add((answer.status_code, plain(await text(answer), name)))
        codes.append(await node.store.query(count))
    assert len(seen) == 1
    assert codes == [1, 2, 3, 4], "as much is written for nobody as for somebody"
    assert {mail.recipient for mail in await mails(node)} == {"amina@greta.example"}


async def test_one_account_has_one_count_for_all_its_spellings(node: LocalNode) -> None:
    await member(node)
    spellings = (
        "amina",
        "AMINA",
        "@amina",
        " amina",
        "@Amina ",
        "aMINA",
        "amina@node.example",
        "@AMINA",
    )
    for number, name in enumerate(spellings):
        answer = await post(
            node.app.test_client(),
            "/sign-in/password",
            name=name,
            password=f"wrong {number}",
        )
        assert answer.status_code == 403
    client = node.app.test_client()
    answer = await enter(client, "amina")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not session_token(client), "not even with the right password"


async def test_one_address_may_not_try_many_accounts(node: LocalNode) -> None:
    answers = [
        (await enter(node.app.test_client(), f"account{number}", "wrong")).status_code
        for number in range(22)
    ]
    assert answers[:20] == [403] * 20
    assert answers[20:] == [429, 429]


def test_an_ipv6_customer_is_one_address() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("::ffff:192.0.2.1") == "192.0.2.1"
    throttle = Throttle(clock=lambda: 0.0)
    for number in range(20):
        throttle.by_address(f"2001:db8::{number:x}")
    with pytest.raises(TooOften):
        throttle.by_address("2001:db8::ffff")


async def test_nobody_can_fill_a_mailbox(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    for name in ("amina", "AMINA", "@amina", "amina", "amina", "amina"):
        answer = await post(node.app.test_client(), "/sign-in/mail", name=name)
        assert answer.status_code == 200
    assert len(await mails(node)) == 3


async def test_a_link_works_once_for_a_quarter_of_an_hour(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")

    async def link() -> str:
        await post(node.app.test_client(), "/sign-in/mail", name="amina")
        return (await link_in_last_mail(node)).partition("code=")[2]

    code = await link()
    first, second = node.app.test_client(), node.app.test_client()
    assert is_in(first, await post(first, "/sign-in/link", code=code))
    assert (await post(second, "/sign-in/link", code=code)).status_code == 410
    late = await link()
    node.clock.pass_by(15 * 60 + 1)
    assert (await post(second, "/sign-in/link", code=late)).status_code == 410
    assert not session_token(second)


async def test_a_secret_is_good_for_its_own_purpose_alone(node: LocalNode) -> None:
    await set_up(node)
    invitation = (await invited(node)).rpartition("/")[2]
    client = node.app.test_client()
    await enter(client, "amina")
    pending = next(cookie.value for cookie in client.cookie_jar or () if "second" in cookie.name)
    await post(node.app.test_client(), "/sign-in/mail", name="amina")
    link = (await link_in_last_mail(node)).partition("code=")[2]
    other = node.app.test_client()
    for code in (invitation, pending):
        assert (await post(other, "/sign-in/link", code=str(code))).status_code == 410
    assert (await other.get(f"/invitation/{link}")).status_code == 410
    assert (await other.get(f"/setup?code={invitation}")).status_code == 410
    assert not session_token(other)


async def test_a_link_of_a_closed_account_opens_nothing(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    await post(node.app.test_client(), "/sign-in/mail", name="amina")
    code = (await link_in_last_mail(node)).partition("code=")[2]
    async with node.store.transaction() as tx:
        await tx.connection.execute("update members set disabled_at = 5")
    client = node.app.test_client()
    assert (await post(client, "/sign-in/link", code=code)).status_code == 410
    assert (await enter(client, "amina")).status_code == 403


async def test_a_link_by_mail_does_not_go_round_the_second_proof(node: LocalNode) -> None:
    await set_up(node)
    await post(node.app.test_client(), "/sign-in/mail", name="amina")
    code = (await link_in_last_mail(node)).partition("code=")[2]
    client = node.app.test_client()
    answer = await post(client, "/sign-in/link", code=code)
    assert answer.headers["Location"] == "/sign-in/code"
    assert not session_token(client)


async def test_six_digits_are_not_guessed(node: LocalNode) -> None:
    totp, _ = await set_up(node)
    node.clock.pass_by(60)

    async def guess(client: Any, code: str) -> int:
        return (await post(client, "/sign-in/code", code=code)).status_code

    client = node.app.test_client()
    await enter(client, "amina")
    assert [await guess(client, f"{number:06}") for number in range(5)] == [403] * 5
    fresh = node.app.test_client()
    await enter(fresh, "amina")
    right = pyotp.TOTP(totp.secret).at(int(node.clock()))
    assert await guess(fresh, right) == 429, "a new first proof gives no new tries"


async def test_somebody_elses_second_proof_is_not_mine(node: LocalNode) -> None:
    await set_up(node)
    await member(node, "benoit")
    benoit = await signed_in(node, "benoit")
    secret = (await text(await benoit.get("/settings/security/codes"))).partition("<code>")[2]
    own = pyotp.TOTP(secret.partition("</code>")[0].replace(" ", ""))
    code = own.at(int(node.clock()))
    assert (await post(benoit, "/settings/security/codes", code=code)).status_code == 200
    node.clock.pass_by(60)
    client = node.app.test_client()
    await enter(client, "amina", PASSWORD)
    answer = await post(client, "/sign-in/code", code=own.at(int(node.clock())))
    assert answer.status_code == 403
