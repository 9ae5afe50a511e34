"""Rules 3 and 8: what a fetched document must be, and how little a hostile server can cost."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from federation.errors import FederationError, Unreachable, Untrusted
from federation.fetch import Budget, Fetcher
from federation.vocabulary import ACTIVITY_JSON
from tests.support.hostile import (
    Behaviour,
    HostileServer,
    answer,
    drip,
    endless,
    gzip_bomb,
    loopback_client,
    redirect,
)


@pytest.fixture
async def evil() -> AsyncIterator[HostileServer]:
    async with HostileServer() as started:
        yield started


@pytest.fixture
async def victim() -> AsyncIterator[HostileServer]:
    async with HostileServer() as started:
        yield started


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    client = loopback_client(timeout_s=1.0)
    yield Fetcher(client, lambda: None)
    await client.aclose()


async def test_a_document_that_claims_the_id_of_another_server_is_refused(
    evil: HostileServer, victim: HostileServer, fetcher: Fetcher
) -> None:
    claimed = victim.serve("/users/amina", type="Person", name="Amina")
    forged = {"id": claimed, "type": "Person", "name": "not Amina"}
    evil.on("/forged", _document(forged))
    with pytest.raises(Untrusted, match="another origin"):
        await fetcher.document(evil.url("/forged"))
    assert victim.connections == 0


async def test_an_open_redirect_of_the_victim_does_not_lend_its_origin(
    evil: HostileServer, victim: HostileServer, fetcher: Fetcher
) -> None:
    url = victim.url("/redirect")
    victim.on("/redirect", redirect(evil.url("/payload")))
    evil.on("/payload", _document({"id": url, "type": "Person", "name": "forged"}))
    with pytest.raises(Untrusted, match="another origin"):
        await fetcher.document(url)


async def test_an_id_that_redirects_away_is_refused_at_the_second_look(
    evil: HostileServer, victim: HostileServer, fetcher: Fetcher
) -> None:
    evil.on("/a", _document({"id": evil.url("/b"), "type": "Note"}))
    evil.on("/b", redirect(victim.serve("/notes/1")))
    with pytest.raises(Untrusted, match="another origin"):
        await fetcher.document(evil.url("/a"))


async def test_ids_that_never_agree_cost_two_fetches(evil: HostileServer, fetcher: Fetcher) -> None:
    for number in range(10):
        evil.on(f"/{number}", _document({"id": evil.url(f"/{number + 1}"), "type": "Note"}))
    for _ in range(5):
        with pytest.raises(Untrusted, match="another id still"):
            await fetcher.document(evil.url("/0"))
    assert len(evil.asked) == 2


@pytest.mark.parametrize(
    "claimed",
    [None, "", 7, {"id": "x"}, "urn:uuid:1", "/relative", "did:key:z6Mk", "javascript:alert(1)"],
)
async def test_a_document_without_a_usable_id_is_refused(
    evil: HostileServer, fetcher: Fetcher, claimed: Any
) -> None:
    evil.on("/x", _document({"id": claimed, "type": "Note"}))
    with pytest.raises(Untrusted):
        await fetcher.document(evil.url("/x"))
    assert len(evil.asked) == 1


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/html",
        "text/plain",
        "application/json",
        "application/octet-stream",
        "image/png",
        "application/ld+json",
        'application/ld+json; profile="https://evil.example/"',
        "application/activity+json-seq",
        "text/html; application/activity+json",
    ],
)
async def test_only_activitystreams_types_count(
    evil: HostileServer, fetcher: Fetcher, content_type: str
) -> None:
    """An uploaded file with JSON in it must not speak for the server that stores it."""
    with pytest.raises(Untrusted, match="content type"):
        await fetcher.document(evil.serve("/media/upload.json", content_type))


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"',
    ],
)
async def test_both_activitystreams_types_are_read(
    evil: HostileServer, fetcher: Fetcher, content_type: str
) -> None:
    url = evil.serve("/x", content_type)
    assert (await fetcher.document(url)).id == url


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"id": NaN}',
        b"\xff\xfe{}",
        b'{"id": "a", "id": "b"}',
        b'{"object":' * 40 + b"{}" + b"}" * 40,
        b'{"name": "' + b"x" * 1_000_000 + b'"}',
    ],
)
async def test_bodies_that_are_no_plain_document_are_refused(
    evil: HostileServer, fetcher: Fetcher, body: bytes
) -> None:
    evil.on("/x", answer(200, body, {"Content-Type": ACTIVITY_JSON}))
    with pytest.raises(Untrusted):
        await fetcher.document(evil.url("/x"))


async def test_a_small_bomb_of_brackets_is_refused(evil: HostileServer, fetcher: Fetcher) -> None:
    body = gzip.compress(b"[" * 900_000)
    headers = {"Content-Type": ACTIVITY_JSON, "Content-Encoding": "gzip"}
    evil.on("/x", answer(200, body, headers))
    with pytest.raises(Untrusted):
        await fetcher.document(evil.url("/x"))


@pytest.mark.parametrize(
    "misbehave", [endless(), drip(), gzip_bomb(20_000_000), redirect("/x"), answer(200)]
)
async def test_misbehaving_once_is_not_asked_for_twice(
    evil: HostileServer, fetcher: Fetcher, misbehave: Behaviour
) -> None:
    evil.on("/x", misbehave)
    for _ in range(5):
        with pytest.raises(FederationError):
            await fetcher.document(evil.url("/x"))
    assert len(evil.asked) <= 4


async def test_junk_about_many_addresses_of_a_silent_host_costs_little(fetcher: Fetcher) -> None:
    async with HostileServer() as evil:
        dead = evil.origin
    for number in range(200):
        with pytest.raises(Unreachable):
            await fetcher.document(f"{dead}/{number}")
    assert len(fetcher._failures._urls) == 3


async def test_an_endless_chain_ends_with_the_budget(evil: HostileServer, fetcher: Fetcher) -> None:
    """Each reply answers another one: the thread is pulled as far as the budget goes."""
    for number in range(100):
        evil.serve(f"/{number}", inReplyTo=evil.url(f"/{number + 1}"))
    budget = Budget(8)

    async def pull_the_thread(url: str) -> None:
        while True:
            url = (await fetcher.document(url, budget=budget)).first_id("inReplyTo") or ""

    with pytest.raises(Untrusted, match="too many fetches"):
        await pull_the_thread(evil.url("/0"))
    assert len(evil.asked) == 8


async def test_a_second_look_by_id_is_paid_from_the_budget_too(
    evil: HostileServer, fetcher: Fetcher
) -> None:
    evil.on("/a", _document({"id": evil.serve("/b"), "type": "Note"}))
    with pytest.raises(Untrusted, match="too many fetches"):
        await fetcher.document(evil.url("/a"), budget=Budget(1))
    assert evil.paths() == ["/a"]


async def test_a_collection_without_end_is_left_at_the_bound(
    evil: HostileServer, fetcher: Fetcher
) -> None:
    first = evil.url("/p?n=0")
    evil.serve("/c", type="OrderedCollection", first=first, totalItems=10**15)
    for number in range(50):
        following = evil.url(f"/p?n={number + 1}")
        evil.serve(f"/p?n={number}", type="OrderedCollectionPage", orderedItems=[], next=following)
    members = [
        member async for member in fetcher.collection(evil.url("/c"), max_items=1_000, max_pages=7)
    ]
    assert (members, len(evil.asked)) == ([], 8)


async def test_pages_that_lead_in_a_circle_are_read_once(
    evil: HostileServer, fetcher: Fetcher
) -> None:
    evil.serve("/c", type="Collection", first=evil.url("/p1"))
    for here, following in (("/p1", "/p2"), ("/p2", "/p1")):
        evil.serve(
            here, type="CollectionPage", items=["https://a.example/1"], next=evil.url(following)
        )
    stream = fetcher.collection(evil.url("/c"), max_items=1_000, max_pages=1_000)
    assert len([member async for member in stream]) == 2
    itself = evil.serve("/self", type="Collection", first=evil.url("/self"), items=["https://a/1"])
    stream = fetcher.collection(itself, max_items=1_000, max_pages=1_000)
    assert len([member async for member in stream]) == 1


async def test_a_page_on_another_server_is_not_read(
    evil: HostileServer, victim: HostileServer, fetcher: Fetcher
) -> None:
    page = victim.serve("/p", type="CollectionPage", items=["https://a.example/1"])
    evil.on("/away", redirect(page))
    embedded = {"id": page, "type": "CollectionPage", "items": ["https://a.example/1"]}
    for number, first in enumerate((page, evil.url("/away"), embedded)):
        collection = evil.serve(f"/c{number}", type="Collection", first=first)
        with pytest.raises(Untrusted, match="another origin"):
            await anext(fetcher.collection(collection, max_items=10, max_pages=10))


async def test_an_embedded_page_within_pages_without_end_is_bounded(
    evil: HostileServer, fetcher: Fetcher
) -> None:
    page: dict[str, Any] = {"type": "CollectionPage", "items": ["https://a.example/x"]}
    for _ in range(20):
        page = {"type": "CollectionPage", "items": ["https://a.example/x"], "next": page}
    collection = evil.serve("/c", type="Collection", first=page)
    stream = fetcher.collection(collection, max_items=1_000, max_pages=5)
    assert len([member async for member in stream]) == 5


def _document(value: object) -> Behaviour:
    return answer(200, json.dumps(value).encode(), {"Content-Type": ACTIVITY_JSON})
