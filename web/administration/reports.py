"""`/admin/reports`: what people complain about, and a decision with its reasons for each."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from quart import Blueprint, Response, request

from actors.administration import NotPossible
from actors.reporting import (
    OUTCOMES,
    Outcome,
    addresses,
    assign_report,
    decide_report,
    reopen_report,
    rules_of,
)
from federation.errors import Refused
from objects.incoming import bury
from objects.text import plain_text
from outbox.acts.change import withdraw
from storage.oversight import OversightStatements
from storage.records import ActorRecord, ObjectRecord, ReportRecord
from storage.reports import ReportStatements
from storage.store import Tx
from web.administration.desk import Desk, id_of, number_in
from web.forms import Form, area, choice
from web.letters import OUTCOME_TEXTS, Letters
from web.public.reports import REASONS
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

log = logging.getLogger(__name__)

PAGE: Final = 30
EXCERPT: Final = 600
DECISIONS: Final = {
    "removed": mark("Withdraw what was reported"),
    "kept": mark("Leave it online"),
    "other": mark("Something else was done (say what)"),
}

register_done(
    {
        "decided": mark("The decision is kept, and the answers are on their way."),
        "assigned": mark("You take care of this report."),
        "unassigned": mark("Nobody takes care of this report now."),
        "reopened": mark("The report waits for a decision again."),
    }
)


class DecisionForm(Form):
    """What is decided, and why."""

    outcome = choice(mark("Your decision"), (), required(mark("Choose a decision.")))
    reason = area(
        mark("The reasons"),
        required(mark("Say why: whoever reported it reads this.")),
        longest(5_000),
        hint=mark("Sent as it stands to whoever reported it, and to the author if you withdraw."),
    )


@dataclass(frozen=True, slots=True)
class Dossier:
    """A report with everything that is known about it."""

    report: ReportRecord
    reporter: ActorRecord | None
    target: ActorRecord | None
    assigned: ActorRecord | None
    pages: list[str]
    objects: list[ObjectRecord]

    @property
    def rules(self) -> list[str]:
        """The rules that it is about."""
        return rules_of(self.report)

    @property
    def living(self) -> list[ObjectRecord]:
        """What can still be withdrawn."""
        return [record for record in self.objects if record.deleted_at is None]


class ReportDesk:
    """The queue, and one report."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def queue(self) -> Response:
        """Reports that wait, or those that were decided."""
        await self._desk.admin()
        state = "closed" if request.args.get("state") == "closed" else "open"
        before = number_in()

        async def operation(tx: Tx) -> tuple[list[ReportRecord], dict[int, ActorRecord]]:
            found = await ReportStatements(tx.connection).listed(
                state, before=before, limit=PAGE + 1
            )
            ids = {number for r in found for number in (r.actor_id, r.target_id) if number}
            return found, await tx.actors.by_ids(sorted(ids))

        found, actors = await self._desk.query(operation)
        return await self._desk.page(
            "reports",
            reports=found[:PAGE],
            following=found[PAGE - 1].id if len(found) > PAGE else None,
            actors=actors,
            state=state,
            reasons=REASONS,
            outcomes=OUTCOME_TEXTS,
        )

    async def one(
        self, number: str, form: DecisionForm | None = None, status: int = 200
    ) -> Response:
        """One report, with the form for the decision while it waits."""
        await self._desk.admin()
        dossier = await self._desk.query(lambda tx: _dossier(tx, id_of(number)))
        form = form or await self._desk.context.renderer.form(DecisionForm)
        _ = await self._desk.context.renderer.translate()
        form.outcome.choices = [(name, _(DECISIONS[name])) for name in OUTCOMES]
        return await self._desk.page(
            "report",
            dossier=dossier,
            report=dossier.report,
            form=form,
            excerpt=_excerpt,
            reason=REASONS.get(dossier.report.category, ""),
            outcome=OUTCOME_TEXTS.get(dossier.report.outcome, ""),
            status=status,
        )

    async def decide(self, number: str) -> Response:
        """Carry out a decision, write it down, and answer."""
        await self._desk.admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(DecisionForm, values)
        _ = await self._desk.context.renderer.translate()
        form.outcome.choices = [(name, _(DECISIONS[name])) for name in OUTCOMES]
        dossier = await self._desk.query(lambda tx: _dossier(tx, id_of(number)))
        if dossier.report.state != "open":
            raise Refused(409, "decided", _("This report was decided already."))
        valid = form.validate()
        if valid and form.outcome.data == "removed" and not dossier.living:
            form.refuse("outcome", _("There is nothing to withdraw. You may close the account."))
            valid = False
        if not valid:
            return await self.one(number, form, status=422)
        outcome = cast("Outcome", form.outcome.data)
        withdrawn = await self._withdraw(dossier) if outcome == "removed" else []
        await self._close(dossier, outcome, form.reason.data or "", withdrawn)
        return redirect("/admin/reports", done="decided")

    async def take(self, number: str) -> Response:
        """Take care of a report, or do so no more."""
        signed = await self._desk.admin()
        given_back = "give_back" in await self._desk.context.sessions.checked_form()
        chosen = None if given_back else signed.actor
        who, now = signed.actor.account, self._desk.now()
        await self._desk.write(lambda tx: assign_report(tx, who, id_of(number), chosen, now))
        done = "unassigned" if given_back else "assigned"
        return redirect(f"/admin/reports/{id_of(number)}", done=done)

    async def reopen(self, number: str) -> Response:
        """Let a report wait for a decision again."""
        signed = await self._desk.admin()
        await self._desk.context.sessions.checked_form()
        who, now = signed.actor.account, self._desk.now()
        await self._desk.write(lambda tx: reopen_report(tx, who, id_of(number), now))
        return redirect(f"/admin/reports/{id_of(number)}", done="reopened")

    async def _withdraw(self, dossier: Dossier) -> list[ObjectRecord]:
        """Withdraw what is ours everywhere, and what is not ours from this site."""
        context = self._desk.context
        for record in dossier.living:
            author = await context.store.query(partial(_author, record=record))
            if record.local and author is not None:
                await withdraw(context.outbox, author, record)
            else:
                await context.store.write(partial(bury, record=record, now=context.now()))
        return dossier.living

    async def _close(
        self, dossier: Dossier, outcome: Outcome, reason: str, withdrawn: list[ObjectRecord]
    ) -> None:
        signed, now = await self._desk.admin(), self._desk.now()
        pages = [record.url for record in withdrawn]
        concerned = sorted({record.actor_id for record in withdrawn if record.local})
        letters = Letters(self._desk.context.mails, self._desk.context.settings)

        async def operation(tx: Tx) -> None:
            report = await decide_report(
                tx, signed.actor.account, dossier.report.id, outcome, reason, now, signed.actor.id
            )
            await letters.report_decided(tx, report, concerned, pages)

        try:
            await self._desk.store.write(operation)
        except NotPossible:
            log.info("report %s was decided twice", dossier.report.id)
            raise Refused(409, "decided", "This report was decided already.") from None


