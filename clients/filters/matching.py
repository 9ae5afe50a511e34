"""Which filters of a member a post meets."""

from dataclasses import dataclass

from clients.entities.filters import FilterResult
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class ActiveFilters:
    """The filters of a viewer that have not expired."""

    def results(self, record: ObjectRecord, poll: PollRecord | None) -> list[FilterResult]:
        """The filters that an object meets, with what met them."""
        return []


async def active_filters(tx: Tx, viewer: ActorRecord | None, now: int) -> ActiveFilters:
    """The filters of a viewer; none for a stranger. `now` in milliseconds."""
    return ActiveFilters()
