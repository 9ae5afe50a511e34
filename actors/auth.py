"""Who calls: bearer tokens, their scopes, and passwords (SECURITY.md, rule 12)."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from federation.errors import Refused
from storage.ids import new_id
from storage.records import ActorRecord, MemberRecord, TokenRecord
from storage.store import Store, Tx

if TYPE_CHECKING:  # imported with the first password: it would delay every start
    from argon2 import PasswordHasher

TOKEN_BYTES: Final = 32
SCOPES: Final = frozenset({"read", "write", "follow", "push", "profile", "admin"})
# What Mastodon's old scope `follow` stands for.
FOLLOW: Final = frozenset(
    f"{way}:{what}" for way in ("read", "write") for what in ("blocks", "follows", "mutes")
)
# When a token was last used matters by the hour; a write on each request would cost too much.
NOTE_USE_EVERY_MS: Final = 3_600_000
MAX_HEADER: Final = 512


class UnknownScope(ValueError):
    """A scope that this node does not have."""


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
        parts = scope.split(":")
        wider = {":".join(parts[:length]) for length in range(1, len(parts) + 1)}
        return bool(wider & self.scopes) or ("follow" in self.scopes and scope in FOLLOW)


async def issue_token(tx: Tx, actor_id: int, scopes: str, label: str, now: int) -> str:
    """A new bearer token, shown this once; only its hash is kept. `now` in milliseconds.

    Raises `UnknownScope`.
    """
    wanted = parse_scopes(scopes)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    names = " ".join(sorted(wanted))
    await tx.members.add_token(
        TokenRecord(new_id(), token_hash(token), actor_id, names, label, now, None, None)
    )
    return token


def parse_scopes(text: str) -> frozenset[str]:
    """The scopes in a list separated by spaces or commas. Raises `UnknownScope`."""
    wanted = frozenset(text.replace(",", " ").split())
    unknown = sorted(s for s in wanted if s.partition(":")[0] not in SCOPES)
    if unknown or not wanted:
        known = ", ".join(sorted(SCOPES))
        raise UnknownScope(f"Unknown scope {' '.join(unknown) or '(none)'}; there are: {known}.")
    return wanted


async def authenticate(
    store: Store, header: str | None, clock: Callable[[], float]
) -> TokenHolder | None:
    """Who sent this `Authorization` header; None for anything but a living token."""
    scheme, _, token = (header or "")[:MAX_HEADER].strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    digest = token_hash(token.strip())
    found = await store.query(lambda tx: _holder(tx, digest))
    if found is None:
        return None
    record, holder = found
    now = int(clock() * 1000)
    if now - (record.last_used_at or 0) > NOTE_USE_EVERY_MS:
        await store.write(lambda tx: tx.members.token_used(record.id, now))
    return holder


async def _holder(tx: Tx, digest: str) -> tuple[TokenRecord, TokenHolder] | None:
    found = await tx.members.token_holder(digest)
    if found is None:
        return None
    token, member, actor = found
    if member.disabled_at is not None or actor.state != "active":
        return None
    scopes = frozenset(token.scopes.split())
    return token, TokenHolder(actor, member, scopes, token.id, token.app_id)


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
