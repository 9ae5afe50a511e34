"""Other servers are answered before the pages are loaded; whoever wants those waits."""

import asyncio
from typing import Any

import httpx
import pytest

from federation.vocabulary import ACTIVITY_JSON
from node.front import Front, is_early
from tests.support.fediverse import LocalNode


def client(front: Front, node: LocalNode) -> httpx.AsyncClient:
    app: Any = front
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"https://{node.host}", timeout=20
    )


async def test_other_servers_are_answered_at_once(node: LocalNode) -> None:
    async with client(Front(node.services), node) as early:
        account = {"resource": f"acct:greta@{node.host}"}
        found = await early.get("/.well-known/webfinger", params=account)
        assert found.json()["subject"] == f"acct:greta@{node.host}"
        actor = await early.get("/users/greta", headers={"Accept": ACTIVITY_JSON})
        assert actor.json()["type"] == "Organization"
        assert (await early.get("/health")).text == "OK"
        refused = await early.post("/inbox", content=b"{}")
        assert refused.status_code in (400, 401, 415)


async def test_pages_and_apps_are_answered_as_soon_as_they_are_loaded(node: LocalNode) -> None:
    front = Front(node.services)
    async with client(front, node) as early:
        page = asyncio.create_task(early.get("/", headers={"Accept": "text/html"}))
        instance = asyncio.create_task(early.get("/api/v2/instance"))
        await asyncio.sleep(0)
        assert not page.done()
        await front.load()
        assert (await page).status_code == 200
        assert (await instance).json()["domain"] == node.host
        assert (await early.get("/nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "accept", "early"),
    [
        ("POST", "/inbox", "*/*", True),
        ("POST", "/users/greta/inbox", "*/*", True),
        ("GET", "/nodeinfo/2.1", "*/*", True),
        ("GET", "/users/greta", "text/html", False),
        ("GET", "/users/greta", "text/html, application/json", False),
        ("GET", "/objects/1", ACTIVITY_JSON, True),
        ("POST", "/api/v1/statuses", "application/json", False),
        ("GET", "/.well-known/oauth-authorization-server", "application/json", False),
        ("GET", "/@greta", "text/html", False),
    ],
)
def test_only_what_machines_fetch_is_early(
    method: str, path: str, accept: str, *, early: bool
) -> None:
    headers = [(b"accept", accept.encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    assert is_early(scope) is early


def test_streams_wait() -> None:
    assert not is_early({"type": "websocket", "path": "/health", "headers": []})
