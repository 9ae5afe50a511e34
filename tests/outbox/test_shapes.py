"""Odd shapes in what clients post: refused or made sense of, never a surprise."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from federation.vocabulary import PUBLIC
from tests.outbox.desk import GRETA, ORIGIN, Desk
from tests.outbox.wires import ScriptedWires
from tests.support.clock import Clock
from tests.support.fediverse import start_node

URLS = ("https://far.example/users/luc", f"{GRETA}/followers", f"{GRETA}/featured", PUBLIC, GRETA)
TYPES = (
    "Accept", "Add", "Announce", "Article", "Block", "Collection", "Create", "Delete", "Event",
    "Follow", "Image", "Like", "Move", "Note", "Person", "Question", "Reject", "Remove", "Undo",
    "Update", "as:Note", "Unheard",
)  # fmt: skip
NAMES = (
    "actor", "alsoKnownAs", "anyOf", "attachment", "audience", "bcc", "bto", "cc", "content",
    "contentMap", "context", "endTime", "focalPoint", "href", "icon", "id", "image",
    "inReplyTo", "items", "language", "mediaType", "name", "nameMap", "object", "oneOf", "proof",
    "published", "sensitive", "source", "summary", "summaryMap", "tag", "target", "to", "type",
    "url", "value", "votersCount",
)  # fmt: skip

odd_texts = st.sampled_from(
    ("", " ", "\ud7ff", "é" * 50, "<p>", "@x@y", "@", "#", "https://", "http://[", "urn:x", "-1")
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20).filter(lambda text: "\0" not in text)
    | odd_texts
    | st.sampled_from(URLS)
    | st.sampled_from(TYPES)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
activities = st.builds(
    lambda kind, about, rest: {"type": kind, "object": about, **rest},
    st.one_of(*[st.sampled_from(TYPES)] * 4, values),
    objects | values,
    objects,
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all examples: a node is too much to start for each."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(
    loop: asyncio.AbstractEventLoop, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, str]]:
    """A node with greta's token, and a note and an upload of hers."""

    async def start() -> tuple[Desk, str]:
        wires = ScriptedWires()
        wires.person(URLS[0])
        folder = tmp_path_factory.mktemp("shapes")
        node = await start_node("node.example", "greta", wires, Clock(), sqlite_template, folder)
        desk = Desk(node, wires)
        await node.write("greta", "Bonjour")
        return desk, await desk.token()

    desk, token = loop.run_until_complete(start())
    yield desk, token
    loop.run_until_complete(desk.node.services.close())


def posted(loop: asyncio.AbstractEventLoop, shared: tuple[Desk, str], body: Any) -> tuple[int, Any]:
    """Status and JSON of the answer to a POST."""
    desk, token = shared

    async def post() -> tuple[int, Any]:
        answer = await desk.post(json.dumps(body, ensure_ascii=False).encode(), token=token)
        return answer.status_code, json.loads(await answer.get_data())

    return loop.run_until_complete(post())


odd = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def understood(status: int, document: Any) -> None:
    """Done, or refused with a reason."""
    event(f"{status} {'' if status == 201 else document.get('code')}")
    assert status == 201 or 400 <= status < 500 or status == 502, document
    assert ("id" in document) if status == 201 else document["code"]


@odd
@given(activity=activities)
def test_no_shape_of_an_activity_is_a_surprise(
    loop: asyncio.AbstractEventLoop, shared: tuple[Desk, str], activity: Any
) -> None:
    understood(*posted(loop, shared, activity))


@odd
@given(document=objects, kind=st.sampled_from(("Note", "Question", "Article", "Collection")))
def test_no_shape_of_an_object_is_a_surprise(
    loop: asyncio.AbstractEventLoop, shared: tuple[Desk, str], document: Any, kind: str
) -> None:
    status, made = posted(loop, shared, {**document, "type": kind})
    understood(status, made)
    if status == 201:
        readable(loop, shared[0], made["object"]["id"])


@odd
@given(changes=objects)
def test_no_shape_of_a_change_is_a_surprise(
    loop: asyncio.AbstractEventLoop, shared: tuple[Desk, str], changes: Any
) -> None:
    _, made = posted(loop, shared, {"type": "Note", "content": "x", "to": [PUBLIC]})
    url = made["object"]["id"]
    understood(*posted(loop, shared, {"type": "Update", "object": {**changes, "id": url}}))
    readable(loop, shared[0], url)


@odd
@given(changes=objects)
def test_no_shape_of_a_profile_is_a_surprise(
    loop: asyncio.AbstractEventLoop, shared: tuple[Desk, str], changes: Any
) -> None:
    understood(*posted(loop, shared, {"type": "Update", "object": {**changes, "id": GRETA}}))
    readable(loop, shared[0], GRETA)


def readable(loop: asyncio.AbstractEventLoop, desk: Desk, url: str) -> None:
    """Whatever was stored can be served to its author, alone and in the outbox."""
    assert url.startswith(ORIGIN)
    assert loop.run_until_complete(desk.get(url, who="greta")).status_code == 200
    page = f"{GRETA}/outbox?before=latest"
    assert loop.run_until_complete(desk.get(page, who="greta")).status_code == 200
