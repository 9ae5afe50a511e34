"""What a project passes on counts as far as its authors stand behind it, and for it alone."""

from dataclasses import dataclass
from typing import Any

import pytest

from federation.proofs import with_proof
from federation.vocabulary import CONTEXT, PROJECT, PUBLIC
from outbox.acts.projects.belonging import answer_invitation
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

QUACK = "https://evil.example/groups/quack"
CHLOE = "https://other.example/users/chloe"
MALLORY = "https://evil.example/users/mallory"
PROVEN = "2026-11-18T08:00:00Z"


@dataclass
class Pond:
    """Bruno of beta belongs to a project on a server that means harm; Chloe writes elsewhere."""

    network: Network
    wires: Wires
    beta: LocalNode
    quack: Remote
    chloe: Remote

    def wrote(self, text: str = "Bonjour.", *, inside: bool = False, **changes: Any) -> Json:
        """A note of Chloe's for the project, served where it lives."""
        to = [PROJECT, f"{QUACK}/members"] if inside else [PUBLIC]
        values: Json = {"audience": QUACK, "to": to, "cc": [QUACK], **changes}
        written = note(self.chloe, text, **values)
        self.wires.serve({"@context": CONTEXT, **written})
        return written

    def did(self, about: Json, kind: str = "Create", *, served: bool = True) -> Json:
        """What Chloe did, as her server answers for it."""
        done = activity(self.chloe, kind, about, to=about.get("to"), cc=about.get("cc"))
        if served:
            self.wires.serve(done)
        return done

    async def announce(self, inner: Json, **changes: Any) -> str:
        """Let the project pass something on to beta."""
        passed = activity(self.quack, "Announce", inner, to=[PUBLIC], audience=QUACK, **changes)
        return await self.beta.receive(self.quack, passed)

    async def entries(self) -> list[tuple[EntryRecord, ObjectRecord]]:
        """What Bruno sees of the project."""
        bruno, group = await self.beta.person("bruno"), await self.group()
        return await self.beta.store.query(
            lambda tx: tx.project_entries.timeline(group.id, bruno.id)
        )

    async def group(self) -> ActorRecord:
        found = await self.beta.actor(QUACK)
        assert found is not None
        return found


@pytest.fixture
async def pond(network: Network, wires: Wires) -> Pond:
    beta = await network.node("beta")
    bruno = await beta.person("bruno")
    said = {"cmt:kind": "cmt:ProjectSpace", "cmt:joining": "open", "cmt:reach": "public"}
    quack = wires.person(QUACK, type="Group", **said)
    invitation = activity(quack, "Invite", bruno.url, target=QUACK)
    await beta.receive(quack, invitation)
    group = await beta.actor(QUACK)
    assert group is not None
    await answer_invitation(beta.outbox, bruno, group, agreed=True)
    await beta.receive(quack, activity(quack, "Accept", invitation["id"]))
    return Pond(network, wires, beta, quack, wires.person(CHLOE))


async def test_what_a_member_wrote_arrives(pond: Pond) -> None:
    assert await pond.announce(pond.did(pond.wrote("Vrai.")), **{"cmt:position": 7}) == "done"
    ((entry, record),) = await pond.entries()
    assert (entry.position, "Vrai." in record.content) == (7, True)


async def test_an_altered_text_is_as_its_origin_says(pond: Pond) -> None:
    written = pond.wrote("Vrai.")
    done = pond.did(written)
    await pond.announce(done | {"object": {**written, "content": "<p>Faux.</p>"}})
    seen = await pond.beta.object(written["id"])
    assert seen is None or "Faux" not in seen.content


async def test_a_proof_covers_what_was_said(pond: Pond) -> None:
    written = pond.wrote("Vrai.", inside=True)
    pond.wires.take_away(written["id"], 404)  # for members' servers alone
    done = {"@context": CONTEXT, **pond.did(written, served=False)}
    proven = with_proof(done, pond.chloe.ed_key, PROVEN)
    forged = {**proven, "object": {**written, "content": "<p>Faux.</p>"}}
    await pond.announce(forged)
    assert await pond.beta.object(written["id"]) is None
    assert await pond.announce(proven) == "done"
    ((_, record),) = await pond.entries()
    assert "Vrai." in record.content


