"""Mastodon apps in projects: they know nothing of them, and yet members work with them."""

from dataclasses import dataclass
from typing import Any

import pytest

from objects.polls import PollDraft
from objects.projects.entries import Entry
from outbox.acts.projects.belonging import change_role, leave
from outbox.acts.projects.entries import EntryDraft, publish_entry
from tests.support.apps import App, app_of
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, document, open_project

HOME = "/api/v1/timelines/home"
STATUSES = "/api/v1/statuses"


@dataclass
class Apps:
    """A project of alpha with bruno (beta) and chloe (gamma), and the apps of everybody."""

    space: ProjectSpace
    lea: App
    bruno: App
    chloe: App
    paul: App

    async def settle(self) -> None:
        """Let everything arrive."""
        await self.space.network.settle()

    async def status(self, app: App, url: str) -> dict[str, Any]:
        """A post as an app sees it; raises when it does not."""
        return dict(await app.get(f"{STATUSES}/{await self.number(app, url)}"))

    async def number(self, app: App, url: str) -> int:
        """The number of a post on the node of an app."""
        record = await app.node.object(url)
        assert record is not None
        return record.id

    async def group(self, app: App) -> dict[str, Any]:
        """The project as an account."""
        group = await self.space.group(app.node)
        return dict(await app.get(f"/api/v1/accounts/{group.id}"))


async def apps_of(network: Network, reach: Any) -> Apps:
    alpha = await network.node("alpha")
    space = await open_project(
        network, alpha, reach=reach, territory="14118", territory_name="Caen"
    )
    beta, gamma = await network.node("beta"), await network.node("gamma")
    await space.invite(beta, "bruno")
    await space.invite(gamma, "chloe")
    return Apps(
        space,
        await app_of(alpha, "lea"),
        await app_of(beta, "bruno"),
        await app_of(gamma, "chloe"),
        await app_of(gamma, "paul"),
    )


@pytest.fixture
async def open_(network: Network) -> Apps:
    """A project for everybody to read."""
    return await apps_of(network, "public")


@pytest.fixture
async def closed(network: Network) -> Apps:
    """A project for its members alone."""
    return await apps_of(network, "project")


async def test_a_mention_in_a_public_post_publishes_to_the_project(open_: Apps) -> None:
    for app, text in ((open_.bruno, "Essai @projet@alpha.example"), (open_.lea, "Bilan @projet")):
        said = await app.post(STATUSES, json={"status": text, "visibility": "public"})
        await open_.settle()
        assert said["uri"] in await open_.space.timeline(open_.space.host, None)
        assert said["uri"] in await open_.space.timeline(open_.chloe.node, "chloe")
    kinds = [entry.kind for entry, _ in await open_.space.entries(open_.space.host)]
    assert kinds == ["post", "post"]


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
async def test_a_mention_in_any_other_post_publishes_nothing(open_: Apps, visibility: str) -> None:
    sent = {"status": "Essai @projet@alpha.example", "visibility": visibility}
    await open_.bruno.post(STATUSES, json=sent)
    await open_.settle()
    assert await open_.space.timeline(open_.space.host, "lea") == []


async def test_a_mention_by_somebody_else_is_a_mere_mention(open_: Apps) -> None:
    sent = {"status": "Bravo @projet@alpha.example", "visibility": "public"}
    said = await open_.paul.post(STATUSES, json=sent)
    await open_.settle()
    assert said["visibility"] == "public"
    assert await open_.space.timeline(open_.space.host, "lea") == []


async def test_a_project_reads_as_a_group(open_: Apps) -> None:
    for app in (open_.lea, open_.chloe, open_.paul):
        group = await open_.group(app)
        assert (group["group"], group["bot"], group["locked"]) == (True, False, False)
        assert group["display_name"] == "Réalité virtuelle en atelier"
        assert "Essayer la réalité virtuelle" in group["note"]
        fields = {field["name"]: field["value"] for field in group["fields"]}
        assert fields["État"] == "en cours"
        assert fields["Territoire"] == "Caen"
        assert "lea@alpha.example" in fields["Porteur"]


