"""Reports as administrators work on them, and as visitors ask after them."""

from storage.records import ReportRecord
from storage.statements import Statements


class ReportStatements(Statements):
    """What is asked of the table `reports` beyond keeping what came in."""

    async def by_id(self, number: int) -> ReportRecord | None:
        """One report."""
        return await self.one_of(ReportRecord, "from reports where id = $1", number)

    async def by_receipt(self, receipt: str) -> ReportRecord | None:
        """The report of a visitor who kept its number."""
        return await self.one_of(
            ReportRecord, "from reports where receipt = $1 and receipt <> ''", receipt
        )

    async def listed(
        self, state: str, *, before: int | None = None, limit: int = 30
    ) -> list[ReportRecord]:
        """Reports in a state, latest first, from before an id."""
        return await self.all_of(
            ReportRecord,
            "from reports where state = $1 and id < $2 order by id desc limit $3",
            state,
            2**63 - 1 if before is None else before,
            limit,
        )

    async def decide(self, number: int, outcome: str, decision: str, now: int) -> bool:
        """Close an open report with what was decided and why; False when none is open."""
        return (
            await self.connection.execute(
                "update reports set state = 'closed', outcome = $2, decision = $3, "
                "decided_at = $4 where id = $1 and state = 'open'",
                number,
                outcome,
                decision,
                now,
            )
            > 0
        )

    async def forget_reporters(self, before: int) -> int:
        """Drop the mail addresses of reports that were decided before a time."""
        return await self.connection.execute(
            "update reports set reporter_mail = '' where reporter_mail <> '' "
            "and state = 'closed' and decided_at < $1",
            before,
        )
