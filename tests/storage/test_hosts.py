"""Statements about other servers, on both engines."""

from storage.records import HostRecord
from storage.store import Store


async def test_scheme_and_health_are_kept_side_by_side(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.hosts.remember_scheme("atelier.example", "cavage", 1)
        await tx.hosts.save_health(
            HostRecord("atelier.example", "", "closed", 3, 7, 50, "timeout", 4)
        )
        await tx.hosts.remember_scheme("atelier.example", "rfc9421", 5)
        found = await tx.hosts.get("atelier.example")
    assert found is not None
    assert found.scheme == "rfc9421"
    assert (found.state, found.failures, found.error) == ("closed", 3, "timeout")


async def test_closed_hosts_are_due_in_their_order(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.hosts.next_due() is None
        for host, due in (("late.example", 90), ("soon.example", 10), ("next.example", 20)):
            await tx.hosts.save_health(HostRecord(host, "", "closed", 1, 1, due, "", 1))
        await tx.hosts.save_health(HostRecord("open.example", "", "open", 0, None, 0, "", 1))
        assert [one.host for one in await tx.hosts.due(50)] == ["soon.example", "next.example"]
        assert await tx.hosts.next_due() == 10
        assert len(await tx.hosts.all()) == 4
        assert await tx.hosts.get("unknown.example") is None
