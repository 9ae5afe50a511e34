"""What happens when a form of writing is sent: read, looked up, kept."""

import asyncio
import secrets
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from werkzeug.datastructures import MultiDict

from actors.administration import Role
from actors.sign_in.sessions import SignedIn
from federation.errors import FederationError, Refused
from objects.experiences.drafts import (
    Draft,
    Saved,
    Window,
    Writer,
    Written,
    load_draft,
    save,
    start,
)
from objects.experiences.fields import Experience
from objects.experiences.interview import title_from
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.texts import mark, moment, texts_of
from web.workspace.writing.forms import FullForm, InterviewForm, QuickForm
from web.workspace.writing.values import account_map, addresses, cleaned, shown, told

Kind = Literal["quick", "full", "interview"]
FORMS: Final[dict[Kind, type[QuickForm] | type[FullForm] | type[InterviewForm]]] = {
    "quick": QuickForm,
    "full": FullForm,
    "interview": InterviewForm,
}
PATHS: Final[dict[Kind, str]] = {"quick": "", "full": "/full", "interview": "/interview"}
MAX_LOOKUPS: Final = 10
LOOKUP_S: Final = 8.0
MAX_NAME: Final = 200
SAVED_AT: Final = mark("Saved at %s")
_MAX_STEP: Final = 2**31


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent and kept: what it was, who sent it, what became of it."""

    kind: Kind
    form: Any
    raw: "MultiDict[str, Any]"
    signed: SignedIn
    writer: Writer
    saved: Saved

    @property
    def draft(self) -> Draft:
        """The draft that holds what was sent."""
        return self.saved.draft

    @property
    def do(self) -> str:
        """The button that was pressed."""
        return str(self.raw.get("do", "save"))


def kind_named(name: str) -> Kind:
    """The kind of form with this name; raises `Refused` 400."""
    for kind in FORMS:
        if kind == name:
            return kind
    raise Refused(400, "bad-form", "There is no such form.")


def draft_path(draft: Draft, kind: Kind = "quick") -> str:
    """The page on which a draft is written."""
    return f"/drafts/{draft.record.id}{PATHS[kind]}"


def new_window() -> str:
    """A name for a form that is about to be opened."""
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Saving:
    """Keeps what forms send."""

    context: WebContext

    async def writer(self, role: Role = "member") -> tuple[SignedIn, Writer]:
        """Who writes here; raises `SignInNeeded`, or `Refused` 403 for too low a role."""
        signed = await self.context.sessions.required(role)
        organisation = await self.context.renderer.organisation()
        return signed, Writer(signed.actor, signed.is_editor, organisation)

    async def receive(self, kind: Kind, draft_id: int | None, *, automatic: bool = False) -> Sent:
        """Read the form of this request and keep it; raises as `objects.experiences.drafts.save`.

        `automatic`: the page sends by itself; then nobody is looked up elsewhere.
        """
        signed, writer = await self.writer()
        raw = cleaned(await self.context.sessions.checked_form())
        draft = await self.draft(draft_id, writer) if draft_id is not None else None
        known = await self.accounts(draft.experience) if draft else {}
        before = draft.experience if draft else Experience(language=self.language(signed))
        values = shown(before, draft.typed if draft else {}, known)
        form = await self.context.renderer.form(FORMS[kind], raw, data=values)
        people = {account: url for url, account in known.items()}
        if not automatic:
            people |= await self._people(addresses(form))
        written = await self._written(form, draft, writer, people, automatic=automatic)
        window = window_of(raw, automatic=automatic)
        now = self.context.now()

        async def operation(tx: Tx) -> Saved:
            number = draft_id
            if number is None:
                begun = await start(tx, writer, written, now, born_from=window.token)
                if begun.record.revision == 1 and begun.experience == written.experience:
                    return Saved(begun)
                number = begun.record.id
            saved = await save(tx, number, writer, written, window, now)
            return Saved(await _described(tx, saved.draft, raw), saved.copied)

        return Sent(kind, form, raw, signed, writer, await self.context.store.write(operation))

    async def draft(self, draft_id: int, writer: Writer) -> Draft | None:
        """A draft that may be gone; `Refused` 404 when it is somebody else's."""

        async def operation(tx: Tx) -> Draft | None:
            if await tx.drafts.by_id(draft_id) is None:
                return None
            return await load_draft(tx, draft_id, writer)

        return await self.context.store.query(operation)

    async def accounts(self, experience: Experience) -> dict[str, str]:
        """The addresses (`name@site`) of the co-authors who are known here, by id."""
        urls = [contributor.url for contributor in experience.contributors]
        if not urls:
            return {}
        found = await self.context.store.query(lambda tx: tx.actors.by_urls(urls))
        return account_map(list(found.values()))

    def language(self, signed: SignedIn) -> str:
        """The language in which somebody probably writes."""
        return signed.language or self.context.settings.language

    async def _people(self, typed: list[str]) -> dict[str, str]:
        """The ids of actors for addresses; those that lead nowhere are left out."""

        async def look(text: str) -> ActorRecord | None:
            name = text.removeprefix("@")
            account = name if "@" in name else f"{name}@{self.context.settings.domain}"
            try:
                async with asyncio.timeout(LOOKUP_S):
                    return await self.context.outbox.remote.by_acct(account)
            except (FederationError, LookupError, ValueError, TimeoutError):
                return None

        asked = typed[:MAX_LOOKUPS]
        found = await asyncio.gather(*(look(text) for text in asked))
        return {text: actor.url for text, actor in zip(asked, found, strict=True) if actor}

    async def _written(
        self,
        form: Any,
        draft: Draft | None,
        writer: Writer,
        people: dict[str, str],
        *,
        automatic: bool,
    ) -> Written:
        before = draft.experience if draft else Experience()
        said = told(form, before, draft.typed if draft else {}, people)
        experience = said.experience
        if "interviewed" in form and not automatic and not experience.title.strip():
            experience = replace(experience, title=title_from(experience.summary))
        interviewed, interviewed_id = await self._interviewed(form, draft, automatic=automatic)
        return Written(
            experience, said.typed, _author_id(form, draft, writer), interviewed, interviewed_id
        )

    async def _interviewed(
        self, form: Any, draft: Draft | None, *, automatic: bool
    ) -> tuple[str, int | None]:
        """Whose words these are, and which member that is."""
        before = (draft.record.interviewed, draft.record.interviewed_id) if draft else ("", None)
        if "interviewed" not in form or form.interviewed.data == before[0]:
            return before
        text = (form.interviewed.data or "")[:MAX_NAME]
        if automatic or not text:
            return text, None
        name = text.removeprefix("@").removesuffix(f"@{self.context.settings.domain}")

        async def member(tx: Tx) -> ActorRecord | None:
            actor = await tx.actors.local(name)
            return actor if actor and await tx.members.by_actor(actor.id) else None

        found = await self.context.store.query(member)
        return text, found.id if found else None


