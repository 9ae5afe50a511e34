"""Projects as Lemmy and Mastodon follow them, and what members write from there."""

from typing import Any
from urllib.parse import urlsplit

from federation.proofs import with_proof
from federation.vocabulary import CONTEXT, PUBLIC
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signing import Remote
from tests.support.wires import Wires

LEMMY = "https://lemmy.example/u/lemuel"
MASTODON = "https://mastodon.example/users/marie"


async def followed(network: Network, wires: Wires, url: str) -> tuple[ProjectSpace, Remote]:
    """A project of alpha that somebody of other software follows; Bruno of beta belongs to it."""
    space = await open_project(network, await network.node("alpha"), joining="open")
    await space.invite(await network.node("beta"), "bruno")
    reader = wires.person(url)
    await space.host.receive(reader, activity(reader, "Follow", space.url, to=[space.url]))
    await network.settle()
    return space, reader


async def join(space: ProjectSpace, person: Remote) -> None:
    asked = activity(person, "Join", space.url, to=[space.url])
    await space.host.receive(person, asked)
    await space.network.settle()


def got(wires: Wires, reader: Remote, kind: str) -> list[Json]:
    return [one for one in wires.delivered(f"{reader.url}/inbox") if one["type"] == kind]


def page(author: Remote, space: ProjectSpace, text: str = "Un lien.", **more: Any) -> Json:
    """A post as Lemmy writes it."""
    said: Json = {
        "type": "Page",
        "name": "Un lien utile",
        "to": [space.url, PUBLIC],
        "cc": [],
        "audience": space.url,
        "attachment": [{"type": "Link", "href": "https://example.org/"}],
        "mediaType": "text/html",
        "source": {"content": text, "mediaType": "text/markdown"},
        "sensitive": False,
        **more,
    }
    return note(author, text, **said)


async def shown(node: LocalNode, url: str) -> int:
    """The status that a stranger's unsigned fetch of something gets."""
    answer = await node.app.test_client().get(
        urlsplit(url).path, headers={"Host": node.host, "Accept": "application/activity+json"}
    )
    return int(answer.status_code)


async def test_a_follower_is_accepted_at_once(network: Network, wires: Wires) -> None:
    _, lemuel = await followed(network, wires, LEMMY)
    (answer,) = got(wires, lemuel, "Accept")
    assert answer["object"]["type"] == "Follow"


async def test_lemmy_gets_whole_activities_and_a_share_by_id(
    network: Network, wires: Wires
) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    beta = await network.node("beta")
    written = await space.write(beta, "bruno", "Pour tous.")
    await network.settle()
    whole, bare = got(wires, lemuel, "Announce")
    assert (whole["actor"], whole["audience"]) == (space.url, space.url)
    assert whole["object"]["type"] == "Create"
    assert whole["object"]["object"]["id"] == written.url
    assert whole["object"]["object"]["audience"] == space.url
    assert bare["object"] == written.url
    assert PUBLIC in whole["to"]


async def test_followers_get_nothing_of_what_is_for_members(network: Network, wires: Wires) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    beta = await network.node("beta")
    written = await space.write(beta, "bruno", "Entre nous.", reach="project")
    await network.settle()
    await space.write(space.host, "lea", "Nous aussi.", "meeting", reach="project")
    await network.settle()
    assert got(wires, lemuel, "Announce") == []
    assert not any(written.url in sent.body.decode() for sent in wires.log if "lemmy" in sent.url)


async def test_a_page_of_a_lemmy_member_is_passed_on(network: Network, wires: Wires) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    await join(space, lemuel)
    done = create(lemuel, page(lemuel, space), audience=space.url)
    wires.serve(done)
    await space.host.receive(lemuel, done, to=f"{space.url}/inbox")
    await network.settle()
    beta = await network.node("beta")
    for node, reader in ((space.host, "lea"), (beta, "bruno")):
        ((entry, record),) = await space.entries(node, reader)
        assert (entry.position > 0, record.url) == (True, done["object"]["id"])
        assert "Un lien." in record.content
    assert got(wires, lemuel, "Announce")[0]["object"]["id"] == done["id"]


