"""Pages: every post once, whichever way one walks; and a constant number of queries."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.rendering.pages import Entry, page_of
from storage.feeds import FeedLine, PublicFeed, Tagged
from storage.records import ObjectRecord
from storage.spans import Span
from storage.store import Tx
from tests.clients.timelines.feeds import follow, ids, walk, write
from tests.storage.test_query_plans import Recorder
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

HOME = "/api/v1/timelines/home"
PUBLIC = "/api/v1/timelines/public"
POSTS = 23


@pytest.fixture
async def greta(node: LocalNode) -> App:
    """Somebody with a home timeline of 23 posts, of which one member's are hidden."""
    app = await app_of(node, "greta")
    for name in ("amina", "basile"):
        await follow(node, "greta", name)
    for count in range(POSTS):
        await write(node, "amina", f"Entendu {count} #formation")
        if count % 3 == 0:
            await write(node, "basile", f"Tu {count} #formation")
    for count in range(7):
        post = await write(node, "amina", f"@greta en privé {count}", visibility="direct")
        await app.post(f"/api/v1/statuses/{post}/favourite")
        await write(node, "greta", f"@basile en privé {count}", visibility="direct")
    await app.post(f"/api/v1/accounts/{(await node.person('basile')).id}/mute")
    return app


@pytest.mark.parametrize("path", [HOME, PUBLIC, "/api/v1/timelines/tag/formation"])
async def test_links_lead_through_everything_both_ways(greta: App, path: str) -> None:
    everything = await ids(greta, path, limit=40)
    assert len(everything) == min(POSTS + (14 if path == HOME else 0), 40)
    for limit in (1, 5, 7, len(everything), 40):
        pages = await walk(greta, path, limit=limit)
        assert [number for page in pages for number in page] == everything
        assert all(len(page) == limit for page in pages[:-1]), "hiding makes no page shorter"
        back = await walk(greta, path, "prev", limit=limit, min_id=1)
        assert [number for page in reversed(back) for number in page] == everything


async def test_since_id_gives_the_latest_and_min_id_the_next(greta: App) -> None:
    everything = await ids(greta, HOME, limit=40)
    start = everything[10]
    assert await ids(greta, HOME, since_id=start, limit=4) == everything[:4]
    assert await ids(greta, HOME, min_id=start, limit=4) == everything[6:10]
    assert await ids(greta, HOME, max_id=everything[2], min_id=start, limit=40) == everything[3:10]
    assert await ids(greta, HOME, min_id=everything[0]) == []


async def test_links_keep_the_filters_and_say_nothing_of_the_token(greta: App) -> None:
    answer = await greta.ask(
        "GET", PUBLIC, query={"local": "true", "limit": 2, "access_token": greta.token}
    )
    link = answer.link("next")
    assert link is not None
    assert "local=true" in link
    assert "limit=2" in link
    assert "access_token" not in link
    assert answer.headers["Link"].index("next") < answer.headers["Link"].index("prev")


async def test_an_empty_page_has_no_links(greta: App) -> None:
    answer = await greta.ask("GET", HOME, query={"max_id": 1})
    assert answer.json == []
    assert "Link" not in answer.headers


@pytest.mark.parametrize("path", [HOME, PUBLIC, "/api/v1/timelines/tag/formation"])
async def test_a_page_costs_the_same_however_long_it_is(
    greta: App, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = await statements(greta, path, 5, monkeypatch)
    large = await statements(greta, path, 40, monkeypatch)
    assert small == large
    assert 0 < large < 12


async def statements(app: App, path: str, limit: int, patch: pytest.MonkeyPatch) -> int:
    """How many statements a page takes that was rendered before."""
    await app.get(path, query={"limit": 40})
    recorders: list[Recorder] = []
    query = app.node.store.query

    async def counted(operation: Callable[[Tx], Awaitable[Any]]) -> Any:
        async def recorded(tx: Tx) -> Any:
            recorders.append(Recorder(tx.connection))
            return await operation(Tx(recorders[-1]))  # type: ignore[arg-type]

        return await query(recorded)

    with patch.context() as patched:
        patched.setattr(app.node.store, "query", counted)
        assert await app.get(path, query={"limit": limit})
    return sum(len(recorder.seen) for recorder in recorders)


Reading = Callable[[Tx, Span], Awaitable[list[FeedLine]]]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    way=st.sampled_from(["max_id", "min_id"]),
    feed=st.sampled_from(["home", "public", "tag", "direct", "likes"]),
)
async def test_any_walk_gives_every_line_exactly_once(
    greta: App, limits: list[int], way: str, feed: str
) -> None:
    assert greta.actor is not None
    owner = greta.actor.id
    everybody = PublicFeed(viewer_id=owner)
    readings: dict[str, Reading] = {
        "home": lambda tx, span: tx.feeds.home(owner, span),
        "public": lambda tx, span: tx.feeds.public(everybody, span),
        "tag": lambda tx, span: tx.feeds.tagged(Tagged(names=("formation",)), everybody, span),
        "direct": lambda tx, span: tx.feeds.direct(owner, span),
        "likes": lambda tx, span: tx.feeds.kept("likes", owner, span),
    }
    read = readings[feed]
    store = greta.node.store
    whole = await store.query(lambda tx: read(tx, Span(100)))
    seen: list[FeedLine] = []
    bound = 2**63 - 1 if way == "max_id" else 0
    for step in range(200):
        span = Span(limits[step % len(limits)], **{way: bound})
        async with store.read() as tx:
            lines = await read(tx, span)
        if not lines:
            break
        seen = [*seen, *lines] if way == "max_id" else [*lines, *seen]
        bound = lines[-1][0] if way == "max_id" else lines[0][0]
    assert seen == whole
    assert len(whole) >= 7


async def test_what_may_not_be_seen_is_left_out_but_moves_the_page(node: LocalNode) -> None:
    app = await app_of(node, "greta")
    assert app.actor is not None
    owner = app.actor
    hidden = [await write(node, "amina", "Secret", visibility="followers") for _ in range(3)]
    record = await node.store.query(lambda tx: tx.objects.by_id(int(hidden[0])))
    assert isinstance(record, ObjectRecord)

    async def operation(tx: Tx) -> None:
        for number in hidden:
            await tx.activities.show(
                [owner.id], entry_id=int(number), activity_id=None, object_id=int(number),
                actor_id=record.actor_id, home=True, inbox=False,
            )  # fmt: skip

    await node.store.write(operation)
    answer = await app.ask("GET", HOME, query={"limit": 2})
    assert answer.json == []
    assert answer.link("next") is not None, "the app may go on"
    entries = [Entry(int(number), int(number), record.actor_id) for number in hidden]
    shown = await node.store.query(lambda tx: page_of(tx, node.services.clients, owner, entries))
    assert shown == []
