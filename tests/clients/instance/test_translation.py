"""Posts in another language: nothing without a service, harmless with one, asked once."""

import json
from typing import Any, cast

import httpx
import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity


class Service:
    """A LibreTranslate that shouts."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return self._answer({"error": "no"}, self.status)
        if request.method == "GET":
            return self._answer([{"code": "fr", "name": "French", "targets": ["en", "fr"]}])
        asked = json.loads(request.content)
        self.asked.append(asked)
        texts = [text.upper() + "<script>x()</script>" for text in asked["q"]]
        return self._answer({"translatedText": texts})

    def _answer(self, value: Any, status: int = 200) -> httpx.Response:
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(value).encode()))


@pytest.fixture
def service(network: Network) -> Service:
    """The service that the node of these tests asks."""
    found = Service()
    network.wires.nodes["words.example"] = cast("Any", httpx.MockTransport(found))
    return found


@pytest.fixture
async def node(network: Network) -> LocalNode:
    """A node whose posts are translated."""
    return await network.open(
        "node.example",
        "greta",
        libretranslate_url="https://words.example/",
        libretranslate_key="secret",
    )


async def number_of(node: LocalNode, url: str) -> int:
    record = await node.object(url)
    assert record is not None
    return record.id


async def test_without_a_service_nothing_is_claimed_and_nothing_found(network: Network) -> None:
    node = await network.open("plain.example", "plaine")
    number = await number_of(node, await node.write("amina", "Bonjour"))
    app = await app_of(node, "amina")
    found = await app.get("/api/v2/instance")
    assert found["configuration"]["translation"] == {"enabled": False}
    assert await app.get("/api/v1/instance/translation_languages") == {}
    await app.post(f"/api/v1/statuses/{number}/translate", expect=404)


async def test_a_post_is_translated_once_and_made_harmless(
    node: LocalNode, service: Service
) -> None:
    number = await number_of(node, await node.write("amina", "Bonjour", language="fr", summary="a"))
    app = await app_of(node, "greta")
    path = f"/api/v1/statuses/{number}/translate"
    found = await app.post(path, json={"lang": "en"})
    check_entity("Translation", found)
    assert "BONJOUR" in found["content"]
    assert "script" not in found["content"]
    assert found["spoiler_text"].startswith("A")
    assert (found["detected_source_language"], found["language"]) == ("fr", "en")
    assert found["provider"] == "LibreTranslate"
    assert await app.post(path, json={"lang": "en"}) == found
    (asked,) = service.asked
    assert (asked["source"], asked["api_key"], asked["format"]) == ("fr", "secret", "html")
    assert (await app.get("/api/v2/instance"))["configuration"]["translation"]["enabled"] is True
    assert await App(node).get("/api/v1/instance/translation_languages") == {"fr": ["en"]}


async def test_what_is_not_for_everybody_is_sent_to_no_service(
    node: LocalNode, service: Service
) -> None:
    number = await number_of(node, await node.write("amina", "Moi", visibility="followers"))
    author = await app_of(node, "amina")
    path = f"/api/v1/statuses/{number}/translate"
    await author.post(path, json={"lang": "en"}, expect=403)
    await (await app_of(node, "rene")).post(path, json={"lang": "en"}, expect=404)
    await App(node).post(path, expect=401)
    await (await app_of(node, "nour", "write")).post(path, expect=403)
    assert service.asked == []


async def test_a_language_that_cannot_be_had_is_refused(node: LocalNode, service: Service) -> None:
    number = await number_of(node, await node.write("amina", "Bonjour", language="fr"))
    app = await app_of(node, "greta")
    for lang in ("de", "fr", "x" * 500):
        await app.post(f"/api/v1/statuses/{number}/translate", json={"lang": lang}, expect=403)
    assert service.asked == []


@pytest.mark.parametrize("status", [429, 403, 500])
async def test_a_service_that_fails_is_said_to_be_away(
    node: LocalNode, service: Service, status: int
) -> None:
    number = await number_of(node, await node.write("amina", "Bonjour", language="fr"))
    service.status = status
    app = await app_of(node, "greta")
    path = f"/api/v1/statuses/{number}/translate"
    answer = await app.post(path, json={"lang": "en"}, expect=503)
    assert "translation service" in answer["error"]
    node.wires.silent.add("words.example")
    await app.post(path, json={"lang": "en"}, expect=503)


async def test_an_edited_post_is_translated_again(node: LocalNode, service: Service) -> None:
    url = await node.write("amina", "Bonjour", language="fr")
    number = await number_of(node, url)
    app = await app_of(node, "greta")
    path = f"/api/v1/statuses/{number}/translate"
    await app.post(path, json={"lang": "en"})

    async def edit(tx: Any) -> None:
        await tx.connection.execute(
            "update objects set edited_at = $2 where id = $1", number, node.clock.ms + 5
        )

    await node.store.write(edit)
    await app.post(path, json={"lang": "en"})
    assert len(service.asked) == 2
