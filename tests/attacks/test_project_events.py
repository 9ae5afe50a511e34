"""Members-only events: seen, counted and joined by members alone; secret calendars that end."""

import re
from typing import Any

import pytest

from outbox.acts.events.attending import join_event
from outbox.acts.moderate import sanction_actor
from outbox.acts.projects.belonging import remove
from outbox.context import ActRefused
from storage.records import ObjectRecord
from tests.attacks.project_place import (
    ACCEPTED,
    READERS,
    WORD,
    Place,
    build_place,
    part_from_chloe,
    paths,
    reader,
)
from tests.support.events import announce, standing
from tests.support.factories import activity
from tests.support.fediverse import Network
from tests.support.signed_in import post, signed_in

ADDRESS = re.compile(r"https://[a-z]+\.example(/calendars/[\w-]+\.ics)")


@pytest.fixture
async def place(network: Network) -> Place:
    """Everybody in their places."""
    return await build_place(network, "public")


async def secret(place: Place) -> ObjectRecord:
    """An event of Bruno's for the members, with Lea among those who take part."""
    record = await announce(
        place.beta,
        "bruno",
        group=await place.group(place.beta),
        reach="project",
        title=f"{WORD} !",
        text=f"{WORD} @paul@alpha.example",
        place=WORD,
    )
    await place.network.settle()
    here = await place.alpha.object(record.url)
    assert here is not None
    await join_event(place.alpha.outbox, await place.alpha.person("lea"), here)
    await place.network.settle()
    lea = await place.alpha.person("lea")
    assert await standing(place.beta, record.url, lea.url) == "accepted"
    return record


@pytest.mark.parametrize("who", READERS)
async def test_no_page_and_no_calendar_shows_it_to_others(place: Place, who: str) -> None:
    record = await secret(place)
    if "ex-member" in who:
        await part_from_chloe(place)
    someone = await reader(place, who)
    node = someone.node
    group = await place.group(node) if node is not place.delta else None
    here = await node.object(record.url)
    number = here.id if here is not None else record.id
    tried = 0
    for values in ({"number": number}, {"number": group.id if group else 1}, {}):
        for path in paths(node, {**values, "object_id": number}):
            if not re.search(r"/(events|projects|objects|read|calendar|timeline)", path):
                continue
            for accept in ACCEPTED[:2]:
                body = await place.whole(node, path, accept, someone.session)
                assert WORD.encode() not in body, (who, path, accept)
                tried += 1
    assert tried > 30


async def test_outsiders_cannot_join_and_learn_nothing(place: Place) -> None:
    record = await secret(place)
    mallory = place.beta.wires.person("https://evil.example/users/mallory")
    outcome = await place.beta.receive(mallory, activity(mallory, "Join", record.url))
    missing = await place.beta.receive(mallory, activity(mallory, "Join", f"{record.url}0"))
    assert outcome == missing
    assert outcome.startswith("ignored")
    assert await standing(place.beta, record.url, mallory.url) == ""
    answers = await place.beta.store.query(
        lambda tx: tx.connection.fetch_all(
            "select type from activities where document like '%mallory%' and local = 1"
        )
    )
    assert answers == []


async def test_people_of_the_same_site_who_are_no_members_cannot_join(place: Place) -> None:
    record = await secret(place)
    boris = await signed_in(place.beta, "boris")
    assert (await post(boris, f"/events/{record.id}/join")).status_code == 404
    with pytest.raises(ActRefused) as refused:
        await join_event(place.beta.outbox, await place.beta.person("boris"), record)
    assert refused.value.status == 404


async def test_an_ex_member_joins_nothing_any_more(place: Place) -> None:
    record = await secret(place)
    here = await place.gamma.object(record.url)
    assert here is not None
    chloe = await place.gamma.person("chloe")
    await part_from_chloe(place)
    # her own site knows, and so does the one where the event is
    with pytest.raises(ActRefused):
        await join_event(place.gamma.outbox, chloe, here)
    assert await standing(place.beta, record.url, chloe.url) == ""


