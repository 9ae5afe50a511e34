"""Polls: choices, votes that count once, and what a Question shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from actors.documents import wire_time
from objects.projects.membership import publishes
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll that somebody writes; `closes_at` in milliseconds.

    `hide_totals`: nobody is told the counts before the end.
    """

    options: tuple[str, ...]
    closes_at: int | None = None
    multiple: bool = False
    hide_totals: bool = False

    def record(self, object_id: int) -> PollRecord:
        """The row of this poll, in which nobody has voted."""
        options = _dump([(name, 0) for name in self.options])
        hidden = int(self.hide_totals)
        return PollRecord(object_id, int(self.multiple), options, 0, self.closes_at, hidden)


def choices(poll: PollRecord) -> list[tuple[str, int]]:
    """The choices of a poll, each with its votes."""
    return [(name, votes) for name, votes in orjson.loads(poll.options)]


async def vote(
    tx: Tx, record: ObjectRecord, voter: ActorRecord, choice: str, url: str, now: int
) -> bool:
    """Count a vote of `voter` for one choice of a Question; `url` is the id of the vote.

    False when it does not count: closed, unknown choice, or cast before (where one choice is
    allowed the first stands), or not theirs to cast. The poll's counts are renewed from the votes
    when the Question is ours; elsewhere they only grow until its author sends new ones.
    """
    await tx.objects.hold_poll(record.id)
    poll = await tx.objects.poll(record.id)
    if poll is None or choice not in dict(choices(poll)):
        return False
    if poll.closes_at is not None and poll.closes_at <= now:
        return False
    if not await may_vote(tx, record, voter):
        return False
    before = await tx.objects.votes_of(record.id, voter.id)
    if before and not poll.multiple:
        return False
    if not await tx.objects.add_vote(record.id, voter.id, choice, url, now):
        return False
    await tx.objects.save_poll(
        await _recounted(tx, poll) if record.local else _grown(poll, choice, new_voter=not before)
    )
    if record.local:
        await tx.objects.note_untold(record.id)
    return True


async def may_vote(tx: Tx, record: ObjectRecord, voter: ActorRecord) -> bool:
    """Whether it is for somebody to vote in a Question that they see.

    A project decides by the votes of its leads and partners, also where everybody may look on.
    """
    entry = await tx.project_entries.by_id(record.id)
    if entry is None or entry.kind != "decision":
        return True
    membership = await tx.projects.membership(entry.project_id, voter.id)
    return entry.state == "proposed" and publishes(membership)


def is_hidden(poll: PollRecord, now: int) -> bool:
    """Whether nobody is told the counts yet."""
    ended = poll.closes_at is not None and poll.closes_at <= now
    return bool(poll.hide_totals) and not ended


def question_properties(draft: PollDraft) -> dict[str, Any]:
    """The poll of a new Question: nobody has voted yet."""
    return _properties([(name, 0) for name in draft.options], draft.multiple, 0, draft.closes_at)


def question_document(document: dict[str, Any], poll: PollRecord, now: int) -> dict[str, Any]:
    """A Question with the counts of this moment, and `closed` once it is.

    Counts that are hidden until the end are sent as none.
    """
    counted = [(name, 0) for name, _ in choices(poll)] if is_hidden(poll, now) else choices(poll)
    found = document | _properties(counted, bool(poll.multiple), poll.voters_count, poll.closes_at)
    if poll.closes_at is not None and poll.closes_at <= now:
        found["closed"] = wire_time(poll.closes_at)
    return found


def _properties(
    options: Sequence[tuple[str, int]], multiple: bool, voters: int, closes_at: int | None
) -> dict[str, Any]:
    """`oneOf` or `anyOf` as Mastodon reads them."""
    entries = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        for name, votes in options
    ]
    found: dict[str, Any] = {"anyOf" if multiple else "oneOf": entries, "votersCount": voters}
    return found if closes_at is None else found | {"endTime": wire_time(closes_at)}


async def _recounted(tx: Tx, poll: PollRecord) -> PollRecord:
    votes, voters = await tx.objects.count_votes(poll.object_id)
    counted = [(name, votes.get(name, 0)) for name, _ in choices(poll)]
    return replace(poll, options=_dump(counted), voters_count=voters)


def _grown(poll: PollRecord, choice: str, *, new_voter: bool) -> PollRecord:
    counted = [(name, votes + (name == choice)) for name, votes in choices(poll)]
    return replace(poll, options=_dump(counted), voters_count=poll.voters_count + new_voter)


def with_counts(document: dict[str, Any], poll: PollRecord, draft: PollDraft) -> dict[str, Any]:
    """The properties of a Question whose author kept its choices and moved its end."""
    return document | _properties(choices(poll), draft.multiple, poll.voters_count, draft.closes_at)


def _dump(options: Sequence[tuple[str, int]]) -> str:
    return orjson.dumps(options).decode()
