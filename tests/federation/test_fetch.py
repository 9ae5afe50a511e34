"""Fetching what others publish: who vouches for a document, and how much we work for it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from federation.documents import Document
from federation.errors import Gone, Unreachable, Untrusted
from federation.failures import FailureMemory
from federation.fetch import Budget, Fetcher, RecentSchemes
from federation.signing import SigningKey
from federation.vocabulary import ACTIVITY_JSON, LD_JSON
from tests.support.hostile import Behaviour, HostileServer, answer, loopback_client, redirect

PERSON: dict[str, Any] = {
    "type": "Person",
    "preferredUsername": "amina",
    "inbox": "https://atelier.example/inbox",
}


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1_795_428_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    async with HostileServer() as started:
        yield started


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    client = loopback_client()
    yield Fetcher(client, lambda: None, clock=clock)
    await client.aclose()


@pytest.fixture(scope="module")
def key() -> SigningKey:
    private = rsa.generate_private_key(65_537, 2_048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return SigningKey("https://node.example/actor#main-key", "rsa", pem)


async def test_a_document_whose_id_is_its_address_is_had(
    server: HostileServer, fetcher: Fetcher
) -> None:
    url = server.serve("/notes/1", content="Bonjour")
    document = await fetcher.document(url + "#fragment")
    assert (document.id, document.text("content")) == (url, "Bonjour")
    assert server.asked[0].headers["accept"] == f"{ACTIVITY_JSON}, {LD_JSON}"


async def test_a_document_under_another_address_is_fetched_once_more_by_its_id(
    server: HostileServer, fetcher: Fetcher
) -> None:
    real = server.serve("/notes/1", content="real")
    server.on("/@amina/1", _activity({"id": real, "type": "Note", "content": "claimed"}))
    assert (await fetcher.document(server.url("/@amina/1"))).text("content") == "real"
    assert server.paths() == ["/@amina/1", "/notes/1"]


async def test_a_redirect_leads_to_the_document_of_the_final_address(
    server: HostileServer, fetcher: Fetcher
) -> None:
    real = server.serve("/notes/1")
    server.on("/old", redirect("/notes/1"))
    assert (await fetcher.document(server.url("/old"))).id == real


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_gone(server: HostileServer, fetcher: Fetcher, status: int) -> None:
    server.on("/x", answer(status, b"{}", {"Content-Type": ACTIVITY_JSON}))
    with pytest.raises(Gone) as failure:
        await fetcher.document(server.url("/x"))
    assert failure.value.status == status


@pytest.mark.parametrize(
    ("status", "passing"), [(500, True), (503, True), (429, True), (401, True), (403, False)]
)
async def test_a_failure_tells_whether_to_try_again(
    server: HostileServer, fetcher: Fetcher, status: int, passing: bool
) -> None:
    server.on("/x", answer(status, b"", {"Retry-After": "90"}))
    with pytest.raises(Unreachable) as failure:
        await fetcher.document(server.url("/x"))
    got = failure.value
    assert (got.status, got.passing, got.retry_after) == (status, passing, 90.0)


async def test_an_actor_needs_type_name_and_inbox(server: HostileServer, fetcher: Fetcher) -> None:
    url = server.serve("/users/amina", **PERSON)
    assert (await fetcher.actor(url)).text("preferredUsername") == "amina"
    changes: list[dict[str, Any]] = [
        {"type": "Note"},
        {"inbox": None},
        {"inbox": "urn:x"},
        {"preferredUsername": None},
        {"preferredUsername": 7},
    ]
    for number, missing in enumerate(changes):
        url = server.serve(f"/users/{number}", **{**PERSON, **missing})
        with pytest.raises(Untrusted):
            await fetcher.actor(url)


async def test_an_actor_may_have_several_types(server: HostileServer, fetcher: Fetcher) -> None:
    url = server.serve("/users/amina", **{**PERSON, "type": ["http://x.example/Bot", "as:Person"]})
    assert (await fetcher.actor(url)).id == url


async def test_concurrent_fetches_of_one_address_are_one_request(
    server: HostileServer, fetcher: Fetcher
) -> None:
    url = server.serve("/notes/1")
    documents = await asyncio.gather(*(fetcher.document(url) for _ in range(20)))
    assert {document.id for document in documents} == {url}
    assert len(server.asked) == 1
    await fetcher.document(url)
    assert len(server.asked) == 2


async def test_a_caller_that_gives_up_does_not_take_the_others_with_it(
    server: HostileServer, fetcher: Fetcher
) -> None:
    url = server.url("/notes/1")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        await _activity({"id": url, "type": "Note"})(writer)

    server.on("/notes/1", wait)
    impatient = asyncio.create_task(fetcher.document(url))
    await asked.wait()
    patient = asyncio.create_task(fetcher.document(url))
    await asyncio.sleep(0)
    impatient.cancel()
    go_on.set()
    assert (await patient).id == url
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert len(server.asked) == 1


async def test_a_failure_is_remembered_for_a_while(
    server: HostileServer, fetcher: Fetcher, clock: Clock
) -> None:
    url = server.url("/x")
    server.on("/x", answer(500))
    for _ in range(5):
        with pytest.raises(Unreachable, match="answered 500"):
            await fetcher.document(url)
    assert len(server.asked) == 1
    server.serve("/x")
    assert (await fetcher.document(url, fresh=True)).id == url
    assert (await fetcher.document(url)).id == url
    server.on("/x", answer(500))
    with pytest.raises(Unreachable):
        await fetcher.document(url)
    server.serve("/x")
    clock.now += 61
    assert (await fetcher.document(url)).id == url


async def test_a_host_that_asks_for_patience_gets_it(
    server: HostileServer, fetcher: Fetcher, clock: Clock
) -> None:
    server.on("/x", answer(429, b"", {"Retry-After": "300"}))
    other = server.serve("/other")
    with pytest.raises(Unreachable):
        await fetcher.document(server.url("/x"))
    with pytest.raises(Unreachable) as failure:
        await fetcher.document(other)
    assert failure.value.retry_after == 300.0
    assert server.paths() == ["/x"]
    clock.now += 301
    assert (await fetcher.document(other)).id == other


async def test_a_dead_host_is_left_alone_after_three_failures(fetcher: Fetcher) -> None:
    async with HostileServer() as server:
        dead = server.origin
    for number in range(3):
        with pytest.raises(Unreachable, match=r"Connect|connect"):
            await fetcher.document(f"{dead}/{number}")
    with pytest.raises(Unreachable, match="left alone"):
        await fetcher.document(f"{dead}/4")


def test_the_memory_of_failures_is_bounded(clock: Clock) -> None:
    memory = FailureMemory(clock, capacity=3)
    for number in range(10):
        url, host = f"https://h{number}.example/", f"h{number}.example"
        memory.note(url, host, Unreachable(url, "dead", retry_after=60.0))
    memory.check("https://h0.example/", "h0.example")
    with pytest.raises(Unreachable):
        memory.check("https://h9.example/", "h9.example")
    with pytest.raises(Unreachable):
        memory.check("https://h9.example/other", "h9.example")
    assert len(memory._urls) == len(memory._hosts) == 3


async def test_fetches_are_signed_by_the_node_s_actor(
    server: HostileServer, key: SigningKey
) -> None:
    client = loopback_client()
    fetcher = Fetcher(client, lambda: key)
    await fetcher.document(server.serve("/notes/1"))
    await client.aclose()
    headers = server.asked[0].headers
    assert 'keyid="https://node.example/actor#main-key"' in headers["signature-input"]
    assert base64.b64decode(headers["signature"].removeprefix("sig1=:").rstrip(":"))


async def test_a_host_that_refuses_rfc9421_is_asked_again_with_cavage_and_remembered(
    server: HostileServer, key: SigningKey
) -> None:
    async def secure(writer: asyncio.StreamWriter) -> None:
        if "signature-input" in server.asked[-1].headers:
            await answer(401)(writer)
        else:
            await _activity({"id": server.url("/notes/1"), "type": "Note"})(writer)

    server.on("/notes/1", secure)
    client, memory = loopback_client(), RecentSchemes()
    fetcher = Fetcher(client, lambda: key, memory=memory)
    await fetcher.document(server.url("/notes/1"))
    await fetcher.document(server.url("/notes/1"))
    await client.aclose()
    assert ["signature-input" in r.headers for r in server.asked] == [True, False, False]
    assert await memory.scheme(f"127.0.0.1:{server.port}") == "cavage"


async def test_an_open_host_proves_nothing_about_schemes(
    server: HostileServer, key: SigningKey
) -> None:
    client, memory = loopback_client(), RecentSchemes()
    await Fetcher(client, lambda: key, memory=memory).document(server.serve("/notes/1"))
    await client.aclose()
    assert await memory.scheme(f"127.0.0.1:{server.port}") is None


async def test_recent_schemes_forget_the_oldest_host() -> None:
    memory = RecentSchemes(capacity=2)
    for host in ("a", "b", "a", "c"):
        await memory.remember(host, "cavage")
    assert [await memory.scheme(host) for host in ("a", "b", "c")] == ["cavage", None, "cavage"]


async def test_a_budget_is_shared_by_a_chain_of_fetches(
    server: HostileServer, fetcher: Fetcher
) -> None:
    budget = Budget(3)
    for number in range(3):
        await fetcher.document(server.serve(f"/{number}"), budget=budget)
    with pytest.raises(Untrusted, match="too many fetches"):
        await fetcher.document(server.serve("/3"), budget=budget)
    assert len(server.asked) == 3


async def test_a_collection_gives_ids_and_embedded_objects_in_order(
    server: HostileServer, fetcher: Fetcher
) -> None:
    pages: dict[str, dict[str, Any]] = {
        "/c": {"type": "OrderedCollection", "first": server.url("/c?page=1")},
        "/c?page=1": {
            "type": "OrderedCollectionPage",
            "next": server.url("/c?page=2"),
            "orderedItems": ["https://a.example/1", {"id": "https://a.example/2"}, 7, None],
        },
        "/c?page=2": {"type": "OrderedCollectionPage", "orderedItems": "https://a.example/3"},
    }
    for path, values in pages.items():
        server.serve(path, **values)
    assert await _members(fetcher, server.url("/c")) == [
        "https://a.example/1",
        Document({"id": "https://a.example/2"}),
        "https://a.example/3",
    ]
    assert len(server.asked) == 3


async def test_a_collection_may_hold_its_items_or_its_first_page_itself(
    server: HostileServer, fetcher: Fetcher
) -> None:
    whole = server.serve("/whole", type="Collection", items=["https://a.example/1"])
    assert await _members(fetcher, whole) == ["https://a.example/1"]
    first = {"type": "CollectionPage", "items": ["https://a.example/2"]}
    embedded = server.serve("/embedded", type="Collection", first=first)
    assert await _members(fetcher, embedded) == ["https://a.example/2"]
    empty = server.serve("/empty", type="OrderedCollection", totalItems=12)
    assert await _members(fetcher, empty) == []


async def test_what_is_no_collection_is_not_iterated(
    server: HostileServer, fetcher: Fetcher
) -> None:
    with pytest.raises(Untrusted, match="no collection"):
        await _members(fetcher, server.serve("/note", items=["https://a.example/1"]))


async def test_items_and_pages_are_bounded(server: HostileServer, fetcher: Fetcher) -> None:
    server.serve("/c", type="Collection", first=server.url("/p0"))
    for number in range(30):
        server.serve(
            f"/p{number}",
            type="CollectionPage",
            items=[f"https://a.example/{number}-{item}" for item in range(10)],
            next=server.url(f"/p{number + 1}"),
        )
    assert len(await _members(fetcher, server.url("/c"), max_items=15)) == 15
    assert len(server.asked) == 3
    assert len(await _members(fetcher, server.url("/c"), max_pages=5)) == 50
    assert len(server.asked) == 3 + 6


def _activity(value: object) -> Behaviour:
    return answer(200, json.dumps(value).encode(), {"Content-Type": ACTIVITY_JSON})


async def _members(
    fetcher: Fetcher, url: str, *, max_items: int = 100, max_pages: int = 10
) -> list[str | Document]:
    stream = fetcher.collection(url, max_items=max_items, max_pages=max_pages)
    return [member async for member in stream]
