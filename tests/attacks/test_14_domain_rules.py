"""Rule 14: domain rules come before any other work, both ways, for subdomains too."""

import httpx
import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.policy import TRUSTED_FOR_S
from actors.relationships import accept_follow, receive_follow
from federation.errors import Refused, Untrusted
from federation.signing import sign_cavage, sign_rfc9421
from federation.vocabulary import ACTIVITY_JSON
from tests.support.factories import note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

SPELLINGS = ["https://bad.example/users/eve", "https://deep.sub.bad.example/users/eve"]


async def suspend(node: LocalNode, domain: str) -> None:
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, domain, "suspend", "spam", node.clock.ms)
    node.clock.pass_by(TRUSTED_FOR_S)


def create(eve: Remote) -> dict[str, object]:
    post = note(eve)
    return {
        "id": f"{post['id']}/activity",
        "type": "Create",
        "actor": eve.url,
        "object": post,
        "to": post["to"],
    }


@pytest.mark.parametrize("url", SPELLINGS)
@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_a_suspended_server_delivers_nothing_and_makes_us_fetch_nothing(
    node: LocalNode, url: str, scheme: str
) -> None:
    eve = node.wires.person(url)
    await suspend(node, "bad.example")
    for inbox in (node.shared_inbox, node.inbox("greta")):
        answer = await node.deliver(eve, create(eve), to=inbox, scheme=scheme)
        assert answer.status_code == 403
        assert (await answer.get_json(force=True))["code"] == "domain-suspended"
    assert node.wires.log == []
    assert await node.count("received") == 0


@pytest.mark.parametrize("url", SPELLINGS)
@pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421])
@pytest.mark.parametrize("path", ["", "/followers", "/followers_synchronization"])
async def test_a_suspended_server_reads_nothing_that_it_signs_for(
    node: LocalNode, url: str, sign: object, path: str
) -> None:
    eve = node.wires.person(url)
    await suspend(node, "bad.example")
    target = node.people["greta"].url + path
    headers = sign("GET", target, None, eve.rsa_key, node.clock())  # type: ignore[operator]
    answer = await node.app.test_client().get(
        httpx.URL(target).path, headers={"Accept": ACTIVITY_JSON, "Host": node.host, **headers}
    )
    assert answer.status_code == 403
    assert node.wires.log == []


@pytest.mark.parametrize("url", SPELLINGS)
async def test_nobody_here_looks_up_a_suspended_server(node: LocalNode, url: str) -> None:
    node.wires.person(url)
    await suspend(node, "bad.example")
    host = httpx.URL(url).host
    for text in (url, f"@eve@{host}", f"eve@{host.upper()}."):
        with pytest.raises(Refused):
            await node.services.remote.resolve(text)
    assert node.wires.log == []


async def test_a_name_on_a_suspended_server_is_not_borrowed_through_another(
    node: LocalNode,
) -> None:
    eve = node.wires.person("https://front.example/users/eve", webfinger="eve@bad.example")
    finger = "https://bad.example/.well-known/webfinger?resource=acct%3Aeve%40bad.example"
    known = "https://front.example/.well-known/webfinger?resource=acct%3Aeve%40front.example"
    status, kind, body = node.wires.served[known]
    renamed = body.replace(b"eve@front.example", b"eve@bad.example")
    node.wires.served[finger] = node.wires.served[known] = (status, kind, renamed)
    await suspend(node, "bad.example")
    with pytest.raises(Untrusted):
        await node.services.remote.by_url(eve.url)
    assert await node.actor(eve.url) is None
    assert "bad.example" not in {httpx.URL(sent.url).host for sent in node.wires.log}


async def test_nothing_is_delivered_to_a_suspended_server(node: LocalNode) -> None:
    eve = node.wires.person(SPELLINGS[0])
    ann = node.wires.person("https://good.example/users/ann")
    for remote in (eve, ann):
        follower = await node.services.remote.by_url(remote.url)
        async with node.store.transaction() as tx:
            url = f"{remote.url}/follows/1"
            await receive_follow(tx, follower, node.people["greta"], url, node.clock.ms)
            await accept_follow(tx, node.people["greta"], url)
    await suspend(node, "bad.example")
    node.wires.log.clear()
    await node.write("greta", "Bonjour", visibility="public")
    for worker in (node.services.fanout_worker, node.services.delivery_worker):
        while await worker.run_once():
            pass
    reached = {httpx.URL(sent.url).host for sent in node.wires.log if sent.method == "POST"}
    assert reached == {"good.example"}


async def test_a_neighbour_with_a_similar_name_is_not_punished(node: LocalNode) -> None:
    ann = node.wires.person("https://notbad.example/users/ann")
    await suspend(node, "bad.example")
    answer = await node.deliver(ann, create(ann))
    assert answer.status_code == 202
