"""What a member lets an app do: authorization codes (RFC 6749, 4.1) with PKCE (RFC 7636)."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from actors.auth import TOKEN_BYTES, issue_token, token_hash
from actors.oauth.apps import redirect_uris
from actors.oauth.errors import OAuthRefused, lacking
from actors.oauth.scopes import DEFAULT, UnknownScope, all_covered, covers, parse_scopes
from storage.ids import new_id
from storage.oauth import AppRecord, GrantRecord
from storage.records import TokenRecord
from storage.store import Tx

CODE_LIFETIME_MS: Final = 10 * 60_000
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks a member for, as its address says; empty where it says nothing."""

    response_type: str = ""
    redirect_uri: str = ""
    scope: str = ""
    challenge: str = ""
    challenge_method: str = ""
    response_mode: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A wish of an app that may be put before a member."""

    app: AppRecord
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str


@dataclass(frozen=True, slots=True)
class Given:
    """A token, shown this once."""

    token: str
    scopes: str
    created_at: int


class WishRefused(ValueError):
    """A wish that no member is asked; `reason` is a word for what is wrong with it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def agree(app: AppRecord | None, wish: Wish) -> Agreed:
    """What a member may be asked. Raises `WishRefused`.

    Nothing is refused by a redirect: anybody may register an app, and this node would lead to
    any address (RFC 9700, 4.11.2).
    """
    if app is None:
        raise WishRefused("app")
    # Byte for byte: no two spellings of an address are one.
    if wish.redirect_uri not in redirect_uris(app):
        raise WishRefused("address")
    if wish.response_type != "code" or wish.response_mode not in ("", "query"):
        raise WishRefused("kind")
    if wish.challenge or wish.challenge_method:
        hashed = wish.challenge_method == "S256" and _CHALLENGE.fullmatch(wish.challenge)
        if not hashed:
            raise WishRefused("proof")
    try:
        scopes = wanted_scopes(wish.scope, app)
    except OAuthRefused:
        raise WishRefused("scopes") from None
    return Agreed(app, wish.redirect_uri, scopes, wish.challenge)


def wanted_scopes(text: str, app: AppRecord) -> tuple[str, ...]:
    """The scopes that are asked for, all within those of the app. Raises `OAuthRefused`."""
    try:
        wanted = parse_scopes(text or DEFAULT)
    except UnknownScope:
        raise OAuthRefused("invalid_scope") from None
    if not all_covered(app.scopes.split(), wanted):
        raise OAuthRefused("invalid_scope")
    return wanted


async def give_code(tx: Tx, agreed: Agreed, actor_id: int, now: int) -> str:
    """A code for what a member agreed to; it is used once, within ten minutes. `now` in ms."""
    code = secrets.token_urlsafe(TOKEN_BYTES)
    await tx.oauth.add_grant(
        GrantRecord(
            code_hash=token_hash(code),
            app_id=agreed.app.id,
            actor_id=actor_id,
            redirect_uri=agreed.redirect_uri,
            scopes=" ".join(agreed.scopes),
            challenge=agreed.challenge,
            created_at=now,
            expires_at=now + CODE_LIFETIME_MS,
        )
    )
    return code


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an app shows to get a token for a code."""

    code: str
    redirect_uri: str
    verifier: str = ""
    scope: str = ""


async def exchange(tx: Tx, app: AppRecord, shown: Exchange, now: int) -> Given | OAuthRefused:
    """The token for a code; a code that is shown twice ends the token that it gave.

    A refusal is given back and not raised: what it ended must be written.
    """
    grant = await tx.oauth.grant(token_hash(shown.code))
    if grant is None or grant.app_id != app.id:
        return OAuthRefused("invalid_grant")
    if grant.used_at is not None:
        return await _replayed(tx, grant, now)
    if grant.expires_at <= now or grant.redirect_uri != shown.redirect_uri:
        return OAuthRefused("invalid_grant")
    if grant.challenge and not shown.verifier:
        return lacking("code_verifier")
    if not _verified(grant.challenge, shown.verifier):
        return OAuthRefused("invalid_grant")
    scopes = _narrowed(grant.scopes, shown.scope)
    accounts = await tx.credentials.account(grant.actor_id)
    if not scopes or not accounts:
        return OAuthRefused("invalid_grant" if scopes else "invalid_scope")
    token_id = new_id()
    if not await tx.oauth.spend_grant(grant.code_hash, token_id, now):
        spent = await tx.oauth.grant(grant.code_hash)
        return await _replayed(tx, spent or grant, now)
    token = await issue_token(
        tx, grant.actor_id, scopes, app.name, now, app_id=app.id, token_id=token_id
    )
    return Given(token, scopes, now)


async def _replayed(tx: Tx, grant: GrantRecord, now: int) -> OAuthRefused:
    """Somebody else may have the code: the token that it gave is ended (RFC 6749, 4.1.2)."""
    if grant.token_id is not None:
        await tx.members.revoke_token(grant.actor_id, grant.token_id, now)
    return OAuthRefused("invalid_grant")


def _verified(challenge: str, verifier: str) -> bool:
    """Whether who shows a code is who asked for it.

    A verifier without a challenge is refused: the challenge may have been taken away on the way.
    """
    if not challenge or not verifier:
        return not challenge and not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _narrowed(granted: str, asked: str) -> str:
    """The scopes of the token: what was granted, or what is asked for within it; never more."""
    if not asked.strip():
        return granted
    try:
        wanted = parse_scopes(asked)
    except UnknownScope:
        return ""
    held = frozenset(granted.split())
    return " ".join(scope for scope in wanted if covers(held, scope))


async def revoke_access(tx: Tx, actor_id: int, token: TokenRecord, now: int) -> None:
    """A member takes back what they gave: every token of the app, and codes on their way."""
    if token.app_id is None:
        await tx.members.revoke_token(actor_id, token.id, now)
        return
    await tx.members.revoke_app(actor_id, token.app_id, now)
    await tx.oauth.drop_grants(actor_id, token.app_id)
