"""Apps register, in every way that they write it, and ask later how they are known."""

from typing import Any

import pytest

from actors.vapid import public_key
from clients import limits
from tests.clients.oauth.flow import registered
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

OOB = "urn:ietf:wg:oauth:2.0:oob"


async def test_an_app_registers_and_gets_what_it_proves_itself_with(node: LocalNode) -> None:
    found = await App(node).post(
        "/api/v1/apps",
        json={
            "client_name": "Tusky",
            "redirect_uris": ["oauth2redirect-com.tusky://node.example/", OOB],
            "scopes": "read write follow push",
            "website": "https://tusky.app",
        },
    )
    check_entity("CredentialApplication", found)
    assert found["name"] == "Tusky"
    assert found["website"] == "https://tusky.app"
    assert found["redirect_uris"] == ["oauth2redirect-com.tusky://node.example/", OOB]
    assert found["redirect_uri"] == f"oauth2redirect-com.tusky://node.example/\n{OOB}"
    assert found["scopes"] == ["read", "write", "follow", "push"]
    assert found["client_secret_expires_at"] == 0
    assert found["vapid_key"] == await public_key(node.store)
    assert len(found["client_id"]) >= 40
    assert len(found["client_secret"]) >= 40


@pytest.mark.parametrize("way", ["json", "form", "query"])
async def test_json_form_and_query_are_the_same(node: LocalNode, way: str) -> None:
    sent = {"client_name": "Elk", "redirect_uris": f"https://a.example/x\n{OOB}", "scopes": "read"}
    options: Any = {way: sent}
    found = await App(node).post("/api/v1/apps", **options)
    assert found["redirect_uris"] == ["https://a.example/x", OOB]
    assert found["website"] is None


async def test_an_encoded_address_is_kept_byte_for_byte(node: LocalNode) -> None:
    elk = "https://elk.zone/api/node.example/oauth/https%3A%2F%2Felk.zone"
    for sent in (elk, [elk]):
        found = await App(node).post(
            "/api/v1/apps", json={"client_name": "Elk", "redirect_uris": sent}
        )
        assert found["redirect_uris"] == [elk]
    assert found["scopes"] == ["read"], "what an app may that names nothing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_name": ""}, "name can't be blank"),
        ({"client_name": "x" * 61}, "too long"),
        ({"redirect_uris": ""}, "Redirect URI can't be blank"),
        ({"redirect_uris": []}, "Redirect URI can't be blank"),
        ({"redirect_uris": "/callback"}, "absolute"),
        ({"redirect_uris": "javascript:alert(1)"}, "forbidden"),
        ({"redirect_uris": "JavaScript:alert(1)"}, "forbidden"),
        ({"redirect_uris": "data:text/html,x"}, "forbidden"),
        ({"redirect_uris": "vbscript:x"}, "forbidden"),
        ({"redirect_uris": "urn:something:else"}, "forbidden"),
        ({"redirect_uris": "https://a.example/#x"}, "fragment"),
        ({"redirect_uris": "https:///nowhere"}, "valid"),
        ({"redirect_uris": "https://a.example@evil.example/"}, "valid"),
        ({"redirect_uris": "https://a.example/é"}, "valid"),
        ({"redirect_uris": "https://[a.example/"}, "valid"),
        ({"redirect_uris": "app://[x"}, "valid"),
        ({"redirect_uris": "https://a.example:port/"}, "valid"),
        ({"redirect_uris": "https://a.example/" + "x" * 2_000}, "too long"),
        ({"scopes": "read everything"}, "Scopes"),
        ({"scopes": "admin"}, "Scopes"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "tusky"}, "website"),
        ({"redirect_uris": 5}, "absolute"),
        ({"redirect_uris": {"a": 1}}, "Redirect URI"),
    ],
)
async def test_a_registration_that_cannot_be_is_refused(
    node: LocalNode, change: dict[str, Any], said: str
) -> None:
    good = {"client_name": "Tusky", "redirect_uris": "https://a.example/x", "scopes": "read"}
    refused = await App(node).post("/api/v1/apps", json=good | change, expect=422)
    assert said in refused["error"]
    assert refused["error"].startswith("Validation failed: ")


async def test_a_registration_that_cannot_be_read_is_refused(node: LocalNode) -> None:
    client = node.app.test_client()
    broken = await client.post(
        "/api/v1/apps", data=b'{"client_name":', headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert "error" in await broken.get_json()


async def test_an_app_asks_who_it_is_with_either_token(node: LocalNode) -> None:
    app = await registered(node, website="https://tusky.app")
    own = await App(node).post(
        "/oauth/token",
        json={
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        },
    )
    for token in (own["access_token"], (await app.sign_in()).token):
        found = await App(node, token).get("/api/v1/apps/verify_credentials")
        check_entity("Application", found)
        assert found["name"] == "Tusky"
        assert "client_secret" not in found


async def test_who_shows_no_token_or_one_of_no_app_is_none(node: LocalNode) -> None:
    await App(node).get("/api/v1/apps/verify_credentials", expect=401)
    by_hand = await app_of(node, "amina")
    await by_hand.get("/api/v1/apps/verify_credentials", expect=404)


async def test_one_address_registers_only_so_many_apps(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REGISTRATIONS", (2, 1e-6))
    node = await network.open("small.example", "petite")
    sent = {"client_name": "Tusky", "redirect_uris": OOB}
    for _ in range(2):
        await App(node).post("/api/v1/apps", json=sent)
    answer = await App(node).ask("POST", "/api/v1/apps", json=sent, expect=429)
    assert answer.json == {"error": "Too many requests"}
    assert int(answer.headers["Retry-After"]) > 0
