"""Sessions that others make, steal, ride on or frame (SECURITY.md, rule 12)."""

import re
from typing import Any

import pytest

from actors.sign_in.sessions import form_token
from storage.store import Tx
from tests.support.fediverse import LocalNode
from tests.support.signed_in import COOKIE, post, session_token, signed_in
from tests.web.sign_in.entering import enter, is_in, link_in_last_mail, mails, member, text
from tests.web.sign_in.test_joining import invited
from tests.web.sign_in.test_second_proof import set_up

ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://node.example.evil.example"},
)
# Mail programs press this button themselves (RFC 8058); a secret in its address is the proof.
ONE_CLICK = "/unsubscribe"
PAGES = ("sign_in", "workspace", "administration", "public", "interaction")


async def dump(node: LocalNode) -> str:
    """Everything in the tables that know secrets."""

    async def operation(tx: Tx) -> str:
        rows: list[Any] = []
        for table in ("sessions", "one_time_codes", "second_factors", "passkeys", "members"):
            found = await tx.connection.fetch_all(f"select * from {table}")
            rows += [tuple(row) for row in found]
        return str(rows)

    return await node.store.query(operation)


async def test_a_session_that_was_there_before_is_not_the_one_that_is_signed_in(
    node: LocalNode,
) -> None:
    await member(node)
    attacker = await signed_in(node, "mallory")
    planted = session_token(attacker)
    victim = node.app.test_client()
    victim.set_cookie("localhost", COOKIE, planted)
    assert is_in(victim, await enter(victim, "amina"))
    assert session_token(victim) != planted
    assert (await attacker.get("/settings/security")).status_code == 303, "the planted one ended"
    made_up = node.app.test_client()
    made_up.set_cookie("localhost", COOKIE, "chosen-by-the-attacker")
    await enter(made_up, "amina")
    assert session_token(made_up) != "chosen-by-the-attacker"


async def test_the_cookie_stays_with_this_host_this_transport_and_no_script(
    node: LocalNode,
) -> None:
    await member(node)
    answer = await enter(node.app.test_client(), "amina")
    cookies = answer.headers.getlist("Set-Cookie")
    session = next(text for text in cookies if text.startswith(f"{COOKIE}="))
    parts = {part.strip().lower() for part in session.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


async def test_the_database_knows_no_secret_that_signs_in(node: LocalNode) -> None:
    _, recovery = await set_up(node)
    client = await signed_in(node, "amina")
    invitation = (await invited(node)).rpartition("/")[2]
    await post(node.app.test_client(), "/sign-in/mail", name="amina@greta.example")
    link = (await link_in_last_mail(node)).partition("code=")[2]
    other = node.app.test_client()
    await enter(other, "amina")
    pending = next(cookie.value for cookie in other.cookie_jar or () if "second" in cookie.name)
    known = await dump(node)
    for secret in (session_token(client), invitation, link, pending):
        assert secret
        assert secret not in known
    for code in recovery:
        assert code not in known
        assert code.replace("-", "") not in known


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_a_form_on_another_site_signs_nobody_in(
    node: LocalNode, headers: dict[str, str]
) -> None:
    await member(node)
    client = node.app.test_client()
    answer = await client.post(
        "/sign-in/password",
        form={"name": "amina", "password": "cheval agrafe batterie"},
        headers=headers,
    )
    assert answer.status_code == 403
    assert not session_token(client)


async def test_no_form_of_any_page_is_taken_from_another_site_or_without_its_token(
    node: LocalNode,
) -> None:
    client = await signed_in(node, "chief", role="admin")
    rules = [
        rule.rule
        for rule in node.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and rule.endpoint.partition(".")[0] in PAGES
        and rule.rule != ONE_CLICK
    ]
    assert len(rules) > 20
    token = form_token(session_token(client))
    for rule in rules:
        path = re.sub(r"<[^>]*>", "1", rule)
        # Whether there is such a thing at all may be looked at first.
        refused = {403, 404} if path != rule else {403}
        answer = await client.post(
            path, form={"_csrf": token, "kind": "full"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code in refused, path
        answer = await client.post(path, form={"_csrf": "0" * 64, "kind": "full"})
        assert answer.status_code in refused, path


async def test_an_address_opened_by_another_site_changes_nothing(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    for path in ("/sign-out", "/settings/security/codes/off", "/settings/security/sessions"):
        answer = await client.get(path)
        assert answer.status_code in (404, 405), path
    assert (await client.get("/settings/security")).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%2fevil.example",
        "/%5cevil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ],
)
async def test_signing_in_leads_to_no_other_site(node: LocalNode, target: str) -> None:
    await member(node, mail="amina@greta.example")
    answer = await enter(node.app.test_client(), "amina", next=target)
    assert answer.headers["Location"] == "/dashboard"
    signed = await signed_in(node, "amina")
    answer = await signed.get("/sign-in", query_string={"next": target})
    assert answer.headers["Location"] == "/dashboard"
    await post(node.app.test_client(), "/sign-in/mail", name="amina", next=target)
    code = (await link_in_last_mail(node)).partition("code=")[2]
    answer = await post(node.app.test_client(), "/sign-in/link", code=code)
    assert answer.headers["Location"] == "/dashboard"


async def test_no_page_with_a_form_can_be_framed_or_run_foreign_code(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    anonymous = node.app.test_client()
    pages = [await anonymous.get("/sign-in"), await anonymous.get(await invited(node))]
    pages.append(await client.get("/settings/security"))
    for answer in pages:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in answer.headers["Cache-Control"]
        page = await text(answer)
        assert not re.search(r"<script(?! src=)|\son[a-z]+=|\sstyle=", page)


async def test_the_log_holds_no_secret(node: LocalNode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    _, recovery = await set_up(node)
    await post(node.app.test_client(), "/sign-in/mail", name="amina")
    link = (await link_in_last_mail(node)).partition("code=")[2]
    client = node.app.test_client()
    await enter(client, "amina", "Mistyped-3141")
    await enter(client, "amina")
    await post(client, "/sign-in/code", code=recovery[0])
    await post(node.app.test_client(), "/sign-in/link", code=link)
    assert "amina@node.example signed in" in caplog.text
    secrets = (link, recovery[0], "Mistyped-3141", "cheval agrafe", session_token(client))
    assert not [secret for secret in secrets if secret in caplog.text]
    assert len(await mails(node)) >= 1
