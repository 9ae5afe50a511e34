"""`/admin/imports`: experiences from other systems: first what would happen, then for real."""

import re
import secrets
import time
from pathlib import Path
from typing import Final

from quart import Blueprint, Response, request
from quart.datastructures import FileStorage
from werkzeug.datastructures import MultiDict

from objects.importing.mapping import template as template_table
from objects.importing.report import KINDS, BadSource, Kind, Problem, Report
from objects.importing.sources import open_source
from outbox.acts.imports import Importer, Wishes
from storage.ids import new_id
from storage.records import ActorRecord, AuditRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.administration.import_texts import sentence
from web.forms import Form, area, choice, pick, ticked, upload
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

KEPT_S: Final = 24 * 3600
SHOWN: Final = 500
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")

KIND_NAMES: Final[dict[Kind, str]] = {
    "csv": mark("A table (CSV)"),
    "yeswiki": mark("YesWiki"),
    "wordpress": mark("WordPress"),
    "markdown": mark("Markdown files"),
}
KIND_MEANINGS: Final[dict[Kind, str]] = {
    "csv": mark("One experience on each line, from any spreadsheet program."),
    "yeswiki": mark("The JSON export of a Bazar form."),
    "wordpress": mark("The file of “Tools, Export”, in XML."),
    "markdown": mark("A folder of texts with their pictures, as a ZIP archive."),
}

register_done({"import-gone": mark("This file is not here any more. Choose it again.")})


class ImportForm(Form):
    """What to import, and in whose name."""

    kind = choice(mark("Where it comes from"), (), required(mark("Choose one of these.")))
    file = upload(
        mark("The file"),
        required(mark("Choose a file.")),
        hint=mark("A ZIP archive may hold the file together with its pictures."),
        accept=".csv,.tsv,.json,.xml,.zip",
    )
    author = pick(mark("In whose name"), (), required(mark("Choose an account.")))
    people = area(
        mark("Who the authors are here"),
        longest(5_000),
        hint=mark("If authors are named in the file: one a line, their name there = account here."),
        rows=3,
    )
    drafts_only = ticked(
        mark("Publish nothing: make drafts of everything"),
        hint=mark("What lacks a required field becomes a draft in any case."),
    )
    agreed = ticked(mark("The people in the pictures agreed to be shown"))


