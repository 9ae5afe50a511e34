"""Which filters of a member a post meets."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from clients.entities.base import moment
from clients.entities.filters import Filter, FilterResult
from clients.entities.statuses import Status
from objects.text import plain_text
from storage.filters import FilterRecord, FilterRule
from storage.records import ActorRecord
from storage.store import Tx

MEMBERS_KEPT: Final = 2_000
MARKS: Final = frozenset({"Mn", "Mc", "Me", "Pc"})
LAST_MARK: Final = 0x20000


@dataclass(frozen=True, slots=True)
class CompiledFilter:
    """A filter as it is looked for; the entity is the one that is shown in a post."""

    entity: Filter
    words: re.Pattern[str] | None
    # the words wherever they stand: found or missed much faster than with their borders
    anywhere: re.Pattern[str] | None
    posts: frozenset[int]

    def word(self, text: str) -> re.Match[str] | None:
        """The first word of the filter in a text."""
        if self.words is None or self.anywhere is None or not self.anywhere.search(text):
            return None
        return self.words.search(text)


@dataclass(frozen=True, slots=True)
class ActiveFilters:
    """The filters of a viewer that have not expired."""

    compiled: Sequence[CompiledFilter] = field(default=())

    def results(self, status: Status, text: str | None = None) -> list[FilterResult]:
        """The filters that a status meets, with what met them; `text`: its `searched_text`."""
        if not self.compiled:
            return []
        text, number = searched_text(status) if text is None else text, int(status.id)
        found = []
        for one in self.compiled:
            word = one.word(text)
            posts = [status.id] if number in one.posts else None
            if word or posts:
                words = [word[0]] if word else None
                found.append(
                    FilterResult(filter=one.entity, keyword_matches=words, status_matches=posts)
                )
        return found


NO_FILTERS: Final = ActiveFilters()


async def active_filters(tx: Tx, viewer: ActorRecord | None, now: int) -> ActiveFilters:
    """The filters of a viewer; none for a stranger. One query; `now` in milliseconds."""
    if viewer is None:
        return NO_FILTERS
    rules = await tx.filters.rules(viewer.id, now)
    return ActiveFilters(_compiled(rules)) if rules else NO_FILTERS


async def active_filters_of(tx: Tx, viewer_ids: list[int], now: int) -> dict[int, ActiveFilters]:
    """The filters of those of these members who have any, by their id; one query."""
    found = await tx.filters.rules_of(viewer_ids, now)
    return {number: ActiveFilters(_compiled(rules)) for number, rules in found.items()}


def hides(status: Status, context: str) -> bool:
    """Whether a filter with the action `hide` takes a status out of a place, as `home`."""
    return any(
        result.filter.filter_action == "hide" and context in result.filter.context
        for result in status.filtered
    )


def searched_text(status: Status) -> str:
    """The words of a status: warning, text, choices, descriptions, what its link leads to."""
    parts = [status.spoiler_text, plain_text(status.content)]
    if status.poll is not None:
        parts += [option.title for option in status.poll.options]
    parts += [media.description or "" for media in status.media_attachments]
    if status.card is not None:
        parts.append(status.card.title)
    return unicodedata.normalize("NFC", "\n\n".join(part for part in parts if part))


@lru_cache(MEMBERS_KEPT)
def _compiled(rules: tuple[FilterRule, ...]) -> tuple[CompiledFilter, ...]:
    """The filters behind these rules; the same rules are compiled once."""
    filters = {rule.record.id: rule.record for rule in rules}
    return tuple(
        _compile(record, [rule for rule in rules if rule.record.id == number])
        for number, record in filters.items()
    )


def _compile(record: FilterRecord, rules: Sequence[FilterRule]) -> CompiledFilter:
    # The borders are long patterns: words that need the same ones share them.
    groups: dict[tuple[bool, bool], list[str]] = {}
    for rule in rules:
        if rule.keyword:
            keyword = unicodedata.normalize("NFC", rule.keyword)
            groups.setdefault(_borders(keyword, bool(rule.whole_word)), []).append(keyword)
    patterns = [_pattern(words, *borders) for borders, words in groups.items()]
    every = [_pattern(words, begins=False, ends=False) for words in groups.values()]
    return CompiledFilter(
        entity=filter_entity(record),
        words=re.compile("|".join(patterns), re.IGNORECASE) if patterns else None,
        anywhere=re.compile("|".join(every), re.IGNORECASE) if patterns else None,
        posts=frozenset(rule.object_id for rule in rules if rule.object_id),
    )


def _borders(keyword: str, whole_word: bool) -> tuple[bool, bool]:
    """Whether a word must begin and end where it does; an end that is no letter need not."""
    if not whole_word:
        return False, False
    return bool(re.match(_letter(), keyword[0])), bool(re.match(_letter(), keyword[-1]))


def _pattern(words: Sequence[str], begins: bool, ends: bool) -> str:
    before, after = f"(?<!{_letter()})" if begins else "", f"(?!{_letter()})" if ends else ""
    return f"{before}(?:{'|'.join(map(re.escape, words))}){after}"


@cache
def _letter() -> str:
    """What stands inside words as Mastodon sees it, the marks of many scripts too."""
    marks = (chr(n) for n in range(LAST_MARK) if unicodedata.category(chr(n)) in MARKS)
    return f"[\\w{''.join(marks)}]"


def filter_entity(record: FilterRecord) -> Filter:
    """A filter without its words and posts."""
    return Filter(
        id=str(record.id),
        title=record.title,
        context=record.contexts.split(),
        expires_at=None if record.expires_at is None else moment(record.expires_at),
        filter_action=record.action,
    )
