"""Notes of projects that members are writing: nothing of them leaves the node."""

from dataclasses import dataclass
from typing import Final

from storage.records import MediaRecord, columns
from storage.statements import Statements

MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class ProjectDraftRecord:
    """A note that is being written; `fields` is JSON of what was typed.

    `saved_from` is the open form that saved last, `saved_step` its count.
    """

    id: int
    owner_id: int
    project_id: int
    fields: str
    revision: int
    saved_from: str
    saved_step: int
    created_at: int
    updated_at: int


class ProjectDraftStatements(Statements):
    """Everything that is asked of `project_drafts` and `project_draft_media`."""

    async def add(self, draft: ProjectDraftRecord) -> bool:
        """A new draft; False when the same form made one already."""
        rest = "on conflict (owner_id, project_id, saved_from) do nothing"
        return await self.insert("project_drafts", draft, rest=rest) > 0

    async def by_id(self, draft_id: int, owner_id: int) -> ProjectDraftRecord | None:
        """One draft of somebody."""
        return await self.one_of(
            ProjectDraftRecord,
            "from project_drafts where id = $1 and owner_id = $2",
            draft_id,
            owner_id,
        )

    async def of_form(
        self, owner_id: int, project_id: int, saved_from: str
    ) -> ProjectDraftRecord | None:
        """The draft that an open form saved last."""
        return await self.one_of(
            ProjectDraftRecord,
            "from project_drafts where owner_id = $1 and project_id = $2 and saved_from = $3",
            owner_id,
            project_id,
            saved_from,
        )

    async def of_project(self, owner_id: int, project_id: int) -> list[ProjectDraftRecord]:
        """What somebody is writing in a project, latest first; as a rule one draft or none."""
        return await self.all_of(
            ProjectDraftRecord,
            "from project_drafts where owner_id = $1 and project_id = $2 "
            "order by updated_at desc, id desc limit $3",
            owner_id,
            project_id,
            MAX_LISTED,
        )

    async def of_person(self, owner_id: int, limit: int = MAX_LISTED) -> list[ProjectDraftRecord]:
        """What somebody is writing in any project, latest first."""
        return await self.all_of(
            ProjectDraftRecord,
            "from project_drafts where owner_id = $1 order by updated_at desc, id desc limit $2",
            owner_id,
            limit,
        )

    async def save(self, draft: ProjectDraftRecord, revision: int) -> bool:
        """Keep what was typed if the draft still has this revision; counts the saving.

        False when it was saved, published or thrown away meanwhile.
        """
        saved = await self.connection.execute(
            "update project_drafts set fields = $3, saved_from = $4, saved_step = $5, "
            "updated_at = $6, revision = revision + 1 where id = $1 and revision = $2",
            draft.id,
            revision,
            draft.fields,
            draft.saved_from,
            draft.saved_step,
            draft.updated_at,
        )
        return saved > 0

    async def remove(self, draft_id: int, revision: int | None = None) -> bool:
        """Forget a draft, of one revision only if that is given; False when there is none."""
        bound = "" if revision is None else " and revision = $2"
        args = (draft_id,) if revision is None else (draft_id, revision)
        statement = f"delete from project_drafts where id = $1{bound}"
        return await self.connection.execute(statement, *args) > 0

    async def media(self, draft_id: int) -> list[MediaRecord]:
        """The files of a draft in their order, without those that are shown elsewhere by now."""
        rows = await self.connection.fetch_all(
            f"select {columns(MediaRecord, 'm')} from project_draft_media d "
            "join media m on m.id = d.media_id where d.draft_id = $1 and m.object_id is null "
            "order by d.position, m.id",
            draft_id,
        )
        return [MediaRecord(*row) for row in rows]

    async def set_media(self, draft_id: int, media_ids: list[int]) -> None:
        """Give a draft exactly these files, in this order."""
        await self.connection.execute(
            "delete from project_draft_media where draft_id = $1", draft_id
        )
        await self.connection.execute_many(
            "insert into project_draft_media (draft_id, media_id, position) values ($1, $2, $3)",
            [(draft_id, media_id, position) for position, media_id in enumerate(media_ids)],
        )

    async def move_all(self, project_id: int, new_id: int) -> None:
        """Let what was being written in a project be written in another one."""
        await self.connection.execute(
            "update project_drafts set project_id = $2 where project_id = $1", project_id, new_id
        )