async def test_a_project_names_those_who_lead_it_now(open_: Apps) -> None:
    lea, bruno = await open_.lea.node.person("lea"), await open_.bruno.node.person("bruno")
    host = open_.lea.node
    known = await host.services.remote.by_url(bruno.url)
    group = await open_.space.group(host)
    await change_role(host.outbox, lea, group, known, "lead")
    await open_.settle()
    fields = {one["name"]: one["value"] for one in (await open_.group(open_.paul))["fields"]}
    assert "bruno@beta.example" in fields["Porteur"]
    await leave(host.outbox, lea, await open_.space.group(host))
    await open_.settle()
    fields = {one["name"]: one["value"] for one in (await open_.group(open_.paul))["fields"]}
    assert "lea@alpha.example" not in fields["Porteur"]


async def test_a_project_for_its_members_tells_others_no_field(closed: Apps) -> None:
    assert (await closed.group(closed.paul))["fields"] == []


async def test_a_new_entry_stands_once_in_every_home_timeline(open_: Apps) -> None:
    group = await open_.space.group(open_.paul.node)
    await open_.paul.post(f"/api/v1/accounts/{group.id}/follow")
    bruno = await open_.chloe.get("/api/v1/accounts/lookup", query={"acct": "bruno@beta.example"})
    await open_.chloe.post(f"/api/v1/accounts/{bruno['id']}/follow")
    await open_.settle()
    note = await open_.space.write(open_.bruno.node, "bruno", "Le casque est là.", title="Matériel")
    await open_.settle()
    for app in (open_.lea, open_.chloe, open_.paul):
        lines = [
            line
            for line in await app.get(HOME)
            if note.url in (line["uri"], (line["reblog"] or {}).get("uri"))
        ]
        assert len(lines) == 1, app.node.host
        shown = lines[0]["reblog"] or lines[0]
        assert shown["content"].count("Matériel") == 1
        assert shown["account"]["acct"].startswith("bruno")
    [line] = await open_.paul.get(HOME)
    assert line["account"]["group"] is True


async def test_statuses_of_a_project_are_what_everybody_may_read(open_: Apps) -> None:
    seen = await open_.space.write(open_.bruno.node, "bruno", "Pour tous.")
    hidden = await open_.space.write(open_.bruno.node, "bruno", "Entre nous.", reach="project")
    mine = await open_.space.write(open_.lea.node, "lea", "Ouverture", "milestone", title="J1",
                                   due="2027-01-31")  # fmt: skip
    await open_.settle()
    for app in (open_.lea, open_.paul):
        group = await open_.space.group(app.node)
        lines = await app.get(f"/api/v1/accounts/{group.id}/statuses")
        uris = {(line["reblog"] or line)["uri"] for line in lines}
        assert uris == {seen.url, mine.url}
        assert hidden.url not in str(lines)


async def test_what_is_for_members_is_private_and_goes_no_further(closed: Apps) -> None:
    note = await closed.space.write(closed.bruno.node, "bruno", "Entre nous.")
    await closed.settle()
    for app in (closed.lea, closed.bruno, closed.chloe):
        shown = await closed.status(app, note.url)
        assert shown["visibility"] == "private"
        number = shown["id"]
        await app.post(f"{STATUSES}/{number}/reblog", expect=404)
        sent = {"status": "Voyez", "quoted_status_id": number, "visibility": "public"}
        await app.post(STATUSES, json=sent, expect=404)
        await app.post(f"{STATUSES}/{number}/favourite")
    number = await closed.number(closed.paul, note.url)
    await closed.paul.get(f"{STATUSES}/{number}", expect=404)
    await App(closed.paul.node).get(f"{STATUSES}/{number}", expect=404)
    await closed.paul.post(f"{STATUSES}/{number}/reblog", expect=404)


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
async def test_an_answer_from_an_app_stays_among_members(closed: Apps, visibility: str) -> None:
    note = await closed.space.write(closed.bruno.node, "bruno", "Qui vient ?")
    await closed.settle()
    number = await closed.number(closed.chloe, note.url)
    sent = {"status": "@bruno@beta.example Moi !", "in_reply_to_id": str(number),
            "visibility": visibility}  # fmt: skip
    said = await closed.chloe.post(STATUSES, json=sent)
    await closed.settle()
    assert said["visibility"] == "private"
    [mention] = await closed.bruno.get("/api/v1/notifications", query={"types[]": "mention"})
    assert mention["status"]["uri"] == said["uri"]
    assert mention["status"]["visibility"] == "private"
    assert (await closed.status(closed.lea, said["uri"]))["visibility"] == "private"
    stranger = App(closed.paul.node)
    await stranger.get(f"{STATUSES}/{said['id']}", expect=404)
    (entry, _), _ = await closed.space.entries(closed.space.host, "lea")
    assert entry.kind == "comment"


