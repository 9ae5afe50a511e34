"""What an OpenID Connect provider says of a person, and the checks of its identity token."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from federation.errors import FederationError

CLOCKS_DIFFER_S: Final = 120
MAX_SUBJECT: Final = 255


class NotSignedIn(FederationError):
    """The provider, or what came in its name, does not prove who somebody is."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, all of it derived from a secret that only the browser keeps."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def of(cls, secret: str) -> "Attempt":
        """The attempt of this secret (at least 128 bits of chance)."""
        return cls(*(_derived(secret, what) for what in ("state", "nonce", "verifier")))

    @property
    def challenge(self) -> str:
        """What the provider compares the verifier with (PKCE, S256)."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider signed in; texts are empty where it says nothing."""

    issuer: str
    subject: str
    mail: str
    mail_verified: bool
    given_name: str
    family_name: str
    name: str
    siret: str
    uid: str

    @property
    def full_name(self) -> str:
        """The name as people read it."""
        return self.name or f"{self.given_name} {self.family_name}".strip()


def check_id_token(claims: Mapping[str, Any], attempt: Attempt, client_id: str, now: float) -> None:
    """Raise `NotSignedIn` unless this token is for us, for this attempt, and of now (epoch)."""
    if len(audience(claims)) > 1 and claims.get("azp") != client_id:
        raise NotSignedIn("a token for several, not asked for by us")
    if claims.get("nonce") != attempt.nonce:
        raise NotSignedIn("a token of another attempt")
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires is None or expires + CLOCKS_DIFFER_S < now:
        raise NotSignedIn("a token that is too old")
    if issued is not None and issued - CLOCKS_DIFFER_S > now:
        raise NotSignedIn("a token from the future")


def audience(claims: Mapping[str, Any]) -> list[Any]:
    """Whom a token is for."""
    found = claims.get("aud")
    return found if isinstance(found, list) else [found]


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) else None


def person_of(issuer: str, claims: Mapping[str, Any]) -> Person:
    """The person whom claims name, OpenID's or ProConnect's. Raises `NotSignedIn`."""

    def text(name: str) -> str:
        value = claims.get(name)
        return " ".join(value.split())[:200] if isinstance(value, str) else ""

    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise NotSignedIn("a token about nobody")
    return Person(
        issuer=issuer,
        subject=subject,
        mail=text("email"),
        mail_verified=claims.get("email_verified") is True,
        given_name=text("given_name"),
        family_name=text("usual_name") or text("family_name"),
        name=text("name"),
        siret=text("siret").replace(" ", ""),
        uid=text("uid"),
    )


def _derived(secret: str, what: str) -> str:
    return _base64url(hashlib.sha256(f"{what}:{secret}".encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
