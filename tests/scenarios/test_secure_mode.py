"""Two nodes that both ask for signed reads: they meet, talk, and show strangers nothing."""

import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from federation.signing import sign_cavage
from federation.vocabulary import ACTIVITY_JSON
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote

GRETA, LYCEE = "https://greta.example/users/greta", "https://lycee.example/users/lycee"
COLLECTIONS = ("outbox", "followers", "following", "featured", "liked")


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """An organisation in secure mode."""
    return await network.node("greta", secure_mode=True)


@pytest.fixture
async def lycee(network: Network) -> LocalNode:
    """Another one in secure mode."""
    return await network.node("lycee", secure_mode=True)


async def status(
    node: LocalNode, url: str, *, signer: Remote | None = None, accept: str = ACTIVITY_JSON
) -> int:
    """The status of a GET, unsigned or signed."""
    headers = {"Accept": accept, "Host": node.host}
    if signer is not None:
        headers |= sign_cavage("GET", url, None, signer.rsa_key, node.clock())
    answer = await node.app.test_client().get(url.partition(node.host)[2], headers=headers)
    return answer.status_code


async def test_two_secure_nodes_meet_without_waiting_for_each_other(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    await lycee.ask_to_follow("lycee", "greta@greta.example")
    await network.settle()
    await greta.ask_to_follow("greta", LYCEE)
    await network.settle()
    url = await greta.write("greta", "entre nous", visibility="followers")
    await network.settle()
    answer = await lycee.write("lycee", "@greta@greta.example bien reçu")
    await network.settle()
    assert await lycee.home("lycee") == [answer, url]
    assert await greta.home("greta") == [answer, url]
    assert await greta.notified("greta") == ["mention", "follow"]


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_a_stranger_gets_no_collection(greta: LocalNode, name: str) -> None:
    assert await status(greta, f"{GRETA}/{name}") == 401


async def test_a_stranger_gets_no_object_but_everything_that_a_first_contact_needs(
    network: Network, greta: LocalNode
) -> None:
    url = await greta.write("greta", "pour tous")
    await network.settle()
    assert await status(greta, url) == 401
    assert await status(greta, f"{url}/replies") == 401
    assert await status(greta, f"{url}/context") == 401
    for path in (
        "/actor",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
        "/.well-known/host-meta",
        "/.well-known/webfinger?resource=acct:greta@greta.example",
        "/users/greta",
        "/robots.txt",
    ):
        assert await status(greta, f"https://greta.example{path}") == 200, path


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_who_signs_gets_every_collection(
    network: Network, greta: LocalNode, name: str
) -> None:
    ada = network.wires.person("https://ada.example/users/ada")
    assert await status(greta, f"{GRETA}/{name}", signer=ada) == 200


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_a_suspended_domain_gets_nothing_with_its_signature(
    network: Network, greta: LocalNode, name: str
) -> None:
    ada = network.wires.person("https://sub.ada.example/users/ada")
    await greta.store.write(
        lambda tx: set_domain_rule(
            tx, COMMAND_LINE, "ada.example", "suspend", "spam", greta.clock.ms
        )
    )
    network.clock.pass_by(120)
    assert await status(greta, f"{GRETA}/{name}", signer=ada) == 403


@pytest.mark.parametrize("name", ["outbox", "followers", "following", "featured"])
@pytest.mark.parametrize("secure", [False, True])
async def test_who_is_blocked_gets_no_collection_of_the_blocker(
    network: Network, name: str, secure: bool
) -> None:
    node = await network.node("cfa", secure_mode=secure)
    ada = network.wires.person("https://ada.example/users/ada")
    await node.write("cfa", "pour les autres")
    await node.act("cfa", {"type": "Block", "object": ada.url})
    url = f"https://cfa.example/users/cfa/{name}"
    if not secure:
        await node.services.remote.by_url(ada.url, refresh=True)
    answer = await node.app.test_client().get(
        url.partition(node.host)[2],
        headers={
            "Accept": ACTIVITY_JSON,
            "Host": node.host,
            **sign_cavage("GET", url, None, ada.rsa_key, node.clock()),
        },
    )
    if name == "featured" and answer.status_code == 200:
        assert (await answer.get_json(force=True))["orderedItems"] == []
    else:
        assert answer.status_code == 404


async def test_a_signature_that_does_not_hold_gets_no_collection(
    network: Network, greta: LocalNode
) -> None:
    network.wires.person("https://ada.example/users/ada")
    impostor = Remote("https://ada.example/users/ada", rsa_name="impostor")
    assert await status(greta, f"{GRETA}/outbox", signer=impostor) == 401
