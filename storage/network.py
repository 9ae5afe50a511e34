"""The servers of the network: who may read what is for the network, and where it is delivered."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class NetworkServerRecord:
    """A server of the network; `inbox` is the one for everybody there, empty until found."""

    host: str
    inbox: str
    added_by: str
    created_at: int


class NetworkStatements(Statements):
    """Everything that is asked of `network_servers`."""

    async def servers(self) -> list[NetworkServerRecord]:
        """Every server of the network, by name."""
        return await self.all_of(NetworkServerRecord, "from network_servers order by host")

    async def add(self, server: NetworkServerRecord) -> bool:
        """A server more; False when it was there."""
        added = await self.insert("network_servers", server, rest="on conflict (host) do nothing")
        return added > 0

    async def remove(self, host: str) -> bool:
        """A server less; False when it was not there."""
        removed = await self.connection.execute("delete from network_servers where host = $1", host)
        return removed > 0

    async def set_inbox(self, host: str, inbox: str) -> None:
        """Remember where a server takes what is for everybody there."""
        await self.connection.execute(
            "update network_servers set inbox = $2 where host = $1", host, inbox
        )

    async def listed(self, host: str) -> bool:
        """Whether a host is part of the network."""
        found = await self.connection.fetch_value(
            "select 1 from network_servers where host = $1", host
        )
        return found is not None

    async def follower_inboxes(self, actor_id: int) -> list[str]:
        """Where the followers of an actor who are part of the network take activities."""
        rows = await self.connection.fetch_all(
            "select distinct case when a.shared_inbox <> '' then a.shared_inbox else a.inbox end "
            "from follows f join actors a on a.id = f.follower_id "
            "where f.followee_id = $1 and f.state = 'accepted' and a.local = 0 "
            "and a.state = 'active' and a.host in (select host from network_servers) "
            "and not exists (select 1 from blocks b "
            "where b.actor_id = f.followee_id and b.target_id = f.follower_id)",
            actor_id,
        )
        return [row[0] for row in rows if row[0]]
