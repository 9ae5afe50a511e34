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


class FilterResult(Entity):
    """A filter that a post met."""

    filter: Filter
    keyword_matches: list[str] | None = None
    status_matches: list[str] | None = None
