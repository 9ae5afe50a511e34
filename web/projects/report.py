"""`/projects/ID/report`: what a project tells of a period, to print and as a tagged PDF."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.identifiers import Identifiers
from objects.experiences.labels import spoken
from objects.projects.fields import PROJECT_REACHES
from objects.projects.files import member_files
from objects.projects.reporting import Period, Report, reach_named, report_of
from objects.reading import Attachment
from objects.text import plain_text
from storage.files import MediaFiles
from storage.store import Tx
from web import forms
from web.context import WebContext
from web.forms import Form
from web.projects.desk import TABS, Space, member_space
from web.projects.report_sections import (
    ReportSection,
    facts_of,
    period_of,
    sections_of,
)
from web.public.downloads import qr_svg, site_name
from web.texts import day, mark, texts_of
from web.typesetting.press import Press
from web.typesetting.tree import tree_of

DRAWABLE: Final = (".gif", ".jpg", ".png", ".webp")
TITLE: Final = mark("Progress report")
REACHES: Final = {
    "public": mark("What everybody may read"),
    "network": mark("What the network’s organisations may read"),
    "project": mark("Everything that the members read"),
}


class ReportForm(Form):
    """Which report."""

    start = forms.date(mark("From"))
    end = forms.date(mark("Until"))
    reach = forms.pick(mark("What it shows"))


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with its parts, as its readers get it; `files`: address of a file → theirs."""

    report: Report
    sections: list[ReportSection]
    facts: list[tuple[str, str]]
    period: str
    home: str
    language: str

    @property
    def name(self) -> str:
        """What the project is called."""
        return self.report.group.name or self.report.group.username

    @property
    def summary(self) -> str:
        """Its short description."""
        return plain_text(self.report.group.summary)

    @property
    def title(self) -> str:
        """The heading, in the language of the project."""
        return texts_of(self.language)(TITLE)


async def page_of(report: Report, files: Mapping[str, str]) -> ReportPage:
    """The page of a report; what is no key of `files` has the address that it says itself.

    A thousand notes take half a second: meanwhile others are served.
    """

    def address(file: Attachment) -> str:
        return files.get(file.url, file.url)

    language = spoken(report.project.language)
    return ReportPage(
        report,
        await asyncio.to_thread(sections_of, report, address),
        facts_of(report),
        period_of(report),
        report.group.html_url or report.group.url,
        language,
    )


async def guarded_files(tx: Tx, identifiers: Identifiers, report: Report) -> dict[str, str]:
    """The files for members of a report → where members find them; empty when they are not here."""
    found = await member_files(tx, identifiers, [line.record for line in report.entries])
    return {
        url: identifiers.guarded(file.number, file.file) if file.file else ""
        for url, file in found.items()
    }


def paper(
    page: ReportPage, site: str, identifiers: Identifiers, files: MediaFiles
) -> dict[str, Any]:
    """What `report.typ` draws."""
    _ = texts_of(page.language)
    return {
        "title": page.name,
        "kind": f"{site} – {page.title}",
        "summary": page.summary,
        "authors": [person.name or person.username for _role, person in page.report.members],
        "keywords": [],
        "language": page.language,
        "site": site,
        "period": page.period,
        "logo": _logo(page, identifiers, files),
        "facts": page.facts,
        "sections": [
            {"heading": part.heading, "nodes": tree_of(part.html)} for part in page.sections
        ],
        "qr": qr_svg(page.home),
        "url": page.home,
        "printed": _("As of %s") % day(page.report.changed_at, page.language),
        "words": {
            "facts": _("At a glance"),
            "reference": _("The project on the web"),
            "qr": _("QR code that leads to the project:") + " " + page.home,
        },
    }


def _logo(page: ReportPage, identifiers: Identifiers, files: MediaFiles) -> dict[str, str] | None:
    """The project's picture, if it is a file of ours."""
    icon = page.report.group.icon
    local = identifiers.parse(icon) if icon else None
    if local is None or local.kind != "media" or not local.value.endswith(DRAWABLE):
        return None
    path = files.path(local.value)
    if not path.is_file():
        return None
    alt = texts_of(page.language)("The logo of the project")
    return {"file": "/" + "/".join(path.parts[-3:]), "alt": alt}


def add_report_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page and its PDF, for members."""
    press = Press(context.settings.documents_dir, context.settings.media_dir)

    @blueprint.get("/projects/<int:number>/report")
    async def project_report(number: int) -> Response:
        found = await member_space(context, number)
        form, period, reach = await _asked(context)
        page = await _page(context, found, period, reach)
        return await context.renderer.render(
            "projects/report.html",
            index=False,
            space=found,
            tabs=TABS,
            form=form,
            page=page,
            qr=qr_svg(page.home),
            query=request.query_string.decode("ascii", "ignore"),
        )

    @blueprint.get("/projects/<int:number>/report.pdf")
    async def project_report_pdf(number: int) -> Response:
        found = await member_space(context, number)
        _form, period, reach = await _asked(context)
        page = await _page(context, found, period, reach)
        return await printed(context, press, page, f"rapport-{found.group.username}")


async def printed(context: WebContext, press: Press, page: ReportPage, name: str) -> Response:
    """The PDF of a report. Raises `Refused` 503 when it cannot be had now."""
    values = paper(page, await site_name(context), context.outbox.identifiers, context.files)
    content = await press.document("report", "pdf", values, page.report.changed_at)
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def _asked(context: WebContext) -> tuple[ReportForm, Period, str]:
    """What the address asks for; days that do not exist count as none and are told of."""
    values = request.args.copy()
    for ours, theirs in (("start", "from"), ("end", "to")):
        values.setlist(ours, values.poplist(theirs))
    form = await context.renderer.form(ReportForm, values)
    _ = await context.renderer.translate()
    form.reach.choices = [(name, _(REACHES[name])) for name in reversed(PROJECT_REACHES)]
    form.reach.data = reach_named(request.args.get("reach"), "project")
    form.start.name, form.end.name = "from", "to"
    form.validate()
    period = Period(*(None if day.errors else day.data for day in (form.start, form.end)))
    if period.start and period.end and period.end < period.start:
        form.refuse("end", _("The last day comes before the first one."))
        period = Period()
    return form, period, str(form.reach.data)


async def _page(context: WebContext, found: Space, period: Period, reach: str) -> ReportPage:
    viewer_id, identifiers = found.member.id, context.outbox.identifiers

    async def look(tx: Tx) -> tuple[Report, dict[str, str]]:
        report = await report_of(
            tx, found.group, found.record, period, reach_named(reach, "public"), viewer_id
        )
        return report, await guarded_files(tx, identifiers, report)

    return await page_of(*await context.store.query(look))
