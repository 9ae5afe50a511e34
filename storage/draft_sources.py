"""Which note of a project each block of a draft was taken from, and what its author confirmed."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A block of a draft: its field, its place in it, its text as it was put there.

    `object_id` is the note; None when the project says it of itself, or the note is gone.
    """

    draft_id: int
    project_id: int
    field: str
    position: int
    object_id: int | None
    text: str
    confirmed: int = 0


class DraftSourceStatements(Statements):
    """Everything that is asked of `draft_sources`."""

    async def add(self, sources: list[SourceRecord]) -> None:
        """Note where the blocks of a new draft come from, once: two clicks make one draft."""
        await self.connection.execute_many(
            "insert into draft_sources "
            "(draft_id, project_id, field, position, object_id, text, confirmed) "
            "values ($1, $2, $3, $4, $5, $6, $7) "
            "on conflict (draft_id, field, position) do nothing",
            [
                (s.draft_id, s.project_id, s.field, s.position, s.object_id, s.text, s.confirmed)
                for s in sources
            ],
        )

    async def of_draft(self, draft_id: int) -> list[SourceRecord]:
        """The blocks of a draft; none for one that was not made from a project."""
        return await self.all_of(
            SourceRecord,
            "from draft_sources where draft_id = $1 order by position, field",
            draft_id,
        )

    async def confirm(self, source: SourceRecord, text: str) -> None:
        """Note that the author stands behind a block, with this text; empty: it was left out."""
        await self.connection.execute(
            "update draft_sources set confirmed = 1, text = $4 "
            "where draft_id = $1 and field = $2 and position = $3",
            source.draft_id,
            source.field,
            source.position,
            text,
        )

    async def copy(self, draft_id: int, copy_id: int) -> None:
        """Let a copy of a draft have the same blocks, confirmed as far as they are."""
        await self.connection.execute(
            "insert into draft_sources "
            "(draft_id, project_id, field, position, object_id, text, confirmed) "
            "select cast($2 as bigint), project_id, field, position, object_id, text, confirmed "
            "from draft_sources where draft_id = $1 "
            "on conflict (draft_id, field, position) do nothing",
            draft_id,
            copy_id,
        )