def _author_id(form: Any, draft: Draft | None, writer: Writer) -> int:
    """In whose name the form wants to publish."""
    asked = form.author.data if "author" in form else None
    if asked == "organisation" and writer.organisation_id is not None:
        return writer.organisation_id
    if draft is None:
        return writer.actor.id
    if asked == "me" and draft.record.owner_id == writer.actor.id:
        return writer.actor.id
    return draft.record.author_id


def window_of(raw: "MultiDict[str, Any]", *, automatic: bool) -> Window:
    """The open form that sent this."""
    return Window(
        _number(raw.get("revision")),
        (raw.get("window") or "")[:40].replace(" ", ""),
        _number(raw.get("step")),
        automatic,
    )


def state_of(
    language: str, number: int, revision: int, saved_at: int, action: str, *, compare: str = ""
) -> dict[str, Any]:
    """What a page that saves by itself needs to know of a saving.

    `action` is where it saves from now on, `compare` where the text of another window is.
    """
    return {
        "id": str(number),
        "revision": revision,
        "action": action,
        "said": texts_of(language)(SAVED_AT).replace("%s", moment(saved_at, language)[-5:]),
        "compare": compare,
    }


def _number(text: str | None) -> int:
    bare = (text or "").strip()
    return min(int(bare), _MAX_STEP) if bare.isascii() and bare.isdigit() and len(bare) < 12 else 0


async def _described(tx: Tx, draft: Draft, raw: "MultiDict[str, Any]") -> Draft:
    """The draft with the descriptions of its files that the form holds."""
    files = []
    for media in draft.media:
        text = raw.get(f"description-{media.id}")
        if text is None or text.strip() == media.description:
            files.append(media)
            continue
        await tx.ledger.describe(media.id, text.strip()[:1_500])
        files.append(replace(media, description=text.strip()[:1_500]))
    return replace(draft, media=tuple(files))
