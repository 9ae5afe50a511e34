"""How tries to deliver ended, written down many at a time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from outbox.hosts import Circuits
from outbox.retry import GIVE_UP_AFTER, Outcome, Verdict, judge, row_delay
from storage.ids import new_id
from storage.records import DeliveryRecord
from storage.store import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery and how its try ended; None when it was not begun. `began` in milliseconds."""

    delivery: DeliveryRecord
    outcome: Outcome | None
    began: int


async def record_tries(tx: Tx, tried: Sequence[Tried], circuits: Circuits, now: int) -> None:
    """Write down how tries ended; the common case is one statement for all of them."""
    final: list[tuple[int, str, int | None, str, int]] = []
    untried: list[int] = []
    answered: set[str] = set()
    for one in tried:
        if one.outcome is None:
            untried.append(one.delivery.id)
            continue
        if one.outcome.answered:
            answered.add(one.delivery.host)
        verdict = judge(one.outcome)
        if verdict == "done":
            final.append((one.delivery.id, "done", one.outcome.status, "", now))
        else:
            await _record_failure(tx, one.delivery, one.outcome, verdict, one.began, circuits, now)
    if final:
        await tx.deliveries.finish(final)
    if untried:
        await tx.deliveries.give_back(untried)
    for host in await tx.hosts.troubled(sorted(answered)):
        await circuits.answered(tx, host)


async def _record_failure(
    tx: Tx,
    delivery: DeliveryRecord,
    outcome: Outcome,
    verdict: Verdict,
    began: int,
    circuits: Circuits,
    now: int,
) -> None:
    log.info("delivery to %s: %s %s", delivery.inbox, outcome.status, outcome.error[:120])
    if verdict == "retired":
        await _retire(tx, delivery.inbox, outcome, now)
        return
    expired = now - delivery.created_at > GIVE_UP_AFTER * 1000
    if verdict == "host-later":
        host = await circuits.failed(tx, delivery.host, outcome, began)
        if not expired:
            error = outcome.error
            await tx.deliveries.set_aside(delivery.id, host.due_at, outcome.status, error)
            return
    delay = row_delay(delivery.attempts) if verdict == "later" and not expired else None
    if delay is not None:
        due = now + int(delay * 1000)
        await tx.deliveries.postpone(delivery, due, outcome.status, outcome.error)
        return
    failed = (delivery.id, "failed", outcome.status, outcome.error, now)
    await tx.deliveries.finish([failed])


async def _retire(tx: Tx, inbox: str, outcome: Outcome, now: int) -> None:
    await tx.deliveries.retire(new_id(), inbox, now)
    reason = f"HTTP {outcome.status}: the inbox is gone"
    await tx.deliveries.cancel_inbox(inbox, now, reason)
