"""What the administrator says of the site: small JSON documents by name."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One document about the site, who wrote it and when (milliseconds)."""

    name: str
    value: str
    updated_by: str
    updated_at: int


class SiteStatements(Statements):
    """Everything that is asked of the table `site`."""

    async def all(self) -> dict[str, SiteRecord]:
        """Every document by its name."""
        found = await self.all_of(SiteRecord, "from site order by name")
        return {record.name: record for record in found}

    async def by_name(self, name: str) -> SiteRecord | None:
        """One document, or None when nobody wrote it yet."""
        return await self.one_of(SiteRecord, "from site where name = $1", name)

    async def save(self, record: SiteRecord) -> None:
        """Write a document, or replace it."""
        await self.insert(
            "site",
            record,
            rest="on conflict (name) do update set value = excluded.value, "
            "updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        )