async def test_a_page_of_somebody_who_only_follows_is_refused(
    network: Network, wires: Wires
) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    done = create(lemuel, page(lemuel, space), audience=space.url)
    assert "not-a-member" in await space.host.receive(lemuel, done, to=f"{space.url}/inbox")
    await network.settle()
    assert await space.entries(space.host, "lea") == []
    assert len(got(wires, lemuel, "Reject")) == 1


async def test_an_edit_and_a_deletion_of_a_lemmy_member_are_passed_on(
    network: Network, wires: Wires
) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    await join(space, lemuel)
    written = page(lemuel, space)
    done = create(lemuel, written, audience=space.url)
    wires.serve(done)
    await space.host.receive(lemuel, done)
    await network.settle()
    edited = {**written, "content": "<p>Corrigé.</p>", "updated": "2026-11-18T09:00:00Z"}
    update = activity(lemuel, "Update", edited, to=written["to"], audience=space.url)
    wires.serve(update)
    await space.host.receive(lemuel, update)
    await network.settle()
    beta = await network.node("beta")
    ((_, record),) = await space.entries(beta, "bruno")
    assert "Corrigé." in record.content
    wires.take_away(written["id"])
    deletion = activity(lemuel, "Delete", written["id"], to=written["to"], audience=space.url)
    await space.host.receive(lemuel, deletion)
    await network.settle()
    assert await space.entries(beta, "bruno") == []
    kinds = [one["object"]["type"] for one in got(wires, lemuel, "Announce")
             if isinstance(one["object"], dict)]  # fmt: skip
    assert kinds == ["Create", "Update", "Delete"]


async def test_votes_and_locks_of_lemmy_change_nothing(network: Network, wires: Wires) -> None:
    space, lemuel = await followed(network, wires, LEMMY)
    await join(space, lemuel)
    written = await space.write(space.host, "lea", "Pour tous.")
    await network.settle()
    before = len(got(wires, lemuel, "Announce"))
    like = activity(lemuel, "Like", written.url, audience=space.url)
    for doing in (
        like,
        activity(lemuel, "Dislike", written.url, audience=space.url),
        activity(lemuel, "Undo", like, audience=space.url),
        activity(lemuel, "Lock", written.url, audience=space.url),
        activity(lemuel, "Remove", written.url, target=space.url, audience=space.url),
        activity(lemuel, "Block", MASTODON, target=space.url, audience=space.url),
        activity(lemuel, "Add", LEMMY, target=f"{space.url}/moderators"),
    ):
        await space.host.receive(lemuel, doing)
    await network.settle()
    assert len(got(wires, lemuel, "Announce")) == before
    ((_, record),) = await space.entries(space.host, "lea")
    assert record.likes_count == 0
    assert (await space.members(space.host))["lea@alpha.example"] == "lead"


async def test_a_lemmy_community_is_followed_from_here(network: Network, wires: Wires) -> None:
    """What comes from a Group that is no project space: announced activities, bare ids, votes."""
    beta = await network.node("beta")
    await beta.person("bruno")
    community = wires.person("https://lemmy.example/c/jardin", type="Group")
    lemuel = wires.person(LEMMY)
    await beta.befriend("bruno", community)
    first, second = note(lemuel, "Un."), note(lemuel, "Deux.")
    for written in (first, second):
        wires.serve({"@context": CONTEXT, **written})
    heard = [
        await beta.receive(community, activity(community, "Announce", inner, to=[PUBLIC]))
        for inner in (
            create(lemuel, first),
            second["id"],
            activity(lemuel, "Like", first["id"]),
            activity(lemuel, "Undo", activity(lemuel, "Like", first["id"])),
            activity(lemuel, "Lock", first["id"]),
            activity(lemuel, "Remove", first["id"], target=community.url),
        )
    ]
    assert await beta.home("bruno") == [second["id"], first["id"]]
    assert heard[:2] == ["done", "done"]
    assert all(said.startswith("ignored") for said in heard[2:])


