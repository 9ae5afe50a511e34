"""Rule 14: nothing is fetched from, sent to or shown of a suspended server, however it is named."""

from typing import Any

import httpx
import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.auth import issue_token
from actors.policy import TRUSTED_FOR_S
from federation.errors import Untrusted
from federation.fetch import Budget
from federation.vocabulary import ACTIVITY_JSON
from federation.webfinger import resolve
from inbox.threads import pull_ancestors
from objects.timelines import home
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

HOSTS = ["bad.example", "deep.sub.bad.example", "bad.example:8443"]


async def rule(node: LocalNode, severity: str, domain: str = "bad.example") -> Any:
    """Make a rule; gives what it ended."""
    async with node.store.transaction() as tx:
        ended = await set_domain_rule(tx, COMMAND_LINE, domain, severity, "", node.clock.ms)
    node.clock.pass_by(TRUSTED_FOR_S)
    return ended


def sent_to_bad(node: LocalNode) -> list[str]:
    """Every request that went to the suspended domain."""
    hosts = ((sent, httpx.URL(sent.url).host) for sent in node.wires.log)
    return [sent.url for sent, host in hosts if host.endswith("bad.example")]


@pytest.mark.parametrize("host", HOSTS)
async def test_no_document_collection_or_name_is_fetched(node: LocalNode, host: str) -> None:
    eve = node.wires.person(f"https://{host}/users/eve")
    url = node.wires.serve(note(eve))
    await rule(node, "suspend")
    fetcher, budget = node.services.fetcher, Budget(5)
    with pytest.raises(Untrusted, match="suspended"):
        await fetcher.document(url, budget=budget)
    with pytest.raises(Untrusted, match="suspended"):
        await fetcher.actor(eve.url)
    with pytest.raises(Untrusted, match="suspended"):
        await anext(fetcher.collection(f"{eve.url}/outbox", max_items=5, max_pages=2))
    with pytest.raises(Untrusted, match="suspended"):
        await resolve(node.services.client, f"eve@{host}")
    with pytest.raises(Untrusted, match="suspended"):
        await node.services.client.post(f"{eve.url}/inbox", b"{}", content_type=ACTIVITY_JSON)
    with pytest.raises(Untrusted, match="suspended"):
        await node.outbox.objects.visible(url, node.people["greta"])
    assert budget.left == 5
    assert node.wires.log == []


