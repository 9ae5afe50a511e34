"""The door of the API: tokens, limits, errors, and what web apps on other sites need."""

import re
from typing import Any

import pytest

from actors.sign_in.throttle import network
from clients import limits
from clients.limits import MAX_KEYS, Windows
from storage.store import Store
from tests.clients.oauth.flow import registered
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network

ME = "/api/v1/accounts/verify_credentials"
TAG = "/api/v1/timelines/tag/formation"
INSTANCE = "/api/v2/instance"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def own_token(node: LocalNode, scopes: str = "read write") -> App:
    """An app that calls for nobody."""
    app = await registered(node, scopes=scopes)
    sent = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "scope": scopes,
    }
    return App(node, (await App(node).post("/oauth/token", json=sent))["access_token"])


# who calls


async def test_a_token_comes_in_the_header_the_query_or_a_form(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    stranger = App(node)
    assert (await amina.get(ME))["username"] == "amina"
    assert (await stranger.get(ME, query={"access_token": amina.token}))["username"] == "amina"
    sent = {"access_token": amina.token, "status": "Bonjour"}
    assert (await stranger.post("/api/v1/statuses", form=sent))["account"]["username"] == "amina"


async def test_a_stranger_is_told_to_come_with_a_token(node: LocalNode) -> None:
    answer = await App(node).ask("GET", ME, expect=401)
    assert answer.json == {"error": "The access token is invalid"}
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Communotic"'


@pytest.mark.parametrize("token", ["wrong", "app.wrong", "", "é", "x" * 600])
@pytest.mark.parametrize("path", [ME, TAG])
async def test_a_wrong_token_is_refused_even_where_none_is_needed(
    node: LocalNode, token: str, path: str
) -> None:
    header = {"Authorization": f"Bearer {token}"}
    answer = await App(node).ask("GET", path, headers=header, expect=401)
    assert answer.json == {"error": "The access token is invalid"}
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


async def test_what_needs_no_scope_is_told_with_a_token_that_has_ended_too(
    node: LocalNode,
) -> None:
    header = {"Authorization": "Bearer wrong"}
    answer = await App(node).ask("GET", INSTANCE, headers=header)
    assert answer.json["domain"] == node.host


async def test_an_app_of_its_own_is_a_stranger_and_no_member(node: LocalNode) -> None:
    app = await own_token(node)
    await app.get(INSTANCE)
    public = await node.write("amina", "Bonjour à tous")
    private = await node.write("amina", "Pour moi", visibility="followers")
    await app.get(f"/api/v1/statuses/{public.rpartition('/')[2]}")
    await app.get(f"/api/v1/statuses/{private.rpartition('/')[2]}", expect=404)
    refused = await app.get(ME, expect=422)
    assert refused["error"] == "This method requires an authenticated user"
    await app.post("/api/v1/statuses", json={"status": "Bonjour"}, expect=422)


async def test_an_app_of_its_own_needs_the_scope_too(node: LocalNode) -> None:
    app = await own_token(node, "write:media")
    answer = await app.ask("GET", ME, expect=403)
    assert answer.json == {"error": "This action is outside the authorized scopes"}
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [ME, INSTANCE])
@pytest.mark.parametrize(
    "change", ["update members set disabled_at = 5", "update actors set sanction = 'suspend'"]
)
async def test_a_disabled_login_is_told_so(node: LocalNode, path: str, change: str) -> None:
    amina = await app_of(node, "amina")
    async with node.store.transaction() as tx:
        await tx.connection.execute(change)
    refused = await amina.get(path, expect=403)
    assert refused == {"error": "Your login is currently disabled"}


async def test_who_calls_costs_one_query(node: LocalNode, monkeypatch: pytest.MonkeyPatch) -> None:
    apps = [await app_of(node, "amina"), await own_token(node), App(node)]
    path = "/api/v1/instance/rules"
    asked: list[int] = []
    read = Store.query

    async def counted(store: Store, operation: Any) -> Any:
        asked.append(1)
        return await read(store, operation)

    for app in apps:
        await app.get(path)
    monkeypatch.setattr(Store, "query", counted)
    counts = []
    for app in apps:
        asked.clear()
        await app.get(path)
        counts.append(len(asked))
    assert counts[0] - counts[2] == 1
    assert counts[1] - counts[2] == 1


# how often


