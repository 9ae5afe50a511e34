"""What statuses quote, as far as the viewer may see it, and who may quote them (FEP-044f)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clients.entities.statuses import Quote, QuoteApproval, Status
from objects.visibility import visible_by_ids
from storage.apps_reading import QuoteRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Quoting:
    """The quotes of some statuses; `records` are the quoted objects that may be shown."""

    quotes: Mapping[int, QuoteRecord] = field(default_factory=dict)
    records: Sequence[ObjectRecord] = ()
    counts: Mapping[int, int] = field(default_factory=dict)
    policies: Mapping[int, str] = field(default_factory=dict)

    def entity(self, object_id: int, made: Mapping[int, Status]) -> Quote | None:
        """The quote in one of the statuses."""
        quote = self.quotes.get(object_id)
        if quote is None:
            return None
        if quote.state != "accepted":
            return Quote(state=quote.state)
        quoted = made.get(quote.quoted_id or 0)
        if quoted is None:
            return Quote(state="unauthorized" if quote.quoted_id else "deleted")
        return Quote(state="accepted", quoted_status=quoted, quoted_status_id=quoted.id)

    def approval(self, record: ObjectRecord, viewer: ActorRecord | None) -> QuoteApproval:
        """Who may quote an object, and whether the viewer may."""
        own = viewer is not None and viewer.id == record.actor_id
        return QuoteApproval(current_user="automatic" if own else "denied")


async def quoting_of(
    tx: Tx, viewer: ActorRecord | None, records: Sequence[ObjectRecord]
) -> Quoting:
    """The quotes of these objects; three queries."""
    ids = [record.id for record in records]
    quotes = await tx.apps.quotes(ids)
    counts = await tx.apps.quote_counts(ids)
    policies = await tx.apps.quote_policies([r.id for r in records if r.local])
    wanted = [q.quoted_id for q in quotes.values() if q.quoted_id and q.state == "accepted"]
    found = await visible_by_ids(tx, wanted, viewer) if wanted else {}
    return Quoting(quotes, tuple(found.values()), counts, policies)
