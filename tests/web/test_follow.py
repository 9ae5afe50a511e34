"""Following from one's own server: the browser is sent where that server says, and nowhere else."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.support.fediverse import LocalNode
from tests.web.visiting import get, page, publish

GRETA = "https://node.example/users/greta"
TEMPLATE = "https://masto.example/authorize_interaction?uri={uri}"


def announce(node: LocalNode, template: Any = TEMPLATE, host: str = "masto.example") -> None:
    """Let a server say who `nadia` is and where its members follow."""
    links: list[dict[str, Any]] = [
        {"rel": "self", "type": "application/activity+json", "href": f"https://{host}/users/nadia"}
    ]
    if template is not None:
        links.append({"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template})
    body = json.dumps({"subject": f"acct:nadia@{host}", "links": links}).encode()
    resource = quote(f"acct:nadia@{host}", safe="")
    url = f"https://{host}/.well-known/webfinger?resource={resource}"
    node.wires.served[url] = (200, "application/jrd+json", body)


async def send(
    node: LocalNode, account: str, uri: str = GRETA, **headers: str
) -> tuple[int, str, str]:
    """Send the form; status, where it leads, page."""
    answer = await node.app.test_client().post(
        "/follow", query_string={"uri": uri, "lang": "fr"}, form={"account": account},
        headers={"Accept": "text/html"} | headers,
    )  # fmt: skip
    return (
        answer.status_code,
        answer.headers.get("Location", ""),
        await answer.get_data(as_text=True),
    )


async def test_the_page_names_whom_one_follows(node: LocalNode) -> None:
    text = await page(node, f"/follow?uri={GRETA}")
    assert "@greta@node.example" in text
    assert '<meta name="robots" content="noindex">' in text


async def test_the_visitors_server_says_where_one_confirms(node: LocalNode) -> None:
    announce(node)
    status, location, _ = await send(node, "@nadia@masto.example")
    assert status == 303
    parts = urlsplit(location)
    assert (parts.scheme, parts.netloc) == ("https", "masto.example")
    assert parse_qs(parts.query) == {"uri": [GRETA]}


async def test_an_experience_is_commented_from_elsewhere_too(node: LocalNode) -> None:
    announce(node)
    record = await publish(node)
    _, location, _ = await send(node, "nadia@masto.example", record.url)
    assert parse_qs(urlsplit(location).query) == {"uri": [record.url]}


async def test_members_of_this_site_stay_here(node: LocalNode) -> None:
    status, location, _ = await send(node, "nour@node.example")
    assert status == 303
    assert location.startswith("https://node.example/authorize_interaction?uri=")
    assert node.wires.log == []


@pytest.mark.parametrize(
    "template",
    [None, "", "https://masto.example/follow", "javascript:alert('{uri}')",
     "http://masto.example/?u={uri}", "https://masto.example/\r\nSet-Cookie: a=b?{uri}",
     "//evil.example/{uri}", "data:text/html,{uri}"],
)  # fmt: skip
async def test_a_server_without_an_honest_answer_leads_nowhere(
    node: LocalNode, template: Any
) -> None:
    announce(node, template)
    status, location, text = await send(node, "nadia@masto.example")
    assert (status, location) == (422, "")
    assert "@greta@node.example" in text
    assert 'value="nadia@masto.example"' in text


@pytest.mark.parametrize(
    "account",
    ["", "nadia", "@", "nadia@", "https://masto.example/@nadia", "a@b@c",
     "nadia@silent.example", "nadia@127.0.0.1", "nadia@localhost"],
)  # fmt: skip
async def test_an_address_that_is_none_stays_in_the_form(node: LocalNode, account: str) -> None:
    status, location, text = await send(node, account)
    assert (status, location) == (422, "")
    assert 'class="errors"' in text
    assert 'aria-invalid="true"' in text


@pytest.mark.parametrize(
    "uri",
    ["", "https://evil.example/users/greta", "https://node.example/users/nobody",
     "https://node.example/objects/12", "https://node.example/activities/1", "javascript:alert(1)"],
)  # fmt: skip
async def test_only_what_is_ours_can_be_followed(node: LocalNode, uri: str) -> None:
    assert (await send(node, "nadia@masto.example", uri))[0] == 404
    answer = await node.app.test_client().get("/follow", query_string={"uri": uri})
    assert answer.status_code == 404


async def test_restricted_experiences_are_not_named(node: LocalNode) -> None:
    record = await publish(node, reach="organisation")
    assert (await get(node, f"/follow?uri={record.url}")).status_code == 404


async def test_no_other_site_can_send_people_through_us(node: LocalNode) -> None:
    announce(node)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        status, location, _ = await send(node, "nadia@masto.example", **headers)
        assert (status, location) == (403, "")


async def test_nobody_uses_us_to_knock_at_many_doors(node: LocalNode) -> None:
    statuses = [(await send(node, f"nadia@host{n}.example"))[0] for n in range(14)]
    assert statuses[:10] == [422] * 10
    assert 429 in statuses[10:]
