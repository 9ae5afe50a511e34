"""Pages: language, header, safety and status lines, the same for every area.

`Renderer.public` for what visitors read, `Renderer.render` for everything else. Templates get, as
globals that macros see too: `_`, `ngettext`, `day(ms)`, `moment(ms)`, `iso_day(ms)`, `number(x)`,
`csrf()`, `concept_label(uri)`, `asset(file)`; and as values of the page: `language`, `signed`,
`unread`, `site`, `organisation`, `site_name`, `node`, `identifiers`, `path`, `done`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode

from quart import Response, g, render_template, request
from werkzeug.datastructures import MultiDict

from actors.identifiers import Identifiers
from actors.site import SiteFacts
from config.settings import Settings
from federation.errors import Refused
from storage.records import ActorRecord
from storage.store import Store, Tx
from web import texts
from web.forms import Form, errors_summary, target_id
from web.sessions import Sessions, SignedIn

HERE: Final = Path(__file__).parent
HTML: Final = "text/html; charset=utf-8"
LANGUAGE_COOKIE: Final = "lang"
TRUSTED_FOR_S: Final = 5.0
HEADERS: Final = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept, Accept-Language, Cookie, Signature, Authorization",
}

F = TypeVar("F", bound=Form)
# What `?done=` may say: code → marked English text.
_DONE: dict[str, str] = {"saved": texts.mark("Your changes are saved.")}


class Labelled(Protocol):
    """A concept, as far as its label goes."""

    def label(self, language: str) -> str:
        """Its name in a language."""
        ...


def register_done(sentences: Mapping[str, str]) -> None:
    """Add status lines (code → text marked with `web.texts.mark`) that `redirect` may name."""
    _DONE.update(sentences)


def redirect(path: str, *, done: str = "") -> Response:
    """Send a browser to a page of ours after a form was accepted; `done` is said on that page."""
    if done:
        path, _, fragment = path.partition("#")
        path += ("&" if "?" in path else "?") + urlencode({"done": done})
        path += f"#{fragment}" if fragment else ""
    response = Response("", status=303)
    response.headers["Location"] = path
    response.headers["Cache-Control"] = "no-store"
    return response


def policy(
    *, form_targets: Iterable[str] = (), form_anywhere: bool = False, framed: bool = False
) -> str:
    """The Content-Security-Policy of a page: everything from here, nothing inline.

    `form_targets`: other origins that a form here leads to (browsers check redirects too);
    `form_anywhere` for the one that leads into applications, whose schemes are their own.
    `framed`: any site may show the page in a frame; for embed pages alone.
    """
    targets, framers = " ".join(["'self'", *form_targets]), "*" if framed else "'none'"
    forms = "" if form_anywhere else f"form-action {targets}; "
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; manifest-src 'self'; "
        f"{forms}base-uri 'none'; frame-ancestors {framers}"
    )


def language_here() -> str:
    """The language of the page that is being made; `Renderer.language` chose it."""
    return str(g.get("language", "fr"))


@dataclass(slots=True)
class Renderer:
    """Makes pages out of templates; one for the node."""

    store: Store
    identifiers: Identifiers
    settings: Settings
    site: SiteFacts
    sessions: Sessions
    clock: Callable[[], float]
    _organisation: ActorRecord | None = None
    _expires: float = field(default=float("-inf"))

    async def language(self) -> str:
        """Asked for by name, else the member's, chosen before, the browser's, the node's."""
        if "language" not in g:
            signed = await self.sessions.current()
            chosen = signed.language if signed else request.cookies.get(LANGUAGE_COOKIE)
            asked = request.args.get("lang", "").partition("-")[0]
            g.language = texts.choose_language(
                asked if asked in texts.LANGUAGES else chosen,
                request.accept_languages.values(),
                self.settings.language,
            )
        return str(g.language)

    async def translate(self) -> Callable[[str], str]:
        """`_` for routes: `_ = await renderer.translate()`."""
        return texts.texts_of(await self.language())

    async def form(
        self, kind: type[F], values: "MultiDict[str, str] | None" = None, **defaults: Any
    ) -> F:
        """A form that speaks the page's language; `values` is what `checked_form` gave.

        `files=` (a MultiDict) joins the uploads to the values, `obj=` and others are WTForms'.
        """
        files = defaults.pop("files", None)
        if files is not None and values is not None:
            merged: MultiDict[str, Any] = MultiDict(values)
            merged.update(files)
            values = merged
        return kind(values, meta={"language": await self.language()}, **defaults)

    async def organisation(self) -> ActorRecord | None:
        """The organisation whose node this is, remembered for a few seconds."""
        if self.clock() >= self._expires:
            self._organisation = await self.store.query(_organisation)
            self._expires = self.clock() + TRUSTED_FOR_S
        return self._organisation

    def forget(self) -> None:
        """The organisation has changed: read it again for the next page."""
        self._expires = float("-inf")

    async def ensure_open(self) -> None:
        """Raise `Refused` 503 `in-preparation` while strangers may not see public pages."""
        if await self.site.open_to_visitors() or await self.sessions.current() is not None:
            return
        raise Refused(503, "in-preparation", "This site is being prepared.")

    async def public(self, template: str, **values: Any) -> Response:
        """As `render`, for the pages that stay closed until the legal notice is complete."""
        await self.ensure_open()
        return await self.render(template, **values)

    async def render(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        index: bool = True,
        scripts: Sequence[str] = (),
        form_targets: Sequence[str] = (),
        form_anywhere: bool = False,
        framed: bool = False,
        concepts: Mapping[str, Labelled] | None = None,
        **values: Any,
    ) -> Response:
        """A page.

        `index=False` keeps search engines away; `scripts` names files of `static/`; `concepts`
        is what `concept_label(uri)` looks in; `canonical=` may be given among the values.
        """
        language = await self.language()
        signed = await self.sessions.current()
        g.concepts, g.csrf = concepts or {}, self.sessions.csrf(signed)
        html = await render_template(
            template,
            **await self._facts(signed, language),
            index=index and status == 200 and signed is None,
            scripts=[*scripts],
            **values,
        )
        private = signed is not None or not index
        answered = HEADERS | {
            "Content-Security-Policy": policy(
                form_targets=form_targets, form_anywhere=form_anywhere, framed=framed
            ),
            "Content-Language": language,
            "Cache-Control": "private, no-store" if private else "no-cache",
        }
        if not framed:
            answered["X-Frame-Options"] = "DENY"
        return Response(
            html, status=status, content_type=HTML, headers=answered | dict(headers or {})
        )

    async def problem(self, refused: Refused) -> Response:
        """What is wrong, for people, and what they can do about it."""
        headers = {"Cache-Control": "no-store"}
        if refused.status in (429, 503):
            headers["Retry-After"] = str(getattr(refused, "retry_after", 60))
        template = "preparing.html" if refused.code == "in-preparation" else "problem.html"
        return await self.render(
            template, refused=refused, status=refused.status, headers=headers, index=False
        )

    async def _facts(self, signed: SignedIn | None, language: str) -> dict[str, Any]:
        organisation, legal = await self.organisation(), await self.site.legal()
        name = organisation.name if organisation is not None else ""
        return {
            "language": language,
            "languages": texts.LANGUAGE_NAMES,
            "signed": signed,
            "unread": await self._unread(signed),
            "appearance": await self.site.appearance(),
            "organisation": organisation,
            "conformity": legal.accessibility,
            "site_open": legal.complete,
            "site_name": name or self.settings.domain,
            "node": self.settings,
            "identifiers": self.identifiers,
            "path": request.path,
            "here": request.full_path.removesuffix("?"),
            "done": _DONE.get(request.args.get("done", ""), ""),
            "searched": request.args.get("q", ""),
        }

    async def _unread(self, signed: SignedIn | None) -> int:
        if signed is None:
            return 0
        actor_id = signed.actor.id
        return await self.store.query(lambda tx: tx.notifications.count_unread(actor_id))


