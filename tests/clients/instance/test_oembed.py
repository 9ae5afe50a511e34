"""Posts on the pages of others."""

import pytest

from tests.support.apps import App
from tests.support.fediverse import LocalNode


async def test_what_everybody_may_see_is_quoted_without_anything_alive(node: LocalNode) -> None:
    url = await node.write("amina", "Bonjour <b>tous</b>")
    found = await App(node).get("/api/oembed", query={"url": url, "maxwidth": "250"})
    assert found["author_name"] == "Amina"
    assert found["width"] == 250
    assert "&lt;b&gt;" in found["html"]
    assert "<b>" not in found["html"]


@pytest.mark.parametrize(
    "url",
    ["", "https://node.example/users/amina", "https://far.example/objects/1", "%00", "x" * 3000],
)
async def test_what_is_no_post_of_ours_is_not_found(node: LocalNode, url: str) -> None:
    await App(node).get("/api/oembed", query={"url": url}, expect=404)


async def test_what_is_for_few_is_not_found(node: LocalNode) -> None:
    url = await node.write("amina", "Moi", visibility="followers")
    await App(node).get("/api/oembed", query={"url": url}, expect=404)
    await App(node).get("/api/oembed", query={"url": url, "maxwidth": "wide"}, expect=404)
