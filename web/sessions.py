"""Who uses this browser, and whether a form really comes from our own pages.

Every POST of every page goes through `Sessions.checked_form`.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from quart import Quart, Response, after_this_request, g, redirect, request
from quart.typing import ResponseTypes
from werkzeug.datastructures import MultiDict

from actors.administration import Role, require_role
from actors.auth import token_hash
from actors.sign_in.sessions import (
    LIFETIME_MS,
    SignedIn,
    find_session,
    form_token,
    form_token_is_right,
    keep_alive,
    open_session,
)
from config.settings import Settings
from federation.errors import Refused
from storage.records import ActorRecord
from storage.store import Store, Tx

__all__ = ["Sessions", "SignInNeeded", "SignedIn", "install_sign_in_answers", "own_path"]

log = logging.getLogger(__name__)

FORM_FIELD: Final = "_csrf"
MAX_PATH: Final = 2_000
# Printable ASCII without blanks and backslashes: what a browser takes as it stands.
WRITTEN_PATH: Final = re.compile(r"/[!-\[\]-~]*")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\]")
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class SignInNeeded(Refused):
    """Somebody must sign in first, or once more (`again`), and then come back to `path`."""

    def __init__(self, path: str, *, again: bool = False, language: str = "") -> None:
        super().__init__(401, "sign-in-needed", "Sign in first.")
        self.path = path
        self.again = again
        self.language = language

    @property
    def location(self) -> str:
        """Where to send the browser."""
        page = "/sign-in/again" if self.again else "/sign-in"
        language = f"&lang={quote(self.language, safe='')}" if self.language else ""
        return f"{page}?next={quote(self.path, safe='/')}{language}"


def own_path(text: str | None) -> str | None:
    """A path of this node, with its query, that a page may send a browser to; else None.

    Never another host (two slashes, a scheme), nor anything that a browser would change before
    it looks (backslashes, blanks, control characters), encoded once or twice or not at all.
    """
    if not text or len(text) > MAX_PATH or not WRITTEN_PATH.fullmatch(text):
        return None
    written = text.partition("?")[0]
    for spelled in (written, unquote(written), unquote(unquote(written))):
        if spelled.startswith("//") or CONTROL.search(spelled):
            return None
    return text


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one node, as its pages see them."""

    store: Store
    settings: Settings
    clock: Callable[[], float]

    @property
    def cookie(self) -> str:
        """The name of the cookie; browsers keep a `__Host-` cookie to this host over https."""
        return "__Host-session" if self.settings.scheme == "https" else "session"

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.clock() * 1000)

    async def current(self) -> SignedIn | None:
        """Who is signed in here, asked of the database once a request, never without a cookie."""
        if not hasattr(g, "signed_in"):
            g.signed_in = await self._find()
        found: SignedIn | None = g.signed_in
        return found

    async def required(self, role: Role = "member") -> SignedIn:
        """Who is signed in; raises `SignInNeeded`, or `Refused` 403 for too low a role.

        What readers may do too (reading, commenting, their own settings) asks for `"reader"`.
        """
        signed = await self.current()
        if signed is None:
            raise SignInNeeded(_return_path())
        require_role(signed.member, role)
        return signed

    async def recent(self, role: Role = "reader") -> SignedIn:
        """As `required`, for somebody who proved who they are within a quarter of an hour.

        Raises `SignInNeeded`, which asks for the proof and comes back.
        """
        signed = await self.required(role)
        if not signed.proven_within(self.now()):
            raise SignInNeeded(_return_path(), again=True)
        return signed

    def csrf(self, signed: SignedIn | None) -> str:
        """What the forms of this session carry in the field `_csrf`; empty without a session."""
        return "" if signed is None else form_token(self._token())

    async def checked_form(self) -> "MultiDict[str, str]":
        """The form that was sent, if it comes from one of our pages; raises `Refused` 403.

        With a session the form must carry its token. The browser's own word about where the
        form stood is always asked: it protects the forms of people without a session.
        """
        self._refuse_foreign()
        form: MultiDict[str, str] = await request.form
        signed = await self.current()
        if signed is not None and not form_token_is_right(self._token(), form.get(FORM_FIELD, "")):
            log.info("a form for %s without its session's token", request.path)
            raise Refused(403, "form-token", "This form is too old; load the page again.")
        return form

    async def start(self, response: Response, actor: ActorRecord, *, label: str = "") -> None:
        """Sign somebody in: a new session always, whatever this browser had before."""
        before, now = self._token(), self.now()
        name = label or device(request.headers.get("User-Agent", ""))

        async def operation(tx: Tx) -> str:
            if before:
                await tx.sessions.end(token_hash(before))
            return await open_session(tx, actor.id, name, now)

        self._set_cookie(response, await self.store.write(operation))
        g.signed_in = None

    async def end(self, response: Response) -> None:
        """Sign out: the session ends here and in the database."""
        token = self._token()
        if token:
            await self.store.write(lambda tx: tx.sessions.end(token_hash(token)))
        response.delete_cookie(
            self.cookie,
            path="/",
            secure=self.settings.scheme == "https",
            httponly=True,
            samesite="Lax",
        )
        g.signed_in = None

    async def _find(self) -> SignedIn | None:
        token, now = self._token(), self.now()
        signed = await find_session(self.store, token, now)
        if signed is not None and await keep_alive(self.store, signed, now):

            @after_this_request
            async def prolong(response: ResponseTypes) -> ResponseTypes:
                # A page that signs in or out in this very request has the last word.
                if isinstance(response, Response) and "Set-Cookie" not in response.headers:
                    self._set_cookie(response, token)
                return response

        return signed

    def _token(self) -> str:
        return request.cookies.get(self.cookie, "")

    def _set_cookie(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.cookie,
            token,
            max_age=LIFETIME_MS // 1000,
            path="/",
            secure=self.settings.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    def _refuse_foreign(self) -> None:
        """Raise `Refused` when the browser says that the form stood on another site's page."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        ours = origin in (None, self.settings.origin, f"{request.scheme}://{request.host}")
        if site not in (None, "same-origin", "none") or not ours:
            log.info("a form for %s from %s (%s)", request.path, str(origin)[:100], site)
            raise Refused(403, "foreign-form", "This form was sent from a page of another site.")


def device(user_agent: str) -> str:
    """What a list of sessions calls a browser: `Firefox, Linux`; empty when unknown."""
    names = [
        next((name for sign, name in table if sign in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in names if name)


def _return_path() -> str:
    """Where somebody comes back to after signing in: this page, or the page of this form."""
    if request.method in ("GET", "HEAD"):
        query = request.query_string.decode("ascii", "replace")
        return own_path(quote(request.path) + (f"?{query}" if query else "")) or "/"
    parts = urlsplit(request.headers.get("Referer", ""))
    query = f"?{parts.query}" if parts.query else ""
    if parts.netloc != request.host:
        return "/dashboard"
    return own_path(parts.path + query) or "/dashboard"


def install_sign_in_answers(app: Quart) -> None:
    """Whoever must sign in first is sent to the page where one does."""

    @app.errorhandler(SignInNeeded)
    async def needed(error: SignInNeeded) -> ResponseTypes:
        response = redirect(error.location, 303)
        response.headers["Cache-Control"] = "no-store"
        return response
