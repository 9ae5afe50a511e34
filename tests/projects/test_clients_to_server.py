"""Clients of the standard protocol in projects: everything a member does, by posting activities."""

import json
from typing import Any

import pytest

from federation.vocabulary import PROJECT, PUBLIC
from outbox.context import ActRefused
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, document, open_project


@pytest.fixture
async def space(network: Network) -> ProjectSpace:
    """A members-only project of alpha with bruno of beta as partner."""
    space = await open_project(network, await network.node("alpha"), reach="project")
    await space.invite(await network.node("beta"), "bruno")
    return space


@pytest.fixture
def alpha(space: ProjectSpace) -> LocalNode:
    """Where the project lives."""
    return space.host


@pytest.fixture
def beta(space: ProjectSpace) -> LocalNode:
    """Where the partner lives."""
    return space.network.nodes["beta.example"]


async def act(node: LocalNode, who: str, posted: dict[str, Any]) -> dict[str, Any]:
    """What is published for what a client posts."""
    done = await node.act(who, posted)
    found: dict[str, Any] = json.loads(done.document)
    return found


async def refused(node: LocalNode, who: str, posted: dict[str, Any]) -> tuple[int, str]:
    """Status and code with which an act is refused."""
    with pytest.raises(ActRefused) as caught:
        await node.act(who, posted)
    return caught.value.status, caught.value.code


def note(space: ProjectSpace, **values: Any) -> dict[str, Any]:
    """A note for the project, as a client posts it."""
    return {"type": "Note", "content": "<p>Le casque est là.</p>", "audience": space.url, **values}


