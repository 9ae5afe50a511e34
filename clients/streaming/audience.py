"""Who listens in this process to what, and what is to be said to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clients.streaming.channels import PUBLIC, TAGGED, Topic
from clients.streaming.messages import Message
from storage.records import ActorRecord

Members = frozenset[int]


@dataclass(frozen=True, slots=True)
class Audience:
    """The topics that somebody hears, with the ids of the members who do; and these members."""

    topics: Mapping[Topic, Members]
    members: Mapping[int, ActorRecord]

    def owners(self, *names: str) -> list[int]:
        """The members who hear a stream of their own with one of these names."""
        return sorted({int(topic[1]) for topic in self.topics if topic[0] in names})

    def lists(self) -> list[int]:
        """The lists that their owners hear."""
        return self.owners("list")

    def tags(self) -> bool:
        """Whether somebody hears a hashtag."""
        return any(topic[0] in TAGGED for topic in self.topics)

    def of_everybody(self) -> list[int]:
        """The members who hear streams of what everybody wrote."""
        heard = (ids for topic, ids in self.topics.items() if topic[0] in PUBLIC | TAGGED)
        return sorted({number for ids in heard for number in ids})

    def hearing(self, topic: Topic) -> Members:
        """Who hears a topic."""
        return self.topics.get(topic, frozenset())


@dataclass(frozen=True, slots=True)
class Told:
    """One message, for those of a topic's listeners who are these members."""

    event_id: int
    topic: Topic
    members: Members
    message: Message


def to_owners(
    event_id: int, names: Iterable[str], owner_ids: Iterable[int], message: Message
) -> list[Told]:
    """A message for members' own streams of these names."""
    return [
        Told(event_id, (name, owner), frozenset({owner}), message)
        for owner in owner_ids
        for name in names
    ]
