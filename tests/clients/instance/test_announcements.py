"""Announcements: told to members, read once, answered with at most eight signs."""

from typing import Any
from urllib.parse import quote

import pytest

from objects.announcements import Written, is_emoji, write
from storage.departures import DepartureStatements
from storage.store import Tx
from tests.clients.instance.test_emojis import emoji
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

PATH = "/api/v1/announcements"


async def announce(node: LocalNode, text: str, *, publish: bool = True, **times: Any) -> int:
    async def operation(tx: Tx) -> int:
        made = await write(tx, "lea", Written(text, **times), node.clock.ms, publish=publish)
        return made.id

    return await node.store.write(operation)


async def test_members_read_what_is_published_and_not_over(node: LocalNode) -> None:
    now = node.clock.ms
    url = await node.write("amina", "Bonjour")
    number = await announce(node, f"Merci @amina #Formation {url} <b>", starts_at=now + 10)
    await announce(node, "Plus tard", publish=False)
    await announce(node, "Avant", ends_at=now - 10)
    app = await app_of(node, "nour")
    (found,) = await app.get(PATH)
    check_entity("Announcement", found)
    assert found["id"] == str(number)
    assert "&lt;b&gt;" in found["content"]
    assert [person["acct"] for person in found["mentions"]] == ["amina"]
    assert [tag["name"] for tag in found["tags"]] == ["formation"]
    assert [status["url"] for status in found["statuses"]] == [url]
    assert found["read"] is False
    await App(node).get(PATH, expect=401)


async def test_what_was_read_is_marked_for_that_member_alone(node: LocalNode) -> None:
    number = await announce(node, "Bonjour")
    nour, rene = await app_of(node, "nour"), await app_of(node, "rene")
    assert await nour.post(f"{PATH}/{number}/dismiss") == {}
    assert (await nour.get(PATH))[0]["read"] is True
    assert (await rene.get(PATH))[0]["read"] is False
    await nour.post(f"{PATH}/1/dismiss", expect=404)
    reader = await app_of(node, "lise", "read")
    await reader.post(f"{PATH}/{number}/dismiss", expect=403)


async def test_members_answer_with_emoji_and_take_it_back(node: LocalNode) -> None:
    await emoji(node, "bravo")
    number = await announce(node, "Bonjour :bravo:")
    nour, rene = await app_of(node, "nour"), await app_of(node, "rene")
    path = f"{PATH}/{number}/reactions"
    for name in ("👍", "bravo", "👍"):
        await nour.put(f"{path}/{quote(name)}")
    node.clock.pass_by(1)
    await rene.put(f"{path}/{quote('👍')}")
    (found,) = await rene.get(PATH)
    assert [one["shortcode"] for one in found["emojis"]] == ["bravo"]
    given = {one["name"]: (one["count"], one["me"]) for one in found["reactions"]}
    assert given == {"👍": (2, True), "bravo": (1, False)}
    custom = next(one for one in found["reactions"] if one["name"] == "bravo")
    assert custom["url"].startswith("https://node.example/media/")
    await rene.delete(f"{path}/{quote('👍')}")
    await rene.delete(f"{path}/{quote('👍')}", expect=404)
    left = {one["name"]: one["count"] for one in (await nour.get(PATH))[0]["reactions"]}
    assert left == {"👍": 1, "bravo": 1}


async def test_nine_kinds_are_one_too_many(node: LocalNode) -> None:
    number = await announce(node, "Bonjour")
    app = await app_of(node, "nour")
    for name in "😀😁😂😃😄😅😆😇":
        await app.put(f"{PATH}/{number}/reactions/{quote(name)}")
    answer = await app.put(f"{PATH}/{number}/reactions/{quote('😈')}", expect=422)
    assert answer["error"] == "Validation failed: Limit of different reactions reached"
    await app.put(f"{PATH}/{number}/reactions/{quote('😀')}")


@pytest.mark.parametrize("name", ["a", "hello", "éé", "😀😀", "1", "x" * 300, "㈀", "🇫"])
async def test_what_is_no_emoji_is_refused(node: LocalNode, name: str) -> None:
    number = await announce(node, "Bonjour")
    app = await app_of(node, "nour")
    answer = await app.put(f"{PATH}/{number}/reactions/{quote(name)}", expect=422)
    assert answer["error"] == "Validation failed: Name is not a recognized emoji"


@pytest.mark.parametrize(
    "text", ["👍", "👍🏽", "❤️", "🇫🇷", "1️⃣", "👩‍💻", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏳️‍🌈", "☀", "‼️", "©️", "👨‍👩‍👧‍👦"]
)
def test_emoji_of_every_make_are_recognised(text: str) -> None:
    assert is_emoji(text)
    assert not is_emoji(text + "a")


async def test_whoever_leaves_takes_their_answers_along(node: LocalNode) -> None:
    number = await announce(node, "Bonjour")
    app = await app_of(node, "nour")
    await app.put(f"{PATH}/{number}/reactions/{quote('👍')}")
    await app.post(f"{PATH}/{number}/dismiss")
    await node.store.write(lambda tx: DepartureStatements(tx.connection).undo_doings(int(app.id)))
    assert await node.count("announcement_reactions") == 0
    assert await node.count("announcement_reads") == 0
