"""The whole application: errors are problem documents, pages are pages, health is known."""

import json
from typing import Any

import pytest
from quart.testing.connections import WebsocketResponseError

from tests.support.fediverse import LocalNode

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_health_answers_while_the_database_does(node: LocalNode) -> None:
    answer = await node.app.test_client().get("/health")
    assert (answer.status_code, await answer.get_data()) == (200, b"OK")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/users/nobody", 404),
        ("GET", "/objects/1", 404),
        ("GET", "/objects/99999999999999999999999", 404),
        ("GET", "/nothing/here", 404),
        ("POST", "/nothing/here", 404),
        ("DELETE", "/inbox", 405),
        ("POST", "/proxy", 401),
        ("GET", "/.well-known/webfinger", 400),
        ("GET", "/users/greta/followers?page=true&before=abc", 400),
    ],
)
async def test_errors_are_problem_documents(
    node: LocalNode, method: str, path: str, status: int
) -> None:
    client: Any = node.app.test_client()
    answer = await client.open(path, method=method, headers={"Accept": "application/activity+json"})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = json.loads(await answer.get_data())
    assert (problem["status"], bool(problem["code"])) == (status, True)


async def test_where_no_websocket_is_none_opens(node: LocalNode) -> None:
    for path in ("/", "/nothing/here", "/api/v1/statuses"):
        with pytest.raises(WebsocketResponseError) as refused:
            async with node.app.test_client().websocket(path):
                pass
        assert refused.value.response.status_code in (400, 404, 405)


async def test_a_surprise_says_nothing_about_the_inside(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def explode(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(node.store), "query", explode)
    node.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = await node.app.test_client().get("/users/greta")
    assert answer.status_code == 500
    assert b"secret detail" not in await answer.get_data()
    assert sum("failed" in record.message for record in caplog.records) == 1


async def test_browsers_get_pages_for_errors_in_their_language(node: LocalNode) -> None:
    headers = PERSON | {"Accept-Language": "fr-FR,fr;q=0.9"}
    answer = await node.app.test_client().get("/users/nobody", headers=headers)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Il n’y a rien ici" in text


async def test_every_answer_forbids_guessing_its_type(node: LocalNode) -> None:
    for path in ("/", "/users/greta", "/health", "/nothing"):
        answer = await node.app.test_client().get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
