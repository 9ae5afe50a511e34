"""The page where a member lets an application in, and the way there through every sign-in."""

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pyotp
import pytest

from actors.oauth.scopes import SCOPES as ALL_SCOPES
from actors.oauth.scopes import widest
from tests.clients.oauth.flow import code_in, registered
from tests.support.fediverse import LocalNode
from tests.support.signed_in import csrf, post, session_token, signed_in
from tests.web.sign_in.entering import enter, link_in_last_mail, member, text
from tests.web.sign_in.test_second_proof import set_up
from web.scopes import TEXTS, in_words

OOB = "urn:ietf:wg:oauth:2.0:oob"


async def test_a_member_reads_who_asks_for_what_and_says_yes(node: LocalNode) -> None:
    app = await registered(node, website="https://tusky.app")
    browser = await signed_in(node, "amina")
    page = await text(await browser.get(app.address(scope="read write:media push")))
    assert "Laisser Tusky utiliser votre compte" in page
    assert 'href="https://tusky.app"' in page
    assert "@amina@node.example" in page
    assert "vous continuez sur client.example" in page
    assert "Lire tout ce que vous pouvez lire ici" in page
    assert "Envoyer des photos et des fichiers en votre nom" in page
    assert "Suivre des personnes" not in page
    answer = await post(browser, app.address(), decision="authorise")
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    to = urlsplit(answer.headers["Location"])
    assert (to.scheme, to.netloc, to.path) == ("https", "client.example", "/callback")
    assert parse_qs(to.query)["state"] == ["st/at e+1"]
    assert (await app.exchange(code_in(answer)))["access_token"]


async def test_the_form_is_sent_to_the_address_that_was_opened(node: LocalNode) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina")
    page = await text(await browser.get(app.address(state='"><b>é')))
    action = re.search(r'action="(/oauth/authorize\?[^"]*)"', page)
    assert action is not None
    path = action[1].replace("&amp;", "&")
    answer = await browser.post(path, form={"_csrf": csrf(page), "decision": "authorise"})
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ['"><b>é']


async def test_a_no_is_told_to_the_application(node: LocalNode) -> None:
    app = await registered(node)
    answer = await post(await signed_in(node, "amina"), app.address(), decision="refuse")
    found = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.headers["Location"].startswith("https://client.example/callback?error=")
    assert found["error"] == ["access_denied"]
    assert found["state"] == ["st/at e+1"]


@pytest.mark.parametrize(
    ("uri", "start"),
    [
        ("icecubesapp://", "icecubesapp://?code="),
        ("oauth2redirect-com.tusky://node.example/", "oauth2redirect-com.tusky://node.example/?code="),
        ("https://a.example/back?server=x", "https://a.example/back?server=x&code="),
        ("https://a.example/back?", "https://a.example/back?code="),
        (
            "https://elk.zone/api/node.example/oauth/https%3A%2F%2Felk.zone",
            "https://elk.zone/api/node.example/oauth/https%3A%2F%2Felk.zone?code=",
        ),
        ("http://127.0.0.1:4567/", "http://127.0.0.1:4567/?code="),
        ("http://[::1]:4567/", "http://[::1]:4567/?code="),
    ],
)  # fmt: skip
async def test_the_way_back_is_as_the_application_registered_it(
    node: LocalNode, uri: str, start: str
) -> None:
    app = await registered(node, uri)
    browser = await signed_in(node, "amina")
    page = await browser.get(app.address())
    # Browsers hold redirects after a form against this directive, and apps have odd schemes.
    assert "form-action" not in page.headers["Content-Security-Policy"]
    answer = await post(browser, app.address(state=None), decision="authorise")
    assert answer.headers["Location"].startswith(start)
    assert "state" not in answer.headers["Location"]
    assert (await app.exchange(code_in(answer)))["access_token"]


async def test_without_an_address_the_code_is_copied_by_hand(node: LocalNode) -> None:
    app = await registered(node, OOB)
    browser = await signed_in(node, "amina")
    answer = await post(browser, app.address(), decision="authorise")
    assert answer.status_code == 200
    code = re.search(r'class="oauth-code"[^>]* value="([^"]+)"', await text(answer))
    assert code is not None
    assert (await app.exchange(code[1]))["access_token"]
    refused = await post(browser, app.address(), decision="refuse")
    assert refused.status_code == 200
    assert "Vous avez refusé" in await text(refused)


async def test_whatever_else_the_form_says_shows_the_page_again(node: LocalNode) -> None:
    app = await registered(node)
    answer = await post(await signed_in(node, "amina"), app.address(), decision="maybe")
    assert answer.status_code == 200
    assert "Laisser Tusky" in await text(answer)


@pytest.mark.parametrize("role", ["reader", "member", "editor", "admin"])
async def test_every_role_may_let_an_application_in(node: LocalNode, role: str) -> None:
    app = await registered(node)
    browser = await signed_in(node, "amina", role=role)
    answer = await post(browser, app.address(), decision="authorise")
    assert (await app.exchange(code_in(answer)))["access_token"]


# the way through the sign-in


