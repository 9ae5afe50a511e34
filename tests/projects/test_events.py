"""Events over several nodes: announced, changed, called off, joined and left."""

from dataclasses import replace

import pytest

from objects.events.store import event_in
from outbox.acts.events.attending import answer_attendance, join_event
from outbox.acts.events.publishing import (
    EventDraft,
    cancel_event,
    change_event,
    publish_event,
    withdraw_event,
)
from outbox.context import ActRefused
from storage.records import ObjectRecord
from tests.support.events import (
    DAY_MS,
    announce,
    brought,
    document_of,
    event_at,
    join,
    leave,
    standing,
    workshop,
)
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import open_project
from tests.support.signed_in import signed_in
from tests.web.members import page_of


async def two(network: Network) -> tuple[LocalNode, LocalNode]:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    await alpha.person("lea")
    await beta.person("bruno")
    return alpha, beta


async def test_an_event_is_the_same_on_another_server(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha, online_url="https://visio.example/salle", max_attendees=12)
    await brought(beta, "bruno", record.url)
    ours, theirs = await event_at(alpha, record.url), await event_at(beta, record.url)
    names = ("starts_at", "ends_at", "timezone", "joining", "status", "max_attendees", "fields")
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]


async def test_who_asks_takes_part_and_both_servers_know(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    bruno = await beta.person("bruno")
    await join(beta, "bruno", record.url, "J’apporte un casque.")
    assert await standing(beta, record.url, bruno.url) == "requested"
    await network.settle()
    assert await standing(alpha, record.url, bruno.url) == "accepted"
    assert await standing(beta, record.url, bruno.url) == "accepted"
    assert "event.joined" in await alpha.notified("lea")
    assert "event.admitted" in await beta.notified("bruno")
    assert (await event_at(alpha, record.url)).attendees_count == 1
    assert (await document_of(alpha, record.url))["participantCount"] == 1


async def test_who_leaves_makes_room(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha, max_attendees=1)
    await join(beta, "bruno", record.url)
    await network.settle()
    await alpha.person("hugo")
    with pytest.raises(ActRefused, match="no place left"):
        await join(alpha, "hugo", record.url)
    await leave(beta, "bruno", record.url)
    await network.settle()
    bruno = await beta.person("bruno")
    assert await standing(alpha, record.url, bruno.url) == "left"
    assert (await join(alpha, "hugo", record.url)).state == "accepted"
    assert (await document_of(alpha, record.url))["remainingAttendeeCapacity"] == 0


async def test_a_full_event_says_so(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha, max_attendees=1)
    await alpha.person("hugo")
    await join(alpha, "hugo", record.url)
    await join(beta, "bruno", record.url)
    await network.settle()
    assert await standing(beta, record.url, (await beta.person("bruno")).url) == "rejected"
    assert "event.declined" in await beta.notified("bruno")


async def test_an_organiser_decides_where_they_want_to(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha, joining="restricted")
    bruno = await beta.person("bruno")
    await join(beta, "bruno", record.url)
    await network.settle()
    assert await standing(beta, record.url, bruno.url) == "requested"
    assert "event.asked" in await alpha.notified("lea")
    lea, known = await alpha.person("lea"), await alpha.actor(bruno.url)
    assert known is not None
    await answer_attendance(alpha.outbox, lea, record, known.id, agreed=True)
    await network.settle()
    assert await standing(beta, record.url, bruno.url) == "accepted"
    await answer_attendance(alpha.outbox, lea, record, known.id, agreed=False)
    await network.settle()
    assert await standing(beta, record.url, bruno.url) == "rejected"


async def test_nobody_else_decides(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha, joining="restricted")
    await join(beta, "bruno", record.url)
    await network.settle()
    known = await alpha.actor((await beta.person("bruno")).url)
    assert known is not None
    hugo = await alpha.person("hugo")
    with pytest.raises(ActRefused) as refused:
        await answer_attendance(alpha.outbox, hugo, record, known.id, agreed=True)
    assert refused.value.status == 403


async def test_another_time_reaches_those_who_take_part(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    await join(beta, "bruno", record.url)
    await network.settle()
    event = event_in(record)
    assert event is not None
    assert event.ends_at is not None
    alpha.clock.pass_by(5)
    later = replace(
        event, starts_at=event.starts_at + DAY_MS, ends_at=event.ends_at + DAY_MS, place="Rouen"
    )
    await change_event(alpha.outbox, await alpha.person("lea"), record, later)
    await network.settle()
    seen = await event_at(beta, record.url)
    assert seen.starts_at == later.starts_at
    assert seen.sequence == (await event_at(alpha, record.url)).sequence == 1
    assert "event.changed" in await beta.notified("bruno")
    document = await document_of(alpha, record.url)
    assert document["participantCount"] == 1
    assert document["location"]["name"] == "Rouen"
    assert "Venez essayer" in document["content"]


async def test_a_cancelled_event_stays_and_takes_nobody_more(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    await join(beta, "bruno", record.url)
    await network.settle()
    alpha.clock.pass_by(5)
    await cancel_event(alpha.outbox, await alpha.person("lea"), record)
    await network.settle()
    assert (await event_at(beta, record.url)).status == "cancelled"
    assert "event.cancelled" in await beta.notified("bruno")
    hugo = await alpha.person("hugo")
    with pytest.raises(ActRefused, match="cancelled"):
        await join_event(alpha.outbox, hugo, record)


async def test_a_withdrawn_event_takes_its_registrations_along(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    await join(beta, "bruno", record.url)
    await network.settle()
    await withdraw_event(alpha.outbox, await alpha.person("lea"), record)
    await network.settle()
    for node in (alpha, beta):
        gone = await node.object(record.url)
        assert gone is not None
        assert gone.deleted_at is not None
        assert await node.count("attendances") == 0
    assert "event.deleted" in await beta.notified("bruno")
    page = await page_of(await signed_in(beta, "bruno"), "/notifications")
    assert "Lea a supprimé un événement auquel vous deviez participer" in page
    assert "Vous êtes inscrit" not in page


async def test_nobody_is_told_that_a_past_event_was_deleted(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    await join(beta, "bruno", record.url)
    await network.settle()
    alpha.clock.pass_by(8 * 24 * 3_600)
    await withdraw_event(alpha.outbox, await alpha.person("lea"), record)
    await network.settle()
    assert "event.deleted" not in await beta.notified("bruno")


async def test_registrations_kept_elsewhere_are_not_taken(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(
        alpha, joining="external", external_url="https://inscription.example/vr"
    )
    seen = await event_at(beta, (await brought(beta, "bruno", record.url)).url)
    assert (seen.joining, seen.external_url) == ("external", "https://inscription.example/vr")
    with pytest.raises(ActRefused, match="not kept here"):
        await join(beta, "bruno", record.url)


async def test_an_event_of_a_project_reaches_its_members_and_they_take_part(
    network: Network,
) -> None:
    alpha, beta = await two(network)
    space = await open_project(network, alpha, reach="project")
    await space.invite(beta, "bruno")
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    record = await announce(beta, "bruno", group=await space.group(beta))
    await network.settle()
    (entry, _), *_ = await space.entries(gamma, "chloe")
    assert entry.kind == "event"
    assert (await event_at(gamma, record.url)).starts_at == workshop(beta).starts_at
    chloe = await gamma.person("chloe")
    found = await gamma.object(record.url)
    assert found is not None
    await join_event(gamma.outbox, chloe, found)
    await network.settle()
    assert await standing(beta, record.url, chloe.url) == "accepted"
    beta.clock.pass_by(5)
    await cancel_event(beta.outbox, await beta.person("bruno"), await _current(beta, record.url))
    await network.settle()
    assert (await event_at(gamma, record.url)).status == "cancelled"
    assert "event.cancelled" in await gamma.notified("chloe")


async def test_what_nobody_could_attend_is_not_announced(network: Network) -> None:
    alpha = await network.node("alpha")
    lea = await alpha.person("lea")
    good = workshop(alpha)
    wrong = (
        replace(good, title=" "),
        replace(good, ends_at=good.starts_at),
        replace(good, timezone="Europe/Nulle-Part"),
        replace(good, joining="external"),
        replace(good, joining="external", external_url="javascript:alert(1)"),
        replace(good, online_url="file:///etc/passwd"),
        replace(good, max_attendees=0),
    )
    for event in wrong:
        with pytest.raises(ActRefused):
            await publish_event(alpha.outbox, lea, EventDraft(event=event))
    assert await alpha.count("events") == 0


async def test_nothing_of_a_registration_stays_when_somebody_is_gone(network: Network) -> None:
    alpha, beta = await two(network)
    record = await announce(alpha)
    await join(beta, "bruno", record.url)
    await network.settle()
    known = await alpha.actor((await beta.person("bruno")).url)
    assert known is not None
    await alpha.store.write(lambda tx: tx.actors.erase(known.id, alpha.clock.ms))
    assert await alpha.count("attendances") == 0


async def _current(node: LocalNode, url: str) -> ObjectRecord:
    found = await node.object(url)
    assert found is not None
    return found