async def test_what_nobody_did_is_nothing(pond: Pond) -> None:
    written = pond.wrote("Jamais dit.")
    pond.wires.take_away(written["id"], 404)
    await pond.announce(pond.did(written, served=False))
    assert await pond.beta.object(written["id"]) is None
    assert await pond.entries() == []


async def test_nobody_does_something_with_the_object_of_another(pond: Pond) -> None:
    mallory = pond.wires.person(MALLORY)
    written = pond.wrote("De Chloé.")
    stolen = create(mallory, written)
    pond.wires.serve(stolen)
    assert "somebody else" in await pond.announce(stolen)
    claimed = create(mallory, {**written, "id": f"{MALLORY}/notes/1"})
    pond.wires.serve(claimed)
    pond.wires.serve({"@context": CONTEXT, **claimed["object"]})
    assert "not attributed" in await pond.announce(claimed)
    assert await pond.entries() == []


@pytest.mark.parametrize("inside", [False, True])
async def test_what_was_written_for_another_project_is_not_taken_in(
    pond: Pond, inside: bool
) -> None:
    other = "https://good.example/groups/prairie"
    written = pond.wrote("Pour d’autres.", inside=inside, audience=other, cc=[other])
    done = pond.did(written)
    assert "not for this project" in await pond.announce(done)
    assert await pond.beta.object(written["id"]) is None


async def test_what_is_for_two_projects_is_for_the_members_of_none(pond: Pond) -> None:
    other = "https://good.example/groups/prairie"
    written = pond.wrote("Pour d’autres.", inside=True, audience=[other, QUACK])
    assert "not for this project" in await pond.announce(pond.did(written))


async def test_what_was_written_for_no_project_is_not_taken_in(pond: Pond) -> None:
    plain = pond.wrote("Pour tous.", audience=None, cc=[f"{CHLOE}/followers"])
    assert "not for this project" in await pond.announce(pond.did(plain))
    elsewhere = pond.wrote("Réponse.", audience=None, cc=[], inReplyTo="https://good.example/1")
    assert "not for this project" in await pond.announce(pond.did(elsewhere))


async def test_an_answer_to_an_entry_belongs_beside_it(pond: Pond) -> None:
    asked = pond.wrote("Question.")
    await pond.announce(pond.did(asked))
    answered = pond.wrote("Réponse.", audience=None, cc=[], inReplyTo=asked["id"])
    assert await pond.announce(pond.did(answered)) == "done"
    assert {entry.kind for entry, _ in await pond.entries()} == {"post", "comment"}


async def test_a_word_for_one_person_is_not_passed_on(pond: Pond) -> None:
    bruno = await pond.beta.person("bruno")
    written = pond.wrote("Secret.", to=[bruno.url], cc=[])
    assert "single people" in await pond.announce(pond.did(written))
    assert await pond.beta.object(written["id"]) is None


async def test_what_somebody_here_wrote_elsewhere_is_not_drawn_in(pond: Pond) -> None:
    url = await pond.beta.write("bruno", "Mon carnet.", visibility="followers")
    bruno = await pond.beta.person("bruno")
    mine = await pond.beta.object(url)
    assert mine is not None
    done = await pond.beta.store.query(lambda tx: tx.activities.about(mine.id))
    inner = {"id": done[0].url, "type": "Create", "actor": bruno.url, "object": url}
    assert "nobody here did" in await pond.announce(inner)
    assert await pond.entries() == []


async def test_what_somebody_here_wrote_for_another_project_stays_there(
    pond: Pond, network: Network
) -> None:
    space = await open_project(network, await network.node("alpha"))
    await space.invite(pond.beta, "bruno")
    written = await space.write(pond.beta, "bruno", "Pour alpha.")
    await network.settle()
    done = await pond.beta.store.query(lambda tx: tx.activities.about(written.id))
    bruno = await pond.beta.person("bruno")
    create_url = next(one.url for one in done if one.type == "Create")
    inner = {"id": create_url, "type": "Create", "actor": bruno.url, "object": written.url}
    assert "another project" in await pond.announce(inner)
    assert await pond.entries() == []


