"""Polls: votes of all kinds, refusals, counts of other servers, and how members hear the end."""

from typing import Any

import pytest

from outbox.poll_news import PollNews
from outbox.poll_results import PollResults
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

STATUSES = "/api/v1/statuses"


async def ask(app: App, **poll: Any) -> Any:
    """Publish a poll; its status."""
    whole = {"options": ["thé", "café", "eau"], "expires_in": 3_600, **poll}
    return await app.post(STATUSES, json={"status": "Que buvez-vous ?", "poll": whole})


async def test_a_vote_counts_and_is_remembered(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await ask(amina)
    check_entity("Poll", status["poll"])
    assert status["poll"]["id"] == status["id"]
    path = f"/api/v1/polls/{status['id']}"
    poll = await bruno.post(f"{path}/votes", form={"choices[]": "1"})
    assert (poll["voted"], poll["own_votes"], poll["voters_count"]) == (True, [1], 1)
    seen = await amina.get(path)
    assert [option["votes_count"] for option in seen["options"]] == [0, 1, 0]
    stranger = await App(node).get(path)
    assert (stranger["voted"], stranger["votes_count"]) == (False, 1)
    assert (await bruno.get(f"{STATUSES}/{status['id']}"))["poll"]["own_votes"] == [1]


async def test_several_votes_count_together_or_not_at_all(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await ask(amina, multiple=True)
    path = f"/api/v1/polls/{status['id']}"
    await bruno.post(f"{path}/votes", json={"choices": [0, 7]}, expect=422)
    assert (await bruno.get(path))["votes_count"] == 0
    poll = await bruno.post(f"{path}/votes", json={"choices": ["0", "2", "2"]})
    assert (poll["own_votes"], poll["votes_count"], poll["voters_count"]) == ([0, 2], 2, 1)
    await bruno.post(f"{path}/votes", json={"choices": [1, 2]}, expect=422)
    assert (await bruno.get(path))["own_votes"] == [0, 2]


BAD: list[tuple[Any, str]] = [
    ({}, "The chosen vote option does not exist"),
    ({"choices": []}, "The chosen vote option does not exist"),
    ({"choices": [9]}, "The chosen vote option does not exist"),
    ({"choices": ["-1"]}, "The chosen vote option does not exist"),
    ({"choices": ["thé"]}, "The chosen vote option does not exist"),
    ({"choices": [0, 1]}, "You have already voted on this poll"),
    ({"choices": {"a": 1}}, "The chosen vote option does not exist"),
    ({"choices": [{"a": 1}]}, "Validation failed"),
]


@pytest.mark.parametrize(("sent", "error"), BAD)
async def test_votes_that_cannot_count_are_refused(node: LocalNode, sent: Any, error: str) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await ask(amina)
    path = f"/api/v1/polls/{status['id']}/votes"
    assert error in (await bruno.post(path, json=sent, expect=422))["error"]


async def test_own_second_and_late_votes_are_refused(node: LocalNode) -> None:
    amina, bruno, claire = [await app_of(node, name) for name in ("amina", "bruno", "claire")]
    status = await ask(amina)
    path, sent = f"/api/v1/polls/{status['id']}/votes", {"choices": [0]}
    answer = await amina.post(path, json=sent, expect=422)
    assert answer["error"] == "Validation failed: You cannot vote in your own polls"
    await bruno.post(path, json=sent)
    answer = await bruno.post(path, json=sent, expect=422)
    assert answer["error"] == "Validation failed: You have already voted on this poll"
    node.clock.pass_by(3_700)
    answer = await claire.post(path, json=sent, expect=422)
    assert answer["error"] == "Validation failed: The poll has already ended"
    assert (await claire.get(path.removesuffix("/votes")))["expired"] is True


async def test_what_is_no_poll_or_hidden_is_not_found(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    plain = await amina.post(STATUSES, json={"status": "Rien"})
    poll = {"options": ["a", "b"], "expires_in": 600}
    hidden = await amina.post(STATUSES, json={"status": "?", "poll": poll, "visibility": "private"})
    for number in (plain["id"], hidden["id"], "7"):
        await bruno.get(f"/api/v1/polls/{number}", expect=404)
        await bruno.post(f"/api/v1/polls/{number}/votes", json={"choices": [0]}, expect=404)


async def test_hidden_counts_are_told_at_the_end_alone(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    bruno = await app_of(here, "bruno")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await ask(amina, hide_totals=True)
    await network.settle()
    await bruno.post(f"/api/v1/polls/{status['id']}/votes", json={"choices": [1]})
    await PollResults(here.outbox).run_once()
    await network.settle()
    for app, number in ((amina, status["id"]), (paul, (await there.object(status["uri"])))):
        path = f"/api/v1/polls/{getattr(number, 'id', number)}"
        counts = {option["votes_count"] for option in (await app.get(path))["options"]}
        assert counts <= {None, 0}
    network.clock.pass_by(3_700)
    await PollResults(here.outbox).run_once()
    await network.settle()
    copy = await there.object(status["uri"])
    assert copy is not None
    seen = await paul.get(f"/api/v1/polls/{copy.id}")
    assert [option["votes_count"] for option in seen["options"]] == [0, 1, 0]


async def test_votes_and_results_travel_and_everybody_concerned_hears_the_end(
    network: Network,
) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await ask(amina, multiple=True)
    await network.settle()
    copy = await there.object(status["uri"])
    assert copy is not None
    await paul.post(f"/api/v1/polls/{copy.id}/votes", json={"choices": [0, 2]})
    await network.settle()
    seen = await amina.get(f"/api/v1/polls/{status['id']}")
    assert [option["votes_count"] for option in seen["options"]] == [1, 0, 1]
    assert seen["voters_count"] == 1
    assert "poll" not in await here.notified("amina")
    network.clock.pass_by(3_700)
    for node in (here, there):
        news = PollNews(node.outbox)
        await news.run_once()
        await news.run_once()
    assert (await here.notified("amina")).count("poll") == 1
    assert (await there.notified("paul")).count("poll") == 1


async def test_counts_of_another_server_are_fetched_behind_the_request(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    bruno = await app_of(here, "bruno")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await ask(amina)
    await network.settle()
    copy = await there.object(status["uri"])
    assert copy is not None
    news = PollNews(there.outbox)
    await bruno.post(f"/api/v1/polls/{status['id']}/votes", json={"choices": [1]})
    stale = await paul.get(f"/api/v1/polls/{copy.id}")
    assert stale["votes_count"] == 0
    assert await news.run_once() == 1
    assert (await paul.get(f"/api/v1/polls/{copy.id}"))["votes_count"] == 1
    assert await news.run_once() == 0
    network.clock.pass_by(400)
    await App(there).get(f"/api/v1/polls/{copy.id}")
    assert await news.run_once() == 0
    await paul.get(f"/api/v1/polls/{copy.id}")
    assert await news.run_once() == 1
