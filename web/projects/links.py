"""`/projects/ID/links`: addresses that let a funder read a report without an account."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from quart import Blueprint, Response

from federation.errors import Refused
from objects.projects.entries import PARIS
from objects.projects.fields import PROJECT_REACHES
from objects.projects.links import KIND, make_link, revoke_link
from objects.projects.reporting import Period, reach_named
from storage.project_links import ProjectLinkRecord
from storage.records import ActorRecord
from storage.store import Tx
from web import forms
from web.context import WebContext
from web.forms import Form
from web.projects.desk import TABS, Space, led_space
from web.projects.report import REACHES
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MAX_DAYS: Final = 3 * 366
USUAL_DAYS: Final = 183
register_done({"link-revoked": mark("This link opens nothing any more.")})


class LinkForm(Form):
    """A new link."""

    label = forms.line(
        mark("Who is it for?"),
        required(),
        longest(100),
        hint=mark("For example: Région Normandie, second year. Only the leads see it."),
    )
    reach = forms.choice(mark("What it shows"), (), required())
    start = forms.date(mark("From"))
    end = forms.date(mark("Until"))
    expires = forms.date(
        mark("Last day on which the link opens"),
        required(),
        hint=mark("You can end it earlier at any time."),
    )


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link in the list; `state`: open, expired or revoked."""

    link: ProjectLinkRecord
    state: str
    maker: ActorRecord | None


class LinkPages:
    """The list with its form, and what leads do with it."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def show(self, number: int) -> Response:
        """The list, and an empty form."""
        found = await led_space(self._context, number)
        form = await self._form()
        form.expires.data = self._today() + timedelta(days=USUAL_DAYS)
        return await self._page(found, form)

    async def make(self, number: int) -> Response:
        """A new link; its address stands on the answer and nowhere else."""
        found = await led_space(self._context, number)
        form = await self._form(sent=True)
        if not await self._valid(form):
            return await self._page(found, form, status=422)
        period = Period(form.start.data, form.end.data)
        end = Period(None, form.expires.data).end_ms
        assert end is not None
        lead, now, expires_at = found.member, self._context.now(), end
        label, reach = str(form.label.data), reach_named(form.reach.data, "public")
        secret = await self._context.store.write(
            lambda tx: make_link(tx, found.group, lead, label, reach, period, expires_at, now)
        )
        empty = await self._form()
        empty.expires.data = form.expires.data
        address = f"{self._context.settings.origin}/p/{secret}"
        return await self._page(found, empty, address=address)

    async def revoke(self, number: int, link_id: int) -> Response:
        """End a link."""
        found = await led_space(self._context, number)
        await self._context.sessions.checked_form()
        lead, now = found.member, self._context.now()
        ended = await self._context.store.write(
            lambda tx: revoke_link(tx, found.group, lead, link_id, now)
        )
        if not ended:
            raise Refused(404, "no-link", "There is no such link.")
        return redirect(f"{found.base}/links", done="link-revoked")

    async def _form(self, *, sent: bool = False) -> LinkForm:
        values = await self._context.sessions.checked_form() if sent else None
        form = await self._context.renderer.form(LinkForm, values)
        _ = await self._context.renderer.translate()
        form.reach.choices = [(name, _(REACHES[name])) for name in PROJECT_REACHES]
        if not sent:
            form.reach.data = "public"
        return form

    async def _valid(self, form: LinkForm) -> bool:
        """Whether the form makes sense; what does not is told in it."""
        valid = form.validate()
        _ = await self._context.renderer.translate()
        start, end, expires = form.start.data, form.end.data, form.expires.data
        if start and end and end < start:
            form.refuse("end", _("The last day comes before the first one."))
            valid = False
        today = self._today()
        if expires is None or not today <= expires <= today + timedelta(days=MAX_DAYS):
            form.refuse("expires", _("Choose a day from today on, within three years."))
            valid = False
        return valid

    def _today(self) -> date:
        return datetime.fromtimestamp(self._context.now() / 1000, UTC).astimezone(PARIS).date()

    async def _page(
        self, found: Space, form: LinkForm, *, address: str = "", status: int = 200
    ) -> Response:
        now = self._context.now()
        links = await self._context.store.query(lambda tx: _listed(tx, found.group.id, now))
        return await self._context.renderer.render(
            "projects/links.html",
            status=status,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
            links=links,
            address=address,
            reaches=REACHES,
        )


async def _listed(tx: Tx, project_id: int, now: int) -> list[ListedLink]:
    links = await tx.project_links.of_project(project_id, KIND)
    makers = await tx.actors.by_ids([link.created_by for link in links if link.created_by])
    return [ListedLink(link, _state(link, now), makers.get(link.created_by or 0)) for link in links]


def _state(link: ProjectLinkRecord, now: int) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "expired" if link.expires_at is not None and link.expires_at <= now else "open"


def add_link_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The list, making and ending."""
    pages = LinkPages(context)

    @blueprint.get("/projects/<int:number>/links")
    async def project_links(number: int) -> Response:
        return await pages.show(number)

    @blueprint.post("/projects/<int:number>/links")
    async def make_project_link(number: int) -> Response:
        return await pages.make(number)

    @blueprint.post("/projects/<int:number>/links/<int:link_id>/revoke")
    async def revoke_project_link(number: int, link_id: int) -> Response:
        return await pages.revoke(number, link_id)
