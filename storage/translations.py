"""Translations that are kept until a post is edited."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class TranslationRecord:
    """A post in another language as JSON; `edited_at` is the version that was translated."""

    object_id: int
    language: str
    edited_at: int
    document: str
    created_at: int


class TranslationStatements(Statements):
    """Everything that is asked of `translations`."""

    async def find(self, object_id: int, language: str, edited_at: int) -> str | None:
        """The translation of this version of an object, or None."""
        found = await self.connection.fetch_value(
            "select document from translations "
            "where object_id = $1 and language = $2 and edited_at = $3",
            object_id,
            language,
            edited_at,
        )
        return None if found is None else str(found)

    async def keep(self, record: TranslationRecord) -> None:
        """Keep a translation in the place of that of an earlier version."""
        await self.insert(
            "translations",
            record,
            rest="on conflict (object_id, language) do update set edited_at = excluded.edited_at, "
            "document = excluded.document, created_at = excluded.created_at",
        )

    async def forget(self, before: int) -> int:
        """Drop what was translated before a time; gives how many."""
        return await self.connection.execute(
            "delete from translations where created_at < $1", before
        )