async def _address(client: Any, number: int) -> str:
    answer = await post(client, f"/projects/{number}/calendar/addresses")
    found = ADDRESS.search(await answer.get_data(as_text=True))
    assert found is not None
    return found[1]


async def test_a_secret_calendar_ends_when_it_is_taken_back(place: Place) -> None:
    await secret(place)
    group = await place.group(place.beta)
    bruno = await signed_in(place.beta, "bruno")
    path = await _address(bruno, group.id)
    anybody: Any = place.beta.app.test_client()
    shown = await anybody.get(path)
    assert shown.status_code == 200
    assert WORD in await shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "private, no-store"
    page = await (await bruno.get(f"/projects/{group.id}/calendar")).get_data(as_text=True)
    assert path not in page
    revoke = re.search(r'action="([^"]+/revoke)"', page)
    assert revoke is not None
    boris = await signed_in(place.beta, "boris")
    assert (await post(boris, revoke[1])).status_code in (403, 404)
    assert (await anybody.get(path)).status_code == 200
    assert (await post(bruno, revoke[1])).status_code == 303
    gone = await anybody.get(path)
    unknown = await anybody.get("/calendars/" + "x" * 43 + ".ics")
    assert gone.status_code == unknown.status_code == 404


async def test_a_secret_calendar_ends_with_membership(place: Place) -> None:
    await secret(place)
    group = await place.group(place.gamma)
    path = await _address(await signed_in(place.gamma, "chloe"), group.id)
    anybody: Any = place.gamma.app.test_client()
    assert (await anybody.get(path)).status_code == 200
    chloe = await place.alpha.actor((await place.gamma.person("chloe")).url)
    assert chloe is not None
    lea = await place.alpha.person("lea")
    await remove(place.alpha.outbox, lea, await place.group(place.alpha), chloe)
    await place.network.settle()
    assert (await anybody.get(path)).status_code == 404


async def test_a_secret_calendar_shows_nothing_of_a_suspended_project(place: Place) -> None:
    await secret(place)
    group = await place.group(place.alpha)
    path = await _address(await signed_in(place.alpha, "lea"), group.id)
    anybody: Any = place.alpha.app.test_client()
    assert (await anybody.get(path)).status_code == 200
    await sanction_actor(place.alpha.outbox, "admin", group, "suspend", "")
    assert (await anybody.get(path)).status_code == 404


async def test_no_secret_is_kept_in_clear(place: Place) -> None:
    group = await place.group(place.beta)
    path = await _address(await signed_in(place.beta, "bruno"), group.id)
    word = path.removeprefix("/calendars/").removesuffix(".ics")
    rows = await place.beta.store.query(
        lambda tx: tx.connection.fetch_all("select secret_hash, label from project_links")
    )
    assert len(rows) == 1
    assert word not in f"{rows[0][0]}{rows[0][1]}"


async def test_only_members_make_secret_calendars(place: Place) -> None:
    group = await place.group(place.alpha)
    for name in ("paul", "zoe", "adele"):
        client = await signed_in(place.alpha, name)
        answer = await post(client, f"/projects/{group.id}/calendar/addresses")
        assert answer.status_code == 403
    assert await place.alpha.count("project_links") == 0


async def test_the_open_calendar_of_a_project_shows_what_everybody_may_see(place: Place) -> None:
    await secret(place)
    await announce(
        place.beta, "bruno", group=await place.group(place.beta), reach="public", title="Salon"
    )
    await place.network.settle()
    group = await place.group(place.alpha)
    anybody: Any = place.alpha.app.test_client()
    text = await (await anybody.get(f"/projects/{group.id}/calendar.ics")).get_data(as_text=True)
    assert "SUMMARY:Salon" in text
    assert WORD not in text
