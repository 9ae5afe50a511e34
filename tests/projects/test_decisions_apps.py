"""A members-only proposal in a Mastodon app: a poll in which members vote, with right counts."""

from outbox.poll_results import PollResults
from tests.projects.dates import partners, pass_days, proposal
from tests.support.apps import app_of
from tests.support.fediverse import Network


async def test_members_vote_from_their_apps_and_others_find_no_poll(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network, reach="project")
    await space.invite(gamma, "oscar", "observer")
    record = await proposal(space, beta, "bruno", quorum=1)
    known = await gamma.object(record.url)
    assert known is not None
    chloe, oscar, zoe = [await app_of(gamma, name) for name in ("chloe", "oscar", "zoe")]
    status = await chloe.get(f"/api/v1/statuses/{known.id}")
    poll = status["poll"]
    assert [one["title"] for one in poll["options"]] == ["Pour", "Contre", "Abstention"]
    assert (poll["expired"], poll["voted"]) == (False, False)
    path = f"/api/v1/polls/{poll['id']}"
    voted = await chloe.post(f"{path}/votes", json={"choices": [0]})
    assert (voted["voted"], voted["own_votes"]) == (True, [0])
    await oscar.post(f"{path}/votes", json={"choices": [1]}, expect=422)
    await zoe.get(path, expect=404)
    await network.settle()
    await PollResults(beta.outbox).run_once()
    await network.settle()
    assert [one["votes_count"] for one in (await oscar.get(path))["options"]] == [1, 0, 0]
    await pass_days(space, 8)
    ended = await chloe.get(f"/api/v1/statuses/{known.id}")
    assert ended["poll"]["expired"] is True
    assert "Décision adoptée" in ended["content"]
