"""Telling members that follows of theirs ended because somebody was shut out."""

from collections.abc import Mapping
from typing import Literal

from storage.ids import new_id
from storage.records import NotificationRecord
from storage.severances import SeveranceRecord
from storage.store import Tx

Reason = Literal["domain_block", "user_domain_block", "account_suspension"]


async def tell_severed(
    tx: Tx, reason: Reason, target: str, ended: Mapping[int, tuple[int, int]], now: int
) -> None:
    """Note for each member how many followers and followed ones they lost, and tell them."""
    for member_id, (followers, following) in sorted(ended.items()):
        number = new_id()
        await tx.severances.add(
            SeveranceRecord(number, member_id, reason, target, followers, following, now)
        )
        await tx.activities.notify(
            NotificationRecord(
                new_id(),
                member_id,
                "severed_relationships",
                member_id,
                None,
                now,
                None,
                subject_id=number,
            )
        )
