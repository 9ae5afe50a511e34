"""Links on profiles are marked once the pages behind them link back."""

import orjson
import pytest

from actors.fields import link_of, links_in
from actors.local import ProfileChanges
from outbox.acts.profile import change_typed_profile
from outbox.profile_links import AGAIN_MS, ProfileLinks
from storage.records import ActorRecord
from tests.support.fediverse import LocalNode, Network

SITE = "https://amina.example/"


def page(link: str, rel: str = "me") -> bytes:
    return f'<!doctype html><p>unclosed <a rel="{rel} nofollow" href="{link}">moi</a>'.encode()


def serve(node: LocalNode, content: bytes, status: int = 200, kind: str = "text/html") -> None:
    node.wires.served[SITE] = (status, kind, content)


async def say(node: LocalNode, value: str = SITE) -> ActorRecord:
    actor = await node.person("amina")
    await change_typed_profile(
        node.outbox, actor, ProfileChanges(), fields=[("Site", value), ("Ville", "Caen")]
    )
    return actor


async def look(node: LocalNode) -> int:
    services = node.services
    return await ProfileLinks(services.store, services.client, services.clock).run_once()


async def verified(node: LocalNode, url: str) -> list[str | None]:
    actor = await node.actor(url)
    assert actor is not None
    return [field.get("verified_at") for field in orjson.loads(actor.fields)]


async def test_a_page_that_links_back_is_marked(node: LocalNode) -> None:
    actor = await say(node)
    serve(node, page(actor.html_url + "/"))
    assert await look(node) == 1
    first, second = await verified(node, actor.url)
    assert first is not None
    assert first.endswith("Z")
    assert second is None
    assert await look(node) == 0


@pytest.mark.parametrize("what", ["other page", "no rel", "not html", "missing"])
async def test_any_other_page_is_not(node: LocalNode, what: str) -> None:
    actor = await say(node)
    match what:
        case "other page":
            serve(node, page(actor.html_url + "x"))
        case "no rel":
            serve(node, page(actor.html_url, rel="friend"))
        case "not html":
            serve(node, page(actor.html_url), kind="application/json")
        case _:
            pass
    await look(node)
    assert await verified(node, actor.url) == [None, None]


async def test_our_links_are_looked_at_again(node: LocalNode) -> None:
    actor = await say(node)
    serve(node, page(actor.url))
    await look(node)
    serve(node, b"", status=503)
    node.clock.pass_by(AGAIN_MS / 1000 + 1)
    assert await look(node) == 1
    assert (await verified(node, actor.url))[0] is not None
    serve(node, b"<p>nothing")
    node.clock.pass_by(AGAIN_MS / 1000 + 1)
    await look(node)
    assert await verified(node, actor.url) == [None, None]


async def test_an_edit_keeps_what_is_known_of_the_same_link(node: LocalNode) -> None:
    actor = await say(node)
    serve(node, page(actor.url))
    await look(node)
    current = await node.actor(actor.url)
    assert current is not None
    fields = [("Mon site", SITE), ("Autre", "https://other.example/")]
    await change_typed_profile(node.outbox, current, ProfileChanges(), fields=fields)
    first, second = await verified(node, actor.url)
    assert first is not None
    assert second is None


async def test_a_private_address_is_not_asked(node: LocalNode) -> None:
    actor = await say(node, "https://127.0.0.1/")
    before = len(node.wires.log)
    await look(node)
    assert len(node.wires.log) == before
    assert await verified(node, actor.url) == [None, None]


async def test_links_of_people_elsewhere_are_looked_at_when_they_are_fetched(
    network: Network,
) -> None:
    here, there = await network.node("ici"), await network.node("la-bas")
    actor = await say(there)
    serve(here, page(actor.html_url))
    await here.services.remote.by_url(actor.url)
    assert await look(here) == 1
    first, _ = await verified(here, actor.url)
    assert first is not None
    await here.services.remote.by_url(actor.url, refresh=True)
    assert (await verified(here, actor.url))[0] == first
    assert await look(here) == 0


async def test_our_own_page_can_be_linked_back_to(node: LocalNode) -> None:
    actor = await say(node)
    client = node.app.test_client()
    answer = await client.get(
        f"/@{actor.username}", headers={"Host": node.host, "Accept": "text/html"}
    )
    found = links_in(await answer.get_data(as_text=True))
    assert any("me" in link.rel and link.href == SITE for link in found)


@pytest.mark.parametrize(
    ("value", "link"),
    [
        (f'<a href="{SITE}" rel="me">{SITE}</a>', SITE),
        ('<a href="https://a.example/x"><span>https://</span><span>a.example/x</span></a>',
         "https://a.example/x"),
        (f'<a href="{SITE}">bank</a>', ""),
        (f'see <a href="{SITE}">{SITE}</a>', ""),
        ('<a href="mailto:a@b.example">mailto:a@b.example</a>', ""),
        (SITE, ""),
    ],
)  # fmt: skip
def test_a_link_is_a_link_and_nothing_else(value: str, link: str) -> None:
    assert link_of(value) == link
