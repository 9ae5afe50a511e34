"""Codes of an application: set up, asked for, used once; and what replaces a lost telephone."""

import re
from typing import Any

import pyotp

from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import enter, is_in, mails, member, text

CODES = "/settings/security/codes"
RECOVERY = re.compile(r"<code>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</code>")


async def set_up(node: LocalNode) -> tuple[pyotp.TOTP, list[str]]:
    """Give `amina` codes; what her telephone and her sheet of paper hold."""
    await member(node, mail="amina@greta.example")
    client = await signed_in(node, "amina")
    page = await text(await client.get(CODES))
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret is not None
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    answer = await post(client, CODES, code=totp.at(int(node.clock())))
    assert answer.status_code == 200
    return totp, RECOVERY.findall(await text(answer))


async def give(client: Any, code: str) -> Any:
    return await post(client, "/sign-in/code", code=code)


async def test_codes_are_in_force_only_once_the_first_was_right(node: LocalNode) -> None:
    await member(node)
    client = await signed_in(node, "amina")
    page = await text(await client.get(CODES))
    picture = await client.get(f"{CODES}/picture.svg")
    assert picture.content_type == "image/svg+xml"
    assert "no-store" in picture.headers["Cache-Control"]
    assert "style=" not in page.partition("<main")[2]
    answer = await post(client, CODES, code="000000")
    assert answer.status_code == 422
    other = node.app.test_client()
    assert is_in(other, await enter(other, "amina")), "no code is asked for yet"


async def test_a_code_is_asked_for_after_the_password_and_works_once(node: LocalNode) -> None:
    totp, _ = await set_up(node)
    node.clock.pass_by(60)
    client = node.app.test_client()
    answer = await enter(client, "amina", next="/drafts")
    assert answer.headers["Location"] == "/sign-in/code"
    assert not session_token(client)
    code = totp.at(int(node.clock()))
    answer = await give(client, code)
    assert answer.headers["Location"] == "/drafts"
    assert is_in(client, answer)
    other = node.app.test_client()
    await enter(other, "amina")
    assert (await give(other, code)).status_code == 403, "a code seen over a shoulder"


async def test_a_code_of_half_a_minute_ago_works_and_an_older_one_does_not(
    node: LocalNode,
) -> None:
    totp, _ = await set_up(node)
    node.clock.pass_by(300)
    client = node.app.test_client()
    await enter(client, "amina")
    now = int(node.clock())
    assert (await give(client, totp.at(now - 60))).status_code == 403
    assert is_in(client, await give(client, totp.at(now - 30)))


async def test_each_of_ten_recovery_codes_works_once(node: LocalNode) -> None:
    _, codes = await set_up(node)
    assert len(set(codes)) == 10
    client = node.app.test_client()
    await enter(client, "amina")
    assert is_in(client, await give(client, codes[3].upper().replace("-", " ")))
    other = node.app.test_client()
    await enter(other, "amina")
    assert (await give(other, codes[3])).status_code == 403
    page = await text(await client.get("/settings/security"))
    assert "9 codes de secours" in page


async def test_new_recovery_codes_replace_the_old_ones(node: LocalNode) -> None:
    _, codes = await set_up(node)
    client = await signed_in(node, "amina")
    fresh = RECOVERY.findall(await text(await post(client, f"{CODES}/recovery")))
    assert len(fresh) == 10
    other = node.app.test_client()
    await enter(other, "amina")
    assert (await give(other, codes[0])).status_code == 403
    assert is_in(other, await give(other, fresh[0]))


async def test_turning_codes_off_is_told_by_mail(node: LocalNode) -> None:
    await set_up(node)
    client = await signed_in(node, "amina")
    answer = await post(client, f"{CODES}/off")
    assert answer.headers["Location"] == "/settings/security?done=codes-off"
    assert "Plus aucun code" in (await mails(node))[-1].text
    other = node.app.test_client()
    assert is_in(other, await enter(other, "amina"))


async def test_without_a_first_proof_there_is_no_second_one(node: LocalNode) -> None:
    totp, _ = await set_up(node)
    node.clock.pass_by(60)
    client = node.app.test_client()
    assert (await client.get("/sign-in/code")).headers["Location"] == "/sign-in"
    answer = await give(client, totp.at(int(node.clock())))
    assert answer.headers["Location"] == "/sign-in"
    assert not session_token(client)


async def test_the_first_proof_is_believed_for_ten_minutes(node: LocalNode) -> None:
    totp, _ = await set_up(node)
    client = node.app.test_client()
    await enter(client, "amina")
    node.clock.pass_by(11 * 60)
    answer = await give(client, totp.at(int(node.clock())))
    assert answer.headers["Location"] == "/sign-in"
