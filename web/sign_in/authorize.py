"""`/oauth/authorize`: an application asks for access, a member says yes or no.

Nothing is answered by a redirect until the member pressed a button: anybody may register an
application, and its address is theirs to choose.
"""

import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from quart import Blueprint, Response, request

from actors.administration import require_role
from actors.oauth.apps import OUT_OF_BAND
from actors.oauth.grants import Agreed, Wish, WishRefused, agree, give_code
from actors.sign_in.codes import LONG_WISH, details_of, look_at, new_code
from web.rendering import redirect
from web.scopes import in_words
from web.sessions import SignedIn, SignInNeeded, own_path
from web.sign_in.desk import Desk, address

log = logging.getLogger(__name__)

PAGE: Final = "/oauth/authorize"
MAX_QUERY: Final = 8_000
MAX_FIELDS: Final = 50
# What the sign-in pages can carry along in addresses and cookies.
MAX_CARRIED: Final = 1_200
# What a query may hold as it is written, the percent sign among it.
SAFE: Final = "".join(chr(sign) for sign in range(0x21, 0x7F) if chr(sign) != "\\")
NO: Final = frozenset({"", "0", "f", "false", "off"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application's address says: its query as it was written, and the fields in it."""

    query: str
    fields: dict[str, str]

    @classmethod
    def of(cls, query: str) -> "Asked":
        """Read a query. Raises `WishRefused`."""
        try:
            if len(query) > MAX_QUERY:
                raise ValueError
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise WishRefused("address") from None
        return cls(query, dict(reversed(pairs)))

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        known = self.fields
        return Wish(
            response_type=known.get("response_type", ""),
            redirect_uri=known.get("redirect_uri", ""),
            scope=known.get("scope", ""),
            challenge=known.get("code_challenge", ""),
            challenge_method=known.get("code_challenge_method", ""),
            response_mode=known.get("response_mode", ""),
        )

    @property
    def state(self) -> bytes | None:
        """What the application gets back untouched, whatever bytes it is made of."""
        for part in self.query.split("&"):
            name, sign, value = part.partition("=")
            if name == "state" and sign:
                return unquote_to_bytes(value.replace("+", " "))
        return None

    def location(self, uri: str, **answer: str) -> str:
        """The address of the application, with an answer; what it registered stays as it is."""
        state = self.state
        more = urlencode(answer)
        if state is not None:
            more += f"&state={quote(state, safe='')}"
        joint = "?" if "?" not in uri else "" if uri[-1] in "?&" else "&"
        return uri + joint + more


class Consent:
    """The page, and what becomes of its form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._context = desk.context

    async def show(self) -> Response:
        """Ask the member; first to sign in, if they did not."""
        try:
            asked = await self._asked()
            agreed = await self._agreed(asked)
        except WishRefused as refused:
            return await self._problem(refused)
        return await self._page(agreed, await self._signed(asked))

    async def decide(self) -> Response:
        """Send the browser back to the application with a code, or with a no."""
        sessions = self._context.sessions
        values = await sessions.checked_form()
        try:
            asked = await self._asked()
            agreed = await self._agreed(asked)
        except WishRefused as refused:
            return await self._problem(refused)
        signed, decision = await self._signed(asked), values.get("decision", "")
        if decision == "another":
            needed = SignInNeeded(await self._way_back(asked), language=self._language(asked))
            response = redirect(needed.location)
            await sessions.end(response)
            return response
        if decision == "refuse":
            return await self._refused(asked, agreed)
        if decision != "authorise":
            return await self._page(agreed, signed)
        return await self._authorised(asked, agreed, signed)

    async def _authorised(self, asked: Asked, agreed: Agreed, signed: SignedIn) -> Response:
        now = self._context.now()
        code = await self._context.store.write(
            lambda tx: give_code(tx, agreed, signed.actor.id, now)
        )
        log.info("%s lets %r act: %s", signed.actor.account, agreed.app.name, agreed.scopes)
        if agreed.redirect_uri == OUT_OF_BAND:
            return await self._context.renderer.render(
                "sign_in/authorize_code.html", index=False, app=agreed.app, code=code
            )
        return redirect(asked.location(agreed.redirect_uri, code=code))

    async def _refused(self, asked: Asked, agreed: Agreed) -> Response:
        if agreed.redirect_uri == OUT_OF_BAND:
            return await self._problem(WishRefused("declined"), status=200)
        error = {
            "error": "access_denied",
            "error_description": "The resource owner or authorization server denied the request.",
        }
        return redirect(asked.location(agreed.redirect_uri, **error))

    async def _asked(self) -> Asked:
        """What the address says, or the one that was put aside while somebody signed in."""
        code = request.args.get("request")
        if code is None:
            return Asked.of(_written_query())
        now = self._context.now()
        kept = await self._context.store.query(lambda tx: look_at(tx, code, LONG_WISH, now))
        if kept is None:
            raise WishRefused("late")
        return Asked.of(str(details_of(kept)["query"]))

    async def _agreed(self, asked: Asked) -> Agreed:
        client_id = asked.fields.get("client_id", "")
        app = await self._context.store.query(lambda tx: tx.oauth.app_by_client(client_id))
        return agree(app, asked.wish)

    async def _signed(self, asked: Asked) -> SignedIn:
        """Who is signed in; `force_login` wants a proof of the last quarter of an hour."""
        signed = await self._context.sessions.current()
        forced = asked.fields.get("force_login", "").lower() not in NO
        if signed is None or (forced and not signed.proven_within(self._context.now())):
            raise SignInNeeded(
                await self._way_back(asked),
                again=signed is not None,
                language=self._language(asked),
            )
        require_role(signed.member, "reader")
        return signed

    async def _way_back(self, asked: Asked) -> str:
        """The path to this page with all that was asked, put aside when it is too long."""
        path = f"{PAGE}?{asked.query}"
        if len(path) <= MAX_CARRIED and own_path(path):
            return path
        self._desk.throttle.by_address(address())
        now = self._context.now()
        code = await self._context.store.write(
            lambda tx: new_code(tx, LONG_WISH, now, details={"query": asked.query})
        )
        return f"{PAGE}?request={code}"

    def _language(self, asked: Asked) -> str:
        return asked.fields.get("lang", "")[:20]

    async def _page(self, agreed: Agreed, signed: SignedIn) -> Response:
        parts = urlsplit(agreed.redirect_uri)
        web = parts.scheme.lower() in ("http", "https")
        return await self._context.renderer.render(
            "sign_in/authorize.html",
            index=False,
            # Browsers look at form-action for each redirect that follows a form; this one leads
            # to the application, and from there to wherever that leads.
            form_anywhere=True,
            app=agreed.app,
            account=signed.actor,
            back_to=parts.netloc if web else "",
            by_hand=agreed.redirect_uri == OUT_OF_BAND,
            action=f"{PAGE}?{_written_query()}",
            wishes=in_words(agreed.scopes),
        )

    async def _problem(self, refused: WishRefused, status: int = 400) -> Response:
        return await self._context.renderer.render(
            "sign_in/authorize_problem.html", status=status, index=False, reason=refused.reason
        )


def _written_query() -> str:
    """The query of this request, in signs that an address may hold; nothing else changes."""
    return quote(request.query_string, safe=SAFE)


def add_authorize_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The address that applications open in a browser."""
    consent = Consent(desk)
    blueprint.get(PAGE, endpoint="authorize")(consent.show)
    blueprint.post(PAGE, endpoint="decide")(consent.decide)
