"""What members do not want to see in their apps: filters, their words and single posts."""

from dataclasses import dataclass

from storage.records import columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class FilterRecord:
    """A filter; `contexts` are where it counts: ` home public `."""

    id: int
    actor_id: int
    title: str
    contexts: str
    action: str
    expires_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class FilterKeywordRecord:
    """A word, or several, of a filter."""

    id: int
    filter_id: int
    keyword: str
    whole_word: int


@dataclass(frozen=True, slots=True)
class FilterStatusRecord:
    """A single post of a filter."""

    id: int
    filter_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A filter with one thing that meets it: a word, or (`object_id`) a post."""

    record: FilterRecord
    keyword: str
    whole_word: int
    object_id: int


_OF_OWNER = "from {table} p join filters f on f.id = p.filter_id where f.actor_id = $1"


class FilterStatements(Statements):
    """Everything that is asked of `filters`, `filter_keywords` and `filter_statuses`."""

    async def rules(self, actor_id: int, now: int) -> tuple[FilterRule, ...]:
        """Everything that meets a filter of a member that has not expired; one query."""
        return (await self.rules_of([actor_id], now)).get(actor_id, ())

    async def rules_of(self, actor_ids: list[int], now: int) -> dict[int, tuple[FilterRule, ...]]:
        """The same for several members, by their id; one query."""
        named = columns(FilterRecord, "f")
        living = "f.actor_id = any($1) and (f.expires_at is null or f.expires_at > $2)"
        rows = await self.connection.fetch_all(
            f"select {named}, p.keyword, p.whole_word, 0 as object_id, p.id as part "
            f"from filters f join filter_keywords p on p.filter_id = f.id where {living} "
            f"union all select {named}, '', 0, p.object_id, p.id "
            f"from filters f join filter_statuses p on p.filter_id = f.id where {living} "
            "order by 1, 11",
            actor_ids,
            now,
        )
        found: dict[int, tuple[FilterRule, ...]] = {}
        for row in rows:
            values = tuple(row)
            rule = FilterRule(FilterRecord(*values[:7]), *values[7:10])
            found[rule.record.actor_id] = (*found.get(rule.record.actor_id, ()), rule)
        return found

    async def of_actor(self, actor_id: int) -> list[FilterRecord]:
        """Every filter of a member, oldest first; expired ones too."""
        return await self.all_of(
            FilterRecord, "from filters where actor_id = $1 order by id", actor_id
        )

    async def one(self, actor_id: int, filter_id: int) -> FilterRecord | None:
        """A filter of a member."""
        return await self.one_of(
            FilterRecord, "from filters where id = $1 and actor_id = $2", filter_id, actor_id
        )

    async def count(self, actor_id: int) -> int:
        """How many filters a member has."""
        found = await self.connection.fetch_value(
            "select count(*) from filters where actor_id = $1", actor_id
        )
        return int(found or 0)

    async def add(self, record: FilterRecord) -> None:
        """Keep a new filter."""
        await self.insert("filters", record)

    async def change(self, record: FilterRecord) -> None:
        """Keep what was changed of a filter."""
        await self.connection.execute(
            "update filters set title = $2, contexts = $3, action = $4, expires_at = $5 "
            "where id = $1",
            record.id,
            record.title,
            record.contexts,
            record.action,
            record.expires_at,
        )

    async def remove(self, filter_id: int) -> None:
        """Forget a filter with all that is in it."""
        await self.connection.execute("delete from filters where id = $1", filter_id)

    async def keywords(self, filter_ids: list[int]) -> list[FilterKeywordRecord]:
        """The words of filters, oldest first."""
        return await self.all_of(
            FilterKeywordRecord,
            "from filter_keywords where filter_id = any($1) order by id",
            filter_ids,
        )

    async def own_keywords(self, actor_id: int) -> list[FilterKeywordRecord]:
        """The words of all filters of a member, oldest first."""
        rows = await self.connection.fetch_all(
            f"select {columns(FilterKeywordRecord, 'p')} "
            f"{_OF_OWNER.format(table='filter_keywords')} order by p.id",
            actor_id,
        )
        return [FilterKeywordRecord(*row) for row in rows]

    async def keyword(self, actor_id: int, keyword_id: int) -> FilterKeywordRecord | None:
        """A word of a filter of a member."""
        row = await self.connection.fetch_one(
            f"select {columns(FilterKeywordRecord, 'p')} "
            f"{_OF_OWNER.format(table='filter_keywords')} and p.id = $2",
            actor_id,
            keyword_id,
        )
        return None if row is None else FilterKeywordRecord(*row)

    async def save_keyword(self, record: FilterKeywordRecord) -> None:
        """Keep a word, new or changed."""
        await self.insert(
            "filter_keywords",
            record,
            rest="on conflict (id) do update set keyword = excluded.keyword, "
            "whole_word = excluded.whole_word",
        )

    async def remove_keyword(self, keyword_id: int) -> None:
        """Forget a word."""
        await self.connection.execute("delete from filter_keywords where id = $1", keyword_id)

    async def statuses(self, filter_ids: list[int]) -> list[FilterStatusRecord]:
        """The single posts of filters, oldest first."""
        return await self.all_of(
            FilterStatusRecord,
            "from filter_statuses where filter_id = any($1) order by id",
            filter_ids,
        )

    async def status(self, actor_id: int, number: int) -> FilterStatusRecord | None:
        """A single post of a filter of a member."""
        row = await self.connection.fetch_one(
            f"select {columns(FilterStatusRecord, 'p')} "
            f"{_OF_OWNER.format(table='filter_statuses')} and p.id = $2",
            actor_id,
            number,
        )
        return None if row is None else FilterStatusRecord(*row)

    async def add_status(self, record: FilterStatusRecord) -> bool:
        """Put a post into a filter; False when it was there."""
        added = await self.insert(
            "filter_statuses", record, rest="on conflict (filter_id, object_id) do nothing"
        )
        return added > 0

    async def remove_status(self, number: int) -> None:
        """Take a post out of its filter."""
        await self.connection.execute("delete from filter_statuses where id = $1", number)
