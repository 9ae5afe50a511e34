"""What a project elsewhere says of itself, and where it goes, harms nobody who trusted it."""

from typing import Any

import pytest

from federation.vocabulary import PROJECT, PUBLIC
from objects.projects.entries import Entry
from outbox.acts.projects.entries import EntryDraft, publish_entry
from storage.records import ObjectRecord
from storage.store import Tx
from tests.attacks.test_project_announces import QUACK, Pond, pond
from tests.projects.test_followers import shown
from tests.support.factories import activity, profile
from tests.support.signing import Remote

__all__ = ["pond"]
SPACE = {"cmt:kind": "cmt:ProjectSpace", "cmt:joining": "open", "cmt:reach": "public"}
ELSEWHERE = "https://elsewhere.example/groups/swan"


async def write(pond: Pond, text: str = "Entre nous.") -> ObjectRecord:
    """A note of Bruno's for the members of the project."""
    bruno, group = await pond.beta.person("bruno"), await pond.group()
    draft = EntryDraft(entry=Entry(kind="progress"), text=text, reach="project")
    return await publish_entry(pond.beta.outbox, bruno, group, draft)


async def change(pond: Pond, **said: Any) -> str:
    """Let the project's server say something else of it from now on."""
    pond.wires.serve(profile(pond.quack, **{"type": "Group", **SPACE, **said}))
    update = activity(pond.quack, "Update", profile(pond.quack))
    return await pond.beta.receive(pond.quack, update)


@pytest.mark.parametrize(
    "said",
    [
        {"cmt:kind": None},
        {"type": "Person"},
        {"type": "Organization", "cmt:kind": None},
        {"cmt:reach": "public", "cmt:joining": "open"},
        {"cmt:reach": ["public", {"x": 1}], "cmt:state": {"id": "x"}, "members": 7},
        {"members": "https://elsewhere.example/members"},
    ],
)
async def test_what_was_for_members_stays_so_whatever_the_group_becomes(
    pond: Pond, said: dict[str, Any]
) -> None:
    await change(pond, **{"cmt:reach": "project"})
    before = await write(pond)
    await change(pond, **said)
    after = await write(pond, "Toujours entre nous.") if "type" not in said else before
    await pond.network.settle()
    for written in (before, after):
        assert await shown(pond.beta, written.url) == 404
        assert "Entre nous" not in await page(pond, written.url)
    posts = [sent for sent in pond.wires.log if sent.method == "POST"]
    assert all(sent.url == f"{QUACK}/inbox" for sent in posts if b"ntre nous" in sent.body)
    assert after.visibility == "project"


async def page(pond: Pond, url: str) -> str:
    client = pond.beta.app.test_client()
    path = url.partition(pond.beta.host)[2]
    answer = await client.get(path, headers={"Host": pond.beta.host, "Accept": "text/html"})
    return str(await answer.get_data(as_text=True))


async def test_members_are_named_below_the_group_wherever_it_points(pond: Pond) -> None:
    await change(pond, members="https://elsewhere.example/members")
    done = await write(pond)
    await pond.network.settle()
    (sent,) = [s.json for s in pond.wires.log if done.url.encode() in s.body and s.method == "POST"]
    assert sent["to"] == [PROJECT, f"{QUACK}/members"]


async def test_two_entries_with_one_number_both_stand(pond: Pond) -> None:
    for text in ("Un.", "Deux."):
        done = pond.did(pond.wrote(text))
        assert await pond.announce(done, **{"cmt:position": 7}) == "done"
    found = await pond.entries()
    assert [entry.position for entry, _ in found] == [7, 7]


@pytest.mark.parametrize("number", [-1, 0, True, 1.5, "7", "9" * 400, None, {"@value": 7}])
async def test_what_is_no_number_is_none(pond: Pond, number: object) -> None:
    done = pond.did(pond.wrote("Un."))
    await pond.announce(done, **{"cmt:position": number})
    ((entry, _),) = await pond.entries()
    assert entry.position in {0, 7}


async def test_a_number_that_was_given_is_not_given_again(pond: Pond) -> None:
    done = pond.did(pond.wrote("Un."))
    await pond.announce(done, **{"cmt:position": 7})
    await pond.announce(done, **{"cmt:position": 3})
    ((entry, _),) = await pond.entries()
    assert entry.position == 7


def swan(pond: Pond, *aliases: str, **said: Any) -> Remote:
    """Another project on another server, which says that it was others before."""
    values = {"type": "Group", **SPACE, "alsoKnownAs": list(aliases), **said}
    return pond.wires.person(ELSEWHERE, **values)


async def move(pond: Pond, who: Remote, target: str) -> str:
    return await pond.beta.receive(who, activity(who, "Move", who.url, target=target))


async def homes(pond: Pond) -> list[tuple[int, int]]:
    """How many members, and how many entries, each of both Groups has here."""
    bruno = await pond.beta.person("bruno")

    async def look(tx: Tx) -> list[tuple[int, int]]:
        found = []
        for actor in (await tx.actors.by_urls([QUACK, ELSEWHERE])).values():
            members = await tx.projects.memberships(actor.id)
            entries = await tx.project_entries.timeline(actor.id, bruno.id)
            found.append((len(members), len(entries)))
        return sorted(found)

    return await pond.beta.store.query(look)


async def test_going_to_and_fro_leaves_one_home(pond: Pond) -> None:
    await pond.announce(pond.did(pond.wrote("Un.")), **{"cmt:position": 1})
    other = swan(pond, QUACK)
    pond.wires.serve(profile(pond.quack, type="Group", **SPACE, alsoKnownAs=[ELSEWHERE]))
    for _ in range(3):
        await move(pond, pond.quack, ELSEWHERE)
        await move(pond, other, QUACK)
    await pond.network.settle()
    assert await homes(pond) == [(0, 0), (1, 1)]
    follows = [sent for sent in pond.wires.log if b'"type":"Follow"' in sent.body]
    assert 0 < len(follows) <= 12


async def test_a_home_that_names_a_third_project_gets_nothing_of_either(pond: Pond) -> None:
    third = "https://third.example/groups/heron"
    pond.wires.person(third, type="Group", **SPACE)
    swan(pond, third)
    assert "refused" in await move(pond, pond.quack, ELSEWHERE)
    other = swan(pond, third, QUACK)
    claim = activity(other, "Add", f"{ELSEWHERE}/nobody", target=f"{ELSEWHERE}/members")
    pond.wires.person(f"{ELSEWHERE}/nobody")
    await pond.beta.receive(other, claim)
    secret = await write(pond)
    reader = pond.wires.person("https://elsewhere.example/actor", type="Application")
    found = await pond.beta.services.remote.by_url(reader.url)

    async def sees(tx: Tx) -> bool:
        return bool(await tx.objects.visible_ids([secret.id], found.id))

    assert not await pond.beta.store.query(sees)


async def test_who_only_claims_to_be_the_new_home_passes_nothing_on(pond: Pond) -> None:
    other = swan(pond, QUACK)
    done = pond.did(pond.wrote("Un."))
    passed = activity(other, "Announce", done, to=[PUBLIC], audience=ELSEWHERE)
    await pond.beta.receive(other, passed)
    assert await pond.entries() == []
