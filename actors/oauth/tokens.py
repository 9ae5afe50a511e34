"""Tokens that apps ask for and give back by themselves."""

import secrets
from typing import Final

from actors.auth import APP_PREFIX, TOKEN_BYTES, token_hash
from actors.oauth.errors import OAuthRefused
from actors.oauth.grants import Given, wanted_scopes
from storage.oauth import AppRecord, AppTokenRecord
from storage.store import Tx

# Apps forget their own tokens and ask for new ones.
APP_TOKENS: Final = 50


async def give_app_token(tx: Tx, app: AppRecord, scope: str, now: int) -> Given:
    """A token with which an app acts for nobody (RFC 6749, 4.4). Raises `OAuthRefused`."""
    scopes = " ".join(wanted_scopes(scope, app))
    token = APP_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    record = AppTokenRecord(token_hash(token), app.id, scopes, now)
    await tx.oauth.add_app_token(record, APP_TOKENS)
    return Given(token, scopes, now)


async def revoke(tx: Tx, app: AppRecord, token: str, now: int) -> None:
    """End a token of this app (RFC 7009); what is no living token is ended already.

    Raises `OAuthRefused` for a token of another app, or of none.
    """
    digest = token_hash(token)
    if token.startswith(APP_PREFIX):
        own = await tx.oauth.app_token(digest)
        if own is not None:
            _refuse_others(app, own.app_id)
            await tx.oauth.revoke_app_token(digest, now)
        return
    found = await tx.members.token(digest)
    if found is not None:
        _refuse_others(app, found.app_id)
        await tx.members.revoke_token(found.actor_id, found.id, now)


def _refuse_others(app: AppRecord, owner: int | None) -> None:
    if owner != app.id:
        raise OAuthRefused("unauthorized_client")