async def test_every_answer_says_what_is_left(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    left = []
    for path, status in ((ME, 200), ("/api/v1/statuses/1", 404), ("/api/v1/nothing", 404)):
        headers = (await amina.ask("GET", path, expect=status)).headers
        assert headers["X-RateLimit-Limit"] == "300000"
        assert MOMENT.fullmatch(headers["X-RateLimit-Reset"])
        left.append(int(headers["X-RateLimit-Remaining"]))
    assert left == [299_999, 299_998, 299_999], "what leads nowhere is counted by address"


async def test_too_many_requests_are_refused_until_the_window_ends(network: Network) -> None:
    node = await network.open("small.example", "petite", client_rate=3)
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    for left in (2, 1, 0):
        headers = (await amina.ask("GET", ME)).headers
        assert headers["X-RateLimit-Remaining"] == str(left)
    answer = await amina.ask("GET", ME, expect=429)
    assert answer.json == {"error": "Too many requests"}
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    await bruno.get(ME)
    node.clock.pass_by(int(answer.headers["Retry-After"]))
    await amina.get(ME)


async def test_strangers_are_counted_by_address(network: Network) -> None:
    node = await network.open("small.example", "petite", client_rate=2)
    for status in (200, 200, 429):
        await App(node).ask("GET", INSTANCE, expect=status)
    await (await app_of(node, "amina")).get(INSTANCE)


async def test_wrong_tokens_are_not_tried_for_ever(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG", (3, 1e-6))
    node = await network.open("small.example", "petite")
    amina = await app_of(node, "amina")
    wrong = App(node, "wrong")
    for status in (401, 401, 401, 429):
        await wrong.ask("GET", ME, expect=status)
    await amina.get(ME)


def test_counts_are_kept_in_bounded_memory() -> None:
    windows = Windows(10, lambda: 1_000.0, max_keys=3)
    for key in "abcd":
        windows.spend(key)
    assert windows.spend("d").remaining == 8
    assert windows.spend("a").remaining == 9, "the one seen longest ago is forgotten"
    assert windows.spend("a").reset == 1_200
    assert MAX_KEYS >= 10_000
    assert network("2001:db8::1") == network("2001:db8::2")


# errors


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/nothing", "/api/v9/instance/x"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
async def test_what_is_not_there_is_an_error_that_apps_can_read(
    node: LocalNode, path: str, accept: str
) -> None:
    found = await App(node).get(path, headers={"Accept": accept}, expect=404)
    assert found == {"error": "Record not found"}


async def test_a_wrong_method_says_which_are_right(node: LocalNode) -> None:
    answer = await App(node).ask("DELETE", INSTANCE, expect=405)
    assert "error" in answer.json
    assert "GET" in answer.headers["Allow"]


async def test_a_slash_at_the_end_and_a_head_change_nothing(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    assert (await amina.get(f"{ME}/"))["username"] == "amina"
    client = node.app.test_client()
    answer = await client.head(INSTANCE)
    assert answer.status_code == 200
    app = await registered(node)
    refused = await App(node).post(
        "/oauth/token/",
        json={"grant_type": "client_credentials", "client_id": app.client_id},
        expect=401,
    )
    assert refused["error"] == "invalid_client"


async def test_a_body_that_is_too_large_is_refused(network: Network) -> None:
    node = await network.open("small.example", "petite", max_upload=1_000_000)
    amina = await app_of(node, "amina")
    client = node.app.test_client()
    for path, kind in (
        ("/api/v1/statuses", "application/json"),
        ("/api/v1/apps", "application/x-www-form-urlencoded"),
        ("/api/v2/media", "multipart/form-data; boundary=x"),
        ("/oauth/token", "application/json"),
    ):
        answer = await client.post(
            path,
            data=b"x" * 1_200_000,
            headers={"Authorization": f"Bearer {amina.token}", "Content-Type": kind},
        )
        assert answer.status_code == 413, path
        assert "error" in await answer.get_json()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--y\r\nnothing"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nBonj',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition\r\n\r\n--x--"),
    ],
)
async def test_a_broken_upload_is_no_accident(node: LocalNode, kind: str, body: bytes) -> None:
    amina = await app_of(node, "amina")
    client = node.app.test_client()
    for path in ("/api/v1/statuses", "/api/v2/media", "/api/v1/apps", "/oauth/token"):
        answer = await client.post(
            path,
            data=body,
            headers={"Authorization": f"Bearer {amina.token}", "Content-Type": kind},
        )
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert "error" in await answer.get_json()


# web apps on other sites


@pytest.mark.parametrize(
    "path",
    [ME, "/api/v1/nothing", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/nodeinfo/2.0",
     "/.well-known/oauth-authorization-server", "/media/x.png"],
)  # fmt: skip
async def test_a_preflight_is_answered_to_anybody(node: LocalNode, path: str) -> None:
    client = node.app.test_client()
    answer = await client.options(
        path,
        headers={
            "Origin": "https://elk.zone",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,idempotency-key",
        },
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,idempotency-key"
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert method in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"), [(ME, 401), (INSTANCE, 200), ("/nodeinfo/2.0", 200), ("/media/x.png", 404)]
)
async def test_any_site_may_read_the_answer_and_its_headers(
    node: LocalNode, path: str, status: int
) -> None:
    client = node.app.test_client()
    answer = await client.get(path, headers={"Origin": "https://elk.zone"})
    assert answer.status_code == status
    assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
    exposed = answer.headers["Access-Control-Expose-Headers"]
    for name in ("Link", "X-RateLimit-Remaining", "X-Request-Id"):
        assert name in exposed


async def test_pages_are_not_opened_to_other_sites(node: LocalNode) -> None:
    client = node.app.test_client()
    for path in ("/oauth/authorize", "/sign-in", "/settings"):
        answer = await client.get(path, headers={"Origin": "https://elk.zone"})
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_an_answer_names_the_request_that_it_answers(node: LocalNode) -> None:
    client = node.app.test_client()
    given = await client.get(INSTANCE, headers={"X-Request-Id": "proxy-7"})
    assert given.headers["X-Request-Id"] == "proxy-7"
    odd = await client.get(INSTANCE, headers={"X-Request-Id": "a b<script>"})
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["X-Request-Id"])
