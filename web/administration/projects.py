"""`/admin/projects`: the projects that live on this node; suspending and deleting one."""

from collections.abc import Sequence
from dataclasses import dataclass

from quart import Blueprint, Response

from actors.administration import NotPossible
from actors.moderation import Sanction
from federation.errors import Refused
from objects.projects.fields import Project
from objects.projects.store import fields_of
from outbox.acts.leave import leave
from outbox.acts.moderate import sanction_actor
from storage.projects import ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.forms import Form, line
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

register_done(
    {
        "project-suspended": mark("The project is suspended: nothing of it is shown any more."),
        "project-back": mark("The project is shown again."),
        "project-deleted": mark("The project is deleted, and other servers are told to delete it."),
    }
)


@dataclass(frozen=True, slots=True)
class Hosted:
    """A project of this node as administrators see it."""

    group: ActorRecord
    record: ProjectRecord
    project: Project
    leads: Sequence[ActorRecord]
    members: int


class ProjectMeasureForm(Form):
    """Why a project is suspended or shown again."""

    reason = line(mark("Why"), longest(300), hint=mark("It is kept in the list “Who did what”."))


class ProjectDeletionForm(ProjectMeasureForm):
    """That a project is to be deleted, and why."""

    confirmation = line(
        mark("To confirm, write the name in the project’s address"),
        required(mark("Write the name, as it stands above.")),
        autocapitalize="none",
        autocomplete="off",
        spellcheck="false",
    )


class ProjectDesk:
    """The list, and one project."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def listed(self) -> Response:
        """Every project that lives here, with who answers for it."""
        await self._desk.admin()
        found = await self._desk.query(_hosted)
        return await self._desk.page("projects", projects=found)

    async def one(
        self, username: str, form: ProjectDeletionForm | None = None, *, status: int = 200
    ) -> Response:
        """One project, with what can be done."""
        await self._desk.admin()
        hosted = await self._project(username)
        if form is None:
            form = await self._desk.context.renderer.form(ProjectDeletionForm)
        measure = await self._desk.context.renderer.form(ProjectMeasureForm, prefix="measure-")
        return await self._desk.page(
            "project", one=hosted, form=form, measure=measure, status=status
        )

    async def sanction(self, username: str, sanction: Sanction) -> Response:
        """Suspend a project, or show it again."""
        await self._desk.careful_admin()
        context = self._desk.context
        values = await context.sessions.checked_form()
        hosted = await self._project(username)
        form = await context.renderer.form(ProjectMeasureForm, values, prefix="measure-")
        if not form.validate():
            return await self.one(username, status=422)
        who, reason = await self._desk.who(), form.reason.data or ""
        try:
            await sanction_actor(context.outbox, who, hosted.group, sanction, reason)
        except NotPossible as error:
            raise Refused(422, "not-possible", str(error)) from None
        done = "project-suspended" if sanction else "project-back"
        return redirect(f"/admin/projects/{username}", done=done)

    async def delete(self, username: str) -> Response:
        """Delete a project with what it published."""
        await self._desk.careful_admin()
        context = self._desk.context
        values = await context.sessions.checked_form()
        hosted = await self._project(username)
        form = await context.renderer.form(ProjectDeletionForm, values)
        _ = await context.renderer.translate()
        form.validate()
        typed = (form.confirmation.data or "").removeprefix("@").lower()
        if typed and typed != hosted.group.username.lower():
            form.refuse("confirmation", _("This is not the name of the project."))
        if form.errors:
            return await self.one(username, form, status=422)
        await leave(context.outbox, hosted.group, await self._desk.who(), form.reason.data or "")
        return redirect("/admin/projects", done="project-deleted")

    async def _project(self, username: str) -> Hosted:
        found = await self._desk.query(_hosted)
        known = next((one for one in found if one.group.username == username), None)
        if known is None:
            raise Refused(404, "no-project", "There is no such project here.")
        return known


async def _hosted(tx: Tx) -> list[Hosted]:
    found = await tx.project_lists.every_hosted()
    ids = [group.id for group, _ in found]
    leads = await tx.project_lists.leads(ids)
    counts = await tx.project_lists.member_counts(ids)
    return [
        Hosted(group, record, fields_of(record), leads.get(group.id, []), counts.get(group.id, 0))
        for group, record in found
    ]


def add_project_desk_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The projects of this node."""
    pages = ProjectDesk(desk)
    blueprint.get("/admin/projects", endpoint="projects")(pages.listed)

    @blueprint.get("/admin/projects/<project_name>")
    async def project(project_name: str) -> Response:
        return await pages.one(project_name)

    @blueprint.post("/admin/projects/<project_name>/suspend")
    async def suspend_project(project_name: str) -> Response:
        return await pages.sanction(project_name, "suspend")

    @blueprint.post("/admin/projects/<project_name>/lift")
    async def lift_project(project_name: str) -> Response:
        return await pages.sanction(project_name, "")

    @blueprint.post("/admin/projects/<project_name>/delete")
    async def delete_project(project_name: str) -> Response:
        return await pages.delete(project_name)

    @blueprint.get("/admin/projects/<project_name>/<path:_>")
    async def reload_project(project_name: str, _: str) -> Response:
        """Somebody came back from proving who they are."""
        await desk.admin()
        return redirect(f"/admin/projects/{project_name}")
