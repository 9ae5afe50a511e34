"""Pictures of other servers reach apps through this node, and nothing else does."""

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import pytest

from objects.proxy import MAX_BYTES, forget_pictures, media_type_of_bytes
from tests.clients_real.world import picture
from tests.support.apps import App, app_of
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network

PNG = bytes.fromhex(picture())
URL = "https://media.ada.example/1.png"


def sealed(node: LocalNode, url: str = URL) -> str:
    """The path under which apps get a picture."""
    address: str = node.services.clients.identifiers.picture(url)
    return address.removeprefix("https://node.example")


def serve(node: LocalNode, content: bytes = PNG, kind: str = "image/png", url: str = URL) -> None:
    node.wires.served[url] = (200, kind, content)


async def test_a_picture_is_fetched_once_and_kept(node: LocalNode) -> None:
    serve(node, kind="application/whatever")
    app = App(node)
    first, second = await asyncio.gather(*(app.ask("GET", sealed(node)) for _ in range(2)))
    assert first.body == second.body == PNG
    assert (await app.ask("GET", sealed(node))).body == PNG
    assert node.wires.fetched(URL) == 1
    assert first.headers["Content-Type"] == "image/png"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in first.headers["Content-Security-Policy"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"


async def test_nothing_is_fetched_without_our_seal(node: LocalNode) -> None:
    serve(node)
    seal, token = sealed(node).split("/")[-2:]
    other = base64.urlsafe_b64encode(b"https://media.ada.example/2.png").decode().rstrip("=")
    for path in (f"{seal}/{other}", f"{'A' * 22}/{token}", f"{seal}/%C3%A9", f"é/{token}", "x/y"):
        await App(node).ask("GET", f"/media/proxy/{path}", expect=404)
    assert node.wires.log == []


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"", b"%PDF-1.7", b"GIF"],
)
async def test_only_pictures_are_passed_on(node: LocalNode, content: bytes) -> None:
    serve(node, content)
    await App(node).ask("GET", sealed(node), expect=404)
    serve(node)
    await App(node).ask("GET", sealed(node), expect=404)
    assert node.wires.fetched(URL) == 1


async def test_huge_pictures_and_private_addresses_are_left(node: LocalNode) -> None:
    serve(node, PNG + b"\0" * MAX_BYTES)
    await App(node).ask("GET", sealed(node), expect=404)
    before = len(node.wires.log)
    for url in ("https://10.0.0.1/1.png", "https://localhost/1.png", "https://x.example:22/1.png"):
        await App(node).ask("GET", sealed(node, url), expect=404)
    node.wires.redirects["https://b.example/1.png"] = "https://169.254.169.254/1.png"
    await App(node).ask("GET", sealed(node, "https://b.example/1.png"), expect=404)
    assert len(node.wires.log) == before + 1


async def test_apps_get_no_address_of_another_server_to_load(
    node: LocalNode, network: Network
) -> None:
    icon = {"type": "Image", "url": "https://media.ada.example/face.png"}
    ada = network.wires.person("https://ada.example/users/ada", icon=icon, image=icon)
    await node.befriend("amina", ada)
    files = [{"type": "Document", "mediaType": "image/png", "url": URL, "name": "Un carré"}]
    emoji = {"type": "Emoji", "name": ":yo:", "icon": {"type": "Image", "url": f"{URL}?yo"}}
    await node.receive(ada, create(ada, note(ada, "Bonjour :yo:", attachment=files, tag=[emoji])))
    (status,) = await (await app_of(node, "amina")).get("/api/v1/timelines/home")
    (media,) = status["media_attachments"]
    shown = [
        media["url"], media["preview_url"], status["account"]["avatar"],
        status["account"]["header_static"], status["emojis"][0]["url"],
    ]  # fmt: skip
    assert all(address.startswith("https://node.example/media/proxy/") for address in shown)
    assert media["remote_url"] == URL
    serve(node)
    answer = await App(node).ask("GET", media["url"].removeprefix("https://node.example"))
    assert answer.body == PNG


async def test_an_administrator_may_turn_it_off(network: Network) -> None:
    node = await network.open("node.example", "greta", media_proxy=False)
    assert node.services.clients.identifiers.picture(URL) == URL


def test_the_oldest_pictures_go_first(tmp_path: Path) -> None:
    def put(name: str, size: int, at: float) -> Path:
        path = tmp_path / name[:2] / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * size)
        os.utime(path, (at, at))
        return path

    now = 10_000_000.0
    new, older, oldest = put("aa1", 60, now), put("bb1", 30, now - 50), put("cc1", 30, now - 99)
    unseen = put("dd1", 1, now - 40 * 86_400)
    assert forget_pictures(tmp_path, 100, now) == 2
    assert [path.exists() for path in (new, older, oldest, unseen)] == [True, True, False, False]
    assert forget_pictures(tmp_path / "nowhere", 100, now) == 0


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0 ftypavif\0\0\0\0", "image/avif"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_how_it_begins(beginning: bytes, kind: Any) -> None:
    assert media_type_of_bytes(beginning) == kind
