"""What belongs to one project says nothing in another, whatever it names."""

from federation.proofs import with_proof
from federation.vocabulary import CONTEXT, PROJECT
from storage.store import Tx
from tests.attacks.test_project_announces import PROVEN, QUACK, Pond, pond
from tests.attacks.test_project_edits import with_chloe, written
from tests.attacks.test_project_membership import joining
from tests.projects.dates import decision_on, plan, proposal
from tests.support.factories import Json, activity, create, profile
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.wires import Wires

__all__ = ["pond"]


async def beside(pond: Pond) -> ProjectSpace:
    """Another project, of alpha, to which Bruno of beta belongs too."""
    space = await open_project(pond.network, await pond.network.node("alpha"))
    await space.invite(pond.beta, "bruno")
    return space


async def join_quack(pond: Pond) -> None:
    """Chloe belongs to the project that means harm."""
    claim = activity(pond.quack, "Add", pond.chloe.url, target=f"{QUACK}/members")
    await pond.beta.receive(pond.quack, claim)


async def test_members_of_another_project_object_to_nothing(pond: Pond) -> None:
    space = await beside(pond)
    record = await proposal(space, pond.beta, "bruno")
    await join_quack(pond)
    said: Json = {"cmt:kind": "cmt:Objection", "cmt:state": "raised", "cmt:about": record.url}
    objection = pond.wrote("Contre !", inReplyTo=record.url, **said)
    await pond.announce(pond.did(objection))
    found = await decision_on(space, pond.beta, "bruno")
    assert found.open_objections == 0


async def test_notes_of_another_project_belong_to_no_milestone_here(pond: Pond) -> None:
    space = await beside(pond)
    milestone = await plan(space, "Bilan", 7)
    said: Json = {"cmt:milestone": milestone.url}
    await pond.announce(pond.did(pond.wrote("Réclame.", **said)))
    bruno = await pond.beta.person("bruno")

    async def look(tx: Tx) -> tuple[dict[str, int], int]:
        held = await tx.project_dates.held([milestone.url], bruno.id)
        return held, len(await tx.project_dates.of_milestone(milestone.url, bruno.id))

    assert len(await pond.entries()) == 1
    assert await pond.beta.store.query(look) == ({}, 0)


async def test_no_project_says_of_itself_that_it_came_here(pond: Pond) -> None:
    """What was written for one project is not drawn into another one where its author belongs."""
    space = await open_project(pond.network, pond.beta, joining="open")
    await pond.beta.receive(pond.chloe, joining(pond.chloe, space))
    moved = {"cmt:kind": "cmt:ProjectSpace", "movedTo": space.url}
    pond.wires.serve(profile(pond.quack, type="Group", **moved))
    await pond.beta.receive(pond.quack, activity(pond.quack, "Update", profile(pond.quack)))
    group = await pond.group()
    assert group.moved_to == space.url
    written = pond.wrote("Entre nous.", inside=True)
    done = {"@context": CONTEXT, **pond.did(written, served=False)}
    proven = with_proof(done, pond.chloe.ed_key, PROVEN)
    note = await pond.beta.receive(pond.quack, proven)
    assert await space.entries(space.host, "lea") == [], note
    assert await pond.beta.object(written["id"]) is None


async def test_what_is_for_members_of_one_project_answers_in_no_other(
    network: Network, wires: Wires
) -> None:
    space, chloe = await with_chloe(network, wires)
    other = await open_project(network, space.host, "zoe", "autre", joining="open")
    await other.host.receive(chloe, joining(chloe, other))
    asked = await space.write(space.host, "lea", "Des avis ?")
    await network.settle()
    to = [PROJECT, f"{other.url}/members"]
    said = written(other, chloe, "Zinzolin", to=to, inReplyTo=asked.url)
    assert await space.host.receive(chloe, create(chloe, said)) == "done"
    assert await space.timeline(space.host, "lea") == [asked.url]
    assert await other.timeline(space.host, "zoe") == [said["id"]]
