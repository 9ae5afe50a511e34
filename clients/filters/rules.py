"""What a filter may be: where it counts, what it does, how long, how many there may be."""

from dataclasses import replace
from typing import Final

import msgspec

from clients.door import Call, missing
from federation.errors import Refused
from storage.filters import FilterKeywordRecord, FilterRecord
from storage.store import Tx

CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
ACTIONS: Final = ("warn", "hide", "blur")
LONGEST_TITLE: Final = 256
LONGEST_KEYWORD: Final = 512
MOST_FILTERS: Final = 200
MOST_KEYWORDS: Final = 1_000
MAX_SECONDS: Final = 100 * 366 * 24 * 3_600


class Wanted(msgspec.Struct):
    """What a filter is to be; what is not said stays as it is, `expires_in` null is for good."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: str | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET


def changed(record: FilterRecord, wanted: Wanted, now: int) -> FilterRecord:
    """The filter as it is wanted; raises `Refused` 422."""
    title = record.title if wanted.title is None else wanted.title.strip()
    if not title:
        raise invalid("Title can't be blank")
    if len(title) > LONGEST_TITLE:
        raise invalid(f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    contexts = record.contexts
    if wanted.context is not None:
        chosen = list(dict.fromkeys(name for name in wanted.context if name))
        if any(name not in CONTEXTS for name in chosen):
            raise invalid("Context None or invalid context supplied")
        contexts = f" {' '.join(chosen)} " if chosen else ""
    if not contexts:
        raise invalid("Context can't be blank, Context None or invalid context supplied")
    action = wanted.filter_action or record.action
    if action not in ACTIONS:
        raise Refused(422, "invalid", f"'{action[:50]}' is not a valid action")
    ending = record.expires_at if isinstance(wanted.expires_in, msgspec.UnsetType) else None
    if isinstance(wanted.expires_in, int):
        ending = now + min(max(wanted.expires_in, 0), MAX_SECONDS) * 1000
    return replace(record, title=title, contexts=contexts, action=action, expires_at=ending)


def with_keyword(
    record: FilterKeywordRecord, keyword: str | None, whole_word: bool | None
) -> FilterKeywordRecord:
    """The keyword as it is wanted; raises `Refused` 422."""
    text = record.keyword if keyword is None else keyword.strip()
    if not text:
        raise invalid("Keyword can't be blank")
    if len(text) > LONGEST_KEYWORD:
        raise invalid(f"Keyword is too long (maximum is {LONGEST_KEYWORD} characters)")
    whole = record.whole_word if whole_word is None else int(whole_word)
    return replace(record, keyword=text, whole_word=whole)


async def own_filter(tx: Tx, call: Call, filter_id: int) -> FilterRecord:
    """A filter of the caller's; raises `Refused` 404 for any other."""
    record = await tx.filters.one(call.me.id, filter_id)
    if record is None:
        raise missing()
    return record


async def own_keyword(tx: Tx, call: Call, keyword_id: int) -> FilterKeywordRecord:
    """A word of a filter of the caller's; raises `Refused` 404 for any other."""
    record = await tx.filters.keyword(call.me.id, keyword_id)
    if record is None:
        raise missing()
    return record


async def require_room(tx: Tx, owner_id: int, *, filters: int = 0, keywords: int = 0) -> None:
    """Raises `Refused` 422 when a member would have too many filters or words."""
    if filters and await tx.filters.count(owner_id) + filters > MOST_FILTERS:
        raise invalid("You have reached the maximum number of filters")
    if keywords and len(await tx.filters.own_keywords(owner_id)) + keywords > MOST_KEYWORDS:
        raise invalid("You have reached the maximum number of keywords")


def invalid(why: str) -> Refused:
    """The refusal of what does not fit."""
    return Refused(422, "invalid", f"Validation failed: {why}")
