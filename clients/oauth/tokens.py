"""`/oauth/token` and `/oauth/revoke`: what apps do with their secret, not with a token."""

import base64
import binascii
from typing import Final, TypeVar
from urllib.parse import unquote_plus

import msgspec
from quart import Response, request

from actors.oauth.apps import proved_app
from actors.oauth.errors import OAuthRefused, lacking
from actors.oauth.grants import Exchange, Given, exchange
from actors.oauth.tokens import give_app_token, revoke
from clients.door import Call, Door, written
from clients.entities.oauth import Token
from federation.errors import Refused
from storage.oauth import AppRecord
from storage.store import Tx

# Apps never see a password: the grant of that name is not there (RFC 9700, 2.4).
GRANTS: Final = frozenset({"authorization_code", "client_credentials"})
WRONG: Final = frozenset({"invalid_client", "invalid_grant", "unauthorized_client"})


class Client(msgspec.Struct):
    """How an app proves that it is itself, in the body."""

    client_id: str = ""
    client_secret: str = ""


C = TypeVar("C", bound=Client)


class Asked(Client):
    """What an app sends for a token."""

    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


class Returned(Client):
    """The token that an app gives back."""

    token: str = ""


def add_token_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/oauth/token", who="client")
    async def token(call: Call) -> Response:
        asked = await _read(call, Asked)
        if not asked.grant_type:
            raise lacking("grant_type")
        if asked.grant_type not in GRANTS:
            raise OAuthRefused("unsupported_grant_type")
        given = await _counted(door, call, asked)
        return written(
            Token(
                access_token=given.token,
                token_type="Bearer",  # noqa: S106 - the kind of it
                scope=given.scopes,
                created_at=given.created_at // 1000,
            )
        )

    @door.post("/oauth/revoke", who="client")
    async def ended(call: Call) -> Response:
        returned, now = await _read(call, Returned), call.context.now()
        client_id, secret = _credentials(returned)

        async def operation(tx: Tx) -> None:
            app = await proved_app(tx, client_id, secret)
            if app is None:
                raise OAuthRefused("unauthorized_client")
            await revoke(tx, app, returned.token, now)

        try:
            await call.store.write(operation)
        except OAuthRefused:
            door.limits.wrong()
            raise
        return written({})


async def _counted(door: Door, call: Call, asked: Asked) -> Given:
    """The token that is asked for; wrong codes and secrets are counted by address."""
    client_id, secret = _credentials(asked)
    now = call.context.now()

    async def operation(tx: Tx) -> Given | OAuthRefused:
        app = await proved_app(tx, client_id, secret)
        if app is None:
            return OAuthRefused("invalid_client")
        return await _given(tx, app, asked, now)

    given = await call.store.write(operation)
    if isinstance(given, OAuthRefused):
        if given.code in WRONG:
            door.limits.wrong()
        raise given
    return given


async def _given(tx: Tx, app: AppRecord, asked: Asked, now: int) -> Given | OAuthRefused:
    if asked.grant_type == "client_credentials":
        return await give_app_token(tx, app, asked.scope, now)
    if not asked.code:
        return lacking("code")
    if not asked.redirect_uri:
        return lacking("redirect_uri")
    shown = Exchange(asked.code, asked.redirect_uri, asked.code_verifier, asked.scope)
    return await exchange(tx, app, shown, now)


async def _read(call: Call, kind: type[C]) -> C:
    """The parameters; what cannot be read is said in OAuth's words."""
    try:
        return await call.read(kind)
    except Refused as error:
        if error.status == 413:
            raise
        raise OAuthRefused("invalid_request", error.detail) from None


def _credentials(sent: Client) -> tuple[str, str]:
    """Name and secret of an app: of the body, or of HTTP Basic (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return sent.client_id, sent.client_secret
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
