"""Votes of our members, and accounts that go elsewhere."""

import json

import pytest

from federation.vocabulary import PUBLIC
from objects import polls
from objects.polls import PollDraft
from outbox.acts.move import move
from outbox.context import ActRefused
from storage.records import ObjectRecord
from tests.outbox.desk import GRETA, ORIGIN, Desk
from tests.support.factories import Json, note
from tests.support.signing import Remote

LUC = "https://far.example/users/luc"


async def counted(desk: Desk, url: str) -> tuple[dict[str, int], int]:
    """The votes of a poll: by choice, and how many people."""
    record: ObjectRecord = await desk.record(url)
    poll = await desk.node.store.query(lambda tx: tx.objects.poll(record.id))
    assert poll is not None
    return dict(polls.choices(poll)), poll.voters_count


def ballot(question: str, choice: str) -> Json:
    """A vote as a client posts it."""
    return {"type": "Note", "name": choice, "inReplyTo": question}


async def refused(desk: Desk, posted: Json) -> tuple[int, str]:
    """Status and code of a refusal."""
    with pytest.raises(ActRefused) as caught:
        await desk.act(posted)
    return caught.value.status, caught.value.code


class TestHere:
    """Polls of this node."""

    @pytest.fixture
    async def question(self, desk: Desk) -> str:
        """A poll by paul, open for an hour."""
        closes = desk.node.clock.ms + 3_600_000
        return await desk.node.write("paul", "Qui vient ?", poll=PollDraft(("Moi", "Non"), closes))

    async def test_a_vote_counts_once(self, desk: Desk, question: str) -> None:
        done = await desk.act(ballot(question, "Moi"))
        await desk.settle()
        assert (done["type"], done["to"]) == ("Create", [f"{ORIGIN}/users/paul"])
        assert await counted(desk, question) == ({"Moi": 1, "Non": 0}, 1)
        assert await refused(desk, ballot(question, "Moi")) == (409, "voted")
        assert await refused(desk, ballot(question, "Non")) == (409, "voted")
        await desk.settle()
        assert await counted(desk, question) == ({"Moi": 1, "Non": 0}, 1)

    async def test_a_vote_is_no_reply_and_no_secret_is_told(
        self, desk: Desk, question: str
    ) -> None:
        (fan,) = await desk.followed_by("fan.example")
        done = await desk.act(ballot(question, "Moi") | {"to": [PUBLIC]})
        await desk.settle()
        assert (await desk.record(question)).replies_count == 0
        assert desk.wires.delivered(f"{fan.url}/inbox") == []
        assert (await desk.get(done["id"])).status_code == 404
        assert done["id"] not in json.dumps(await desk.walk(f"{GRETA}/outbox"))
        assert done["id"] in json.dumps(await desk.walk(f"{GRETA}/outbox", who="greta"))

    async def test_a_closed_poll_and_an_unknown_choice_are_refused(
        self, desk: Desk, question: str
    ) -> None:
        assert await refused(desk, ballot(question, "Peut-être")) == (422, "no-choice")
        desk.node.clock.pass_by(3601)
        assert await refused(desk, ballot(question, "Moi")) == (422, "closed")

    async def test_an_answer_with_words_is_a_reply(self, desk: Desk, question: str) -> None:
        done = await desk.act(ballot(question, "Moi") | {"content": "Avec joie", "to": [PUBLIC]})
        assert done["object"]["content"] == "Avec joie"
        assert (await counted(desk, question))[1] == 0


async def test_a_vote_elsewhere_reaches_the_author_alone(desk: Desk) -> None:
    luc = desk.wires.person(LUC)
    await desk.followed_by("fan.example")
    choices = [{"type": "Note", "name": name} for name in ("Oui", "Non")]
    question = desk.wires.serve(note(luc, "Qui vient ?", type="Question", oneOf=choices))
    await desk.act(ballot(question, "Oui"))
    await desk.settle()
    sent = [one for one in desk.wires.log if one.method == "POST"]
    assert [one.url for one in sent] == [f"{LUC}/inbox"]
    vote = sent[0].json["object"]
    assert (vote["name"], vote["inReplyTo"], vote["to"]) == ("Oui", question, [LUC])
    assert "content" not in vote
    assert await counted(desk, question) == ({"Oui": 1, "Non": 0}, 1)


class TestMoves:
    """An account that goes elsewhere."""

    NEW = "https://new.example/users/greta"

    @pytest.fixture
    async def new(self, desk: Desk) -> Remote:
        """Greta's account elsewhere, which names the old one."""
        return desk.wires.person(self.NEW, alsoKnownAs=[GRETA])

    async def test_followers_are_told(self, desk: Desk, new: Remote) -> None:
        (fan,) = await desk.followed_by("fan.example")
        done = await desk.act({"type": "Move", "object": GRETA, "target": new.url})
        await desk.settle()
        assert desk.wires.types_at(f"{fan.url}/inbox") == ["Update", "Move"]
        told = desk.wires.last_at(f"{fan.url}/inbox")
        assert (told["id"], told["object"], told["target"]) == (done["id"], GRETA, new.url)
        assert (await desk.read(GRETA))["movedTo"] == new.url

    async def test_a_repeat_changes_nothing(self, desk: Desk, new: Remote) -> None:
        done = await desk.act({"type": "Move", "object": GRETA, "target": new.url})
        desk.node.people.clear()
        author = await desk.node.actor(GRETA)
        assert author is not None
        again = await move(desk.node.outbox, author, new.url)
        assert again.url == done["id"]

    async def test_followers_here_go_along(self, desk: Desk, new: Remote) -> None:
        await desk.befriend_here("paul")
        await desk.act({"type": "Move", "object": GRETA, "target": new.url})
        await desk.settle()
        paul = f"{ORIGIN}/users/paul"
        assert await desk.node.follow(paul, GRETA) is None
        follow = await desk.node.follow(paul, new.url)
        assert follow is not None
        assert follow.state == "pending"
        assert desk.wires.types_at(f"{new.url}/inbox") == ["Follow"]

    async def test_an_account_that_does_not_name_the_old_one_is_refused(self, desk: Desk) -> None:
        desk.wires.person(LUC)
        posted = {"type": "Move", "object": GRETA, "target": LUC}
        assert await refused(desk, posted) == (422, "no-alias")
        assert "movedTo" not in await desk.read(GRETA)

    async def test_nobody_moves_others_or_to_themselves(self, desk: Desk, new: Remote) -> None:
        posted = {"type": "Move", "object": LUC, "target": new.url}
        assert await refused(desk, posted) == (422, "no-target")
        posted = {"type": "Move", "object": GRETA, "target": GRETA}
        assert await refused(desk, posted) == (422, "move-self")
