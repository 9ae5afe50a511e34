"""The collections of a project: who belongs to it, who leads it, what it passed on in order."""

from typing import Any
from urllib.parse import urlsplit

from federation.signing import sign_cavage
from federation.vocabulary import ACTIVITY_JSON
from outbox.acts.projects.entries import change_entry, withdraw_entry
from storage.records import ActivityRecord
from storage.spans import Span
from storage.store import Tx
from tests.support.factories import Json
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.shared_experiences import belongs
from tests.support.signing import Remote


async def get(node: LocalNode, url: str, reader: LocalNode | Remote | None = None) -> Any:
    """What a node answers: to a stranger, to another node's signed fetch, or to somebody's."""
    headers = {"Host": node.host, "Accept": ACTIVITY_JSON}
    if isinstance(reader, LocalNode):
        key = await reader.services.keys.node_key()
        headers |= sign_cavage("GET", url, b"", key, node.clock())
    elif reader is not None:
        headers |= sign_cavage("GET", url, b"", reader.rsa_key, node.clock())
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return await node.app.test_client().get(target, headers=headers)


async def fetched(node: LocalNode, url: str, reader: LocalNode | Remote | None = None) -> Json:
    answer = await get(node, url, reader)
    assert answer.status_code == 200, await answer.get_data()
    found: Json = await answer.get_json(force=True)
    return found


async def shared(network: Network, **options: Any) -> tuple[ProjectSpace, LocalNode, LocalNode]:
    """A project of alpha with a partner on beta; gamma has nobody in it."""
    space = await open_project(network, await network.node("alpha"), **options)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    return space, beta, await network.node("gamma")


async def test_the_members_of_an_open_project_are_listed_with_their_roles(
    network: Network,
) -> None:
    space, beta, _ = await shared(network)
    bruno = await beta.person("bruno")
    found = await fetched(space.host, f"{space.url}/members")
    lea = await space.host.person("lea")
    assert found["orderedItems"] == [lea.url, bruno.url]
    assert found["totalItems"] == 2
    assert found["cmt:membership"] == [
        {"cmt:member": lea.url, "cmt:role": "lead"},
        {"cmt:member": bruno.url, "cmt:role": "partner"},
    ]


async def test_many_members_come_in_pages(network: Network, monkeypatch: Any) -> None:
    monkeypatch.setattr("objects.projects.collections.WHOLE", 1)
    space, beta, _ = await shared(network)
    bruno = await beta.person("bruno")
    first = await fetched(space.host, f"{space.url}/members")
    assert "orderedItems" not in first
    page = await fetched(space.host, first["first"])
    assert len(page["orderedItems"]) == len(page["cmt:membership"]) == 1
    following = await fetched(space.host, page["next"])
    assert following["orderedItems"] == [bruno.url]
    assert "next" not in following


async def test_members_of_a_closed_project_are_shown_to_their_servers_alone(
    network: Network, wires: Any
) -> None:
    space, beta, gamma = await shared(network, reach="project")
    stranger = wires.person("https://other.example/users/oscar")
    for name in ("members", "moderators"):
        url = f"{space.url}/{name}"
        assert (await get(space.host, url)).status_code == 404
        assert (await get(space.host, url, gamma)).status_code == 404
        assert (await get(space.host, url, stranger)).status_code == 404
        assert (await fetched(space.host, url, beta))["totalItems"] > 0


async def test_members_of_a_project_of_the_network_are_shown_in_the_network(
    network: Network,
) -> None:
    space, beta, gamma = await shared(network, reach="network")
    url = f"{space.url}/members"
    assert (await get(space.host, url)).status_code == 404
    assert (await get(space.host, url, gamma)).status_code == 404
    assert (await get(space.host, url, beta)).status_code == 200
    await belongs(space.host, gamma)
    assert (await get(space.host, url, gamma)).status_code == 200


async def test_the_leads_are_the_moderators(network: Network) -> None:
    space, _, _ = await shared(network)
    lea = await space.host.person("lea")
    found = await fetched(space.host, f"{space.url}/moderators")
    assert (found["type"], found["orderedItems"]) == ("OrderedCollection", [lea.url])