async def test_a_mention_in_what_is_for_members_tells_members_only(closed: Apps) -> None:
    text = "Voyez @chloe@gamma.example et @paul@gamma.example"
    await closed.space.write(closed.lea.node, "lea", text)
    await closed.settle()
    [mention] = await closed.chloe.get("/api/v1/notifications")
    assert (mention["type"], mention["status"]["visibility"]) == ("mention", "private")
    assert await closed.paul.get("/api/v1/notifications") == []


async def test_members_vote_on_a_decision(closed: Apps) -> None:
    lea = await closed.lea.node.person("lea")
    group = await closed.space.group(closed.lea.node)
    closes = closed.lea.node.clock.ms + 86_400_000
    record = await publish_entry(
        closed.lea.node.outbox,
        lea,
        group,
        EntryDraft(
            entry=Entry(kind="decision", title="Achat"),
            text="On achète ?",
            poll=PollDraft(("Oui", "Non"), closes),
        ),
    )
    await closed.settle()
    shown = await closed.status(closed.chloe, record.url)
    poll = shown["poll"]
    assert [option["title"] for option in poll["options"]] == ["Oui", "Non"]
    voted = await closed.chloe.post(f"/api/v1/polls/{poll['id']}/votes", json={"choices": [0]})
    assert voted["own_votes"] == [0]
    await closed.settle()
    counted = await closed.status(closed.lea, record.url)
    assert [option["votes_count"] for option in counted["poll"]["options"]] == [1, 0]
    number = await closed.number(closed.paul, record.url)
    await closed.paul.post(f"/api/v1/polls/{number}/votes", json={"choices": [0]}, expect=404)


async def test_an_edit_from_an_app_keeps_what_apps_do_not_know(closed: Apps) -> None:
    milestone = await closed.space.write(closed.lea.node, "lea", "", "milestone", title="Ouverture")
    await closed.settle()
    note = await closed.space.write(closed.bruno.node, "bruno", "Une faute.", "difficulty",
                                    title="Matériel", milestone=milestone.url)  # fmt: skip
    await closed.settle()
    number = await closed.number(closed.bruno, note.url)
    source = await closed.bruno.get(f"{STATUSES}/{number}/source")
    assert source["text"] == "Une faute."
    edited = await closed.bruno.put(f"{STATUSES}/{number}", json={"status": "Corrigé."})
    await closed.settle()
    assert edited["visibility"] == "private"
    for app, who in ((closed.bruno, "bruno"), (closed.lea, "lea"), (closed.chloe, "chloe")):
        rows = {r.url: (entry, r) for entry, r in await closed.space.entries(app.node, who)}
        entry, record = rows[note.url]
        assert (entry.kind, entry.milestone) == ("difficulty", milestone.url)
        assert document(record)["name"] == "Matériel"
        content = (await closed.status(app, note.url))["content"]
        assert content.count("Matériel") == 1
        assert "Corrigé." in content


async def test_what_an_app_deletes_is_deleted_everywhere(closed: Apps) -> None:
    note = await closed.space.write(closed.bruno.node, "bruno", "À retirer.")
    await closed.settle()
    number = await closed.number(closed.bruno, note.url)
    await closed.bruno.delete(f"{STATUSES}/{number}")
    await closed.settle()
    assert await closed.space.timeline(closed.chloe.node, "chloe") == []


async def test_search_finds_a_project_by_its_address_and_one_follows_it(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    paul = await app_of(await network.node("beta"), "paul")
    query = {"q": "@projet@alpha.example", "resolve": "true", "type": "accounts"}
    [found] = (await paul.get("/api/v2/search", query=query))["accounts"]
    assert (found["group"], found["acct"]) == (True, "projet@alpha.example")
    followed = await paul.post(f"/api/v1/accounts/{found['id']}/follow")
    assert followed["following"] or followed["requested"]
    await network.settle()
    [now] = await paul.get("/api/v1/accounts/relationships", query={"id[]": found["id"]})
    assert now["following"]
    note = await space.write(space.host, "lea", "Nous commençons.")
    await network.settle()
    assert [line["reblog"]["uri"] for line in await paul.get(HOME)] == [note.url]
    assert not (await paul.post(f"/api/v1/accounts/{found['id']}/unfollow"))["following"]
    await network.settle()
    await space.write(space.host, "lea", "Suite.")
    await network.settle()
    assert len(await paul.get(HOME)) <= 1
