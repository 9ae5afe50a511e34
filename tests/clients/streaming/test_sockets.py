"""One WebSocket for everything: how it is opened, what it carries, how it ends."""

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.streams import refused, socket, streams_of, until


async def test_a_new_post_is_told_to_the_streams_that_show_it(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with socket(app, "user") as opened:
        await opened.subscribe("public:local")
        await opened.subscribe("hashtag", tag="Formation")
        await node.write("amina", "Bonjour #formation")
        await node.work_inbox()
        told = await opened.heard()
    assert [(one.stream, one.event) for one in told] == [
        (("user",), "update"),
        (("public:local",), "update"),
        (("hashtag", "Formation"), "update"),
    ]
    assert {one.payload["account"]["acct"] for one in told} == {"amina"}
