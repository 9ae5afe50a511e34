"""Apps that take more than they were given, and whoever stands between (SECURITY.md, rule 18)."""

import logging
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from clients import limits
from storage.store import Tx
from tests.clients.oauth.flow import CALLBACK, SCOPES, registered
from tests.support.apps import App
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import csrf, post, signed_in

ME = "/api/v1/accounts/verify_credentials"


async def everything(node: LocalNode) -> str:
    """All that the database knows of apps, codes and tokens."""

    async def operation(tx: Tx) -> str:
        rows: list[Any] = []
        for table in ("oauth_apps", "oauth_grants", "app_tokens", "tokens", "one_time_codes"):
            rows += [tuple(row) for row in await tx.connection.fetch_all(f"select * from {table}")]
        return str(rows)

    return await node.store.query(operation)


# codes


async def test_a_code_that_is_shown_twice_ends_the_token_that_it_gave(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code()
    signed = App(node, (await app.exchange(code))["access_token"])
    await signed.get(ME)
    assert (await app.exchange(code, expect=400))["error"] == "invalid_grant"
    await signed.get(ME, expect=401)


async def test_another_app_with_the_same_code_gets_nothing_and_ends_nothing(
    node: LocalNode,
) -> None:
    app, thief = await registered(node), await registered(node)
    code = await app.code()
    thief.verifier = app.verifier
    assert (await thief.exchange(code, expect=400))["error"] == "invalid_grant"
    signed = App(node, (await app.exchange(code))["access_token"])
    assert (await thief.exchange(code, expect=400))["error"] == "invalid_grant"
    await signed.get(ME)


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://client.example/callback?x"},
        {"redirect_uri": "https://client.example/CALLBACK"},
        {"redirect_uri": "https://client.example:443/callback"},
        {"code_verifier": "a" * 43},
        {"code_verifier": None},
        {"client_secret": "guessed"},
    ],
)
async def test_a_stolen_code_alone_is_worth_nothing(
    node: LocalNode, change: dict[str, str | None]
) -> None:
    app = await registered(node)
    code = await app.code()
    for _ in range(2):
        await app.exchange(code, expect=401 if "client_secret" in change else 400, **change)
    assert (await app.exchange(code))["access_token"], "and its owner still can use it"


async def test_a_challenge_that_was_taken_away_on_the_way_is_noticed(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code(code_challenge=None, code_challenge_method=None)
    assert (await app.exchange(code, expect=400))["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 44},
    ],
)
async def test_only_hashed_challenges_are_taken(
    node: LocalNode, change: dict[str, str | None]
) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    for answer in (
        await browser.get(app.address(**change)),
        await post(browser, app.address(**change), decision="authorise"),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


async def test_a_new_password_ends_codes_on_their_way(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code()
    browser = await signed_in(node, "amina")
    form = {"password": "une phrase toute nouvelle"}
    assert (await post(browser, "/settings/security/password", **form)).status_code == 303
    assert (await app.exchange(code, expect=400))["error"] == "invalid_grant"


# redirects


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "https://client.example/callback/",
        "https://client.example/callback?next=https://evil.example",
        "https://client.example/callback#x",
        "https://client.example/callback/../../evil",
        "https://client.example.evil.example/callback",
        "https://client.example@evil.example/callback",
        "HTTPS://client.example/callback",
        "http://client.example/callback",
        "https://client.example/%63allback",
        "//client.example/callback",
        "javascript:alert(1)",
        "",
        None,
    ],
)
async def test_nobody_is_sent_to_an_address_that_was_not_registered(
    node: LocalNode, uri: str | None
) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    path = app.address(redirect_uri=uri)
    answers = [await browser.get(path)]
    answers += [await post(browser, path, decision=said) for said in ("authorise", "refuse")]
    for answer in answers:
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "change",
    [
        {"response_type": "token"},
        {"response_type": None},
        {"response_mode": "fragment"},
        {"scope": "sudo"},
        {"scope": "admin:write"},
        {"client_id": "unknown"},
    ],
)
async def test_the_node_leads_nowhere_before_somebody_pressed_a_button(
    node: LocalNode, change: dict[str, str | None]
) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    for client in (browser, node.app.test_client()):
        answer = await client.get(app.address(**change))
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    await app.code()
    again = await browser.get(app.address())
    assert again.status_code == 200, "not even after a yes to the same app"


@pytest.mark.parametrize("sign", ["\r\nSet-Cookie: x=1", "\n", "</form><script>", "é", "\0"])
async def test_a_state_writes_no_header_and_no_page(node: LocalNode, sign: str) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    if sign == "\0":
        assert (await browser.get(app.address(state=sign))).status_code == 400
        return
    page = await browser.get(app.address(state=sign))
    assert "<script>" not in (await page.get_data(as_text=True)).replace('<script src="', "")
    answer = await post(browser, app.address(state=sign), decision="authorise")
    location = answer.headers["Location"]
    assert "Set-Cookie" not in answer.headers
    assert location.isascii()
    assert "\n" not in location
    assert parse_qs(urlsplit(location).query)["state"] == [sign]


# scopes


@pytest.mark.parametrize(
    "scope", ["write", "read write", "follow", "push", "admin:read", "profile", "read sudo", "READ"]
)
async def test_no_app_asks_for_more_than_it_registered(node: LocalNode, scope: str) -> None:
    app = await registered(node, scopes="read write:media")
    browser = await signed_in(node, "amina")
    for answer in (
        await browser.get(app.address(scope=scope)),
        await post(browser, app.address(scope=scope), decision="authorise"),
    ):
        assert answer.status_code == 400


