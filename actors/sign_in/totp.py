"""Time-based codes as a second proof (RFC 6238), and the recovery codes that replace them."""

import base64
import hmac
import secrets
from typing import Final

import orjson

from actors.administration import audit
from actors.auth import token_hash
from storage.credentials import FactorRecord
from storage.records import ActorRecord
from storage.store import Tx

STEP_S: Final = 30
DIGITS: Final = 6
# Clocks of telephones are rarely more than half a minute off.
TOLERANCE: Final = 1
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10


async def propose(tx: Tx, actor: ActorRecord) -> FactorRecord | None:
    """A secret to confirm: the one proposed before, or a new one; None when one is in force."""
    found = await tx.credentials.factor(actor.id)
    if found is not None:
        return None if found.confirmed_at else found
    import pyotp

    await tx.credentials.propose_factor(actor.id, pyotp.random_base32())
    return await tx.credentials.factor(actor.id)


def provisioning_uri(factor: FactorRecord, account: str, site: str) -> str:
    """What the QR code says to an authenticator application."""
    import pyotp

    return pyotp.TOTP(factor.secret).provisioning_uri(name=account, issuer_name=site)


async def confirm(tx: Tx, actor: ActorRecord, code: str, now: int) -> list[str] | None:
    """Put the proposed secret in force if `code` is right; gives the recovery codes, this once."""
    factor = await tx.credentials.factor(actor.id)
    if factor is None or factor.confirmed_at:
        return None
    step = matching_step(factor, code, now)
    if step is None:
        return None
    codes, hashes = _recovery_codes()
    if not await tx.credentials.confirm_factor(actor.id, step, hashes, now):
        return None
    await audit(tx, actor.account, "second factor on", actor.account, "", now)
    return codes


async def prove(tx: Tx, factor: FactorRecord, code: str, now: int) -> bool:
    """Whether a time-based or a recovery code is right; either is spent by this."""
    step = matching_step(factor, code, now)
    if step is not None:
        return await tx.credentials.use_step(factor.actor_id, step)
    return await _use_recovery(tx, factor, code)


async def new_recovery_codes(tx: Tx, actor: ActorRecord, now: int) -> list[str] | None:
    """Ten new recovery codes in place of the old ones; None without codes in force."""
    factor = await tx.credentials.factor(actor.id)
    if factor is None or not factor.confirmed_at:
        return None
    codes, hashes = _recovery_codes()
    await tx.credentials.set_recovery(actor.id, factor.recovery_hashes, hashes)
    await audit(tx, actor.account, "recovery codes", actor.account, "", now)
    return codes


async def turn_off(tx: Tx, who: str, actor: ActorRecord, now: int) -> bool:
    """Ask for no second proof any more; False when none was asked for."""
    removed = await tx.credentials.remove_factor(actor.id)
    if removed:
        await audit(tx, who, "second factor off", actor.account, "", now)
    return removed


def recovery_left(factor: FactorRecord) -> int:
    """How many recovery codes are unused."""
    return len(orjson.loads(factor.recovery_hashes))


def matching_step(factor: FactorRecord, code: str, now: int) -> int | None:
    """The time step whose code this is, near `now` (milliseconds); None when there is none."""
    import pyotp

    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    totp, current = pyotp.TOTP(factor.secret), now // 1000 // STEP_S
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


async def _use_recovery(tx: Tx, factor: FactorRecord, code: str) -> bool:
    given = token_hash(_bare(code))
    hashes: list[str] = orjson.loads(factor.recovery_hashes)
    if given not in hashes:
        return False
    left = orjson.dumps([known for known in hashes if known != given]).decode()
    return await tx.credentials.set_recovery(factor.actor_id, factor.recovery_hashes, left)


def _recovery_codes() -> tuple[list[str], str]:
    """Ten codes of 80 bits, `abcd-efgh-ijkl-mnop`, and their hashes as JSON."""
    plain = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    shown = ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in plain]
    return shown, orjson.dumps([token_hash(code) for code in plain]).decode()


def _bare(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())
