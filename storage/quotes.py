"""What objects quote, with whose leave (FEP-044f)."""

from storage.apps_reading import QuoteRecord
from storage.audience import VISIBLE
from storage.ports import Value
from storage.records import ActorRecord, columns
from storage.spans import Span
from storage.statements import Statements


class QuoteStatements(Statements):
    """Everything that is asked of the table `quotes`, and of who may quote an object."""

    async def add(self, quote: QuoteRecord) -> bool:
        """What an object quotes; False when that is known already."""
        return bool(await self.insert("quotes", quote, rest="on conflict (object_id) do nothing"))

    async def by_object(self, object_id: int) -> QuoteRecord | None:
        """What an object quotes."""
        return await self.one_of(QuoteRecord, "from quotes where object_id = $1", object_id)

    async def by_approval(self, url: str) -> QuoteRecord | None:
        """The quote that an authorization lets be shown."""
        return await self.one_of(
            QuoteRecord, "from quotes where approval_url = $1 and approval_url <> ''", url
        )

    async def by_request(self, url: str) -> QuoteRecord | None:
        """The quote about which an activity asked."""
        return await self.one_of(
            QuoteRecord, "from quotes where request_url = $1 and request_url <> ''", url
        )

    async def settle(self, object_id: int, state: str, approval_url: str) -> None:
        """How it stands with a quote from now on; nothing more is to be looked up."""
        await self.connection.execute(
            "update quotes set state = $2, approval_url = $3, due_at = null where object_id = $1",
            object_id,
            state,
            approval_url,
        )

    async def found(self, object_id: int, quoted_id: int) -> None:
        """Tie a quote to what it quotes, which is here now."""
        await self.connection.execute(
            "update quotes set quoted_id = $2 where object_id = $1", object_id, quoted_id
        )

    async def check(self, object_id: int, approval_url: str, due_at: int) -> None:
        """Have an authorization looked up; the quote waits until then."""
        await self.connection.execute(
            "update quotes set state = 'pending', approval_url = $2, due_at = $3, attempts = 0 "
            "where object_id = $1",
            object_id,
            approval_url,
            due_at,
        )

    async def put_off(self, object_id: int, due_at: int | None) -> None:
        """Look again later, or (None) no more."""
        await self.connection.execute(
            "update quotes set due_at = $2 where object_id = $1", object_id, due_at
        )

    async def next_due(self) -> int | None:
        """When the next quote is to be looked up."""
        found = await self.connection.fetch_value(
            "select due_at from quotes where due_at is not null order by due_at limit 1"
        )
        return None if found is None else int(found)

    async def claim(self, now: int, lease_until: int, limit: int) -> list[QuoteRecord]:
        """The next quotes to be looked up; until `lease_until` nobody else gets them."""
        rows = await self.connection.fetch_all(
            "update quotes set due_at = $2, attempts = attempts + 1 where object_id in "
            "(select q.object_id from quotes q where q.due_at <= $1 "
            "order by q.due_at, q.object_id limit $3) and due_at <= $1 "
            f"returning {columns(QuoteRecord)}",
            now,
            lease_until,
            limit,
        )
        return [QuoteRecord(*row) for row in rows]

    async def forget(self, object_id: int) -> None:
        """Forget what an object quoted."""
        await self.connection.execute("delete from quotes where object_id = $1", object_id)

    async def of(self, quoted_id: int, viewer_id: int, span: Span) -> list[int]:
        """The objects that quote one with leave, as far as an actor (0: a stranger) sees them."""
        args: list[Value] = [quoted_id, viewer_id]
        bounds = span.bounds("o.id", args)
        rule = VISIBLE.replace(
            "o.id = any($1)",
            "o.id in (select q.object_id from quotes q "
            "where q.quoted_id = $1 and q.state = 'accepted')",
        )
        order = span.order("o.id", args)
        rows = await self.connection.fetch_all(f"select o.id {rule}{bounds}{order}", *args)
        return span.arranged([row[0] for row in rows])

    async def local_quoters(self, quoted_id: int) -> list[ActorRecord]:
        """Members of this node who quote an object with leave."""
        rows = await self.connection.fetch_all(
            f"select distinct {columns(ActorRecord, 'a')} from quotes q "
            "join objects o on o.id = q.object_id join actors a on a.id = o.actor_id "
            "where q.quoted_id = $1 and q.state = 'accepted' and o.deleted_at is null "
            "and a.local = 1 and a.state = 'active'",
            quoted_id,
        )
        return [ActorRecord(*row) for row in rows]

    async def policy(self, object_id: int) -> str:
        """Who may quote an object of ours: `public`, `followers`, or empty for its author."""
        found = await self.connection.fetch_value(
            "select quote_policy from objects where id = $1", object_id
        )
        return str(found or "")

    async def set_policy(self, object_id: int, policy: str) -> None:
        """Say who may quote an object of ours."""
        await self.connection.execute(
            "update objects set quote_policy = $2 where id = $1", object_id, policy
        )

    async def deleted(self, object_ids: list[int]) -> set[int]:
        """Those of these objects that are tombstones."""
        if not object_ids:
            return set()
        rows = await self.connection.fetch_all(
            "select id from objects where id = any($1) and deleted_at is not null", object_ids
        )
        return {row[0] for row in rows}

    async def ties(self, viewer_id: int, actor_ids: list[int]) -> dict[int, set[str]]:
        """How a member stands to actors: `follows`, `followed`, `blocks`, `mutes`, `domain`."""
        if not actor_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select followee_id, 'follows' as tie from follows "
            "where follower_id = $1 and followee_id = any($2) and state = 'accepted' "
            "union all select follower_id, 'followed' from follows "
            "where followee_id = $1 and follower_id = any($2) and state = 'accepted' "
            "union all select target_id, 'blocks' from blocks "
            "where actor_id = $1 and target_id = any($2) "
            "union all select target_id, 'mutes' from mutes "
            "where actor_id = $1 and target_id = any($2) "
            "union all select a.id, 'domain' from actors a join domain_blocks d "
            "on d.actor_id = $1 and d.domain = a.host where a.id = any($2)",
            viewer_id,
            actor_ids,
        )
        found: dict[int, set[str]] = {}
        for row in rows:
            found.setdefault(row[0], set()).add(row[1])
        return found
