"""Filters, and which of them a post met."""

from clients.entities.base import Entity


class FilterKeyword(Entity):
    """A word of a filter."""

    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Entity):
    """A single post of a filter."""

    id: str
    status_id: str


class Filter(Entity):
    """What a member does not want to see, and where."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword] = []
    statuses: list[FilterStatus] = []


class V1Filter(Entity):
    """A word of a filter, as older apps see it: for them each is a filter of its own."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class FilterResult(Entity):
    """A filter that a post met."""

    filter: Filter
    keyword_matches: list[str] | None = None
    status_matches: list[str] | None = None
