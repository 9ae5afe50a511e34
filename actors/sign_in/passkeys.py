"""Passkeys (WebAuthn): registered by members, then enough to sign in without anything else.

Challenges are spent when they are answered. The `webauthn` library is imported when it is needed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from actors.administration import audit
from actors.sign_in.codes import PASSKEY_NEW, PASSKEY_SIGN_IN, Purpose, new_code, spend
from config.settings import Settings
from storage.credentials import PasskeyRecord
from storage.ids import new_id
from storage.records import ActorRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

MAX_CREDENTIAL: Final = 20_000
MAX_PASSKEYS: Final = 20
MAX_LABEL: Final = 60


class PasskeyRefused(ValueError):
    """An answer of a browser that proves nothing."""


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """Who proved with a passkey; `verified`: by finger, face or code, not by touch alone."""

    actor_id: int
    verified: bool


@dataclass(frozen=True, slots=True)
class Passkeys:
    """The passkeys of one node, valid for its host name alone."""

    store: Store
    settings: Settings
    clock: Callable[[], float]

    @property
    def host(self) -> str:
        """What browsers bind passkeys to: the host, without a port."""
        return self.settings.domain.partition(":")[0]

    def _now(self) -> int:
        return int(self.clock() * 1000)

    async def registration(self, actor: ActorRecord, site: str) -> str:
        """What a browser needs to make a passkey for an account: JSON."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        known = await self.store.query(lambda tx: tx.credentials.passkeys(actor.id))
        options = generate_registration_options(
            rp_id=self.host,
            rp_name=site,
            user_id=str(actor.id).encode(),
            user_name=actor.username,
            user_display_name=actor.name or actor.username,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
                for passkey in known
            ],
        )
        challenge = bytes_to_base64url(options.challenge)
        await self._remember(PASSKEY_NEW, challenge, actor.id)
        return options_to_json(options)

    async def register(self, actor: ActorRecord, answer: str, label: str) -> None:
        """Keep the passkey that a browser made. Raises `PasskeyRefused`."""
        credential = _credential(answer)
        challenge = await self._spend(PASSKEY_NEW, credential, actor.id)
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.settings.origin,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused(str(error)) from error
        now = self._now()
        record = PasskeyRecord(
            id=new_id(),
            credential_id=bytes_to_base64url(verified.credential_id),
            actor_id=actor.id,
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            label=" ".join(label.split())[:MAX_LABEL],
            created_at=now,
            used_at=None,
        )
        await self.store.write(lambda tx: _keep(tx, actor, record, now))

    async def challenge(self) -> str:
        """What a browser needs to sign in with whatever passkey it has for this host: JSON."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self.host, user_verification=UserVerificationRequirement.PREFERRED
        )
        await self._remember(PASSKEY_SIGN_IN, bytes_to_base64url(options.challenge), None)
        return options_to_json(options)

    async def prove(self, answer: str) -> PasskeyProof:
        """Whose passkey answered. Raises `PasskeyRefused`."""
        credential = _credential(answer)
        challenge = await self._spend(PASSKEY_SIGN_IN, credential, None)
        from webauthn import verify_authentication_response
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.exceptions import WebAuthnException

        known = await self.store.query(lambda tx: tx.credentials.passkey(str(credential["id"])))
        if known is None:
            raise PasskeyRefused("an unknown passkey")
        try:
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.settings.origin,
                credential_public_key=base64url_to_bytes(known.public_key),
                credential_current_sign_count=known.sign_count,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused(str(error)) from error
        count, now = verified.new_sign_count, self._now()
        await self.store.write(lambda tx: tx.credentials.passkey_used(known.id, count, now))
        return PasskeyProof(known.actor_id, verified.user_verified)

    async def _remember(self, purpose: Purpose, challenge: str, actor_id: int | None) -> None:
        now = self._now()
        await self.store.write(
            lambda tx: new_code(tx, purpose, now, actor_id=actor_id, secret=challenge)
        )

    async def _spend(
        self, purpose: Purpose, credential: dict[str, Any], actor_id: int | None
    ) -> bytes:
        """The challenge that a browser answered, if we asked it, once and lately."""
        from webauthn.helpers import base64url_to_bytes

        try:
            data = base64url_to_bytes(str(credential["response"]["clientDataJSON"]))
            challenge = str(orjson.loads(data)["challenge"])
            found = base64url_to_bytes(challenge)
        except (KeyError, TypeError, ValueError) as error:
            raise PasskeyRefused("an answer without a challenge") from error
        now = self._now()
        known = await self.store.write(lambda tx: spend(tx, challenge, purpose, now))
        if known is None or known.actor_id != actor_id:
            raise PasskeyRefused("an answer to no question of ours")
        return found


async def remove_passkey(tx: Tx, actor: ActorRecord, passkey_id: int, now: int) -> bool:
    """Take a passkey away from its owner; False when they have no such one."""
    removed = await tx.credentials.remove_passkey(actor.id, passkey_id)
    if removed:
        await audit(tx, actor.account, "passkey remove", actor.account, "", now)
    return removed


async def _keep(tx: Tx, actor: ActorRecord, record: PasskeyRecord, now: int) -> None:
    if len(await tx.credentials.passkeys(actor.id)) >= MAX_PASSKEYS:
        raise PasskeyRefused("too many passkeys")
    if not await tx.credentials.add_passkey(record):
        raise PasskeyRefused("a passkey that is registered already")
    await audit(tx, actor.account, "passkey add", actor.account, "", now)


def _credential(answer: str) -> dict[str, Any]:
    try:
        found = orjson.loads(answer) if len(answer) <= MAX_CREDENTIAL else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise PasskeyRefused("no answer of a passkey")
    return found