async def test_there_are_no_such_collections_of_others(network: Network) -> None:
    space, _, _ = await shared(network)
    lea = await space.host.person("lea")
    for name in ("members", "moderators", "journal"):
        assert (await get(space.host, f"{lea.url}/{name}")).status_code == 404


async def test_the_journal_gives_each_reader_what_they_may_see(network: Network) -> None:
    space, beta, gamma = await shared(network)
    public = await space.write(beta, "bruno", "Pour tous.")
    await network.settle()
    secret = await space.write(beta, "bruno", "Entre nous.", reach="project")
    await network.settle()
    url = f"{space.url}/journal"

    for reader in (None, gamma):
        assert (await fetched(space.host, url, reader))["totalItems"] == 1
        page = await fetched(space.host, f"{url}?after=0", reader)
        (item,) = page["orderedItems"]
        assert item["type"] == "Announce"
        assert item["object"]["object"]["id"] == public.url
        assert "Entre nous" not in str(page)

    assert (await fetched(space.host, url, beta))["totalItems"] == 2
    page = await fetched(space.host, f"{url}?after=0", beta)
    first, second = (item["cmt:position"] for item in page["orderedItems"])
    assert 0 < first < second
    assert page["orderedItems"][1]["object"]["object"]["id"] == secret.url


async def test_the_whole_announce_of_what_is_for_the_network_is_for_members(
    network: Network,
) -> None:
    space, beta, gamma = await shared(network)
    await belongs(space.host, beta, gamma)
    note = await space.write(space.host, "lea", "Pour le réseau.", reach="network")
    await network.settle()
    url = f"{space.url}/journal?after=0"
    assert (await fetched(space.host, url))["orderedItems"] == []
    assert (await fetched(space.host, url, gamma))["orderedItems"] == [note.url]
    (item,) = (await fetched(space.host, url, beta))["orderedItems"]
    assert item["type"] == "Announce"


async def test_the_journal_goes_on_after_a_number(network: Network, monkeypatch: Any) -> None:
    monkeypatch.setattr("objects.projects.collections.PAGE_SIZE", 2)
    space, beta, _ = await shared(network, reach="project")
    for number in range(3):
        await space.write(beta, "bruno", f"Note {number}.")
        await network.settle()
    page = await fetched(space.host, f"{space.url}/journal?after=0", beta)
    first, second = (item["cmt:position"] for item in page["orderedItems"])
    assert page["next"] == f"{space.url}/journal?after={second}"
    following = await fetched(space.host, page["next"], beta)
    (third,) = (item["cmt:position"] for item in following["orderedItems"])
    assert first < second < third
    assert "next" not in following
    assert (await get(space.host, f"{space.url}/journal?after=x", beta)).status_code == 400


async def test_the_journal_shows_what_was_edited_and_forgets_what_was_deleted(
    network: Network,
) -> None:
    space, beta, _ = await shared(network)
    bruno = await beta.person("bruno")
    note = await space.write(beta, "bruno", "Une faute.")
    await network.settle()
    await change_entry(beta.outbox, bruno, note, text="Corrigé.")
    await network.settle()
    url = f"{space.url}/journal?after=0"
    outbox = f"{space.url}/outbox?before=latest"
    for document in (await fetched(space.host, url), await fetched(space.host, outbox)):
        assert "Corrigé" in str(document)
        assert "Une faute" not in str(document["orderedItems"][-1])
    current = await beta.object(note.url)
    assert current is not None
    await withdraw_entry(beta.outbox, bruno, current)
    await network.settle()
    assert (await fetched(space.host, url))["orderedItems"] == []
    assert "Corrigé" not in str(await fetched(space.host, outbox))


