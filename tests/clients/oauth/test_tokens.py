"""Codes and secrets become tokens; tokens are given back; who one is."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from actors.oauth.scopes import SCOPES
from tests.clients.oauth.flow import registered
from tests.support.apps import App
from tests.support.fediverse import LocalNode


async def test_a_code_becomes_a_token_that_acts_for_the_member(node: LocalNode) -> None:
    app = await registered(node)
    token = await app.exchange(await app.code())
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read write follow push"
    assert token["created_at"] == node.clock.ms // 1000
    signed = App(node, token["access_token"])
    await signed.post("/api/v1/statuses", json={"status": "Bonjour"})
    records = await node.store.query(lambda tx: tx.members.tokens(node.people["amina"].id))
    assert [record.label for record in records] == ["Tusky"]


@pytest.mark.parametrize("way", ["json", "form", "query"])
async def test_json_form_and_query_give_a_token_alike(node: LocalNode, way: str) -> None:
    app = await registered(node)
    options: Any = {
        way: {
            "grant_type": "authorization_code",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": app.redirect_uri,
            "code": await app.code(),
            "code_verifier": app.verifier,
        }
    }
    answer = await App(node).ask("POST", "/oauth/token", **options)
    assert answer.json["access_token"]
    assert "no-store" in answer.headers["Cache-Control"]


async def test_an_app_may_prove_itself_by_http_basic(node: LocalNode) -> None:
    app = await registered(node)

    async def ask(secret: str, expect: int) -> Any:
        pair = f"{quote(app.client_id)}:{quote(secret)}".encode()
        header = f"Basic {base64.b64encode(pair).decode()}"
        return await App(node).ask(
            "POST",
            "/oauth/token",
            form={"grant_type": "client_credentials"},
            headers={"Authorization": header},
            expect=expect,
        )

    assert (await ask(app.client_secret, 200)).json["scope"] == "read"
    refused = await ask("wrong", 401)
    assert refused.json["error"] == "invalid_client"
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


async def test_an_apps_own_token_covers_what_it_asks_for_within_its_scopes(
    node: LocalNode,
) -> None:
    app = await registered(node, scopes="read write:media")
    sent = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    wanted = {"scope": "read:statuses write:media"}
    found = await App(node).post("/oauth/token", json=sent | wanted)
    assert found["scope"] == "read:statuses write:media"
    for scope in ("write", "push", "sudo", "admin:read"):
        refused = await App(node).post("/oauth/token", json=sent | {"scope": scope}, expect=400)
        assert refused["error"] == "invalid_scope"


async def test_without_a_challenge_the_secret_is_enough(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code(code_challenge=None, code_challenge_method=None)
    assert (await app.exchange(code, code_verifier=None))["access_token"]


async def test_a_token_may_be_narrower_than_what_was_granted_and_never_wider(
    node: LocalNode,
) -> None:
    app = await registered(node)
    narrow = await app.exchange(await app.code(scope="read write"), scope="read:statuses")
    assert narrow["scope"] == "read:statuses"
    code = await app.code(scope="read:statuses write:media")
    assert (await app.exchange(code, scope="read write:media"))["scope"] == "write:media"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": "wrong"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"redirect_uri": "https://client.example/callback/"}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_request"),
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"code_verifier": "é"}, 400, "invalid_grant"),
        ({"scope": "sudo"}, 400, "invalid_scope"),
        ({"scope": "admin:read"}, 400, "invalid_scope"),
    ],
)
async def test_whatever_is_wrong_is_said_in_oauths_words(
    node: LocalNode, change: dict[str, str | None], status: int, error: str
) -> None:
    app = await registered(node)
    code = await app.code()
    refused = await app.exchange(**{"code": code, "expect": status, **change})  # type: ignore[arg-type]
    assert refused["error"] == error
    assert refused["error_description"]


async def test_a_code_is_good_for_ten_minutes(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code()
    node.clock.pass_by(10 * 60 + 1)
    assert (await app.exchange(code, expect=400))["error"] == "invalid_grant"


async def test_a_code_of_a_closed_account_gives_nothing(node: LocalNode) -> None:
    app = await registered(node)
    code = await app.code()
    async with node.store.transaction() as tx:
        await tx.connection.execute("update members set disabled_at = 5")
    assert (await app.exchange(code, expect=400))["error"] == "invalid_grant"


async def test_a_body_that_cannot_be_read_is_an_invalid_request(node: LocalNode) -> None:
    client = node.app.test_client()
    answer = await client.post(
        "/oauth/token", data=b"[1", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert (await answer.get_json())["error"] == "invalid_request"


async def test_a_token_is_given_back_by_its_own_app(node: LocalNode) -> None:
    app = await registered(node)
    signed = await app.sign_in()
    sent = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "token": signed.token,
    }
    assert await App(node).post("/oauth/revoke", form=sent) == {}
    await signed.get("/api/v1/apps/verify_credentials", expect=401)
    assert await App(node).post("/oauth/revoke", json=sent) == {}, "it is ended already"
    assert await App(node).post("/oauth/revoke", json=sent | {"token": "x"}) == {}


async def test_an_apps_own_token_is_given_back_too(node: LocalNode) -> None:
    app = await registered(node)
    proof = {"client_id": app.client_id, "client_secret": app.client_secret}
    own = await App(node).post("/oauth/token", json=proof | {"grant_type": "client_credentials"})
    token = own["access_token"]
    await App(node, token).get("/api/v1/apps/verify_credentials")
    await App(node).post("/oauth/revoke", json=proof | {"token": token})
    await App(node, token).get("/api/v1/apps/verify_credentials", expect=401)


async def test_an_app_has_only_so_many_tokens_of_its_own(node: LocalNode) -> None:
    app = await registered(node)
    sent = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "client_credentials",
    }
    first = (await App(node).post("/oauth/token", json=sent))["access_token"]
    for _ in range(50):
        node.clock.pass_by(1)
        last = (await App(node).post("/oauth/token", json=sent))["access_token"]
    await App(node, first).get("/api/v1/apps/verify_credentials", expect=401)
    await App(node, last).get("/api/v1/apps/verify_credentials")


async def test_the_node_says_what_it_can_do_of_oauth(node: LocalNode) -> None:
    found = await App(node).get("/.well-known/oauth-authorization-server")
    assert found["issuer"] == "https://node.example/"
    assert found["authorization_endpoint"] == "https://node.example/oauth/authorize"
    assert found["app_registration_endpoint"] == "https://node.example/api/v1/apps"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert found["scopes_supported"] == list(SCOPES)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_signed_in_is_told_to_whom_it_may(node: LocalNode, method: str) -> None:
    app = await registered(node, scopes="profile read:accounts")
    signed = await app.sign_in(scope="profile")
    found = (await signed.ask(method, "/oauth/userinfo")).json
    assert found["iss"] == "https://node.example/"
    assert found["sub"] == "https://node.example/users/amina"
    assert found["preferred_username"] == "amina"
    assert found["profile"] == "https://node.example/@amina"
    assert found["picture"].startswith("https://")
    other = await app.sign_in(scope="read:accounts")
    answer = await other.ask(method, "/oauth/userinfo", expect=403)
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_nobody_signs_up_through_an_app(node: LocalNode) -> None:
    app = await registered(node)
    sent = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "scope": "write",
    }
    own = App(node, (await App(node).post("/oauth/token", json=sent))["access_token"])
    wish = {
        "username": "new", "email": "new@a.example", "password": "quatre chevaux",
        "agreement": True, "locale": "fr",
    }  # fmt: skip
    assert "invitation" in (await own.post("/api/v1/accounts", json=wish, expect=403))["error"]
    await App(node).post("/api/v1/accounts", json=wish, expect=401)
    await own.post("/api/v1/emails/confirmations", expect=422)
    signed = await app.sign_in()
    await signed.post("/api/v1/emails/confirmations", expect=403)
