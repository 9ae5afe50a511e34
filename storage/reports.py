"""Reports as administrators work on them, and as visitors ask after them."""

from collections.abc import Sequence

from storage.ports import Value
from storage.records import ReportRecord
from storage.spans import Span
from storage.statements import Statements


class ReportStatements(Statements):
    """What is asked of the table `reports` beyond keeping what came in."""

    async def by_id(self, number: int) -> ReportRecord | None:
        """One report."""
        return await self.one_of(ReportRecord, "from reports where id = $1", number)

    async def by_ids(self, ids: Sequence[int]) -> list[ReportRecord]:
        """Several reports."""
        return await self.all_of(ReportRecord, "from reports where id = any($1)", list(ids))

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

    async def selected(
        self, span: Span, *, state: str | None, by: int | None = None, about: int | None = None
    ) -> list[ReportRecord]:
        """A page of the reports in a state (None: any), by somebody, about somebody."""
        args: list[Value] = []
        where = "where 1 = 1"
        for column, value in (("state", state), ("actor_id", by), ("target_id", about)):
            if value is not None:
                args.append(value)
                where += f" and {column} = ${len(args)}"
        where += span.bounds("id", args)
        rest = f"from reports {where}{span.order('id', args)}"
        return span.arranged(await self.all_of(ReportRecord, rest, *args))

    async def decide(
        self, number: int, outcome: str, decision: str, now: int, decided_by: int | None = None
    ) -> bool:
        """Close an open report with what was decided and why; False when none is open."""
        return await self._changed(
            "update reports set state = 'closed', outcome = $2, decision = $3, "
            "decided_by = $4, decided_at = $5 where id = $1 and state = 'open'",
            number,
            outcome,
            decision,
            decided_by,
            now,
        )

    async def reopen(self, number: int) -> bool:
        """Open a decided report again; False when none is closed."""
        return await self._changed(
            "update reports set state = 'open', outcome = '', decision = '', "
            "decided_by = null, decided_at = null where id = $1 and state = 'closed'",
            number,
        )

    async def assign(self, number: int, actor_id: int | None) -> bool:
        """Note who takes care of it; False when there is no such report."""
        return await self._changed(
            "update reports set assigned_to = $2 where id = $1", number, actor_id
        )

    async def sort(self, number: int, category: str, rules: str) -> bool:
        """Note its kind and the rules that it is about; False when there is no such report."""
        return await self._changed(
            "update reports set category = $2, rules = $3 where id = $1", number, category, rules
        )

    async def _changed(self, statement: str, *args: Value) -> bool:
        return await self.connection.execute(statement, *args) > 0

    async def forget_reporters(self, before: int) -> int:
        """Drop the mail addresses of reports that were decided before a time."""
        return await self.connection.execute(
            "update reports set reporter_mail = '' where reporter_mail <> '' "
            "and state = 'closed' and decided_at < $1",
            before,
        )