async def _organisation(tx: Tx) -> ActorRecord | None:
    living = [actor for actor in await tx.actors.all_local() if actor.state == "active"]
    return next((actor for actor in living if actor.type == "Organization"), None)


def asset(name: str) -> str:
    """The address of a file of `static/`, with a version so that browsers may keep it."""
    file = HERE / "static" / name
    return f"/static/{name}?v={_version(file, file.stat().st_mtime_ns)}"


@cache
def _version(file: Path, _: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def _concept_label(uri: str) -> str:
    found = g.get("concepts", {}).get(uri)
    return found.label(language_here()) if found is not None else uri.rpartition("/")[2]


def _text(message: str) -> str:
    return texts.texts_of(language_here())(message) if message else ""


def _counted(one: str, many: str, n: int) -> str:
    return texts.counted(language_here())(one, many, n)


TEMPLATE_GLOBALS: Final[Mapping[str, Callable[..., Any]]] = {
    "_": _text,
    "ngettext": _counted,
    "day": lambda ms: texts.day(ms, language_here()),
    "moment": lambda ms: texts.moment(ms, language_here()),
    "iso_day": texts.iso_day,
    "number": lambda value: texts.number(value, language_here()),
    "csrf": lambda: g.get("csrf", ""),
    "concept_label": _concept_label,
    "asset": asset,
    "errors_summary": errors_summary,
    "target_id": target_id,
}
