"""Entries are what those may write who wrote them, and no edit makes something else of them."""

from typing import Any

import pytest

from federation.vocabulary import CONTEXT
from outbox.acts.projects.belonging import change_role, remove
from tests.attacks.test_project_announces import Pond, pond
from tests.attacks.test_project_membership import joining
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

__all__ = ["pond"]
CHLOE = "https://other.example/users/chloe"
LATER = "2026-11-18T09:30:00Z"


async def with_chloe(network: Network, wires: Wires, **options: Any) -> tuple[ProjectSpace, Remote]:
    """A project of alpha, to which Chloe of another server belongs."""
    space = await open_project(network, await network.node("alpha"), joining="open", **options)
    chloe = wires.person(CHLOE)
    await space.host.receive(chloe, joining(chloe, space))
    await network.settle()
    return space, chloe


def written(space: ProjectSpace, author: Remote, text: str = "Bonjour.", **more: Any) -> Json:
    return note(author, text, **{"audience": space.url, "cc": [space.url], **more})


def edited(author: Remote, document: Json, **changes: Any) -> Json:
    new = {**document, "updated": LATER, **changes}
    return activity(author, "Update", new, to=new.get("to"), cc=new.get("cc"))


async def kinds(space: ProjectSpace, node: LocalNode, who: str) -> dict[str, str]:
    return {record.url: entry.kind for entry, record in await space.entries(node, who)}


@pytest.mark.parametrize("kind", ["cmt:Milestone", "cmt:Call"])
async def test_milestones_and_calls_are_those_of_the_project(
    network: Network, wires: Wires, kind: str
) -> None:
    space, chloe = await with_chloe(network, wires)
    own = written(space, chloe, **{"cmt:kind": kind, "name": "Livraison"})
    assert "not-a-lead" in await space.host.receive(chloe, create(chloe, own))
    assert await kinds(space, space.host, "lea") == {}


@pytest.mark.parametrize("kind", ["cmt:Milestone", "cmt:Decision"])
@pytest.mark.parametrize("member", [True, False], ids=["observer", "stranger"])
async def test_a_comment_never_becomes_something_else(
    network: Network, wires: Wires, kind: str, member: bool
) -> None:
    space, chloe = await with_chloe(network, wires)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    person = await space.host.actor(CHLOE)
    assert person is not None
    lea, project = await space.host.person("lea"), await space.group(space.host)
    if member:
        await change_role(space.host.outbox, lea, project, person, "observer")
    else:
        await remove(space.host.outbox, lea, project, person)
    asked = await space.write(space.host, "lea", "Des avis ?")
    await network.settle()
    said = written(space, chloe, inReplyTo=asked.url, **{"cmt:kind": "cmt:Comment"})
    wires.serve({"@context": CONTEXT, **said})
    done = create(chloe, said)
    wires.serve(done)
    assert await space.host.receive(chloe, done) == "done"
    await network.settle()
    more = {"cmt:kind": kind, "cmt:state": "adopted", "name": "Décidé"}
    update = edited(chloe, said, **more)
    wires.serve({"@context": CONTEXT, **update["object"]})
    wires.serve(update)
    await space.host.receive(chloe, update)
    await network.settle()
    for node, who in ((space.host, "lea"), (beta, "bruno")):
        assert (await kinds(space, node, who))[said["id"]] == "comment"


async def test_no_host_makes_milestones_of_what_members_wrote(pond: Pond) -> None:
    said: Json = {"cmt:kind": "cmt:Milestone", "name": "Livraison"}
    own = pond.wrote(**said)
    assert await pond.announce(pond.did(own)) == "done"
    ((entry, _),) = await pond.entries()
    assert entry.kind == "post"
