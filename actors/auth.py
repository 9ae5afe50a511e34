"""Who calls: bearer tokens, their scopes, and passwords (SECURITY.md, rule 12)."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from actors.oauth.scopes import covers, parse_scopes
from federation.errors import Refused
from storage.ids import new_id
from storage.records import ActorRecord, MemberRecord, TokenRecord
from storage.store import Store, Tx

if TYPE_CHECKING:  # imported with the first password: it would delay every start
    from argon2 import PasswordHasher

TOKEN_BYTES: Final = 32
# What tells an app's own token from a member's, so that one query finds either.
APP_PREFIX: Final = "app."
# When a token was last used matters by the hour; a write on each request would cost too much.
NOTE_USE_EVERY_MS: Final = 3_600_000
MAX_HEADER: Final = 512


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """The local actor behind a valid token, with the account and what the token may do."""

    actor: ActorRecord
    member: MemberRecord
    scopes: frozenset[str]
    token_id: int = 0
    app_id: int | None = None

    def has(self, scope: str) -> bool:
        """Whether the token covers `scope`; `read` covers `read:statuses`."""
        return covers(self.scopes, scope)

    @property
    def disabled(self) -> bool:
        """Whether nobody may act as this account now."""
        actor = self.actor
        closed = self.member.disabled_at is not None or actor.state != "active"
        return closed or "suspend" in (actor.severity, actor.sanction)


@dataclass(frozen=True, slots=True)
class AppHolder:
    """An app that shows a token of its own: it acts for nobody."""

    app_id: int
    scopes: frozenset[str]

    def has(self, scope: str) -> bool:
        """Whether the token covers `scope`."""
        return covers(self.scopes, scope)


async def issue_token(
    tx: Tx,
    actor_id: int,
    scopes: str,
    label: str,
    now: int,
    *,
    app_id: int | None = None,
    token_id: int = 0,
) -> str:
    """A new bearer token, shown this once; only its hash is kept. `now` in milliseconds.

    Raises `UnknownScope`.
    """
    names = " ".join(parse_scopes(scopes))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    record = TokenRecord(
        token_id or new_id(), token_hash(token), actor_id, names, label, now, None, None, app_id
    )
    await tx.members.add_token(record)
    return token


def bearer(header: str | None) -> str:
    """The token in an `Authorization` header; empty for anything else."""
    scheme, _, token = (header or "")[:MAX_HEADER].strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def authenticate(
    store: Store, header: str | None, clock: Callable[[], float]
) -> TokenHolder | None:
    """Who sent this `Authorization` header; None for anything but a living token."""
    found = await find_holder(store, bearer(header), clock)
    return found if isinstance(found, TokenHolder) and not found.disabled else None


async def find_holder(
    store: Store, token: str, clock: Callable[[], float]
) -> TokenHolder | AppHolder | None:
    """Whose token this is, disabled accounts too; one query, and once an hour a write."""
    if not token:
        return None
    digest = token_hash(token)
    if token.startswith(APP_PREFIX):
        app = await store.query(lambda tx: tx.oauth.app_token(digest))
        return AppHolder(app.app_id, frozenset(app.scopes.split())) if app else None
    found = await store.query(lambda tx: tx.members.token_holder(digest))
    if found is None:
        return None
    record, member, actor = found
    now = int(clock() * 1000)
    if now - (record.last_used_at or 0) > NOTE_USE_EVERY_MS:
        await store.write(lambda tx: tx.members.token_used(record.id, now))
    scopes = frozenset(record.scopes.split())
    return TokenHolder(actor, member, scopes, record.id, record.app_id)


def require_scope(holder: TokenHolder | None, scope: str) -> TokenHolder:
    """The holder, if the token covers `scope`; raises `Refused` 401 without one, else 403."""
    if holder is None:
        raise Refused(401, "token-required", "A valid bearer token is required.")
    if not holder.has(scope):
        raise Refused(403, "insufficient-scope", f"This token lacks the scope {scope}.")
    return holder


def token_hash(token: str) -> str:
    """What the database knows of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    # OWASP's argon2id setting for small machines: 19 MiB, two passes.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """The argon2id hash of a password; takes some 30 ms, so call it in a thread."""
    return _hasher().hash(password)


def check_password(password_hash: str, password: str) -> bool:
    """Whether the password is right; takes as long for an account without one."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(password_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)
