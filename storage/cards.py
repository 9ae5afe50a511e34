"""Previews of links: which object shows which, and what is to be fetched."""

from dataclasses import dataclass

from storage.apps_reading import CardRecord
from storage.records import columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class Target:
    """An object of the node's that a link leads to."""

    url: str
    id: int
    type: str
    visibility: str
    name: str
    summary: str
    language: str
    host: str
    author: str


class CardStatements(Statements):
    """Everything that is asked of `cards` and `object_cards`."""

    async def targets(self, urls: list[str]) -> dict[str, Target]:
        """Those of these addresses that are objects known here."""
        if not urls:
            return {}
        rows = await self.connection.fetch_all(
            "select o.url, o.id, o.type, o.visibility, o.name, o.summary, o.language, a.host, "
            "case when a.name = '' then a.username else a.name end "
            "from objects o join actors a on a.id = o.actor_id "
            "where o.url = any($1) and o.deleted_at is null",
            urls,
        )
        return {row[0]: Target(*row) for row in rows}

    async def by_urls(self, urls: list[str]) -> dict[str, CardRecord]:
        """The previews of these addresses."""
        if not urls:
            return {}
        found = await self.all_of(CardRecord, "from cards where url = any($1)", urls)
        return {card.url: card for card in found}

    async def of_object(self, object_id: int) -> str | None:
        """The address whose preview an object shows, or would show."""
        found = await self.connection.fetch_value(
            "select c.url from object_cards w join cards c on c.id = w.card_id "
            "where w.object_id = $1",
            object_id,
        )
        return None if found is None else str(found)

    async def add(self, card: CardRecord) -> int:
        """A preview, made once for each address; gives the id that it has."""
        if await self.insert("cards", card, rest="on conflict (url) do nothing"):
            return card.id
        return int(
            await self.connection.fetch_value("select id from cards where url = $1", card.url) or 0
        )

    async def show(self, object_id: int, card_id: int) -> None:
        """Let an object show a preview, in the place of another."""
        await self.connection.execute(
            "insert into object_cards (object_id, card_id) values ($1, $2) "
            "on conflict (object_id) do update set card_id = excluded.card_id",
            object_id,
            card_id,
        )

    async def hide(self, object_id: int) -> None:
        """Let an object show no preview."""
        await self.connection.execute("delete from object_cards where object_id = $1", object_id)

    async def forget(self, object_id: int, url: str) -> None:
        """A deleted object shows no preview, and nothing is shown of it elsewhere."""
        await self.hide(object_id)
        await self.connection.execute("delete from cards where url = $1", url)

    async def renew(self, card_id: int, due_at: int) -> None:
        """Have a preview fetched again; what is there is shown until then."""
        await self.connection.execute(
            "update cards set due_at = $2, attempts = 0 where id = $1", card_id, due_at
        )

    async def save(self, card: CardRecord) -> None:
        """What was fetched."""
        await self.connection.execute(
            "update cards set title = $2, description = $3, author_name = $4, author_url = $5, "
            "provider_name = $6, provider_url = $7, language = $8, image = $9, "
            "image_description = $10, width = $11, height = $12, published_at = $13, "
            "state = $14, due_at = null, fetched_at = $15 where id = $1",
            card.id,
            card.title,
            card.description,
            card.author_name,
            card.author_url,
            card.provider_name,
            card.provider_url,
            card.language,
            card.image,
            card.image_description,
            card.width,
            card.height,
            card.published_at,
            card.state,
            card.fetched_at,
        )

    async def put_off(self, card_id: int, due_at: int) -> None:
        """Fetch later."""
        await self.connection.execute("update cards set due_at = $2 where id = $1", card_id, due_at)

    async def give_up(self, card_id: int, now: int) -> None:
        """Fetch no more until somebody links to it again; what was there stays."""
        await self.connection.execute(
            "update cards set due_at = null, fetched_at = $2, "
            "state = case when state = 'ready' then 'ready' else 'failed' end where id = $1",
            card_id,
            now,
        )

    async def next_due(self) -> int | None:
        """When the next preview is to be fetched."""
        found = await self.connection.fetch_value(
            "select due_at from cards where due_at is not null order by due_at limit 1"
        )
        return None if found is None else int(found)

    async def claim(self, now: int, lease_until: int, limit: int) -> list[CardRecord]:
        """The next previews to fetch; until `lease_until` nobody else gets them."""
        rows = await self.connection.fetch_all(
            "update cards set due_at = $2, attempts = attempts + 1 where id in "
            "(select c.id from cards c where c.due_at <= $1 order by c.due_at, c.id limit $3) "
            f"and due_at <= $1 returning {columns(CardRecord)}",
            now,
            lease_until,
            limit,
        )
        return [CardRecord(*row) for row in rows]

    async def prune(self, before: int, limit: int) -> int:
        """Forget previews that no object shows any more and that were made before a moment."""
        return await self.connection.execute(
            "delete from cards where id in (select c.id from cards c where c.id < $1 "
            "and not exists (select 1 from object_cards w where w.card_id = c.id) limit $2)",
            before,
            limit,
        )
