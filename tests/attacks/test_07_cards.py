"""Rule 7 for previews of links: anybody can make us fetch an address, so each is guarded."""

import pytest

from federation.errors import FederationError, Unreachable, Untrusted
from objects.cards.worker import CardWorker
from storage.store import Store
from tests.support.clock import Clock
from tests.support.fediverse import LocalNode
from tests.support.hostile import (
    HostileServer,
    answer,
    drip,
    endless,
    gzip_bomb,
    loopback_client,
    redirect,
)

HTML = {"Content-Type": "text/html"}

ADDRESSES = [
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.0.0.1/admin",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://site.example:22/",
    "https://user@site.example/",
]


@pytest.mark.parametrize("url", ADDRESSES)
async def test_no_private_address_is_asked_for(node: LocalNode, url: str) -> None:
    await node.write("amina", f"Voyez [ceci]({url})", markdown=True)
    await node.services.card_worker.run_once()
    assert node.wires.log == []


async def test_no_redirect_leads_to_a_private_address(node: LocalNode) -> None:
    node.wires.redirects["https://site.example/"] = "https://169.254.169.254/latest/"
    await node.write("amina", "Voyez https://site.example/")
    assert await node.services.card_worker.run_once() == 1
    assert [sent.url for sent in node.wires.log] == ["https://site.example/"]


async def test_neither_pictures_nor_oembed_lead_to_private_addresses(node: LocalNode) -> None:
    page = b"""<title>x</title><meta property="og:image" content="https://10.0.0.1/1.png">
    <link rel="alternate" type="application/json+oembed" href="https://127.0.0.1/oembed">"""
    node.wires.served["https://site.example/"] = (200, "text/html", page)
    url = await node.write("amina", "Voyez https://site.example/")
    await node.services.card_worker.run_once()
    assert len(node.wires.log) == 1
    record = await node.object(url)
    assert record is not None
    card = (await node.store.query(lambda tx: tx.apps.cards([record.id])))[record.id]
    assert card.image == ""


def worker(store: Store, **options: float) -> CardWorker:
    return CardWorker(store, loopback_client(**options), Clock())  # type: ignore[arg-type]


async def test_huge_endless_slow_and_compressed_pages_are_left(store: Store) -> None:
    async with HostileServer() as server:
        server.on("/huge", answer(200, b"<title>x</title>" + b" " * 1_000_001, HTML))
        server.on("/endless", endless())
        server.on("/bomb", gzip_bomb())
        server.on("/slow", drip())
        server.on("/loop", redirect(server.url("/loop")))
        for path in ("/huge", "/endless", "/bomb", "/loop"):
            with pytest.raises(Untrusted):
                await worker(store).preview(server.url(path))
        with pytest.raises(Unreachable):
            await worker(store, timeout_s=0.2).preview(server.url("/slow"))


@pytest.mark.parametrize("kind", ["image/png", "application/json", "text/plain", "", "text/html5"])
async def test_only_pages_are_read(store: Store, kind: str) -> None:
    async with HostileServer() as server:
        server.on("/", answer(200, b"<title>x</title>", {"Content-Type": kind}))
        with pytest.raises(FederationError):
            await worker(store).preview(server.url("/"))


HOSTILE = [
    "<" * 900_000,
    "<div>" * 180_000,
    "<!" * 400_000,
    "<!--" * 200_000,
    "&" * 900_000,
    "&amp;" * 180_000,
    '<meta content="' * 60_000,
    "<title>" * 120_000,
    "<svg><math><title>" * 40_000,
    "<script>" * 100_000,
    "<style><script>" * 60_000,
    "<a href='" + "x" * 900_000,
    "<meta name=author content='" + "&quot;" * 150_000 + "'>",
    "\0" * 900_000,
    "<html lang=" + " lang" * 180_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_page_takes_long_or_brings_markup(store: Store, body: str) -> None:
    async with HostileServer() as server:
        server.on("/", answer(200, body.encode(), HTML))
        preview = await worker(store, timeout_s=5.0).preview(server.url("/"))
    shown = "".join(str(getattr(preview, name)) for name in preview.__slots__)
    assert "<" not in shown
    assert len(shown) < 5_000