async def test_a_note_for_a_project_is_an_entry_for_whom_the_project_is(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    done = await act(beta, "bruno", note(space, name="Matériel", **{"cmt:kind": "cmt:Difficulty"}))
    await space.network.settle()
    url = done["object"]["id"]
    [(entry, record)] = await space.entries(alpha, "lea")
    assert (record.url, entry.kind, entry.position > 0) == (url, "difficulty", True)
    assert record.visibility == "project"
    assert document(record)["to"] == [PROJECT, f"{space.url}/members"]
    assert await space.timeline(alpha, "paul") == []
    assert await space.timeline(beta, "bruno") == [url]


@pytest.mark.parametrize(
    "addresses",
    [
        {"to": ["cmt:Project"]},
        {"to": [PROJECT]},
        {"to": ["https://alpha.example/users/projet/members"], "audience": None},
        {"cc": ["https://alpha.example/users/projet/members"]},
        {"to": [PROJECT, "https://alpha.example/users/projet"], "audience": None},
    ],
)
async def test_members_are_addressed_in_every_spelling(
    space: ProjectSpace, beta: LocalNode, addresses: dict[str, Any]
) -> None:
    done = await act(beta, "bruno", note(space, **addresses))
    sent = done["object"]
    assert (sent["to"], sent["cc"]) == ([PROJECT, f"{space.url}/members"], [space.url])
    assert sent["audience"] == space.url


async def test_what_is_for_everybody_is_passed_on_to_everybody(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    done = await act(beta, "bruno", note(space, to=[PUBLIC]))
    await space.network.settle()
    assert await space.timeline(alpha, None) == [done["object"]["id"]]


async def test_a_mention_publishes_what_is_for_everybody(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    tag = {"type": "Mention", "href": space.url, "name": "@projet@alpha.example"}
    done = await act(beta, "bruno", {"type": "Note", "content": "Vu", "to": [PUBLIC], "tag": [tag]})
    await space.network.settle()
    assert await space.timeline(alpha, None) == [done["object"]["id"]]
    assert done["object"]["audience"] == space.url


async def test_nobody_outside_is_named_by_what_is_for_members(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    gamma = await space.network.node("gamma")
    olga, paul = await gamma.person("olga"), await beta.person("paul")
    lea = await alpha.person("lea")
    tags = [
        {"type": "Mention", "href": person.url, "name": f"@{person.account}"}
        for person in (olga, paul, lea)
    ]
    done = await act(
        beta, "bruno", note(space, to=["cmt:Project", olga.url], bto=[paul.url], tag=tags)
    )
    await space.network.settle()
    sent = done["object"]
    assert sent["cc"] == [lea.url, space.url]
    assert [tag["href"] for tag in sent["tag"]] == [lea.url]
    assert await gamma.object(sent["id"]) is None
    assert await beta.home("paul") == []
    assert await beta.notified("paul") == []


async def test_an_answer_is_as_restricted_as_what_it_answers(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    first = await space.write(alpha, "lea", "Qui vient ?")
    await space.network.settle()
    wide = note(space, inReplyTo=first.url, to=[PUBLIC])
    assert await refused(beta, "bruno", wide) == (422, "too-wide")
    done = await act(beta, "bruno", note(space, inReplyTo=first.url))
    await space.network.settle()
    (entry, record), _ = await space.entries(alpha, "lea")
    assert (record.url, entry.kind, record.visibility) == (done["object"]["id"], "comment",
                                                           "project")  # fmt: skip


@pytest.mark.parametrize(
    ("who", "posted", "expected"),
    [
        ("paul", {}, (403, "not-a-member")),
        ("bruno", {"to": ["https://beta.example/users/paul"]}, (422, "no-entry")),
        ("bruno", {"to": ["https://beta.example/users/bruno/followers"]}, (422, "no-entry")),
        ("bruno", {"to": ["cmt:Organisation"]}, (422, "no-entry")),
        ("bruno", {"to": ["cmt:Project"], "audience": None}, (422, "no-project")),
        ("bruno", {"to": ["cmt:Project"], "audience": "https://beta.example/users/beta"},
         (422, "no-project")),
        ("bruno", {"type": "Collection"}, (422, "no-entry")),
        ("bruno", {"cmt:kind": "cmt:Milestone", "name": "J"}, (403, "not-a-lead")),
        ("bruno", {"type": "Article", "cmt:kind": "cmt:Experience", "name": "X"},
         (422, "no-entry")),
    ],
)  # fmt: skip
async def test_what_is_no_entry_is_refused_and_nothing_is_kept(
    space: ProjectSpace, beta: LocalNode, who: str, posted: dict[str, Any], expected: Any
) -> None:
    await beta.person("paul")
    before = await beta.count("objects")
    assert await refused(beta, who, note(space, **posted)) == expected
    assert await beta.count("objects") == before


async def test_only_a_milestone_of_the_project_is_named_as_one(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    goal = await space.write(alpha, "lea", "", "milestone", title="Ouverture")
    other = await open_project(space.network, alpha, "zoe", "autre")
    away = await other.write(alpha, "zoe", "", "milestone", title="Ailleurs")
    await space.network.settle()
    done = await act(beta, "bruno", note(space, **{"cmt:milestone": goal.url}))
    await space.network.settle()
    url = done["object"]["id"]
    for wrong in (url, away.url, "https://elsewhere.example/objects/1"):
        said = {"cmt:milestone": wrong}
        assert await refused(beta, "bruno", note(space, **said)) == (422, "no-milestone")
        change = {"type": "Update", "object": {"id": url, "type": "Note", **said}}
        assert await refused(beta, "bruno", change) == (422, "no-milestone")
    lead = note(space, name="Visite", **{"cmt:kind": "cmt:Call", "cmt:milestone": away.url})
    assert await refused(alpha, "lea", lead) == (422, "no-milestone")


async def test_a_note_of_a_milestone_that_is_gone_is_still_changed(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    goal = await space.write(alpha, "lea", "", "milestone", title="Ouverture")
    await space.network.settle()
    done = await act(beta, "bruno", note(space, **{"cmt:milestone": goal.url}))
    await alpha.act("lea", {"type": "Delete", "object": goal.url})
    await space.network.settle()
    change = {"id": done["object"]["id"], "type": "Note", "content": "<p>Corrigé.</p>"}
    await act(beta, "bruno", {"type": "Update", "object": change})
    assert await refused(beta, "bruno", note(space, **{"cmt:milestone": goal.url})) == (
        422,
        "no-milestone",
    )


async def test_observers_read_and_answer_but_publish_nothing(
    space: ProjectSpace, alpha: LocalNode
) -> None:
    gamma = await space.network.node("gamma")
    await space.invite(gamma, "olga", "observer")
    first = await space.write(alpha, "lea", "Qui vient ?")
    await space.network.settle()
    assert await refused(gamma, "olga", note(space)) == (403, "observer")
    done = await act(gamma, "olga", note(space, inReplyTo=first.url))
    await space.network.settle()
    assert done["object"]["id"] in await space.timeline(alpha, "lea")


async def test_an_entry_keeps_kind_and_readers_when_it_is_changed_and_ends_everywhere(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    done = await act(beta, "bruno", note(space, **{"cmt:kind": "cmt:Meeting"}))
    await space.network.settle()
    url = done["object"]["id"]
    paul = await beta.person("paul")
    tag = [{"type": "Mention", "href": paul.url, "name": "@paul"}]
    changes = {"id": url, "content": "Autre", "to": [PUBLIC], "audience": None, "name": "Bilan",
               "cmt:kind": "cmt:Milestone", "tag": tag}  # fmt: skip
    changed = await act(beta, "bruno", {"type": "Update", "object": changes})
    await space.network.settle()
    [(entry, record)] = await space.entries(alpha, "lea")
    assert (entry.kind, record.visibility) == ("meeting", "project")
    assert "Autre" in record.content
    assert changed["object"]["audience"] == space.url
    assert paul.url not in json.dumps(changed["object"]["cc"])
    assert await refused(alpha, "lea", {"type": "Delete", "object": url}) == (404, "not-found")
    await act(beta, "bruno", {"type": "Delete", "object": url})
    await space.network.settle()
    assert await space.timeline(alpha, "lea") == []


async def test_a_lead_sets_changes_and_removes_a_milestone(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    said = note(space, name="Ouverture", **{"cmt:kind": "cmt:Milestone", "cmt:due": "2027-01-31"})
    done = await act(alpha, "lea", said)
    await space.network.settle()
    assert done["actor"] == space.url
    url = done["object"]["id"]
    reached = {"id": url, "cmt:state": "reached"}
    assert await refused(beta, "bruno", {"type": "Update", "object": reached}) == (404, "not-found")
    await act(alpha, "lea", {"type": "Update", "object": reached})
    await space.network.settle()
    [(entry, _)] = await space.entries(beta, "bruno")
    assert (entry.kind, entry.state) == ("milestone", "reached")
    await act(alpha, "lea", {"type": "Delete", "object": url})
    await space.network.settle()
    assert await space.timeline(beta, "bruno") == []


async def test_one_joins_and_leaves_a_project_elsewhere(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"), joining="open")
    beta = await network.node("beta")
    joined = await act(beta, "paul", {"type": "Join", "object": space.url, "content": "Bonjour"})
    await network.settle()
    paul = await beta.person("paul")
    assert (joined["type"], joined["object"]) == ("Join", space.url)
    membership = await space.membership(space.host, paul.url)
    assert membership is not None
    assert (membership.state, membership.engagement) == ("member", "Bonjour")
    assert await refused(beta, "paul", {"type": "Join", "object": space.url}) == (409, "member")
    left = await act(beta, "paul", {"type": "Leave", "object": space.url})
    await network.settle()
    assert left["type"] == "Leave"
    assert list(await space.members(space.host)) == ["lea@alpha.example"]
    assert (await refused(beta, "paul", {"type": "Leave", "object": space.url}))[0] == 404


async def test_an_invitation_is_agreed_to_or_declined_by_its_id(
    space: ProjectSpace, alpha: LocalNode
) -> None:
    gamma = await space.network.node("gamma")
    for name, answer, state in (("olga", "Accept", "member"), ("otto", "Reject", "declined")):
        person = await gamma.person(name)
        sent = await act(alpha, "lea", {"type": "Invite", "object": person.url,
                                        "target": space.url, "cmt:role": "observer"})  # fmt: skip
        assert (sent["type"], sent["actor"]) == ("Invite", space.url)
        await space.network.settle()
        assert await refused(gamma, "paul", {"type": answer, "object": sent["id"]})
        said = await act(gamma, name, {"type": answer, "object": sent["id"]})
        assert said["type"] == answer
        await space.network.settle()
        membership = await space.membership(alpha, person.url)
        assert membership is not None
        assert (membership.state, membership.role) == (state, "observer")


async def test_who_joins_agrees_to_the_invitation_that_waits(
    space: ProjectSpace, alpha: LocalNode
) -> None:
    closed = await open_project(space.network, alpha, username="closed", joining="invitation")
    gamma = await space.network.node("gamma")
    olga, paul = await gamma.person("olga"), await alpha.person("paul")
    for person in (olga, paul):
        await act(alpha, "lea", {"type": "Invite", "object": person.url, "target": closed.url})
    await space.network.settle()
    answers = [
        (await act(node, name, {"type": "Join", "object": closed.url}))["type"]
        for node, name in ((gamma, "olga"), (alpha, "paul"))
    ]
    await space.network.settle()
    assert answers == ["Accept", "Accept"]
    assert {"olga@gamma.example", "paul@alpha.example"} < set(await closed.members(alpha))


async def test_an_invitation_on_the_same_node_names_the_two_either_way_round(
    space: ProjectSpace, alpha: LocalNode
) -> None:
    paul = await alpha.person("paul")
    await act(alpha, "lea", {"type": "Invite", "object": space.url, "target": paul.url})
    inner = {"type": "Invite", "actor": space.url, "object": paul.url}
    done = await act(alpha, "paul", {"type": "Accept", "object": inner})
    assert done["actor"] == paul.url
    assert "paul@alpha.example" in await space.members(alpha)


async def test_only_leads_decide_who_belongs(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    lea, bruno = await alpha.person("lea"), await beta.person("bruno")
    paul = await alpha.person("paul")
    members = f"{space.url}/members"
    for posted in (
        {"type": "Invite", "object": paul.url, "target": space.url},
        {"type": "Remove", "object": lea.url, "target": members},
        {"type": "Add", "object": bruno.url, "target": members, "cmt:role": "lead"},
    ):
        assert (await refused(beta, "bruno", posted))[0] in (403, 404)
        assert (await refused(alpha, "paul", posted))[0] in (403, 404)
    raised = {"type": "Add", "object": bruno.url, "target": members, "cmt:role": "observer"}
    assert (await act(alpha, "lea", raised))["actor"] == lea.url
    await space.network.settle()
    assert (await space.members(beta))["bruno@beta.example"] == "observer"
    await act(alpha, "lea", {"type": "Remove", "object": bruno.url, "target": members})
    await space.network.settle()
    assert list(await space.members(alpha)) == ["lea@alpha.example"]


async def test_a_lead_admits_and_declines_who_asks(space: ProjectSpace, alpha: LocalNode) -> None:
    gamma = await space.network.node("gamma")
    asked = {}
    for name in ("olga", "otto"):
        asked[name] = await act(gamma, name, {"type": "Join", "object": space.url})
    await space.network.settle()
    assert (await refused(gamma, "olga", {"type": "Accept", "object": asked["olga"]["id"]}))[
        0
    ] == 404
    await act(alpha, "lea", {"type": "Accept", "object": asked["olga"]["id"]})
    await act(alpha, "lea", {"type": "Reject", "object": asked["otto"]["id"], "summary": "Complet"})
    await space.network.settle()
    assert (await space.members(gamma))["olga@gamma.example"] == "partner"
    otto = await space.membership(gamma, (await gamma.person("otto")).url)
    assert otto is not None
    assert otto.state == "declined"


async def test_what_was_begun_is_taken_back(space: ProjectSpace, alpha: LocalNode) -> None:
    gamma = await space.network.node("gamma")
    olga = await gamma.person("olga")
    sent = await act(alpha, "lea", {"type": "Invite", "object": olga.url, "target": space.url})
    assert (await refused(gamma, "olga", {"type": "Undo", "object": sent["id"]}))[0] == 404
    await act(alpha, "lea", {"type": "Undo", "object": sent["id"]})
    await space.network.settle()
    assert (await refused(gamma, "olga", {"type": "Accept", "object": sent["id"]}))[0] == 404
    joined = await act(gamma, "olga", {"type": "Join", "object": space.url})
    await space.network.settle()
    await act(gamma, "olga", {"type": "Undo", "object": joined["id"]})
    await space.network.settle()
    asked = await space.membership(alpha, olga.url)
    assert asked is not None
    assert asked.state == "left"


async def test_members_propose_and_leads_answer(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    milestone = {"type": "Note", "name": "Bilan", "cmt:kind": "cmt:Milestone"}
    proposed = {"type": "Offer", "object": {"type": "Create", "object": milestone},
                "target": space.url, "content": "Il en faut un."}  # fmt: skip
    assert (await refused(beta, "paul", proposed))[0] == 403
    sent = await act(beta, "bruno", proposed)
    await space.network.settle()
    assert await space.timeline(alpha, "lea") == []
    assert (await refused(alpha, "paul", {"type": "Accept", "object": sent["id"]}))[0] == 404
    await act(alpha, "lea", {"type": "Accept", "object": sent["id"]})
    await space.network.settle()
    [(entry, _)] = await space.entries(beta, "bruno")
    assert entry.kind == "milestone"
    here = await act(alpha, "lea", proposed)
    assert here["id"].startswith("https://alpha.example/activities/")
    rest = {"type": "Offer", "object": {"type": "Follow", "object": space.url}, "target": space.url}
    assert (await refused(beta, "bruno", rest))[0] == 422


async def test_outboxes_show_what_is_for_members_to_their_owner_only(
    space: ProjectSpace, beta: LocalNode
) -> None:
    done = await act(beta, "bruno", note(space))
    bruno = await beta.person("bruno")

    async def shown(everything: bool) -> list[str]:
        return [
            one.url
            for one in await beta.store.query(
                lambda tx: tx.activities.outbox(bruno.id, limit=50, everything=everything)
            )
        ]

    assert done["id"] in await shown(True)
    assert done["id"] not in await shown(False)
    client = beta.app.test_client()
    page = await client.get("/users/bruno/outbox?before=latest", headers={"Host": beta.host})
    assert done["id"] not in await page.get_data(as_text=True)
    inbox = await client.get("/users/bruno/inbox", headers={"Host": beta.host})
    assert inbox.status_code in (401, 403, 404, 405)


async def test_one_registers_for_an_event_of_the_project_and_takes_it_back(
    space: ProjectSpace, alpha: LocalNode, beta: LocalNode
) -> None:
    made = await act(
        alpha,
        "lea",
        note(
            space,
            type="Event",
            name="Visite",
            startTime="2027-03-28T09:00:00+02:00",
            joinMode="free",
        ),
    )
    await space.network.settle()
    url = made["object"]["id"]
    bruno = await beta.person("bruno")
    with pytest.raises(LookupError):
        await beta.act("paul", {"type": "Join", "object": url})
    joined = await act(beta, "bruno", {"type": "Join", "object": url})
    assert (joined["type"], joined["actor"]) == ("Join", bruno.url)
    await space.network.settle()
    record = await alpha.object(url)
    assert record is not None
    kept = await alpha.store.query(
        lambda tx: tx.events.attendees(record.id, ["accepted", "requested"])
    )
    assert [person.url for _, person in kept] == [bruno.url]
    assert (await refused(alpha, "lea", {"type": "Join", "object": url}))[0] == 409
    await act(beta, "bruno", {"type": "Leave", "object": url})
    await space.network.settle()
    attendance = await alpha.store.query(
        lambda tx: tx.events.attendees(record.id, ["accepted", "requested"])
    )
    assert attendance == []
