"""Experiences within pages of other sites."""

import orjson
import pytest
from html5lib import parse

from tests.support.fediverse import LocalNode
from tests.web.visiting import WHOLE, get, page, path_of, publish


async def oembed(node: LocalNode, **query: str) -> tuple[int, dict[str, object]]:
    """The oEmbed answer."""
    answer = await node.app.test_client().get("/oembed", query_string=query)
    return answer.status_code, orjson.loads(await answer.get_data())


async def test_oembed_describes_an_experience(node: LocalNode) -> None:
    record = await publish(node)
    status, found = await oembed(node, url=record.url)
    assert status == 200
    assert found["version"] == "1.0"
    assert found["type"] == "rich"
    assert found["title"] == WHOLE.title
    assert found["author_name"] == "Nour"
    assert found["provider_name"] == "Greta"
    assert f'src="{record.url}/embed"' in str(found["html"])


async def test_the_frame_cannot_be_broken_out_of_by_a_title(node: LocalNode) -> None:
    record = await publish(node, title='"></iframe><script>alert(1)</script>')
    _, found = await oembed(node, url=record.url)
    tree = parse(str(found["html"]), namespaceHTMLElements=False)
    assert not list(tree.iter("script"))
    (frame,) = tree.iter("iframe")
    assert frame.get("title") == '"></iframe><script>alert(1)</script>'
    assert "allow-scripts" not in str(frame.get("sandbox"))


async def test_a_small_place_gets_a_small_frame(node: LocalNode) -> None:
    record = await publish(node)
    _, found = await oembed(node, url=record.url, maxwidth="300", maxheight="1000000")
    assert (found["width"], found["height"]) == (300, 360)
    status, _ = await oembed(node, url=record.url, maxwidth="wide")
    assert status == 400


@pytest.mark.parametrize(
    "url",
    ["", "https://evil.example/objects/1", "https://node.example/objects/x", "javascript:alert(1)",
     "https://node.example/users/greta", "https://node.example/objects/" + "9" * 40],
)  # fmt: skip
async def test_what_is_no_experience_of_ours_is_not_found(node: LocalNode, url: str) -> None:
    status, _ = await oembed(node, url=url)
    assert status == 404


async def test_xml_is_not_offered(node: LocalNode) -> None:
    record = await publish(node)
    assert (await oembed(node, url=record.url, format="xml"))[0] == 501


@pytest.mark.parametrize("reach", ["network", "organisation"])
async def test_restricted_experiences_have_no_embedding(node: LocalNode, reach: str) -> None:
    record = await publish(node, reach=reach)
    assert (await oembed(node, url=record.url))[0] == 404
    assert (await get(node, f"{path_of(record.url)}/embed")).status_code == 404


async def test_only_the_embedded_page_may_stand_in_a_frame(node: LocalNode) -> None:
    record = await publish(node)
    for path, framed in (
        (f"{path_of(record.url)}/embed", True),
        (path_of(record.url), False),
        (f"{path_of(record.url)}/print", False),
        ("/", False),
        ("/sign-in", False),
    ):
        answer = await get(node, path)
        policy = answer.headers["Content-Security-Policy"]
        assert ("frame-ancestors *" in policy) is framed, path
        assert ("frame-ancestors 'none'" in policy) is not framed, path
        assert (answer.headers.get("X-Frame-Options") == "DENY") is not framed, path


async def test_the_embedded_page_leads_to_the_whole_one(node: LocalNode) -> None:
    record = await publish(node)
    text = await page(node, f"{path_of(record.url)}/embed")
    assert f'<a href="{record.url}" target="_blank" rel="noopener">' in text
    assert "<form" not in text
    assert f'<link rel="canonical" href="{record.url}">' in text
