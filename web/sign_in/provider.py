"""`/sign-in/oidc`: signing in at an OpenID Connect provider, and connecting an account to it.

What belongs to one attempt stays in a cookie of this browser: an answer that was begun in
another one is worth nothing here.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Final

import orjson
from quart import Blueprint, Response, request

from actors.problems import not_found
from actors.sign_in.identities import connect, recognise
from actors.sign_in.sessions import form_token_is_right
from federation.errors import FederationError, Refused
from federation.openid import OpenIdProvider
from federation.openid_claims import Attempt, Person
from web.rendering import redirect, register_done
from web.sessions import own_path
from web.sign_in.desk import PROVIDER_RETURN, Desk, address, wanted_path
from web.texts import mark

log = logging.getLogger(__name__)

COOKIE: Final = "oidc"
SECONDS: Final = 600
SECRET_BYTES: Final = 32
MAX_COOKIE: Final = 3_000
SECURITY_PAGE: Final = "/settings/security"

register_done(
    {
        "identity-connected": mark("You can now sign in here with this account too."),
        "identity-taken": mark("This account is connected to somebody else here."),
    }
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser remembers of an attempt; `connecting` to the account that is signed in."""

    secret: str
    path: str
    connecting: bool

    def written(self) -> str:
        """As the cookie holds it."""
        return orjson.dumps([self.secret, self.path, self.connecting]).hex()

    @classmethod
    def read(cls, text: str) -> "Begun | None":
        """From a cookie; None for anything else."""
        try:
            found = orjson.loads(bytes.fromhex(text)) if len(text) <= MAX_COOKIE else None
        except ValueError:
            return None
        match found:
            case [str(secret), str(path), bool(connecting)] if len(secret) >= SECRET_BYTES:
                return cls(secret, path, connecting)
            case _:
                return None


class ProviderPages:
    """The way to the provider, and the way back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    @property
    def _provider(self) -> OpenIdProvider:
        if self._desk.provider is None:
            raise not_found("page")
        return self._desk.provider

    async def begin(self) -> Response:
        """Send the browser to the provider.

        A link, not a form: the page's policy lets forms lead to this node alone. Connecting an
        account carries the session's form token, as somebody else's link could do it otherwise.
        """
        provider, connecting = self._provider, "connect" in request.args
        self._desk.throttle.by_address(address())
        if connecting:
            await self._context.sessions.recent()
            token = request.cookies.get(self._context.sessions.cookie, "")
            if not form_token_is_right(token, request.args["connect"]):
                raise Refused(403, "form-token", "This link is too old; load the page again.")
        begun = Begun(secrets.token_urlsafe(SECRET_BYTES), wanted_path(request.args), connecting)
        try:
            response = redirect(await provider.address(Attempt.of(begun.secret)))
        except FederationError as error:
            log.warning("the identity provider cannot be asked: %s", error)
            return await self._failed("unreachable")
        self._desk.set_cookie(response, COOKIE, begun.written(), SECONDS)
        return response

    async def back(self) -> Response:
        """Somebody comes back from the provider."""
        provider = self._provider
        self._desk.throttle.by_address(address())
        begun = Begun.read(request.cookies.get(self._desk.cookie(COOKIE), ""))
        attempt = Attempt.of(begun.secret) if begun else None
        state = request.args.get("state", "")
        if (
            begun is None
            or attempt is None
            or not hmac.compare_digest(attempt.state.encode(), state.encode())
        ):
            return await self._failed("other-attempt")
        if "error" in request.args or not request.args.get("code"):
            log.info("the identity provider says %s", request.args.get("error", "nothing")[:100])
            return await self._failed("declined")
        try:
            person = await provider.person(attempt, request.args["code"], request.args.get("iss"))
        except FederationError as error:
            log.warning("the identity provider did not prove anybody: %s", error)
            return await self._failed("unproven")
        response = await (self._connect(person) if begun.connecting else self._in(person, begun))
        self._desk.drop_cookie(response, COOKIE)
        return response

    async def _in(self, person: Person, begun: Begun) -> Response:
        context, now = self._context, self._context.now()
        found = await context.store.write(lambda tx: recognise(tx, context.settings, person, now))
        if found.account is not None:
            return await self._desk.proved(*found.account, own_path(begun.path) or "")
        if found.invitation:
            return redirect(f"/invitation/{found.invitation}")
        log.info("nobody here is the person %s of %s", person.subject[:40], person.issuer)
        return await self._failed("stranger", person)

    async def _connect(self, person: Person) -> Response:
        signed, now = await self._context.sessions.recent(), self._context.now()
        actor = signed.actor
        added = await self._context.store.write(lambda tx: connect(tx, actor, person, now))
        return redirect(SECURITY_PAGE, done="identity-connected" if added else "identity-taken")

    async def _failed(self, why: str, person: Person | None = None) -> Response:
        return await self._context.renderer.render(
            "sign_in/provider_failed.html",
            status=403,
            index=False,
            why=why,
            person=person,
            provider=self._context.settings.oidc_name,
        )


def add_provider_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The way there and the way back; nothing to be found without a provider."""
    pages = ProviderPages(desk)
    blueprint.get("/sign-in/oidc", endpoint="oidc")(pages.begin)
    blueprint.get(PROVIDER_RETURN, endpoint="oidc_back")(pages.back)