class ImportPages:
    """The form, the trial run, the real one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._folder = Path(desk.context.settings.data_dir) / "imports"

    async def page(self, form: ImportForm | None = None, status: int = 200) -> Response:
        """The form."""
        if form is None:
            form = await self._form(None)
            form.author.data = (await self._desk.organisation()).username
        return await self._desk.page(
            "imports", form=form, meanings=await self._said(KIND_MEANINGS), status=status
        )

    async def trial(self) -> Response:
        """Keep the file and tell what its import would do."""
        signed = await self._desk.admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._form(values, await request.files)
        _ = await self._desk.context.renderer.translate()
        if not form.validate():
            return await self.page(form, 422)
        wishes = await self._wishes(form, dry=True)
        if wishes is None:
            return await self.page(form, 422)
        token = await self._keep(form.file.data, signed.actor)
        try:
            report = await self._run(self._path(token, signed.actor), wishes)
        except BadSource as error:
            self._path(token, signed.actor).unlink(missing_ok=True)
            language = await self._desk.context.renderer.language()
            form.refuse("file", sentence(Problem("", error.code, error.value), _, language))
            return await self.page(form, 422)
        return await self._reported(report, values, token)

    async def confirm(self) -> Response:
        """Import the file of a trial run."""
        signed = await self._desk.admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._form(values)
        del form.file
        token = values.get("token", "")
        wishes = await self._wishes(form, dry=False) if form.validate() else None
        claimed = self._claim(token, signed.actor)
        if wishes is None or claimed is None:
            return redirect("/admin/imports", done="import-gone")
        try:
            report = await self._run(claimed, wishes)
        except BadSource:
            return redirect("/admin/imports", done="import-gone")
        finally:
            claimed.unlink(missing_ok=True)
        await self._note(wishes, report)
        return await self._reported(report, values, "")

    # the file between the two steps

    async def _keep(self, sent: FileStorage, owner: ActorRecord) -> str:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for old in self._folder.iterdir():
            if old.is_file() and old.stat().st_mtime < time.time() - KEPT_S:
                old.unlink(missing_ok=True)
        token = secrets.token_hex(16)
        await sent.save(self._path(token, owner))
        return token

    def _path(self, token: str, owner: ActorRecord) -> Path:
        return self._folder / f"{owner.id}-{token}"

    def _claim(self, token: str, owner: ActorRecord) -> Path | None:
        """The file of somebody's trial run, for one import alone."""
        if not _TOKEN.fullmatch(token):
            return None
        path = self._path(token, owner)
        taken = path.with_suffix(".taken")
        try:
            path.rename(taken)
        except OSError:
            return None
        return taken

    # what is done

    async def _run(self, path: Path, wishes: Wishes) -> Report:
        context = self._desk.context
        # Only files of the archive itself: the folder holds files of other administrators.
        source = open_source(wishes.kind, path, media=self._empty())
        importer = Importer(
            context.outbox, context.files, context.limits, context.client, wishes, source.read
        )
        report = await importer.run(source.items)
        report.general += source.problems()
        return report

    def _empty(self) -> Path:
        empty = self._folder / "none"
        empty.mkdir(mode=0o700, exist_ok=True)
        return empty

    async def _note(self, wishes: Wishes, report: Report) -> None:
        who, now = await self._desk.who(), self._desk.now()
        counts = f"{report.count('published')} published, {report.count('draft')} drafts"
        line = AuditRecord(
            new_id(), who, f"import {wishes.kind}", wishes.author.account, counts, now
        )
        await self._desk.write(lambda tx: tx.ledger.audit(line))

    async def _accounts(self) -> dict[str, ActorRecord]:
        async def operation(tx: Tx) -> list[ActorRecord]:
            return await tx.actors.all_local()

        found = await self._desk.query(operation)
        return {
            actor.username: actor
            for actor in found
            if actor.state == "active" and actor.type in ("Person", "Organization")
        }

    async def _form(
        self,
        values: "MultiDict[str, str] | None",
        files: "MultiDict[str, FileStorage] | None" = None,
    ) -> ImportForm:
        form = await self._desk.context.renderer.form(ImportForm, values, files=files)
        names = await self._said(KIND_NAMES)
        form.kind.choices = [(kind, names[kind]) for kind in KINDS]
        form.author.choices = [
            (actor.username, f"{actor.name or actor.username} (@{actor.username})")
            for actor in (await self._accounts()).values()
        ]
        return form

    async def _wishes(self, form: ImportForm, *, dry: bool) -> Wishes | None:
        """What the form asks for; None when an account is unknown, which the form then says."""
        accounts = await self._accounts()
        _ = await self._desk.context.renderer.translate()
        people = {}
        for entry in filter(str.strip, (form.people.data or "").splitlines()):
            name, _separator, account = entry.rpartition("=")
            actor = accounts.get(account.strip().lstrip("@"))
            if actor is None or not name.strip():
                text = _("“%(line)s” does not say which account here is meant.")
                form.refuse("people", text % {"line": entry.strip()[:100]})
                return None
            people[name.strip().lower()] = actor
        return Wishes(
            form.kind.data,
            accounts[form.author.data],
            dry=dry,
            drafts_only=bool(form.drafts_only.data),
            agreed=bool(form.agreed.data),
            people=people,
        )

    async def _reported(
        self, report: Report, values: "MultiDict[str, str]", token: str
    ) -> Response:
        language = await self._desk.context.renderer.language()
        _ = await self._desk.context.renderer.translate()

        def said(problem: Problem) -> str:
            return sentence(problem, _, language)

        names = ("kind", "author", "people", "drafts_only", "agreed")
        return await self._desk.page(
            "import_report",
            report=report,
            outcomes=report.outcomes[:SHOWN],
            left_out=max(len(report.outcomes) - SHOWN, 0),
            said=said,
            token=token,
            hidden={name: values[name] for name in names if values.get(name)},
        )

    async def _said(self, texts: dict[Kind, str]) -> dict[Kind, str]:
        _ = await self._desk.context.renderer.translate()
        return {kind: _(text) for kind, text in texts.items()}


def add_import_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The form, its two steps, and the empty table."""
    pages = ImportPages(desk)

    @blueprint.get("/admin/imports")
    async def imports() -> Response:
        await desk.admin()
        return await pages.page()

    @blueprint.post("/admin/imports")
    async def try_import() -> Response:
        return await pages.trial()

    @blueprint.post("/admin/imports/confirm")
    async def confirm_import() -> Response:
        return await pages.confirm()

    @blueprint.get("/admin/imports/template.csv")
    async def import_template() -> Response:
        await desk.admin()
        response = Response(template_table(), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="experiences.csv"'
        return response
