"""What statuses quote, as far as the viewer may see it, and who may quote them (FEP-044f)."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from clients.entities.statuses import Quote, QuoteApproval, Status
from objects.quotes import UNQUOTED, QuotePolicy, policy_of
from objects.visibility import visible_by_ids
from storage.apps_reading import QuoteRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

Ties = Mapping[int, set[str]]
"""How the viewer stands to actors, by their id."""

NO_TIES: Final[set[str]] = set()


@dataclass(frozen=True, slots=True)
class Quoting:
    """The quotes of some statuses; `records` are the quoted objects that may be shown.

    `nested` are the quotes in these, of which the id alone is shown, if it is in `reachable`.
    `hidden` are the quoted objects that may not be shown, with their authors.
    """

    quotes: Mapping[int, QuoteRecord] = field(default_factory=dict)
    records: Sequence[ObjectRecord] = ()
    nested: Mapping[int, QuoteRecord] = field(default_factory=dict)
    reachable: frozenset[int] = frozenset()
    hidden: Mapping[int, int] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()
    counts: Mapping[int, int] = field(default_factory=dict)
    policies: Mapping[int, str] = field(default_factory=dict)
    ties: Ties = field(default_factory=dict)

    def entity(self, object_id: int, made: Mapping[int, Status]) -> Quote | None:
        """The quote in one of the statuses."""
        quote = self.quotes.get(object_id)
        if quote is None:
            return None
        quoted = made.get(quote.quoted_id or 0) if self._shown(quote) else None
        if quoted is None:
            return Quote(state=self._state(quote))
        # A copy: the same status may stand in the page with a quote of its own in full.
        inner = copy.copy(quoted)
        inner.quote = self._shallow(int(quoted.id))
        author = self.ties.get(int(quoted.account.id), NO_TIES)
        state = "accepted"
        if "domain" in author:
            state = "blocked_domain"
        if "mutes" in author:
            state = "muted_account"
        return Quote(state=state, quoted_status=inner, quoted_status_id=inner.id)

    def _shown(self, quote: QuoteRecord) -> bool:
        return quote.state == "accepted" and any(r.id == quote.quoted_id for r in self.records)

    def _state(self, quote: QuoteRecord) -> str:
        """What an app is told of a quote that is not shown."""
        if quote.state != "accepted":
            return quote.state
        if quote.quoted_id is None or quote.quoted_id in self.deleted:
            return "deleted"
        author = self.hidden.get(quote.quoted_id, 0)
        blocked = "blocks" in self.ties.get(author, NO_TIES)
        return "blocked_account" if blocked else "unauthorized"

    def _shallow(self, object_id: int) -> Quote | None:
        """The quote in a quoted status: its id is all that is shown."""
        quote = self.nested.get(object_id)
        if quote is None:
            return None
        shown = quote.state == "accepted" and quote.quoted_id in self.reachable
        if not shown:
            return Quote(state="unauthorized" if quote.state == "accepted" else quote.state)
        return Quote(state="accepted", quoted_status_id=str(quote.quoted_id))

    def approval(
        self, record: ObjectRecord, author: ActorRecord, viewer: ActorRecord | None
    ) -> QuoteApproval:
        """Who may quote an object, and whether the viewer may."""
        policy = policy_of(record, author, self.policies.get(record.id, ""))
        return _approval(policy, record, viewer, self.ties)


def _approval(
    policy: QuotePolicy, record: ObjectRecord, viewer: ActorRecord | None, ties: Ties
) -> QuoteApproval:
    answer = "denied"
    if viewer is not None:
        own = viewer.id == record.actor_id and record.visibility not in UNQUOTED
        answer = policy.answer(own=own, ties=ties.get(record.actor_id, NO_TIES))
    return QuoteApproval(
        automatic=list(policy.automatic), manual=list(policy.manual), current_user=answer
    )


def approval_for(
    seen: QuoteApproval | None, record: ObjectRecord, viewer: ActorRecord | None, ties: Ties
) -> QuoteApproval | None:
    """An approval that was made for a stranger, as the viewer gets it."""
    if seen is None or viewer is None:
        return seen
    policy = QuotePolicy(tuple(seen.automatic), tuple(seen.manual))
    return _approval(policy, record, viewer, ties)


async def ties_for(
    tx: Tx, viewer: ActorRecord | None, statuses: Iterable[tuple[ObjectRecord, Status]]
) -> Ties:
    """How the viewer stands to those of the authors of whose posts it depends who may quote."""
    if viewer is None:
        return {}
    asked = {
        record.actor_id
        for record, status in statuses
        if status.quote_approval is not None
        and {"followers", "following"}
        & {*status.quote_approval.automatic, *status.quote_approval.manual}
    }
    return await tx.quotes.ties(viewer.id, sorted(asked))


async def quoting_of(
    tx: Tx, viewer: ActorRecord | None, records: Sequence[ObjectRecord]
) -> Quoting:
    """The quotes of these objects; four queries, and five more when any of them quotes."""
    ids = [record.id for record in records]
    quotes = await tx.apps.quotes(ids)
    wanted = [q.quoted_id for q in quotes.values() if q.quoted_id and q.state == "accepted"]
    found = await visible_by_ids(tx, wanted, viewer)
    missing = [number for number in wanted if number not in found]
    nested = await tx.apps.quotes(list(found))
    inner = [q.quoted_id for q in nested.values() if q.quoted_id and q.state == "accepted"]
    hidden = await tx.apps.authors_of(missing)
    everything = {record.id: record for record in records} | found
    people = {record.actor_id for record in everything.values()} | {*hidden.values()}
    return Quoting(
        quotes=quotes,
        records=tuple(found.values()),
        nested=nested,
        reachable=frozenset(await visible_by_ids(tx, inner, viewer)),
        hidden=hidden,
        deleted=frozenset(await tx.quotes.deleted(missing)),
        counts=await tx.apps.quote_counts(list(everything)),
        policies=await tx.apps.quote_policies([r.id for r in everything.values() if r.local]),
        ties=await tx.quotes.ties(viewer.id, sorted(people)) if viewer else {},
    )
