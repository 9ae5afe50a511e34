"""What members propose to do with projects, and what became of it."""

from dataclasses import dataclass

from storage.records import ActorRecord, columns
from storage.statements import Statements

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """Something that a member proposes; `document` is JSON of the activity that is proposed.

    `url` is the Offer's id; `state`: waiting, accepted, rejected or withdrawn; `answer` says why.
    """

    id: int
    project_id: int
    actor_id: int
    url: str
    document: str
    state: str
    answer: str
    created_at: int
    decided_at: int | None


class ProjectOfferStatements(Statements):
    """Everything that is asked of `project_offers`."""

    async def add(self, offer: OfferRecord) -> bool:
        """An offer more; False when it is known."""
        return await self.insert("project_offers", offer, rest="on conflict (url) do nothing") > 0

    async def by_id(self, offer_id: int) -> OfferRecord | None:
        """One offer."""
        return await self.one_of(OfferRecord, "from project_offers where id = $1", offer_id)

    async def by_url(self, url: str) -> OfferRecord | None:
        """The offer that an Offer of this id made."""
        if not url:
            return None
        return await self.one_of(OfferRecord, "from project_offers where url = $1", url)

    async def decide(self, offer_id: int, state: str, answer: str, now: int) -> bool:
        """Note what became of an offer that waits; False when it waits no more."""
        changed = await self.connection.execute(
            "update project_offers set state = $2, answer = $3, decided_at = $4 "
            "where id = $1 and state = 'waiting'",
            offer_id,
            state,
            answer,
            now,
        )
        return changed > 0

    async def of_project(
        self, project_id: int, states: list[str]
    ) -> list[tuple[OfferRecord, ActorRecord]]:
        """A project's offers in some states with who made them, latest first."""
        rows = await self.connection.fetch_all(
            f"select {columns(OfferRecord, 'f')}, {columns(ActorRecord, 'a')} "
            "from project_offers f join actors a on a.id = f.actor_id "
            "where f.project_id = $1 and f.state = any($2) order by f.id desc limit $3",
            project_id,
            states,
            MAX_LISTED,
        )
        width = len(OfferRecord.__dataclass_fields__)
        return [(OfferRecord(*row[:width]), ActorRecord(*row[width:])) for row in rows]

    async def of_member(self, project_id: int, actor_id: int) -> list[OfferRecord]:
        """What one member proposed to a project, latest first."""
        return await self.all_of(
            OfferRecord,
            "from project_offers where actor_id = $1 and project_id = $2 order by id desc limit $3",
            actor_id,
            project_id,
            MAX_LISTED,
        )

    async def count_waiting(self, project_id: int, actor_id: int) -> int:
        """How much of what somebody proposed to a project waits for an answer."""
        return int(
            await self.connection.fetch_value(
                "select count(*) from project_offers "
                "where actor_id = $1 and project_id = $2 and state = 'waiting'",
                actor_id,
                project_id,
            )
        )