async def test_nobody_is_edited_or_deleted_by_the_host(pond: Pond) -> None:
    written = pond.wrote("Vrai.")
    await pond.announce(pond.did(written))
    lies = (
        pond.did({**written, "content": "<p>Faux.</p>"}, "Update", served=False),
        activity(pond.chloe, "Delete", {"id": written["id"], "type": "Tombstone"}),
    )
    for lie in lies:
        await pond.announce(lie)
    ((_, record),) = await pond.entries()
    assert ("Vrai." in record.content, record.deleted_at) == (True, None)


async def test_an_old_version_does_not_come_back(pond: Pond) -> None:
    written = pond.wrote("Une.")
    await pond.announce(pond.did(written))
    versions = [
        pond.did({**written, "content": f"<p>{text}</p>", "updated": moment}, "Update")
        for text, moment in (("Deux.", "2026-11-18T09:00:00Z"), ("Trois.", "2026-11-18T10:00:00Z"))
    ]
    assert await pond.announce(versions[1]) == "done"
    assert "older" in await pond.announce(versions[0])
    ((_, record),) = await pond.entries()
    assert "Trois." in record.content


async def test_nobody_else_announces_in_the_name_of_a_project(pond: Pond) -> None:
    mallory = pond.wires.person(MALLORY)
    done = pond.did(pond.wrote("Vrai."))
    forged = activity(pond.quack, "Announce", done, to=[PUBLIC], audience=QUACK)
    answer = await pond.beta.deliver(mallory, forged)
    assert answer.status_code in {401, 403}
    own = activity(mallory, "Announce", done, to=[PUBLIC], audience=QUACK)
    assert "only groups" in await pond.beta.receive(mallory, own)
    assert await pond.entries() == []


async def test_votes_and_nested_announces_have_no_effect(pond: Pond) -> None:
    written = pond.wrote("Vrai.")
    done = pond.did(written)
    for inner in (
        activity(pond.chloe, "Like", written["id"]),
        activity(pond.chloe, "Lock", written["id"]),
        activity(pond.chloe, "Announce", done),
        activity(pond.chloe, "Undo", activity(pond.chloe, "Like", written["id"])),
    ):
        assert "ignored" in await pond.announce(inner)
    assert await pond.entries() == []


async def test_a_number_beyond_counting_is_none(pond: Pond) -> None:
    await pond.announce(pond.did(pond.wrote("Vrai.")), **{"cmt:position": 2**63 - 1})
    group = await pond.group()
    project = await pond.beta.store.query(lambda tx: tx.projects.by_id(group.id))
    assert project is not None
    assert project.position == 0


async def test_members_only_content_straight_from_its_author_is_not_kept(pond: Pond) -> None:
    written = pond.wrote("Entre nous.", inside=True)
    done = pond.did(written)
    assert "does not live here" in await pond.beta.receive(pond.chloe, done)
    assert await pond.beta.object(written["id"]) is None


async def test_who_only_follows_is_not_given_what_is_for_members(
    network: Network, wires: Wires
) -> None:
    beta = await network.node("beta")
    said = {"cmt:kind": "cmt:ProjectSpace", "cmt:joining": "open", "cmt:reach": "public"}
    quack, chloe = wires.person(QUACK, type="Group", **said), wires.person(CHLOE)
    await beta.person("bruno")
    await beta.befriend("bruno", quack)
    pond = Pond(network, wires, beta, quack, chloe)
    written = pond.wrote("Entre nous.", inside=True)
    await pond.announce(pond.did(written))
    assert await beta.object(written["id"]) is None


@pytest.mark.parametrize("told", ["one", "two"])
async def test_loops_and_dangling_references_lead_nowhere(pond: Pond, told: str) -> None:
    one, two = f"{CHLOE}/loops/1", f"{CHLOE}/loops/2"
    nowhere = f"{CHLOE}/loops/nothing"
    about: Json = {"cmt:kind": "cmt:Objection", "cmt:milestone": nowhere}
    target = one if told == "one" else two
    for url, other in ((one, target), (two, one)):
        written = pond.wrote("Boucle.", id=url, inReplyTo=other, **about | {"cmt:about": url})
        await pond.announce(pond.did(written))
    await pond.network.settle()
    found = await pond.entries()
    assert {record.url for _, record in found} <= {one, two}
    assert pond.wires.fetched(nowhere) == 0
    assert sum(pond.wires.fetched(url) for url in (one, two)) < 12


