"""Addresses that let somebody without an account read a project: a funder's link, a calendar."""

from dataclasses import dataclass
from typing import Final

from storage.statements import Statements

MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class ProjectLinkRecord:
    """A link, known by the hash of its secret alone; times in milliseconds.

    `kind`: reading or calendar. `reach` is the widest circle whose entries it shows: public,
    network or project. It shows what was published from `period_from` to `period_to`.
    """

    id: int
    project_id: int
    kind: str
    secret_hash: str
    label: str
    reach: str
    period_from: int | None
    period_to: int | None
    created_by: int | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None = None
    last_used_at: int | None = None

    def __repr__(self) -> str:
        return f"ProjectLinkRecord({self.id}, {self.kind}, project {self.project_id})"


class ProjectLinkStatements(Statements):
    """Everything that is asked of `project_links`."""

    async def add(self, link: ProjectLinkRecord) -> None:
        """A link more."""
        await self.insert("project_links", link)

    async def living(self, kind: str, secret_hash: str, now: int) -> ProjectLinkRecord | None:
        """The link with this secret, unless it was revoked or has expired."""
        return await self.one_of(
            ProjectLinkRecord,
            "from project_links where secret_hash = $1 and kind = $2 and revoked_at is null "
            "and (expires_at is null or expires_at > $3)",
            secret_hash,
            kind,
            now,
        )

    async def of_project(self, project_id: int, kind: str) -> list[ProjectLinkRecord]:
        """A project's links of a kind, latest first; those that were revoked come last."""
        return await self.all_of(
            ProjectLinkRecord,
            "from project_links where project_id = $1 and kind = $2 "
            "order by case when revoked_at is null then 0 else 1 end, id desc limit $3",
            project_id,
            kind,
            MAX_LISTED,
        )

    async def revoke(self, project_id: int, link_id: int, now: int) -> bool:
        """End a link of a project at once; False when there is none that still opens."""
        ended = await self.connection.execute(
            "update project_links set revoked_at = $3 where id = $1 and project_id = $2 "
            "and revoked_at is null",
            link_id,
            project_id,
            now,
        )
        return ended > 0

    async def used(self, link_id: int, now: int) -> None:
        """Note that somebody read through a link."""
        await self.connection.execute(
            "update project_links set last_used_at = $2 where id = $1", link_id, now
        )
