"""Questions as polls."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final

from clients.entities.accounts import CustomEmoji
from clients.entities.base import moment
from clients.entities.statuses import Poll, PollOption
from clients.rendering.accounts import emojis_in
from objects.polls import choices, is_hidden
from storage.records import PollRecord

NO_EMOJIS: Final[Mapping[str, CustomEmoji]] = MappingProxyType({})


def poll_entity(
    poll: PollRecord,
    now: int,
    *,
    votes: AbstractSet[str] = frozenset(),
    own: bool = False,
    emojis: Mapping[str, CustomEmoji] = NO_EMOJIS,
) -> Poll:
    """A poll as somebody sees it who voted for `votes`; its author (`own`) counts as a voter.

    `emojis` are those that its choices may use.
    """
    listed = choices(poll)
    hidden = is_hidden(poll, now)
    expired = poll.closes_at is not None and poll.closes_at <= now
    return Poll(
        id=str(poll.object_id),
        expires_at=None if poll.closes_at is None else moment(poll.closes_at),
        expired=expired,
        multiple=bool(poll.multiple),
        votes_count=sum(count for _, count in listed),
        voters_count=poll.voters_count,
        options=[
            PollOption(title=name, votes_count=None if hidden else count) for name, count in listed
        ],
        emojis=emojis_in("\n".join(name for name, _ in listed), emojis),
        voted=own or bool(votes),
        own_votes=[place for place, (name, _) in enumerate(listed) if name in votes],
    )
