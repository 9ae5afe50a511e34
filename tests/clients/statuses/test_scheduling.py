"""Posts for later: kept with their files, moved, dropped, published exactly once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients.statuses.publishing import ScheduledPosts
from outbox.publish import Publisher
from storage.store import Tx
from tests.clients.media.uploads import upload
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

STATUSES = "/api/v1/statuses"
SCHEDULED = "/api/v1/scheduled_statuses"


def at(node: LocalNode, minutes: float) -> str:
    """A moment some minutes from now, as apps write it."""
    moment = datetime.fromtimestamp(node.clock(), UTC) + timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def later(app: App, minutes: float = 30, **sent: Any) -> Any:
    """Schedule a post."""
    whole = {"status": "Plus tard", "scheduled_at": at(app.node, minutes), **sent}
    return await app.post(STATUSES, json=whole)


def worker(node: LocalNode) -> ScheduledPosts:
    return ScheduledPosts(node.services.clients)


async def test_a_post_waits_for_its_time(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    kept = await later(
        app, status="Demain", visibility="unlisted", spoiler_text="Oh", language="en"
    )
    check_entity("ScheduledStatus", kept)
    assert kept["params"]["text"] == "Demain"
    assert await node.count("objects") == 0
    assert [one["id"] for one in await app.get(SCHEDULED)] == [kept["id"]]
    assert await app.get(f"{SCHEDULED}/{kept['id']}") == kept
    assert await worker(node).run_once() == 0
    node.clock.pass_by(31 * 60)
    assert await worker(node).run_once() == 1
    assert await worker(node).run_once() == 0
    assert await app.get(SCHEDULED) == []
    published = (await node.home("amina") or await _urls(node))[0]
    record = await node.object(published)
    assert record is not None
    status = await app.get(f"{STATUSES}/{record.id}")
    assert (status["spoiler_text"], status["visibility"], status["language"]) == (
        "Oh", "unlisted", "en",
    )  # fmt: skip


async def _urls(node: LocalNode) -> list[str]:
    async def operation(tx: Tx) -> list[str]:
        rows = await tx.connection.fetch_all("select url from objects order by id")
        return [row[0] for row in rows]

    return await node.store.query(operation)


async def test_poll_files_and_answers_wait_too(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    picture = await upload(app, "red", description="Rouge")
    first = await app.post(STATUSES, json={"status": "Une question"})
    kept = await later(app, media_ids=[picture["id"]], in_reply_to_id=first["id"])
    assert [media["description"] for media in kept["media_attachments"]] == ["Rouge"]
    assert kept["params"]["in_reply_to_id"] == int(first["id"])
    asked = await later(app, poll={"options": ["a", "b"], "expires_in": 600, "multiple": True})
    assert asked["params"]["poll"]["options"] == ["a", "b"]
    taken = {"status": "Déjà prise", "media_ids": [picture["id"]]}
    assert "already attached" in (await app.post(STATUSES, json=taken, expect=422))["error"]
    await app.delete(f"/api/v1/media/{picture['id']}", expect=422)
    node.clock.pass_by(40 * 60)
    await node.services.housekeeping.run_once()
    assert await worker(node).run_once() == 2
    answers = (await app.get(f"{STATUSES}/{first['id']}/context"))["descendants"]
    assert [media["id"] for media in answers[0]["media_attachments"]] == [picture["id"]]
    asked = await node.object((await _urls(node))[-1])
    assert asked is not None
    poll = await app.get(f"/api/v1/polls/{asked.id}")
    closes = datetime.fromisoformat(poll["expires_at"]).timestamp()
    assert closes == pytest.approx(node.clock() + 600, abs=2)


async def test_files_are_kept_for_days(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    picture = await upload(app, "red")
    kept = await later(app, 5 * 24 * 60, media_ids=[picture["id"]])
    node.clock.pass_by(4 * 24 * 3_600)
    await node.services.housekeeping.run_once()
    assert (await app.get(f"{SCHEDULED}/{kept['id']}"))["media_attachments"] != []
    assert await app.delete(f"{SCHEDULED}/{kept['id']}") == {}
    await node.services.housekeeping.run_once()
    status = await app.post(STATUSES, json={"status": "a", "media_ids": [picture["id"]]})
    assert status["media_attachments"][0]["id"] == picture["id"]


async def test_the_time_can_be_moved(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    kept = await later(app)
    path = f"{SCHEDULED}/{kept['id']}"
    moved = await app.put(path, json={"scheduled_at": at(node, 90)})
    assert moved["scheduled_at"] == at(node, 90)
    for wrong in (at(node, 2), "jamais", ""):
        await app.put(path, json={"scheduled_at": wrong}, expect=422)
    await app.put(path, json={}, expect=422)
    node.clock.pass_by(60 * 60)
    assert await worker(node).run_once() == 0
    node.clock.pass_by(31 * 60)
    assert await worker(node).run_once() == 1


async def test_what_is_somebody_elses_is_not_there(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    kept = await later(amina)
    path = f"{SCHEDULED}/{kept['id']}"
    assert await bruno.get(SCHEDULED) == []
    await bruno.get(path, expect=404)
    await bruno.put(path, json={"scheduled_at": at(node, 90)}, expect=404)
    await bruno.delete(path, expect=404)
    await amina.get(f"{SCHEDULED}/7", expect=404)
    await App(node).get(SCHEDULED, expect=401)


async def test_the_list_is_read_page_by_page(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    made = [(await later(app, status=f"N° {n}"))["id"] for n in range(3)]
    page = await app.ask("GET", SCHEDULED, query={"limit": 2})
    assert [one["id"] for one in page.json] == [made[2], made[1]]
    following = page.link("next")
    assert following is not None
    rest = await app.get(following.removeprefix("https://node.example"))
    assert [one["id"] for one in rest] == [made[0]]


async def test_a_member_schedules_no_more_than_is_reasonable(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for n in range(25):
        await later(app, 24 * 60 + n / 10)
    answer = await app.post(
        STATUSES, json={"status": "Encore", "scheduled_at": at(node, 24 * 60 + 5)}, expect=422
    )
    assert "25 scheduled posts for today" in answer["error"]
    await later(app, 3 * 24 * 60)


async def test_the_same_key_schedules_once(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    sent = {"status": "Une fois", "scheduled_at": at(node, 30)}
    key = {"Idempotency-Key": "k"}
    made = await asyncio.gather(*(app.post(STATUSES, json=sent, headers=key) for _ in range(4)))
    assert len({one["id"] for one in made}) == 1
    assert await node.count("scheduled") == 1


async def test_several_workers_publish_once(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for n in range(5):
        await later(app, status=f"N° {n}")
    node.clock.pass_by(31 * 60)
    await asyncio.gather(*(worker(node).run_once() for _ in range(4)))
    assert await node.count("objects") == 5
    assert await node.count("scheduled") == 0


async def test_a_crash_while_publishing_leaves_it_to_be_published_once(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await app_of(node, "amina")
    await later(app)
    node.clock.pass_by(31 * 60)
    plain = Publisher.publish

    class Killed(BaseException):
        """The end of the process."""

    async def killed(*args: Any, **options: Any) -> Any:
        await plain(*args, **options)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish", killed)
        with pytest.raises(Killed):
            await worker(node).run_once()
    assert await node.count("objects") == 0
    assert await worker(node).run_once() == 1
    assert await node.count("objects") == 1


async def test_what_cannot_be_published_any_more_stays_for_its_author(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    first = await bruno.post(STATUSES, json={"status": "Une question"})
    kept = await later(amina, in_reply_to_id=first["id"])
    await bruno.delete(f"{STATUSES}/{first['id']}")
    node.clock.pass_by(31 * 60)
    assert await worker(node).run_once() == 1
    assert await worker(node).run_once() == 0
    assert [one["id"] for one in await amina.get(SCHEDULED)] == [kept["id"]]
    assert await node.count("objects") == 1


async def test_somebody_who_left_publishes_nothing(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await later(app)

    async def close(tx: Tx) -> None:
        await tx.connection.execute("update members set disabled_at = 1")

    await node.store.write(close)
    node.clock.pass_by(31 * 60)
    await worker(node).run_once()
    assert await node.count("objects") == 0
