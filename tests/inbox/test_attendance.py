"""Join, Leave and what is answered, as other servers send and get them."""

import json
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from outbox.acts.events.attending import join_event
from outbox.context import ActRefused
from storage.records import ObjectRecord
from storage.store import Tx
from tests.support.events import announce, event_at, standing
from tests.support.factories import activity, create, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote


@pytest.fixture
def alice(node: LocalNode) -> Remote:
    """Somebody on another server."""
    return node.wires.person("https://mastodon.example/users/alice")


@pytest.fixture
def bob(node: LocalNode) -> Remote:
    """Somebody on a third server."""
    return node.wires.person("https://elsewhere.example/users/bob")


async def sent_by(node: LocalNode, username: str) -> list[dict[str, Any]]:
    """What somebody here sent about events, oldest first."""
    actor = await node.person(username)

    async def look(tx: Tx) -> list[str]:
        rows = await tx.connection.fetch_all(
            "select document from activities where actor_id = $1 and type <> 'Create' order by id",
            actor.id,
        )
        return [row[0] for row in rows]

    return [json.loads(text) for text in await node.store.query(look)]


async def joined(node: LocalNode, alice: Remote, record: ObjectRecord, **more: Any) -> str:
    """Alice asks to take part; the note of the row."""
    return await node.receive(alice, activity(alice, "Join", record.url, **more))


async def test_a_join_is_accepted_at_once_and_again(node: LocalNode, alice: Remote) -> None:
    record = await announce(node)
    first = activity(alice, "Join", record.url, participationMessage="Avec plaisir")
    assert await node.receive(alice, first) == "done"
    assert await joined(node, alice, record) == "done"
    answers = await sent_by(node, "lea")
    assert [answer["type"] for answer in answers] == ["Accept", "Accept"]
    assert answers[0]["object"] == {
        "type": "Join", "id": first["id"], "actor": alice.url, "object": record.url,
    }  # fmt: skip
    assert (await event_at(node, record.url)).attendees_count == 1
    assert await node.notified("lea") == ["event.joined"]


async def test_a_full_event_declines_and_says_why(node: LocalNode, alice: Remote) -> None:
    record = await announce(node, max_attendees=1)
    hugo = await node.person("hugo")
    await join_event(node.outbox, hugo, record)
    assert "full" in await joined(node, alice, record)
    (answer,) = await sent_by(node, "lea")
    assert (answer["type"], answer["summary"]) == ("Reject", "There is no place left.")
    assert await standing(node, record.url, alice.url) == ""


async def test_where_registrations_are_kept_elsewhere_a_join_is_left_alone(
    node: LocalNode, alice: Remote
) -> None:
    """FEP-8a8e: who handles no registrations answers `Ignore` with the id of the Join."""
    record = await announce(node, joining="external", external_url="https://x.example/")
    asked = activity(alice, "Join", record.url)
    await node.receive(alice, asked)
    (answer,) = await sent_by(node, "lea")
    assert (answer["type"], answer["object"]) == ("Ignore", asked["id"])


async def test_a_request_waits_for_the_organiser(node: LocalNode, alice: Remote) -> None:
    record = await announce(node, joining="restricted")
    assert await joined(node, alice, record, content="<p>Puis-je venir ?</p>") == "done"
    assert await sent_by(node, "lea") == []
    assert await standing(node, record.url, alice.url) == "requested"
    assert await node.notified("lea") == ["event.asked"]


@pytest.mark.parametrize("how", ["leave", "undo", "undo by id"])
async def test_leaving_and_undoing_end_it(node: LocalNode, alice: Remote, how: str) -> None:
    record = await announce(node)
    asked = activity(alice, "Join", record.url)
    await node.receive(alice, asked)
    ends = {
        "leave": activity(alice, "Leave", record.url),
        "undo": undo(asked),
        "undo by id": activity(alice, "Undo", asked["id"]),
    }
    assert await node.receive(alice, ends[how]) == "done"
    assert await standing(node, record.url, alice.url) == "left"
    assert (await event_at(node, record.url)).attendees_count == 0
    again = await node.receive(alice, activity(alice, "Leave", record.url))
    assert again.startswith("ignored")


async def test_nobody_undoes_what_somebody_else_asked(
    node: LocalNode, alice: Remote, bob: Remote
) -> None:
    record = await announce(node)
    asked = activity(alice, "Join", record.url)
    await node.receive(alice, asked)
    for undone in (asked["id"], asked | {"actor": bob.url}, asked):
        assert "only one's own" in await node.receive(bob, activity(bob, "Undo", undone))
    assert await standing(node, record.url, alice.url) == "accepted"


async def test_what_one_may_not_see_one_does_not_join(node: LocalNode, alice: Remote) -> None:
    record = await announce(node, reach="network")
    assert "not known here" in await joined(node, alice, record)
    assert await sent_by(node, "lea") == []
    assert await node.count("attendances") == 0