async def test_a_redirect_does_not_lead_to_a_suspended_server(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    node.wires.redirects["https://front.example/1"] = node.wires.serve(note(eve))
    await rule(node, "suspend")
    with pytest.raises(Untrusted, match="suspended"):
        await node.services.fetcher.document("https://front.example/1")
    assert sent_to_bad(node) == []


async def test_a_lifted_rule_counts_at_once(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    url = node.wires.serve(note(eve))
    await rule(node, "suspend")
    with pytest.raises(Untrusted):
        await node.services.fetcher.document(url)
    await rule(node, "")
    assert (await node.services.fetcher.document(url)).id == url


async def test_the_proxy_gives_nothing_of_a_suspended_server(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    await node.befriend("greta", eve)
    kept, unknown = note(eve), note(eve)
    assert await node.receive(eve, create(eve, kept)) == "done"
    node.wires.serve(unknown)
    await rule(node, "suspend")
    node.wires.log.clear()
    greta = node.people["greta"].id
    token = await node.store.write(lambda tx: issue_token(tx, greta, "read", "", node.clock.ms))
    for url in (kept["id"], unknown["id"], eve.url):
        answer = await node.app.test_client().post(
            "/proxy", form={"id": url}, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 422, url
    assert node.wires.log == []


async def test_no_thread_and_no_share_brings_posts_of_a_suspended_server(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    ann = node.wires.person("https://good.example/users/ann")
    await node.befriend("greta", ann)
    await node.befriend("greta", eve)
    known, unknown = note(eve), note(eve)
    assert await node.receive(eve, create(eve, known)) == "done"
    node.wires.serve(unknown)
    await rule(node, "suspend")
    node.wires.log.clear()
    reply = note(ann, inReplyTo=unknown["id"])
    assert await node.receive(ann, create(ann, reply)) == "done"
    for url in (known["id"], unknown["id"]):
        note_of_row = await node.receive(ann, activity(ann, "Announce", url))
        assert "suspended" in note_of_row
    assert await pull_ancestors(unknown["id"], node.services.inbox_worker._sources, 5) == 0
    assert sent_to_bad(node) == []
    assert await node.object(unknown["id"]) is None
    assert await home_seen(node, "greta") == [reply["id"]]


async def test_a_suspension_ends_follows_and_cancels_what_waits(node: LocalNode) -> None:
    eve = node.wires.person("https://sub.bad.example/users/eve")
    ann = node.wires.person("https://good.example/users/ann")
    for remote in (eve, ann):
        await node.befriend("greta", remote)
        asked = activity(remote, "Follow", node.people["greta"].url)
        assert await node.receive(remote, asked) == "done"
    await node.write("greta", "Bonjour")
    while await node.services.fanout_worker.run_once():
        pass
    ended = await rule(node, "suspend")
    assert (ended.actors, ended.follows) == (1, 2)
    async with node.store.read() as tx:
        states = {(d.host, d.state) for d in await tx.deliveries.listed()}
        greta = await tx.actors.by_id(node.people["greta"].id)
    assert ("sub.bad.example", "cancelled") in states
    assert ("sub.bad.example", "waiting") not in states
    assert ("good.example", "waiting") in states
    assert greta is not None
    assert (greta.followers_count, greta.following_count) == (1, 1)
    assert await node.follow(eve.url, greta.url) is None
    assert await node.follow(greta.url, eve.url) is None
    assert await node.follow(ann.url, greta.url) is not None


async def test_posts_are_hidden_while_the_suspension_lasts(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    await node.befriend("greta", eve)
    post = note(eve, tag=[{"type": "Hashtag", "name": "#afest"}])
    assert await node.receive(eve, create(eve, post)) == "done"
    assert await home_seen(node, "greta") == [post["id"]]
    assert await shown(node, "/tags/afest", "Bonjour")
    await rule(node, "suspend")
    assert await home_seen(node, "greta") == []
    assert await node.inbox_types("greta") == []
    assert not await shown(node, "/tags/afest", "Bonjour")
    await rule(node, "")
    assert await home_seen(node, "greta") == [post["id"]]


async def test_what_a_suspended_server_shared_is_hidden_too(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    ann = node.wires.person("https://good.example/users/ann")
    await node.befriend("greta", eve)
    url = node.wires.serve(note(ann))
    assert await node.receive(eve, activity(eve, "Announce", url)) == "done"
    assert await home_seen(node, "greta") == [url]
    await rule(node, "suspend")
    assert await home_seen(node, "greta") == []


async def test_a_running_node_obeys_a_rule_made_by_another_process(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    assert (await node.deliver(eve, create(eve, note(eve)))).status_code == 202
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "bad.example", "suspend", "", node.clock.ms)
    node.clock.pass_by(TRUSTED_FOR_S)
    assert (await node.deliver(eve, create(eve, note(eve)))).status_code == 403


async def test_the_nearest_rule_decides_for_known_actors_too(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    ann = node.wires.person("https://fine.bad.example/users/ann")
    for remote in (eve, ann):
        await node.services.remote.by_url(remote.url)
    await rule(node, "allow", "fine.bad.example")
    await rule(node, "suspend")
    assert [await severity(node, who) for who in (eve, ann)] == ["suspend", ""]
    await rule(node, "", "fine.bad.example")
    assert await severity(node, ann) == "suspend"


async def home_seen(node: LocalNode, username: str) -> list[str]:
    """What somebody sees in their home timeline."""
    owner = await node.person(username)
    return [e.record.url for e in await node.store.query(lambda tx: home(tx, owner))]


async def severity(node: LocalNode, who: Remote) -> str:
    """What is noted with an actor."""
    found = await node.actor(who.url)
    assert found is not None
    return found.severity


async def shown(node: LocalNode, path: str, text: str) -> bool:
    """Whether a stranger reads a text on a page."""
    answer = await node.app.test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return text in await answer.get_data(as_text=True)
