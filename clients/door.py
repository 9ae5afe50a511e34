"""The one door of the API: who calls, what their token covers, how answers are written."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

import msgspec
from quart import Blueprint, Response, request

from actors.auth import AppHolder, TokenHolder, bearer, find_holder
from clients.context import ClientContext
from clients.limits import Limits
from clients.paging import Paged, link_header, requested_span
from clients.parameters import read_parameters
from federation.errors import Refused
from storage.records import ActorRecord
from storage.spans import Span
from storage.store import Store

T = TypeVar("T", bound=msgspec.Struct)
# `app`: a member's token or an app's own; `client`: no token is looked at, an app may prove
# itself by its secret.
Who = Literal["member", "anyone", "app", "client"]
View = Callable[..., Awaitable[Any]]

JSON: Final = "application/json; charset=utf-8"
FORM: Final = "application/x-www-form-urlencoded"
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of the API: `scopes` are those of which a token needs one."""

    method: str
    path: str
    scopes: tuple[str, ...]
    who: Who


@dataclass(slots=True)
class Call:
    """One request: who calls, and what they sent; `app` when an app calls for nobody."""

    context: ClientContext
    holder: TokenHolder | None
    app: AppHolder | None = None

    @property
    def viewer(self) -> ActorRecord | None:
        """Who looks; None for a stranger."""
        return self.holder.actor if self.holder else None

    @property
    def me(self) -> ActorRecord:
        """Who calls; raises `Refused` 401 for a stranger, 422 for an app."""
        return self.token.actor

    @property
    def token(self) -> TokenHolder:
        """The caller's token with account and scopes; raises `Refused` 401 or 422 without one."""
        if self.holder is None:
            status = 401 if self.app is None else 422
            raise Refused(status, "user-required", "This method requires an authenticated user")
        return self.holder

    @property
    def store(self) -> Store:
        """The database."""
        return self.context.store

    async def read(self, kind: type[T]) -> T:
        """The parameters, of query, form or JSON; raises `Refused` 400 or 422."""
        return await read_parameters(kind)

    def span(self, default: int = 20, most: int = 40) -> Span:
        """The page that is asked for."""
        return requested_span(default, most)


def missing() -> Refused:
    """The refusal of what does not exist, or must look as if it did not."""
    return Refused(404, "not-found", "Record not found")


def number(text: str | None) -> int:
    """An id that an app sent in a parameter; raises `Refused` 404 for what is none."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 19:
        raise missing()
    value = int(text)
    if value >= 2**63:
        raise missing()
    return value


def numbers(texts: Sequence[str]) -> list[int]:
    """The ids among some texts, each once, in their order; what is no id is left out."""
    kept = (text for text in texts if text.isascii() and text.isdigit() and len(text) <= 19)
    return list(dict.fromkeys(n for n in map(int, kept) if n < 2**63))


@dataclass(slots=True)
class Door:
    """Registers the endpoints; `endpoints` is the inventory from which the manual is made."""

    context: ClientContext
    blueprint: Blueprint
    limits: Limits
    endpoints: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, *scopes: str, who: Who = "member") -> Callable[[View], View]:
        """A reading endpoint."""
        return self.route("GET", path, *scopes, who=who)

    def post(self, path: str, *scopes: str, who: Who = "member") -> Callable[[View], View]:
        """A writing endpoint."""
        return self.route("POST", path, *scopes, who=who)

    def put(self, path: str, *scopes: str, who: Who = "member") -> Callable[[View], View]:
        """A replacing endpoint."""
        return self.route("PUT", path, *scopes, who=who)

    def patch(self, path: str, *scopes: str, who: Who = "member") -> Callable[[View], View]:
        """A changing endpoint."""
        return self.route("PATCH", path, *scopes, who=who)

    def delete(self, path: str, *scopes: str, who: Who = "member") -> Callable[[View], View]:
        """A removing endpoint."""
        return self.route("DELETE", path, *scopes, who=who)

    def route(
        self, method: str, path: str, *scopes: str, who: Who = "member"
    ) -> Callable[[View], View]:
        """An endpoint that needs a token with one of `scopes`; `anyone` may come without one.

        Where a member is asked for, an app's own token is not enough. The view gets a `Call` and
        the values of the path; it gives an entity, a list, a `Paged` or a `Response`.
        """
        endpoint = Endpoint(method, path, scopes, who)
        self.endpoints.append(endpoint)

        def register(view: View) -> View:
            async def answer(**values: Any) -> Response:
                return self._written(await view(await self._call(endpoint), **values))

            name = f"{method} {path}".replace(".", "_")
            self.blueprint.add_url_rule(path, name, answer, methods=[method])
            return view

        return register

    async def _call(self, endpoint: Endpoint) -> Call:
        """Who calls this endpoint, if they may; counted by token, or by address without one."""
        token = None if endpoint.who == "client" else await shown_token()
        if token is None:
            self.limits.spend()
            if endpoint.who in ("member", "app"):
                raise Refused(401, "token-required", "The access token is invalid")
            return Call(self.context, None)
        found = await find_holder(self.context.store, token, self.context.outbox.clock)
        if found is None:
            self.limits.wrong()
            if endpoint.who != "anyone" or endpoint.scopes:
                raise Refused(401, "invalid_token", "The access token is invalid")
            # An app whose token has ended still learns of the node, then signs in anew.
            self.limits.spend()
            return Call(self.context, None)
        member = found if isinstance(found, TokenHolder) else None
        self.limits.spend(f"token {member.token_id}" if member else f"app {found.app_id}")
        if endpoint.scopes and not any(found.has(scope) for scope in endpoint.scopes):
            detail = "This action is outside the authorized scopes"
            raise Refused(403, "insufficient_scope", detail)
        if member is not None and member.disabled:
            raise Refused(403, "disabled", "Your login is currently disabled")
        call = Call(self.context, member, found if isinstance(found, AppHolder) else None)
        if endpoint.who == "member":
            call.token  # noqa: B018 - an app of its own is refused
        return call

    def _written(self, answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, Paged):
            response = written(answer.items)
            link = link_header(self.context.identifiers, answer)
            if link:
                response.headers["Link"] = link
            return response
        return written(answer)


def written(value: Any, status: int = 200) -> Response:
    """An answer in JSON that no cache keeps."""
    response = Response(_encoder.encode(value), status=status, content_type=JSON)
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def shown_token() -> str | None:
    """The token of the header, query or form; None for neither."""
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer"):
        return bearer(header)
    token = request.args.get("access_token")
    if not token and request.method != "GET" and request.mimetype == FORM:
        token = (await request.form).get("access_token")
    return token or None