async def _dossier(tx: Tx, number: int) -> Dossier:
    """Everything about a report. Raises `Refused` 404."""
    report = await ReportStatements(tx.connection).by_id(number)
    if report is None:
        raise Refused(404, "no-report", "There is no report with this number.")
    pages = addresses(report)
    # the address of a page below an object's stands for the object
    shortened = ["/".join(page.split("/")[:5]) for page in pages]
    objects = await OversightStatements(tx.connection).objects_at([*pages, *shortened])
    people = (report.actor_id, report.target_id, report.assigned_to)
    actors = await tx.actors.by_ids([number for number in people if number])
    by, about, assigned = (actors.get(number or 0) for number in people)
    return Dossier(report, by, about, assigned, pages, objects)


async def _author(tx: Tx, record: ObjectRecord) -> ActorRecord | None:
    return await tx.actors.by_id(record.actor_id)


def _excerpt(record: ObjectRecord) -> str:
    text = record.summary or plain_text(record.content)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def add_report_desk_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The queue of reports."""
    pages = ReportDesk(desk)
    blueprint.get("/admin/reports", endpoint="reports")(pages.queue)
    blueprint.post("/admin/reports/<number>", endpoint="decide")(pages.decide)
    blueprint.post("/admin/reports/<number>/take", endpoint="take_report")(pages.take)
    blueprint.post("/admin/reports/<number>/reopen", endpoint="reopen_report")(pages.reopen)

    @blueprint.get("/admin/reports/<number>")
    async def report(number: str) -> Response:
        return await pages.one(number)
