"""Secrets that are used once, each bound to one purpose; the database knows their hashes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from actors.auth import TOKEN_BYTES, token_hash
from storage.sessions import CodeRecord
from storage.store import Tx

MAX_TOKEN: Final = 200
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a secret is for, and how long it lives (milliseconds)."""

    name: str
    lifetime: int


SIGN_IN_LINK: Final = Purpose("sign-in-link", 15 * MINUTE_MS)
SECOND_FACTOR: Final = Purpose("second-factor", 10 * MINUTE_MS)
PASSKEY_SIGN_IN: Final = Purpose("passkey-sign-in", 5 * MINUTE_MS)
PASSKEY_NEW: Final = Purpose("passkey-new", 10 * MINUTE_MS)
NEW_MAIL: Final = Purpose("new-mail", DAY_MS)
INVITATION: Final = Purpose("invitation", 14 * DAY_MS)
SETUP: Final = Purpose("setup", 7 * DAY_MS)
# What an app asks for, while somebody signs in, when it is too long for an address.
LONG_WISH: Final = Purpose("long-wish", HOUR_MS)
# A sign-in link that an administrator hands over by other means than mail.
HANDED_LINK: Final = Purpose("sign-in-link", DAY_MS)


async def new_code(
    tx: Tx,
    purpose: Purpose,
    now: int,
    *,
    actor_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    created_by: str = "",
    secret: str = "",
) -> str:
    """A new secret, shown this once; `secret` when somebody else made it. `now` in ms."""
    code = secret or secrets.token_urlsafe(TOKEN_BYTES)
    await tx.sessions.add_code(
        CodeRecord(
            code_hash=token_hash(code),
            purpose=purpose.name,
            actor_id=actor_id,
            details=orjson.dumps(dict(details or {})).decode(),
            created_by=created_by,
            created_at=now,
            expires_at=now + purpose.lifetime,
        )
    )
    return code


async def look_at(tx: Tx, code: str, purpose: Purpose, now: int) -> CodeRecord | None:
    """What a secret stands for, without spending it; None when it is worth nothing (now)."""
    if not code or len(code) > MAX_TOKEN:
        return None
    return await tx.sessions.code(token_hash(code), purpose.name, now)


async def spend(tx: Tx, code: str, purpose: Purpose, now: int) -> CodeRecord | None:
    """Use a secret: it is worth nothing from now on. None when it was worth nothing before."""
    if not code or len(code) > MAX_TOKEN:
        return None
    return await tx.sessions.use_code(token_hash(code), purpose.name, now)


async def end_links(tx: Tx, actor_id: int) -> None:
    """Nothing that was handed out before signs this account in: links, proofs half given.

    Nor does an app that has a code but no token yet.
    """
    for purpose in (SIGN_IN_LINK, SECOND_FACTOR):
        await tx.sessions.drop_codes(purpose.name, actor_id)
    await tx.oauth.drop_grants(actor_id)


async def end_access(tx: Tx, actor_id: int, *, keep: int | None = None) -> None:
    """End every session of an account but `keep`, and every link that would begin another."""
    await tx.sessions.end_all(actor_id, keep=keep)
    await end_links(tx, actor_id)


def details_of(record: CodeRecord) -> dict[str, Any]:
    """What the secret grants."""
    found: dict[str, Any] = orjson.loads(record.details)
    return found
