"""The same posts as many members see them: each is rendered once, and copied where it differs."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from clients.context import ClientContext
from clients.entities.filters import FilterResult
from clients.entities.statuses import Quote, Status
from clients.filters.matching import ActiveFilters, active_filters_of, searched_text
from clients.rendering.polls import poll_entity
from clients.rendering.quotes import approval_for
from clients.rendering.statuses import Line, statuses
from storage.apps_reading import Marks, QuoteRecord
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx

UNTOUCHED: Final = Marks()
Pair = tuple[int, int]
"""A member and an object."""


@dataclass(slots=True)
class Views:
    """Posts as each of several members sees them; those who see the same share one status."""

    viewers: Mapping[int, ActorRecord]
    records: Mapping[int, ObjectRecord]
    plain: Mapping[int, Status]
    seeing: set[Pair]
    quotes: Mapping[int, QuoteRecord]
    polls: Mapping[int, PollRecord]
    now: int
    marks: Mapping[Pair, Marks] = field(default_factory=dict)
    votes: Mapping[Pair, set[str]] = field(default_factory=dict)
    ties: Mapping[int, Mapping[int, set[str]]] = field(default_factory=dict)
    filters: Mapping[int, ActiveFilters] = field(default_factory=dict)
    _made: dict[Any, Status] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def status(self, viewer_id: int, object_id: int) -> Status | None:
        """An object as a member sees it; None for what they may not see."""
        if (viewer_id, object_id) not in self.seeing or object_id not in self.plain:
            return None
        return self._dressed(viewer_id, object_id, self._quote(viewer_id, object_id))

    def _dressed(self, viewer_id: int, object_id: int, quote: Quote | None) -> Status:
        record, plain = self.records[object_id], self.plain[object_id]
        pair = (viewer_id, object_id)
        own = record.actor_id == viewer_id
        marks = self.marks.get(pair, UNTOUCHED)
        filtered = [] if own else self._filtered(viewer_id, plain)
        ties = self.ties.get(viewer_id, {})
        approval = approval_for(plain.quote_approval, record, self.viewers[viewer_id], dict(ties))
        poll = self.polls.get(object_id)
        votes = self.votes.get(pair, set()) if poll is not None else set()
        key = (
            object_id,
            marks,
            approval.current_user if approval else "",
            frozenset(votes),
            own and poll is not None,
            None if quote is None else (quote.state, id(quote.quoted_status)),
            viewer_id if filtered else 0,
        )
        made = self._made.get(key)
        if made is None:
            made = copy.copy(plain)
            made.favourited, made.reblogged = marks.favourited, marks.reblogged
            made.bookmarked, made.muted = marks.bookmarked, marks.muted
            made.pinned, made.filtered = marks.pinned, filtered
            made.quote_approval, made.quote = approval, quote
            if poll is not None:
                known = {one.shortcode: one for one in plain.poll.emojis} if plain.poll else {}
                made.poll = poll_entity(poll, self.now, votes=votes, own=own, emojis=known)
            self._made[key] = made
        return made

    def _filtered(self, viewer_id: int, plain: Status) -> list[FilterResult]:
        filters = self.filters.get(viewer_id)
        if filters is None:
            return []
        if plain.id not in self._texts:
            self._texts[plain.id] = searched_text(plain)
        return filters.results(plain, self._texts[plain.id])

    def _quote(self, viewer_id: int, object_id: int) -> Quote | None:
        """What an object quotes, as far as the member may see it."""
        quote, plain = self.quotes.get(object_id), self.plain[object_id].quote
        quoted = quote.quoted_id if quote is not None and quote.state == "accepted" else None
        if quoted is None or quoted not in self.plain:
            return plain
        author = self.records[quoted].actor_id
        ties = self.ties.get(viewer_id, {}).get(author, set())
        if (viewer_id, quoted) not in self.seeing:
            return Quote(state="blocked_account" if "blocks" in ties else "unauthorized")
        nested = self.plain[quoted].quote
        shallow = nested and Quote(
            state=nested.state,
            quoted_status_id=nested.quoted_status.id if nested.quoted_status else None,
        )
        inner = self._dressed(viewer_id, quoted, shallow)
        state = "muted_account" if "mutes" in ties else "accepted"
        state = "blocked_domain" if "domain" in ties and state == "accepted" else state
        return Quote(state=state, quoted_status=inner, quoted_status_id=inner.id)


async def views_of(
    tx: Tx,
    context: ClientContext,
    viewers: Mapping[int, ActorRecord],
    object_ids: Iterable[int],
) -> Views:
    """Posts for these members; a constant number of queries, however many of either."""
    wanted = sorted(set(object_ids))
    quotes = await tx.apps.quotes(wanted) if wanted else {}
    quoted = {q.quoted_id for q in quotes.values() if q.quoted_id and q.state == "accepted"}
    everything = sorted({*wanted, *quoted})
    found = await tx.objects.by_ids(everything) if everything else {}
    records = {number: one for number, one in found.items() if one.deleted_at is None}
    people = sorted(viewers)
    views = Views(
        viewers,
        records,
        await _plain(tx, context, list(records.values())),
        await tx.stream_readers.seeing(people, list(records)),
        quotes,
        await tx.apps.polls([r.id for r in records.values() if r.type == "Question"]),
        context.now(),
    )
    if not records or not people:
        return views
    views.marks = await tx.stream_readers.marks(people, list(records))
    if views.polls:
        views.votes = await tx.stream_readers.votes(people, list(views.polls))
    authors = {records[number].actor_id for number in quoted if number in records}
    authors |= {records[n].actor_id for n, status in views.plain.items() if _asks_for_ties(status)}
    if authors:
        views.ties = await tx.stream_readers.ties(people, sorted(authors))
    views.filters = await active_filters_of(tx, people, views.now)
    return views


async def _plain(
    tx: Tx, context: ClientContext, records: Sequence[ObjectRecord]
) -> dict[int, Status]:
    """The posts as a stranger would see them, if they were public."""
    made = await statuses(tx, context, None, [Line.of(record) for record in records])
    return {record.id: one for record, one in zip(records, made, strict=True)}


def _asks_for_ties(status: Status) -> bool:
    approval = status.quote_approval
    named = {*approval.automatic, *approval.manual} if approval else set()
    return bool(named & {"followers", "following"})
