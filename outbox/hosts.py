"""The circuit of each host: open, or closed until it answers again."""

from collections.abc import Callable
from dataclasses import replace

from outbox.retry import Outcome, host_delay
from storage.records import HostRecord
from storage.store import Tx


class Circuits:
    """Opens and closes hosts, in the transaction of whoever noticed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    async def failed(self, tx: Tx, host: str, outcome: Outcome, began: int) -> HostRecord:
        """Close a host after a failure and put everything for it aside.

        `began` (ms) is when the try began: tries that failed side by side count once.
        """
        now = int(self._clock() * 1000)
        record = await tx.hosts.get(host) or HostRecord(host, "", "", "open", 0, None, 0, "", 0)
        if record.state == "closed" and record.updated_at >= began:
            await tx.deliveries.hold(host)
            return record
        since = record.failing_since or now
        failures = record.failures + 1
        delay = host_delay(failures, (now - since) / 1000, outcome.retry_after)
        closed = replace(
            record,
            state="closed",
            failures=failures,
            failing_since=since,
            due_at=now + int(delay * 1000),
            error=outcome.error or f"HTTP {outcome.status}",
            updated_at=now,
        )
        await tx.hosts.save_health(closed)
        await tx.deliveries.hold(host)
        return closed

    async def answered(self, tx: Tx, host: str) -> None:
        """Open a host that answers again and let everything for it go."""
        record = await tx.hosts.get(host)
        if record is None or (record.state == "open" and record.failures == 0):
            return
        now = int(self._clock() * 1000)
        opened = replace(
            record,
            state="open",
            failures=0,
            failing_since=None,
            due_at=0,
            error="",
            updated_at=now,
        )
        await tx.hosts.save_health(opened)
        await tx.deliveries.release(host, now)
        tx.notify_on_commit("delivery")

    async def probe(self, tx: Tx) -> int:
        """Let one held delivery of each closed host that is due try; gives how many."""
        now = int(self._clock() * 1000)
        probed = 0
        for record in await tx.hosts.due(now):
            tried = await tx.deliveries.probe(record.host, now)
            probed += int(tried)
            # Nothing is asked twice while the probe is under way.
            pause = host_delay(max(record.failures, 1), 0, None)
            await tx.hosts.save_health(replace(record, due_at=now + int(pause * 1000)))
        return probed