async def next_of(answer: Any) -> str:
    """Where the sign-in page that this answer leads to goes on."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]


@pytest.mark.parametrize("state", ["short", "x" * 3_000])
async def test_a_password_leads_back_to_everything_that_was_asked(
    node: LocalNode, state: str
) -> None:
    await member(node)
    app = await registered(node, "https://elk.zone/api/n/oauth/https%3A%2F%2Felk.zone")
    client = node.app.test_client()
    path = await next_of(await client.get(app.address(state=state)))
    assert len(path) < 1_300
    answer = await enter(client, "amina", next=path)
    assert answer.headers["Location"] == path
    assert "Laisser Tusky" in await text(await client.get(path))
    yes = await post(client, path, decision="authorise")
    assert parse_qs(urlsplit(yes.headers["Location"]).query)["state"] == [state]
    assert (await app.exchange(code_in(yes)))["access_token"]


async def test_a_wish_that_was_put_aside_is_kept_for_an_hour(node: LocalNode) -> None:
    await member(node)
    app = await registered(node)
    client = node.app.test_client()
    path = await next_of(await client.get(app.address(state="x" * 3_000)))
    node.clock.pass_by(3_601)
    late = await client.get(path)
    assert late.status_code == 400
    assert "Trop de temps" in await text(late)


async def test_a_link_by_mail_and_a_second_proof_lead_back_too(node: LocalNode) -> None:
    totp, _ = await set_up(node)
    app = await registered(node)
    client = node.app.test_client()
    path = await next_of(await client.get(app.address()))
    await post(client, "/sign-in/mail", name="amina", next=path)
    code = (await link_in_last_mail(node)).partition("code=")[2]
    first = await post(client, "/sign-in/link", code=code)
    assert first.headers["Location"] == "/sign-in/code"
    node.clock.pass_by(60)
    digits = pyotp.TOTP(totp.secret).at(int(node.clock()))
    second = await post(client, "/sign-in/code", code=digits)
    assert second.headers["Location"] == path


async def test_the_page_to_sign_in_speaks_the_language_of_the_application(
    node: LocalNode,
) -> None:
    app = await registered(node)
    client = node.app.test_client()
    answer = await client.get(app.address(lang="en-GB"), headers={"Accept-Language": "fr"})
    assert "lang=en-GB" in answer.headers["Location"]
    assert "Without a password" in await text(await client.get(answer.headers["Location"]))
    browser = await signed_in(node, "amina")
    assert "Let Tusky use your account" in await text(await browser.get(app.address(lang="en")))
    assert "Laisser Tusky" in await text(await browser.get(app.address(lang="xx")))


async def test_force_login_wants_a_proof_that_is_not_old(node: LocalNode) -> None:
    await member(node)
    app = await registered(node)
    browser = await signed_in(node, "amina")
    assert (await browser.get(app.address(force_login="true"))).status_code == 200
    node.clock.pass_by(16 * 60)
    assert (await browser.get(app.address(force_login="false"))).status_code == 200
    answer = await browser.get(app.address(force_login="true"))
    assert answer.headers["Location"].startswith("/sign-in/again?next=")
    again = await enter(browser, "amina", next=await next_of(answer))
    assert (await browser.get(again.headers["Location"])).status_code == 200


async def test_somebody_else_may_sign_in_instead(node: LocalNode) -> None:
    await member(node, "bruno")
    app = await registered(node)
    browser = await signed_in(node, "amina")
    answer = await post(browser, app.address(), decision="another")
    assert answer.headers["Location"].startswith("/sign-in?next=")
    assert not session_token(browser)
    back = await enter(browser, "bruno", next=await next_of(answer))
    assert "@bruno@node.example" in await text(await browser.get(back.headers["Location"]))


# what cannot be asked


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "unknown"}, "pas connue ici"),
        ({"client_id": None}, "pas connue ici"),
        ({"redirect_uri": "https://evil.example/"}, "peut-être un piège"),
        ({"response_type": "token"}, "ne connaît pas"),
        ({"code_challenge_method": "plain"}, "pas assez sûre"),
        ({"scope": "admin:read"}, "plus que ce qu’elle avait annoncé"),
        ({"state": "x" * 9_000}, "peut-être un piège"),
    ],
)
async def test_a_page_says_what_is_wrong(
    node: LocalNode, change: dict[str, str | None], said: str
) -> None:
    app = await registered(node)
    answer = await node.app.test_client().get(app.address(**change))
    assert answer.status_code == 400
    page = await text(answer)
    assert said in page
    assert "Rien n’a changé sur votre compte" in page


@pytest.mark.parametrize("query", ["", "request=", "request=x", "&&&", "client_id", "a=1" * 9])
async def test_an_address_without_sense_is_no_accident(node: LocalNode, query: str) -> None:
    answer = await node.app.test_client().get(f"/oauth/authorize?{query}")
    assert answer.status_code == 400
    many = quote("&".join(f"a{number}=1" for number in range(60)), safe="&=")
    assert (await node.app.test_client().get(f"/oauth/authorize?{many}")).status_code == 400


# scopes in words


def test_every_scope_has_its_words() -> None:
    assert set(TEXTS) == set(ALL_SCOPES)
    assert in_words(["read:lists", "read", "write:media"]) == [
        TEXTS["read"],
        TEXTS["write:media"],
    ]
    assert widest(["admin:read:reports", "admin:read"]) == ["admin:read"]
    assert widest(["follow", "read:mutes", "write:lists"]) == ["follow", "write:lists"]


async def test_the_settings_say_what_each_application_may_do(node: LocalNode) -> None:
    app = await registered(node, website="https://tusky.app")
    await app.sign_in(scope="read:lists push")
    page = await text(await (await signed_in(node, "amina")).get("/settings/apps"))
    assert "Tusky" in page
    assert 'href="https://tusky.app"' in page
    assert "Voir vos listes" in page
    assert "Vous envoyer des notifications" in page
    assert "Agir en votre nom" not in page
