"""An edit that makes an entry for fewer people is told to no more than those."""

import pytest

from federation.proofs import with_proof
from federation.vocabulary import ACTIVITYSTREAMS, PROJECT
from tests.attacks.test_project_edits import CHLOE, edited, with_chloe, written
from tests.support.factories import Json, create
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace
from tests.support.wires import Wires

PROVEN = "2026-11-18T09:40:00Z"
WATCHER = "https://third.example/users/dan"


def inside(space: ProjectSpace) -> Json:
    return {"to": [PROJECT, f"{space.url}/members"], "cc": [space.url]}


@pytest.mark.parametrize("answer", [False, True], ids=["note", "answer to the lead"])
async def test_what_is_for_members_from_now_on_is_not_told_to_followers(
    network: Network, wires: Wires, answer: bool
) -> None:
    space, chloe = await with_chloe(network, wires)
    lea = await space.host.person("lea")
    for name in (space.url, lea.url):
        watcher = wires.person(WATCHER)
        follow = {
            "@context": ACTIVITYSTREAMS, "type": "Follow", "id": f"{WATCHER}/f/{len(name)}",
            "actor": WATCHER, "object": name,
        }  # fmt: skip
        await space.host.receive(watcher, follow)
    asked = await space.write(space.host, "lea", "Des avis ?")
    await network.settle()
    more = {"inReplyTo": asked.url} if answer else {}
    said = written(space, chloe, **more)
    assert await space.host.receive(chloe, create(chloe, said)) == "done"
    await network.settle()
    update = edited(chloe, said, content="<p>Zinzolin</p>", **inside(space))
    proven = with_proof(update, chloe.ed_key, PROVEN)
    await space.host.receive(chloe, proven)
    await network.settle()
    assert any(said["id"] in sent.body.decode() for sent in wires.log if "third" in sent.url)
    for sent in wires.log:
        assert "third.example" not in sent.url or b"Zinzolin" not in sent.body


async def test_what_is_for_one_person_from_now_on_is_told_to_nobody_else(
    network: Network, wires: Wires
) -> None:
    space, chloe = await with_chloe(network, wires)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    said = written(space, chloe)
    await space.host.receive(chloe, create(chloe, said))
    await network.settle()
    lea = await space.host.person("lea")
    update = edited(chloe, said, content="<p>Zinzolin</p>", to=[lea.url], cc=[])
    await space.host.receive(chloe, update)
    await network.settle()
    for sent in wires.log:
        assert sent.method != "POST" or b"Zinzolin" not in sent.body


async def test_nobody_else_is_told_that_members_name_them_as_author(
    network: Network, wires: Wires
) -> None:
    space, chloe = await with_chloe(network, wires, reach="project")
    paul = await space.host.person("paul")
    about: Json = {"type": "Article", "name": "Essai", "cmt:kind": "cmt:Experience"}
    said = written(space, chloe, **about, **inside(space))
    assert await space.host.receive(chloe, create(chloe, said)) == "done"
    named = {"attributedTo": [CHLOE, paul.url], "cc": [space.url, paul.url]}
    assert await space.host.receive(chloe, edited(chloe, said, **named)) == "done"
    assert await space.host.notified("paul") == []
