"""Members on servers that know no projects: Mastodon's and GoToSocial's way of writing."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from outbox.acts.projects.hosting import pass_on
from tests.support.factories import Json, activity
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote

Shape = Callable[[Json], Json]


def as_mastodon(document: Json) -> Json:
    """What Mastodon adds to what it sends."""
    named = {"atomUri": document.get("id"), "inReplyToAtomUri": None, "sensitive": False}
    return {**document, **named} if document.get("type") == "Note" else document


def as_gotosocial(document: Json) -> Json:
    """GoToSocial writes single values without their list."""
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in document.items()
    }


SHAPES = pytest.mark.parametrize("shape", [as_mastodon, as_gotosocial])


class Elsewhere:
    """A member of a project on a server without proofs, which serves its objects only."""

    def __init__(self, space: ProjectSpace, shape: Shape) -> None:
        self.space, self.shape = space, shape
        self.member: Remote = space.network.wires.person("https://social.example/users/nora")
        self.url = f"{self.member.url}/statuses/1"

    async def join(self) -> None:
        """Belong to the project, which is open."""
        await self.send(activity(self.member, "Join", self.space.url, to=[self.space.url]))

    async def send(self, sent: Json) -> None:
        """Deliver to the project's inbox, and let everything arrive everywhere."""
        host = self.space.host
        answer = await host.deliver(self.member, self.shape(sent), to=f"{self.space.url}/inbox")
        assert answer.status_code == 202, await answer.get_data()
        await self.space.network.settle()

    def note(self, text: str, **values: Any) -> Json:
        """A public note that mentions the project, served at its address."""
        tag = {"type": "Mention", "href": self.space.url, "name": "@projet@alpha.example"}
        document = {
            "id": self.url,
            "type": "Note",
            "attributedTo": self.member.url,
            "content": f"<p>{text}</p>",
            "published": "2026-11-18T08:00:00Z",
            "to": [PUBLIC],
            "cc": [f"{self.member.url}/followers", self.space.url],
            "tag": [tag],
            **values,
        }
        shaped = self.shape(document)
        self.space.network.wires.serve({"@context": "https://www.w3.org/ns/activitystreams",
                                        **shaped})  # fmt: skip
        return shaped

    async def publish(self, kind: str, document: Json) -> None:
        """Send a Create or an Update of a note."""
        await self.send(activity(self.member, kind, document, to=document["to"], cc=document["cc"]))


async def elsewhere(network: Network, shape: Shape) -> Elsewhere:
    space = await open_project(network, await network.node("alpha"), joining="open")
    await space.invite(await network.node("gamma"), "chloe")
    found = Elsewhere(space, shape)
    await found.join()
    return found


@SHAPES
async def test_a_mention_publishes_to_the_project_and_reaches_every_partner(
    network: Network, shape: Shape
) -> None:
    nora = await elsewhere(network, shape)
    gamma = network.nodes["gamma.example"]
    await nora.publish("Create", nora.note("Le casque est là."))
    assert await nora.space.timeline(nora.space.host, None) == [nora.url]
    assert await nora.space.timeline(gamma, "chloe") == [nora.url]
    assert await gamma.home("chloe") == [nora.url]


@SHAPES
async def test_an_edit_and_a_deletion_are_passed_on(network: Network, shape: Shape) -> None:
    nora = await elsewhere(network, shape)
    gamma = network.nodes["gamma.example"]
    await nora.publish("Create", nora.note("Une faute."))
    changed = nora.note("Corrigé.", updated="2026-11-18T09:00:00Z")
    await nora.publish("Update", changed)
    for node in (nora.space.host, gamma):
        seen = await node.object(nora.url)
        assert seen is not None
        assert "Corrigé" in seen.content, node.host
    network.wires.take_away(nora.url, 404)
    gone = {"id": nora.url, "type": "Tombstone"}
    await nora.send(activity(nora.member, "Delete", gone, to=[PUBLIC]))
    for node in (nora.space.host, gamma):
        seen = await node.object(nora.url)
        assert seen is not None
        assert seen.deleted_at is not None, node.host


@SHAPES
async def test_the_same_by_somebody_who_is_no_member_stays_a_mention(
    network: Network, shape: Shape
) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    nora = Elsewhere(space, shape)
    await nora.publish("Create", nora.note("Bravo."))
    assert await space.timeline(space.host, "lea") == []


async def test_a_project_cannot_end_what_its_author_keeps(network: Network) -> None:
    nora = await elsewhere(network, as_mastodon)
    gamma = network.nodes["gamma.example"]
    await nora.publish("Create", nora.note("Je reste."))
    group = await nora.space.group(nora.space.host)
    record = await nora.space.host.object(nora.url)
    assert record is not None
    forged = {"id": f"{nora.member.url}/activities/forged", "type": "Delete",
              "actor": nora.member.url, "object": nora.url, "to": [PUBLIC]}  # fmt: skip
    services = nora.space.host.services
    await nora.space.host.store.write(
        lambda tx: pass_on(tx, services.outbox.publisher, group, record, forged, None)
    )
    await network.settle()
    seen = await gamma.object(nora.url)
    assert seen is not None
    assert seen.deleted_at is None


async def test_what_few_may_see_is_not_ended_by_a_404(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"), reach="project")
    beta, gamma = await network.node("beta"), await network.node("gamma")
    await space.invite(beta, "bruno")
    await space.invite(gamma, "chloe")
    note = await space.write(beta, "bruno", "Je reste.")
    await network.settle()
    group, record = await space.group(space.host), await space.host.object(note.url)
    assert record is not None
    forged = {"id": "https://beta.example/activities/1", "type": "Delete",
              "actor": (await beta.person("bruno")).url, "object": note.url}  # fmt: skip
    missing = network.wires.nodes.pop("beta.example")
    services = space.host.services
    await space.host.store.write(
        lambda tx: pass_on(tx, services.outbox.publisher, group, record, forged, None)
    )
    for _ in range(3):
        for node in (space.host, gamma):
            await node.services.fanout_worker.run_once()
            await node.services.delivery_worker.run_once()
            await node.work_inbox()
    network.wires.nodes["beta.example"] = missing
    seen = await gamma.object(note.url)
    assert seen is not None
    assert seen.deleted_at is None
