"""Rule 5: names of actors are one name however they are written, and nobody else's."""

from urllib.parse import quote

import pytest

from federation.errors import FederationError
from federation.vocabulary import ACTIVITY_JSON
from tests.support.factories import activity, create, note, profile
from tests.support.fediverse import LocalNode, Network

ANN = "https://good.example/users/ann"


@pytest.mark.parametrize(
    "typed",
    [
        "ann@good.example",
        "@Ann@GOOD.example",
        "acct:ann@good.example.",
        "  ann@good.example:443 ",
        "https://GOOD.example/users/ann",
        "https://good.example:443/users/ann",
        "https://good.example./users/ann",
    ],
)
async def test_one_actor_however_the_host_is_written(node: LocalNode, typed: str) -> None:
    node.wires.person(ANN)
    known = await node.services.remote.by_url(ANN)
    assert (await node.services.remote.resolve(typed)).id == known.id
    assert await node.count("actors") == 3


@pytest.mark.parametrize(
    "typed",
    [
        "https://node.example@good.example/users/ann",
        "https://good.example:8443/users/ann",
        "ann@node.example@good.example",
        "ann@good.example/users",
        "ann@127.0.0.1",
        "https://[::1]/users/ann",
        "https://2130706433/users/ann",
        "ann@good",
    ],
)
async def test_names_that_two_readers_could_read_differently_are_refused(
    node: LocalNode, typed: str
) -> None:
    node.wires.person(ANN)
    with pytest.raises(FederationError):
        await node.services.remote.resolve(typed)
    assert not [sent for sent in node.wires.log if "node.example" in sent.url]


async def test_a_claimed_name_must_be_confirmed_by_its_own_host(node: LocalNode) -> None:
    node.wires.person(ANN)
    ann = await node.services.remote.by_url(ANN)
    thief = node.wires.person("https://evil.example/users/ann", webfinger="ann@good.example")
    found = await node.services.remote.by_url(thief.url)
    assert found.account == "ann@evil.example"
    assert (await node.services.remote.by_acct("ann@good.example")).id == ann.id


async def test_webfinger_that_points_elsewhere_makes_no_actor(node: LocalNode) -> None:
    eve = node.wires.person("https://evil.example/users/eve")
    acct = "acct:eve@evil.example"
    where = f"https://evil.example/.well-known/webfinger?resource={quote(acct, safe='')}"
    status, kind, body = node.wires.served[where]
    node.wires.served[where] = (status, kind, body.replace(eve.url.encode(), ANN.encode()))
    for typed in (eve.url, "eve@evil.example"):
        with pytest.raises(FederationError):
            await node.services.remote.resolve(typed)
    assert await node.actor(eve.url) is None


@pytest.mark.parametrize("answer", ["nobody", "somebody else"])
async def test_who_is_not_confirmed_by_webfinger_has_no_effect_here(
    node: LocalNode, answer: str
) -> None:
    """The key is known since the door looked at the signature; the name is not believed."""
    eve = node.wires.person("https://evil.example/users/eve")
    acct = quote("acct:eve@evil.example", safe="")
    where = f"https://evil.example/.well-known/webfinger?resource={acct}"
    status, kind, body = node.wires.served[where]
    changed = body.replace(eve.url.encode(), ANN.encode())
    node.wires.served[where] = (404, kind, b"") if answer == "nobody" else (status, kind, changed)
    greta = node.people["greta"].url
    hello = note(eve, "coucou", to=[greta], cc=[])
    for sent in (activity(eve, "Follow", greta), create(eve, hello)):
        outcome = await node.receive(eve, sent, to=node.inbox("greta"))
        assert outcome.startswith("ignored")
    assert await node.follow(eve.url, greta) is None
    assert await node.object(hello["id"]) is None
    assert await node.notified("greta") == []


async def test_who_comes_in_a_crowd_is_confirmed_all_the_same(network: Network) -> None:
    node = await network.open("busy.example", "greta")
    people = [node.wires.person(f"https://town.example/users/p{number}") for number in range(30)]
    greta = node.people["greta"].url
    for person in people:
        await node.deliver(person, activity(person, "Follow", greta), to=node.inbox("greta"))
    for _ in range(20):
        await network.settle()
        network.clock.pass_by(20)
    for person in people:
        stored = await node.actor(person.url)
        assert stored is not None
        assert stored.fetched_at, "WebFinger was asked"
        follow = await node.follow(person.url, greta)
        assert follow is not None
        assert follow.state == "accepted"


async def test_webfinger_cannot_give_our_own_people_away(node: LocalNode) -> None:
    ours = node.people["greta"]
    acct = "acct:eve@evil.example"
    where = f"https://evil.example/.well-known/webfinger?resource={quote(acct, safe='')}"
    node.wires.person("https://evil.example/users/eve")
    status, kind, body = node.wires.served[where]
    redirected = body.replace(b"https://evil.example/users/eve", ours.url.encode())
    node.wires.served[where] = (status, kind, redirected)
    with pytest.raises(FederationError):
        await node.services.remote.by_acct("eve@evil.example")


async def test_a_document_of_ours_is_never_believed_from_elsewhere(node: LocalNode) -> None:
    eve = node.wires.person("https://evil.example/users/eve")
    ours = node.people["greta"]
    forged = profile(eve, id=ours.url, preferredUsername=ours.username, name="Eve")
    node.wires.serve(forged, at="https://evil.example/users/forged")
    with pytest.raises(FederationError):
        await node.services.remote.by_url("https://evil.example/users/forged")
    stored = await node.actor(ours.url)
    assert stored is not None
    assert stored.name == ours.name


async def test_our_webfinger_knows_no_other_host(node: LocalNode) -> None:
    for acct in ("acct:greta@evil.example", "acct:greta@node.example.evil.example"):
        answer = await node.app.test_client().get(
            f"/.well-known/webfinger?resource={quote(acct, safe='')}",
            headers={"Accept": ACTIVITY_JSON, "Host": "evil.example"},
        )
        assert answer.status_code == 404