async def test_a_join_of_what_is_no_event_has_no_effect(node: LocalNode, alice: Remote) -> None:
    note = await node.write("lea", "Bonjour")
    for target in (note, f"{note}0", "https://elsewhere.example/events/1", None):
        outcome = await node.receive(alice, activity(alice, "Join", target))
        assert outcome.startswith("ignored")
    assert await node.count("attendances") == 0


# an event of another server


def happening(alice: Remote, **changes: Any) -> dict[str, Any]:
    """An event of Alice's."""
    return {
        "id": f"{alice.url}/events/1",
        "type": "Event",
        "attributedTo": alice.url,
        "actor": alice.url,
        "name": "Rencontre",
        "content": "<p>Venez</p>",
        "startTime": "2026-12-04T09:00:00+01:00",
        "timezone": "Europe/Paris",
        "joinMode": "restricted",
        "published": "2026-11-18T08:00:00Z",
        "to": [PUBLIC],
        "cc": [],
    } | changes


async def known(node: LocalNode, alice: Remote, **changes: Any) -> ObjectRecord:
    """An event of Alice's that came here."""
    await node.befriend("greta", alice)
    document = happening(alice, **changes)
    assert await node.receive(alice, create(alice, document)) == "done"
    found = await node.object(document["id"])
    assert found is not None
    return found


async def asked(node: LocalNode, record: ObjectRecord) -> dict[str, Any]:
    """What Greta asks the server of an event."""
    greta = await node.person("greta")
    await join_event(node.outbox, greta, record, "Bonjour")
    found = [one for one in await sent_by(node, "greta") if one["type"] == "Join"]
    return found[-1]


async def test_the_server_of_an_event_decides(node: LocalNode, alice: Remote) -> None:
    record = await known(node, alice)
    join = await asked(node, record)
    assert (join["object"], join["to"], join["content"]) == (record.url, [alice.url], "Bonjour")
    greta = await node.person("greta")
    assert await node.receive(alice, activity(alice, "Accept", join)) == "done"
    assert await standing(node, record.url, greta.url) == "accepted"
    assert await node.receive(alice, activity(alice, "Reject", join["id"])) == "done"
    assert await standing(node, record.url, greta.url) == "rejected"
    assert (await node.notified("greta"))[:2] == ["event.declined", "event.admitted"]


async def test_an_organiser_may_think_again(node: LocalNode, alice: Remote) -> None:
    record = await known(node, alice)
    join = await asked(node, record)
    greta = await node.person("greta")
    await node.receive(alice, activity(alice, "Reject", join["id"]))
    assert await node.receive(alice, activity(alice, "Accept", join["id"])) == "done"
    assert await standing(node, record.url, greta.url) == "accepted"


async def test_nobody_else_answers_for_it(node: LocalNode, alice: Remote, bob: Remote) -> None:
    record = await known(node, alice)
    join = await asked(node, record)
    greta = await node.person("greta")
    for kind in ("Accept", "Reject"):
        assert "only who organises" in await node.receive(bob, activity(bob, kind, join))
    assert await standing(node, record.url, greta.url) == "requested"


async def test_an_answer_after_leaving_changes_nothing(node: LocalNode, alice: Remote) -> None:
    from outbox.acts.events.attending import leave_event

    record = await known(node, alice)
    join = await asked(node, record)
    greta = await node.person("greta")
    await leave_event(node.outbox, greta, record)
    assert (await sent_by(node, "greta"))[-1]["type"] == "Leave"
    assert "has left" in await node.receive(alice, activity(alice, "Accept", join))
    assert await standing(node, record.url, greta.url) == "left"


async def test_an_accept_of_what_nobody_asked_makes_nobody_take_part(
    node: LocalNode, alice: Remote
) -> None:
    record = await known(node, alice)
    greta = await node.person("greta")
    forged = {"type": "Join", "actor": greta.url, "object": record.url}
    outcome = await node.receive(alice, activity(alice, "Accept", forged))
    assert outcome.startswith("ignored")
    assert await standing(node, record.url, greta.url) == ""


async def test_nobody_asks_where_it_is_over_or_cancelled(node: LocalNode, alice: Remote) -> None:
    greta = await node.person("greta")
    late = await known(node, alice, startTime="2020-01-01T09:00:00Z")
    with pytest.raises(ActRefused, match="over"):
        await join_event(node.outbox, greta, late)
    assert await sent_by(node, "greta") == []


async def test_a_new_time_is_a_change_that_people_see(node: LocalNode, alice: Remote) -> None:
    record = await known(node, alice)
    changed = happening(
        alice, startTime="2026-12-05T09:00:00+01:00", updated="2026-11-18T09:30:00Z"
    )
    assert await node.receive(alice, activity(alice, "Update", changed)) == "done"
    seen = await node.object(record.url)
    assert seen is not None
    assert seen.edited_at is not None
    assert (await event_at(node, record.url)).sequence == 1
