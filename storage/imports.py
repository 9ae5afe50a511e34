"""What was imported, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """A text of another system: the experience or draft that it became, and its first date."""

    source_key: str
    object_id: int | None
    draft_id: int | None
    published_at: int | None
    imported_at: int


class ImportStatements(Statements):
    """Everything that is asked of `imports`."""

    async def add(self, record: ImportRecord) -> bool:
        """Note an import; False when the same text was imported before."""
        rest = "on conflict (source_key) do nothing"
        return await self.insert("imports", record, rest=rest) > 0

    async def known(self, keys: Iterable[str]) -> dict[str, ImportRecord]:
        """Those of these texts that were imported before; one query."""
        found = await self.all_of(
            ImportRecord, "from imports where source_key = any($1)", list(keys)
        )
        return {record.source_key: record for record in found}

    async def of_draft(self, draft_id: int) -> ImportRecord | None:
        """The import behind a draft."""
        return await self.one_of(ImportRecord, "from imports where draft_id = $1", draft_id)

    async def draft_published(self, draft_id: int, object_id: int) -> None:
        """An imported draft became an experience."""
        await self.connection.execute(
            "update imports set object_id = $2, draft_id = null where draft_id = $1",
            draft_id,
            object_id,
        )