async def test_the_outbox_of_a_project_shows_strangers_public_things_only(
    network: Network,
) -> None:
    space, beta, gamma = await shared(network)
    await space.write(beta, "bruno", "Entre nous.", reach="project")
    await space.write(space.host, "lea", "Jalon caché.", "milestone", title="J", reach="project")
    await network.settle()
    await space.write(beta, "bruno", "Pour tous.")
    await network.settle()
    for reader in (None, gamma, beta):
        total = await fetched(space.host, f"{space.url}/outbox", reader)
        page = await fetched(space.host, f"{space.url}/outbox?before=latest", reader)
        assert total["totalItems"] == len(page["orderedItems"]) == 2
        assert {item["type"] for item in page["orderedItems"]} == {"Announce"}
        assert "Entre nous" not in str(page)
        assert "Jalon" not in str(page)


async def test_who_follows_a_closed_project_is_nobodys_business(network: Network) -> None:
    space, _, gamma = await shared(network, reach="project")
    for reader in (None, gamma):
        found = await fetched(space.host, f"{space.url}/followers?page=true", reader)
        assert not found.get("orderedItems")
    group = await space.group(space.host)
    assert (group.discoverable, group.indexable) == (0, 0)


async def test_whom_a_member_follows_does_not_tell_of_a_closed_project(network: Network) -> None:
    space, beta, _ = await shared(network, reach="project")
    opened = await open_project(network, space.host, username="ouvert")
    await opened.invite(beta, "bruno")
    bruno, lea = await beta.person("bruno"), await space.host.person("lea")
    listed = await fetched(beta, f"{bruno.url}/following?page=true")
    assert listed["orderedItems"] == [opened.url]
    closed = await space.group(beta)
    span = Span(limit=10)

    async def look(tx: Tx) -> list[set[str]]:
        people = tx.people
        found = [
            await people.following(bruno.id, 0, span),
            await people.following(bruno.id, 0, span, everything=True),
            await people.followers(closed.id, lea.id, span),
        ]
        return [{actor.url for _, actor in page} for page in found]

    others, own, followers = await beta.store.query(look)
    assert others == {opened.url}
    assert own == {opened.url, space.url}
    assert followers == set()


async def test_who_is_invited_is_known_to_them_and_the_members(network: Network) -> None:
    """What the project did, fetched by its id: nothing of it is for others."""
    space, beta, gamma = await shared(network, reach="project")
    await space.write(beta, "bruno", "Entre nous.")
    await network.settle()
    group = await space.group(space.host)

    async def look(tx: Tx) -> list[ActivityRecord]:
        return await tx.activities.outbox(group.id, limit=100, everything=True)

    done = await space.host.store.query(look)
    kinds = {"Invite", "Accept", "Add", "Announce"}
    assert {one.type for one in done} >= kinds
    for one in done:
        if one.type in kinds:
            for reader in (None, gamma):
                assert (await get(space.host, one.url, reader)).status_code == 404, one.type
    announce = next(one for one in done if one.type == "Announce")
    assert (await get(space.host, announce.url, beta)).status_code == 200


async def test_the_group_is_what_lemmy_and_mastodon_want(network: Network) -> None:
    space, _, _ = await shared(network)
    group = await fetched(space.host, space.url)
    assert group["type"] == "Group"
    assert group["attributedTo"] == f"{space.url}/moderators"
    assert group["postingRestrictedToMods"] is False
    assert group["openness"] == "moderated"
    for name in ("inbox", "outbox", "followers", "featured", "publicKey", "preferredUsername"):
        assert group[name], name
    assert group["endpoints"]["sharedInbox"] == space.host.shared_inbox
    assert isinstance(group["@context"], list)
    assert "https://www.w3.org/ns/activitystreams" in group["@context"]
    for name in ("outbox", "followers", "featured", "attributedTo"):
        assert (await get(space.host, group[name])).status_code == 200
    resource = f"acct:{group['preferredUsername']}@{space.host.host}"
    finger = await space.host.app.test_client().get(
        f"/.well-known/webfinger?resource={resource}", headers={"Host": space.host.host}
    )
    links = (await finger.get_json(force=True))["links"]
    assert space.url in {link["href"] for link in links if link["rel"] == "self"}