async def test_a_token_does_only_what_the_member_read_on_the_page(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code(scope="read:accounts")
    token = await app.exchange(code, scope="read:accounts read write")
    assert token["scope"] == "read:accounts"
    narrow = App(node, token["access_token"])
    await narrow.get(ME)
    await narrow.get("/api/v1/timelines/home", expect=403)
    await narrow.post("/api/v1/statuses", json={"status": "x"}, expect=403)


# the page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_no_other_site_says_yes_for_a_member(
    node: LocalNode, headers: dict[str, str]
) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    token = csrf(await (await browser.get(app.address())).get_data(as_text=True))
    form = {"decision": "authorise"}
    foreign = await browser.post(app.address(), form=form | {"_csrf": token}, headers=headers)
    assert foreign.status_code == 403
    for wrong in ({}, {"_csrf": "0" * 64}):
        assert (await browser.post(app.address(), form=form | wrong)).status_code == 403
    assert (await node.store.query(grants)) == 0


async def grants(tx: Tx) -> int:
    return int(await tx.connection.fetch_value("select count(*) from oauth_grants"))


async def test_the_page_is_shown_in_no_frame(node: LocalNode) -> None:
    app = await registered(node)
    answer = await (await signed_in(node, "amina")).get(app.address())
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


async def test_what_an_app_calls_itself_is_text(node: LocalNode) -> None:
    name = "<b onclick=x>Tusky</b>"
    app = await App(node).post(
        "/api/v1/apps", json={"client_name": name, "redirect_uris": CALLBACK, "scopes": SCOPES}
    )
    query = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "response_type": "code"}
    browser = await signed_in(node, "amina")
    page = await (await browser.get(f"/oauth/authorize?{urlencode(query)}")).get_data(as_text=True)
    assert name not in page
    assert "&lt;b onclick=x&gt;" in page


async def test_who_is_not_signed_in_gives_nothing(node: LocalNode) -> None:
    app = await registered(node)
    answer = await post(node.app.test_client(), app.address(), decision="authorise")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")
    assert await node.store.query(grants) == 0


# tokens


async def test_no_app_ends_the_token_of_another(node: LocalNode) -> None:
    app, thief = await registered(node), await registered(node)
    signed = await app.sign_in()
    proof = {"client_id": thief.client_id, "client_secret": thief.client_secret}
    refused = await App(node).post(
        "/oauth/revoke", form=proof | {"token": signed.token}, expect=403
    )
    assert refused["error"] == "unauthorized_client"
    guessed = {"client_id": app.client_id, "client_secret": "x", "token": signed.token}
    await App(node).post("/oauth/revoke", form=guessed, expect=403)
    await App(node).post("/oauth/revoke", form={"token": signed.token}, expect=403)
    await signed.get(ME)


async def test_codes_secrets_and_tokens_are_known_by_their_hashes_alone(node: LocalNode) -> None:
    app = await registered(node)
    waiting, spent = await app.code(), await app.code()
    token = (await app.exchange(spent))["access_token"]
    sent = {"client_id": app.client_id, "client_secret": app.client_secret}
    own = await App(node).post("/oauth/token", json=sent | {"grant_type": "client_credentials"})
    known = await everything(node)
    for secret in (app.client_secret, waiting, spent, token, own["access_token"]):
        assert secret not in known
        assert secret.removeprefix("app.") not in known


async def test_nothing_secret_is_written_into_the_log(
    node: LocalNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app = await registered(node)
    code = await app.code()
    token = (await app.exchange(code))["access_token"]
    await app.exchange(code, expect=400)
    await App(node).get(ME, query={"access_token": token}, expect=401)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "Tusky" in said
    for secret in (app.client_secret, app.verifier, code, token):
        assert secret not in said


async def test_secrets_and_codes_are_not_tried_for_ever(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG", (4, 1e-6))
    node = await network.open("small.example", "petite")
    app = await registered(node)
    code = await app.code()
    await app.exchange("guess", expect=400)
    await app.exchange(code, expect=400, code_verifier="x" * 43)
    await app.exchange(code, expect=401, client_secret="guess")
    sent = {"client_id": app.client_id, "client_secret": "guess", "token": "x"}
    await App(node).post("/oauth/revoke", form=sent, expect=403)
    for shown in ("guess", "another"):
        assert await app.exchange(shown, expect=429) == {"error": "Too many requests"}
    assert (await app.exchange(code))["access_token"], "who knows them is not kept out"


async def test_access_that_a_member_takes_back_ends_at_once_and_nobody_elses(
    node: LocalNode,
) -> None:
    app = await registered(node)
    first, second, bruno = await app.sign_in(), await app.sign_in(), await app.sign_in("bruno")
    waiting = await app.code()
    browser = await signed_in(node, "amina")
    page = await (await browser.get("/settings/apps")).get_data(as_text=True)
    paths = re.findall(r"/settings/apps/\d+/revoke", page)
    assert len(paths) == 1, "one application, whatever the number of its devices"
    stranger = await signed_in(node, "bruno")
    await post(stranger, paths[0])
    await first.get(ME)
    await post(browser, paths[0])
    for ended in (first, second):
        await ended.get(ME, expect=401)
    await app.exchange(waiting, expect=400)
    await bruno.get(ME)


async def test_a_token_ends_with_the_account(node: LocalNode) -> None:
    app = await registered(node)
    signed = await app.sign_in()
    code = await app.code()
    actor = await node.person("amina")
    await node.store.write(lambda tx: tx.members.remove(actor.id))
    await signed.get(ME, expect=401)
    await app.exchange(code, expect=400)
