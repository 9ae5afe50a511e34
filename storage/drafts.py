"""Experiences that are being written or changed: nothing of them leaves the node."""

from dataclasses import dataclass
from typing import Final, Literal

from storage.records import MediaRecord, columns
from storage.statements import Statements

DraftState = Literal["writing", "review", "returned"]
Part = Literal["coauthor", "wrote"]
MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft; `fields` is JSON of an experience, `typed` what its fields could not hold.

    `object_id` names the published experience that it changes, `base_at` the date of the version
    that it began from. `saved_from` is the open form that saved last, `saved_step` its count.
    """

    id: int
    owner_id: int
    author_id: int
    object_id: int | None
    base_at: int
    fields: str
    state: DraftState
    reviewer_id: int | None
    review_note: str
    revision: int
    created_at: int
    updated_at: int
    typed: str = "{}"
    copy_of: int | None = None
    born_from: str = ""
    saved_by: int | None = None
    saved_from: str = ""
    saved_step: int = 0
    interviewed: str = ""
    interviewed_id: int | None = None
    agreed_revision: int = 0


class DraftStatements(Statements):
    """Everything that is asked of `drafts`, `draft_people` and `draft_media`."""

    async def add(self, draft: DraftRecord) -> bool:
        """A new draft; False when the same form made one already."""
        rest = "on conflict (owner_id, born_from) where born_from <> '' do nothing"
        return await self.insert("drafts", draft, rest=rest) > 0

    async def by_id(self, draft_id: int) -> DraftRecord | None:
        """One draft."""
        return await self.one_of(DraftRecord, "from drafts where id = $1", draft_id)

    async def by_birth(self, owner_id: int, born_from: str) -> DraftRecord | None:
        """The draft that a form of somebody made."""
        return await self.one_of(
            DraftRecord,
            "from drafts where owner_id = $1 and born_from = $2 and born_from <> ''",
            owner_id,
            born_from,
        )

    async def save(self, draft: DraftRecord, revision: int) -> bool:
        """Keep what was written if the draft still has this revision; counts the saving.

        False when it was saved, published or thrown away meanwhile.
        """
        d = draft
        saved = await self.connection.execute(
            "update drafts set fields = $3, typed = $4, author_id = $5, saved_by = $6, "
            "saved_from = $7, saved_step = $8, interviewed = $9, interviewed_id = $10, "
            "updated_at = $11, revision = revision + 1 where id = $1 and revision = $2",
            d.id, revision, d.fields, d.typed, d.author_id, d.saved_by, d.saved_from, d.saved_step,
            d.interviewed, d.interviewed_id, d.updated_at,
        )  # fmt: skip
        return saved > 0

    async def set_state(self, draft: DraftRecord, revision: int) -> bool:
        """Move a draft of this revision on: state, reviewer, note, agreement and base."""
        moved = await self.connection.execute(
            "update drafts set state = $3, reviewer_id = $4, review_note = $5, "
            "agreed_revision = $6, base_at = $7, updated_at = $8 "
            "where id = $1 and revision = $2",
            draft.id, revision, draft.state, draft.reviewer_id, draft.review_note,
            draft.agreed_revision, draft.base_at, draft.updated_at,
        )  # fmt: skip
        return moved > 0

    async def remove(self, draft_id: int, revision: int | None = None) -> bool:
        """Forget a draft, of one revision only if that is given; False when there is none."""
        bound = "" if revision is None else " and revision = $2"
        args = (draft_id,) if revision is None else (draft_id, revision)
        return await self.connection.execute(f"delete from drafts where id = $1{bound}", *args) > 0

    async def of_person(
        self, actor_id: int, organisation_id: int | None, limit: int = MAX_LISTED
    ) -> list[DraftRecord]:
        """What somebody may go on writing, latest first.

        Their own, those of which they are co-author or which hold their words, and, for an
        editor, those in the name of the organisation.
        """
        return await self.all_of(
            DraftRecord,
            "from drafts where id in (select id from drafts where owner_id = $1 "
            "union select id from drafts where author_id = $2 "
            "union select id from drafts where interviewed_id = $1 "
            "union select draft_id from draft_people where actor_id = $1 and part = 'coauthor') "
            "order by updated_at desc, id desc limit $3",
            actor_id,
            organisation_id or 0,
            limit,
        )

    async def in_review(self, limit: int = MAX_LISTED) -> list[DraftRecord]:
        """What waits for a second pair of eyes, longest wait first."""
        return await self.all_of(
            DraftRecord, "from drafts where state = 'review' order by updated_at limit $1", limit
        )

    async def of_object(self, object_id: int) -> list[DraftRecord]:
        """The drafts that change one published experience, oldest first."""
        return await self.all_of(
            DraftRecord, "from drafts where object_id = $1 order by id", object_id
        )

    async def copies(self, draft_id: int) -> list[DraftRecord]:
        """Other versions of a draft that a saving at the same time made, oldest first."""
        return await self.all_of(
            DraftRecord, "from drafts where copy_of = $1 order by id", draft_id
        )

    async def people(self, draft_id: int, part: Part) -> list[int]:
        """The ids of the actors who have this part in a draft."""
        rows = await self.connection.fetch_all(
            "select actor_id from draft_people where draft_id = $1 and part = $2 order by actor_id",
            draft_id,
            part,
        )
        return [row[0] for row in rows]

    async def note_writer(self, draft_id: int, actor_id: int) -> None:
        """Remember who wrote in a draft: they cannot be its second pair of eyes."""
        await self._add_people([(draft_id, actor_id, "wrote")])

    async def set_coauthors(self, draft_id: int, urls: list[str]) -> None:
        """Let exactly the people of this node among these actors change a draft."""
        await self.connection.execute(
            "delete from draft_people where draft_id = $1 and part = 'coauthor'", draft_id
        )
        if not urls:
            return
        rows = await self.connection.fetch_all(
            "select id from actors where url = any($1) and local = 1", urls
        )
        await self._add_people([(draft_id, row[0], "coauthor") for row in rows])

    async def _add_people(self, rows: list[tuple[int, int, str]]) -> None:
        await self.connection.execute_many(
            "insert into draft_people (draft_id, actor_id, part) values ($1, $2, $3) "
            "on conflict (draft_id, actor_id, part) do nothing",
            rows,
        )

    async def media(self, draft_id: int) -> list[MediaRecord]:
        """The files of a draft in their order."""
        rows = await self.connection.fetch_all(
            f"select {columns(MediaRecord, 'm')} from draft_media d "
            "join media m on m.id = d.media_id where d.draft_id = $1 order by d.position, m.id",
            draft_id,
        )
        return [MediaRecord(*row) for row in rows]

    async def of_media(self, object_id: int) -> list[MediaRecord]:
        """The files of a published object, as they were uploaded."""
        return await self.all_of(
            MediaRecord, "from media where object_id = $1 order by id", object_id
        )

    async def set_media(self, draft_id: int, media_ids: list[int]) -> None:
        """Give a draft exactly these files, in this order."""
        await self.connection.execute("delete from draft_media where draft_id = $1", draft_id)
        await self.connection.execute_many(
            "insert into draft_media (draft_id, media_id, position) values ($1, $2, $3)",
            [(draft_id, media_id, position) for position, media_id in enumerate(media_ids)],
        )

    async def reviewers(self) -> list[int]:
        """The members who may review: editors and administrators."""
        rows = await self.connection.fetch_all(
            "select m.actor_id from members m join actors a on a.id = m.actor_id "
            "where m.role in ('editor', 'admin') and m.disabled_at is null "
            "and a.state = 'active' and a.type = 'Person' order by m.actor_id"
        )
        return [row[0] for row in rows]

    async def forget_news(self, owner_id: int, actor_id: int) -> None:
        """Take back what was told of somebody's earlier drafts, so that new ones are told."""
        await self.connection.execute(
            "delete from notifications where owner_id = $1 and actor_id = $2 "
            "and kind = 'review' and object_id is null",
            owner_id,
            actor_id,
        )

    async def own_files(self, draft_id: int, actor_id: int) -> None:
        """Make the files of a draft those of whoever publishes it."""
        await self.connection.execute(
            "update media set actor_id = $2 where object_id is null and actor_id <> $2 "
            "and id in (select media_id from draft_media where draft_id = $1)",
            draft_id,
            actor_id,
        )

    async def published_by(
        self, url: str, actor_ids: list[int], *, before: int | None = None, limit: int = 50
    ) -> list[int]:
        """The living experiences here of these actors, or with this co-author, latest first."""
        bound = " and o.id < $4" if before is not None else ""
        args = (url, actor_ids, limit) if before is None else (url, actor_ids, limit, before)
        rows = await self.connection.fetch_all(
            "select o.id from objects o join experiences e on e.object_id = o.id "
            "where o.local = 1 and o.deleted_at is null and (o.actor_id = any($2) or o.id in "
            f"(select object_id from experience_authors where url = $1)){bound} "
            "order by o.id desc limit $3",
            *args,
        )
        return [row[0] for row in rows]
