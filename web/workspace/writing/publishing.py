"""From a draft to a published experience: what a pressed button leads to."""

from dataclasses import dataclass
from typing import Final

from quart import Response

from actors.sign_in.sessions import SignedIn
from federation.errors import Refused
from objects.experiences.checking import Problem
from objects.experiences.drafts import Draft, Writer
from objects.experiences.review import ask_agreement, next_step, submit
from objects.projects.blocks import waiting_of
from outbox.acts.drafts import publish_draft
from outbox.context import ActRefused
from storage.records import ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.writing.pages import Asked, WritingPages
from web.workspace.writing.problems import fits, problems_of
from web.workspace.writing.saving import FORMS, Kind, draft_path

DONE: Final = {
    "draft-saved": mark("Your draft is saved."),
    "draft-deleted": mark("The draft is deleted."),
    "published": mark("Your experience is published. Thank you!"),
    "approved": mark("The experience is published; its author was told."),
    "changed": mark("The new version is published."),
    "submitted": mark("Your text waits for a colleague who will read it before publication."),
    "owner-publishes": mark("Your changes are saved; whoever began this text publishes it."),
    "returned": mark("The text was returned with your remark."),
    "agreed": mark("Thank you: your agreement is noted."),
    "agreement-asked": mark("The person who was interviewed was asked to agree to the text."),
    "both-kept": mark("Somebody else saved this text meanwhile: both versions are kept."),
    "read-again": mark("The text was changed meanwhile: please read it again."),
    "note-needed": mark("Say in a few words what should change."),
    "withdrawn": mark("The experience is withdrawn."),
}
register_done(DONE)
# What the act of publishing refuses, as problems of fields.
REFUSALS: Final = {
    "reach-narrower": Problem("reach", "reach-narrower"),
    "no-project": Problem("project", "required"),
    "no-coauthor": Problem("contributors", "unknown-person"),
    "too-many-coauthors": Problem("contributors", "too-many"),
}


@dataclass(frozen=True, slots=True)
class Publishing:
    """Publishes drafts, sends them to review, or says what is missing."""

    context: WebContext
    pages: WritingPages

    async def go(
        self, kind: Kind, signed: SignedIn, writer: Writer, draft: Draft, *, agreed: bool = False
    ) -> Response:
        """Do with a draft what comes next for this person; problems come back in the form."""
        number = draft.record.id
        waiting = await self.context.store.query(
            lambda tx: waiting_of(tx, number, draft.experience)
        )
        if waiting:
            path = f"/projects/{waiting[0].project_id}/close/{number}"
            return redirect(path, done="not-confirmed")
        problems = await self.context.store.query(lambda tx: problems_of(tx, draft, agreed=agreed))
        if problems:
            return await self._refused(kind, signed, writer, draft, problems, agreed=agreed)
        policy = await self.context.site.policy()
        step = next_step(draft, writer, policy)
        now = self.context.now()
        if step == "submit":
            await self.context.store.write(lambda tx: submit(tx, draft, writer, now))
            return redirect("/drafts", done="submitted")
        if step == "agreement":
            await self.context.store.write(lambda tx: ask_agreement(tx, draft, writer, now))
            return redirect("/drafts", done="agreement-asked")
        if step in {"waiting", "owner"}:
            return redirect("/drafts", done="submitted" if step == "waiting" else "owner-publishes")
        try:
            record = await publish_draft(
                self.context.outbox, draft, writer, approving=step == "approve"
            )
        except ActRefused as refused:
            return await self._not_published(kind, signed, writer, draft, refused)
        if draft.record.object_id:
            return redirect(_page(record), done="changed")
        return redirect(_page(record), done="approved" if step == "approve" else "published")

    async def _refused(
        self,
        kind: Kind,
        signed: SignedIn,
        writer: Writer,
        draft: Draft,
        problems: list[Problem],
        *,
        agreed: bool,
    ) -> Response:
        """The form again; the full one when what is wrong stands on no other."""
        asked = Asked(problems=problems, agreed=agreed)
        where: Kind = kind if fits(FORMS[kind], problems) else "full"
        return await self.pages.form(where, signed, writer, draft, asked, status=422)

    async def _not_published(
        self, kind: Kind, signed: SignedIn, writer: Writer, draft: Draft, refused: ActRefused
    ) -> Response:
        number = draft.record.id
        if refused.code == "changed-meanwhile":
            return redirect(f"/drafts/{number}/compare", done="both-kept")
        if refused.code == "draft-changed":
            return redirect(await self._after_race(draft), done="")
        if refused.code in REFUSALS:
            asked = Asked(problems=[REFUSALS[refused.code]])
            where: Kind = kind if refused.code == "reach-narrower" else "full"
            return await self.pages.form(where, signed, writer, draft, asked, status=422)
        raise Refused(refused.status, refused.code, refused.detail)

    async def _after_race(self, draft: Draft) -> str:
        """Where to go when somebody was faster: the draft as it is now, or what is published."""
        number = draft.record.id

        async def still(tx: Tx) -> bool:
            return await tx.drafts.by_id(number) is not None

        if await self.context.store.query(still):
            return draft_path(draft)
        return "/my/experiences"


def _page(record: ObjectRecord) -> str:
    """Where everybody reads it, and its author too."""
    return f"/objects/{record.id}"