# what a host takes in


async def refusal(space: ProjectSpace, wires: Wires, author: Remote) -> str:
    await space.network.settle()
    answers = [sent for sent in wires.delivered(f"{author.url}/inbox") if sent["type"] == "Reject"]
    return str(answers[-1]["summary"]) if answers else ""


def written_for(space: ProjectSpace, author: Remote, *, inside: bool, **more: Any) -> Json:
    to = [PROJECT, f"{space.url}/members"] if inside else [PUBLIC]
    return create(
        author, note(author, "Intrus.", audience=space.url, to=to, cc=[space.url], **more)
    )


@pytest.mark.parametrize("inside", [False, True])
async def test_notes_of_strangers_are_refused_and_not_kept(
    network: Network, wires: Wires, inside: bool
) -> None:
    space = await open_project(network, await network.node("alpha"))
    chloe = wires.person(CHLOE)
    done = written_for(space, chloe, inside=inside)
    assert "not-a-member" in await space.host.receive(chloe, done)
    assert "Only members" in await refusal(space, wires, chloe)
    assert await space.host.object(done["object"]["id"]) is None
    assert await space.entries(space.host, "lea") == []


@pytest.mark.parametrize("to", ["", "/members", "/followers"])
async def test_who_names_a_project_in_what_is_for_single_people_is_told(
    network: Network, wires: Wires, to: str
) -> None:
    """A server that knows no terms of ours asks the members alone by their collection."""
    space = await open_project(network, await network.node("alpha"), joining="open")
    chloe = wires.person(CHLOE)
    await space.host.receive(chloe, activity(chloe, "Join", space.url, to=[space.url]))
    written = note(chloe, "Entre nous.", audience=space.url, to=[f"{space.url}{to}"], cc=[])
    await space.host.receive(chloe, create(chloe, written))
    assert "cmt:Project" in await refusal(space, wires, chloe)
    assert await space.entries(space.host, "lea") == []


async def test_observers_comment_and_publish_nothing(network: Network, wires: Wires) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    chloe = wires.person(CHLOE)
    await space.host.receive(chloe, activity(chloe, "Join", space.url, to=[space.url]))
    person = await space.host.actor(CHLOE)
    assert person is not None
    from outbox.acts.projects.belonging import change_role

    lea, group = await space.host.person("lea"), await space.group(space.host)
    await change_role(space.host.outbox, lea, group, person, "observer")
    done = written_for(space, chloe, inside=True)
    assert "observer" in await space.host.receive(chloe, done)
    assert "Observers read" in await refusal(space, wires, chloe)
    assert await space.host.object(done["object"]["id"]) is None
    asked = await space.write(space.host, "lea", "Des avis ?", reach="project")
    await network.settle()
    answered = written_for(space, chloe, inside=True, inReplyTo=asked.url)
    await space.host.receive(chloe, answered)
    assert len(await space.entries(space.host, "lea")) == 2


async def test_what_claims_to_be_a_comment_but_answers_nothing_is_refused_too(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"))
    chloe = wires.person(CHLOE)
    for more in ({"cmt:kind": "cmt:Comment"}, {"inReplyTo": "https://other.example/nothing"}):
        done = written_for(space, chloe, inside=False, **more)
        assert "not-a-member" in await space.host.receive(chloe, done)
    assert await space.entries(space.host, "lea") == []


async def test_who_is_a_stranger_mentions_a_project_and_no_more(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"))
    chloe = wires.person(CHLOE)
    await space.host.receive(chloe, create(chloe, note(chloe, "Bravo.", cc=[space.url])))
    await network.settle()
    assert await space.entries(space.host, "lea") == []
    assert wires.delivered(f"{CHLOE}/inbox") == []


async def test_a_note_that_names_thousands_keeps_nobody_busy(
    network: Network, wires: Wires
) -> None:
    space = await open_project(network, await network.node("alpha"))
    chloe = wires.person(CHLOE)
    many = [f"{space.host.services.identifiers.origin}/users/u{n}" for n in range(5_000)]
    done = create(chloe, note(chloe, "Tous.", audience=[*many, space.url], cc=many))
    await space.host.receive(chloe, done)
    assert await space.entries(space.host, "lea") == []
