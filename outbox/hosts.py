"""The circuit of each host: open, or closed until it answers again."""

from collections.abc import Callable
from dataclasses import replace

from outbox.retry import GIVE_UP_AFTER, Outcome, host_delay
from storage.records import HostRecord
from storage.store import Store, Tx

EXPIRED_AT_ONCE = 1_000
EXPIRED = "given up: the server has not answered for 30 days"


class Circuits:
    """Opens and closes hosts, in the transaction of whoever noticed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    async def failed(self, tx: Tx, host: str, outcome: Outcome, began: int) -> HostRecord:
        """Close a host after a failure and put everything for it aside.

        `began` (ms) is when the try began: tries that failed side by side count once, but the
        longest `Retry-After` among them is the one that is obeyed.
        """
        now = int(self._clock() * 1000)
        record = await tx.hosts.get(host) or HostRecord(host, "", "open", 0, None, 0, "", 0)
        asked = now + int((outcome.retry_after or 0) * 1000)
        if record.state == "closed" and record.updated_at >= began:
            record = replace(record, due_at=max(record.due_at, asked))
        else:
            record = self._closed(record, outcome, now)
        await tx.hosts.save_health(record)
        await tx.deliveries.hold(host)
        return record

    def _closed(self, record: HostRecord, outcome: Outcome, now: int) -> HostRecord:
        since = now if record.failing_since is None else record.failing_since
        failures = record.failures + 1
        delay = host_delay(failures, (now - since) / 1000, outcome.retry_after)
        return replace(
            record,
            state="closed",
            failures=failures,
            failing_since=since,
            due_at=now + int(delay * 1000),
            error=outcome.error or f"HTTP {outcome.status}",
            updated_at=now,
        )

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
            probed += int(await tx.deliveries.probe(record.host, now))
            # Nothing is asked twice while the probe is under way, nor after a crash.
            failing_for = (now - (record.failing_since or now)) / 1000
            pause = host_delay(max(record.failures, 1), failing_for, None)
            await tx.hosts.save_health(replace(record, due_at=now + int(pause * 1000)))
        return probed

    async def release_stranded(self, tx: Tx) -> int:
        """Let go what is held for open hosts; gives for how many hosts.

        A fan-out that writes while another process opens the host leaves such rows behind.
        """
        hosts = await tx.deliveries.stranded()
        now = int(self._clock() * 1000)
        for host in hosts:
            await tx.deliveries.release(host, now)
        return len(hosts)


async def give_up_old(store: Store, now: int) -> int:
    """Give up what is held for longer than anybody waits, a few at a time; gives how many."""
    before, total = now - int(GIVE_UP_AFTER * 1000), 0
    while True:
        given_up = await store.write(
            lambda tx: tx.deliveries.expire(before, now, EXPIRED, EXPIRED_AT_ONCE)
        )
        total += given_up
        if given_up < EXPIRED_AT_ONCE:
            return total