async def test_mastodon_gets_the_share_and_fetches_the_note(network: Network, wires: Wires) -> None:
    space, marie = await followed(network, wires, MASTODON)
    beta = await network.node("beta")
    written = await space.write(beta, "bruno", "Pour tous.")
    await network.settle()
    bare = [one for one in got(wires, marie, "Announce") if one["object"] == written.url]
    assert len(bare) == 1
    assert PUBLIC in bare[0]["to"]
    assert await shown(beta, written.url) == 200
    assert await shown(space.host, bare[0]["id"]) == 200


async def test_a_mastodon_member_publishes_by_mentioning_the_project(
    network: Network, wires: Wires
) -> None:
    """Mastodon signs no activity: members' servers ask the author's own whether it is true."""
    space, marie = await followed(network, wires, MASTODON)
    await join(space, marie)
    mention = {"type": "Mention", "href": space.url, "name": "@projet@alpha.example"}
    cc = [f"{MASTODON}/followers", space.url]
    done = create(marie, note(marie, "@projet Essai réussi.", cc=cc, tag=[mention]))
    wires.serve(done)
    wires.serve({"@context": CONTEXT, **done["object"]})
    await space.host.receive(marie, done)
    await network.settle()
    beta = await network.node("beta")
    for node, reader in ((space.host, "lea"), (beta, "bruno")):
        ((entry, record),) = await space.entries(node, reader)
        assert (entry.kind, entry.position > 0) == ("post", True)
        assert "Essai réussi." in record.content
    assert wires.fetched(done["id"]) == 1
    assert await beta.home("bruno") == [done["object"]["id"]]


async def test_what_a_mastodon_member_never_wrote_is_not_confirmed(
    network: Network, wires: Wires
) -> None:
    space, marie = await followed(network, wires, MASTODON)
    await join(space, marie)
    done = create(marie, note(marie, "Essai réussi.", cc=[space.url]))
    await space.host.receive(marie, done)  # delivered in person, and answered for nowhere
    await network.settle()
    beta = await network.node("beta")
    assert len(await space.entries(space.host, "lea")) == 1
    assert await space.entries(beta, "bruno") == []


async def test_a_proof_saves_the_question(network: Network, wires: Wires) -> None:
    space, marie = await followed(network, wires, MASTODON)
    await join(space, marie)
    done = create(marie, note(marie, "Essai réussi.", cc=[space.url]))
    proven = with_proof({**done, "@context": CONTEXT}, marie.ed_key, "2026-11-18T08:00:00Z")
    await space.host.receive(marie, proven)
    await network.settle()
    beta = await network.node("beta")
    assert len(await space.entries(beta, "bruno")) == 1
    assert wires.fetched(done["id"]) == 0


async def test_a_comment_from_anywhere_stands_under_what_it_answers(
    network: Network, wires: Wires
) -> None:
    space, marie = await followed(network, wires, MASTODON)
    beta = await network.node("beta")
    written = await space.write(beta, "bruno", "Des avis ?")
    await network.settle()
    bruno = await beta.person("bruno")
    answered = note(marie, "Bravo !", inReplyTo=written.url, cc=[bruno.url, space.url])
    done = create(marie, answered)
    wires.serve(done)
    wires.serve({"@context": CONTEXT, **answered})
    await space.host.receive(marie, done)
    await beta.receive(marie, done)
    await network.settle()
    for node, reader in ((space.host, "lea"), (beta, "bruno")):
        kinds = [entry.kind for entry, _ in await space.entries(node, reader)]
        assert sorted(kinds) == ["comment", "progress"]
