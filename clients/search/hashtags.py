"""Hashtags that begin as somebody typed."""

from clients.door import Call
from clients.entities.timelines import Tag
from clients.rendering.tags import tag_list
from objects.text import normalise_hashtag
from storage.store import Tx

CONSIDERED = 100


async def matching_tags(tx: Tx, call: Call, typed: str) -> list[Tag]:
    """The very hashtag first, then those that most people used these days."""
    start = normalise_hashtag(typed)
    if not start or any(character.isspace() for character in start):
        return []
    names = await tx.tags.beginning_with(start, CONSIDERED)
    tags = await tag_list(tx, call.context, call.viewer, names)
    return sorted(tags, key=lambda tag: (tag.name != start, -_people(tag), tag.name))


def _people(tag: Tag) -> int:
    return sum(int(day.accounts) for day in tag.history)
