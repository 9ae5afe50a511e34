"""`/report`: anybody says what is wrong with a page, gets a number, and reads what was decided."""

import time
from typing import Final

from quart import Blueprint, Response, request

from actors.reporting import CATEGORIES, Complaint, file_complaint, page_here
from actors.sign_in.mail_addresses import BadMailAddress
from actors.sign_in.throttle import network
from federation.errors import Refused
from federation.policy import RateLimiter
from storage.records import ReportRecord
from storage.reports import ReportStatements
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area, choice, line, mail, ticked
from web.letters import OUTCOME_TEXTS, Letters
from web.rendering import redirect, register_done
from web.rules import longest, required, shortest
from web.texts import mark

MAX_RECEIPT: Final = 40
# Five at once, then one in ten minutes; a hundred an hour from everybody together.
BY_ADDRESS: Final = (5, 1 / 600)
BY_ALL: Final = (100, 100 / 3600)

REASONS: Final = {
    "illegal": mark("Something that the law forbids"),
    "person": mark("Information about a person who did not agree to it"),
    "rights": mark("A text or a picture used without the right to"),
    "hate": mark("Insults, hatred, harassment"),
    "spam": mark("Advertising, or a page made to mislead"),
    "violation": mark("Against the rules of this site"),
    "other": mark("Something else"),
}
register_done({"reported": mark("Your report is registered. Keep its number.")})


class ReportForm(Form):
    """What a visitor reports."""

    about = line(
        mark("Address of the page"),
        required(mark("Copy here the address of the page you want to report.")),
        longest(2_000),
        hint=mark("As the address bar of your browser shows it. It must be a page of this site."),
        inputmode="url",
        spellcheck="false",
        autocapitalize="none",
    )
    category = choice(mark("What is the problem?"), (), required(mark("Choose what fits best.")))
    comment = area(
        mark("What is wrong with it?"),
        required(mark("Say what is wrong: without it nobody can decide.")),
        shortest(10),
        longest(5_000),
        hint=mark("Say where on the page, and why you think so."),
    )
    mail = mail(
        mark("Your mail address"),
        longest(200),
        hint=mark("To send you the decision, for nothing else. Forgotten a year after it."),
    )
    sincere = ticked(
        mark("As far as I know, what I write here is true."),
        required(mark("Tick this box: false reports are punishable by law.")),
    )


class ReportPages:
    """The form and the page of a receipt; reports are counted by address, and all together."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._by_address = _limiter(*BY_ADDRESS)
        self._by_all = _limiter(*BY_ALL)

    async def show(self) -> Response:
        """The empty form, for the page that a visitor comes from."""
        form = await self._context.renderer.form(ReportForm, about=request.args.get("about", ""))
        identifiers = self._context.outbox.identifiers
        form.about.data = page_here(identifiers, form.about.data or "") if form.about.data else ""
        return await self._page(form)

    async def send(self) -> Response:
        """Keep a report; a problem comes back into the form with what was typed."""
        context = self._context
        form = await context.renderer.form(ReportForm, await context.sessions.checked_form())
        _ = await context.renderer.translate()
        form.category.choices = [(name, _(REASONS[name])) for name in CATEGORIES]
        valid = form.validate()
        about = page_here(context.outbox.identifiers, form.about.data or "")
        if form.about.data and about is None:
            valid = False
            form.refuse(
                "about",
                _("This is no page of this site; only what is on this site can be reported here."),
            )
        if not valid or about is None:
            return await self._page(form, status=422)
        if self._too_often():
            form.refuse("", _("There were many reports just now. Send it again in ten minutes."))
            return await self._page(form, status=429)
        typed = form.category.data, form.comment.data or "", form.mail.data or ""
        try:
            report = await self._keep(Complaint(about, *typed))
        except BadMailAddress:
            form.refuse("mail", _("This is no mail address; one looks like name@example.org."))
            return await self._page(form, status=422)
        return redirect(f"/report/{report.receipt}", done="reported")

    async def receipt(self, receipt: str) -> Response:
        """What became of a report; whoever has its number may know."""
        wanted = receipt.strip().upper()[:MAX_RECEIPT]
        report = await self._context.store.query(
            lambda tx: ReportStatements(tx.connection).by_receipt(wanted)
        )
        if report is None:
            raise Refused(404, "no-report", "There is no report with this number.")
        return await self._context.renderer.render(
            "public/report_receipt.html",
            report=report,
            reason=REASONS.get(report.category, ""),
            outcome=OUTCOME_TEXTS.get(report.outcome, ""),
            index=False,
        )

    async def _page(self, form: ReportForm, status: int = 200) -> Response:
        _ = await self._context.renderer.translate()
        form.category.choices = [(name, _(REASONS[name])) for name in CATEGORIES]
        return await self._context.renderer.render(
            "public/report.html", form=form, status=status, index=False
        )

    def _too_often(self) -> bool:
        address = network(request.remote_addr or "")
        return self._by_address.check(address) is not None or self._by_all.check("") is not None

    async def _keep(self, complaint: Complaint) -> ReportRecord:
        context = self._context
        language = await context.renderer.language()

        async def operation(tx: Tx) -> ReportRecord:
            identifiers = context.outbox.identifiers
            report = await file_complaint(tx, identifiers, complaint, context.now())
            if complaint.mail:
                await context.mails.queue(
                    tx, complaint.mail, "report_received", language, report=report
                )
            await Letters(context.mails, context.settings).report_waits(tx, report)
            return report

        return await context.store.write(operation)


def add_report_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The form for reports, open to everybody, and the page of each receipt."""
    pages = ReportPages(context)

    @blueprint.get("/report")
    async def report() -> Response:
        return await pages.show()

    @blueprint.post("/report")
    async def send_report() -> Response:
        return await pages.send()

    @blueprint.get("/report/<receipt>")
    async def report_receipt(receipt: str) -> Response:
        return await pages.receipt(receipt)


def _limiter(burst: int, rate: float) -> RateLimiter:
    return RateLimiter(rate=rate, burst=burst, clock=time.monotonic)
