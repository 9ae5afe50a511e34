"""The single path to a `VerifiedActivity`: nothing is received without one."""

import re
import time
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Final, Literal, get_args

from federation.addresses import host_of, same_origin
from federation.cavage import read_cavage
from federation.documents import Document, parse
from federation.errors import Refused, Untrusted
from federation.forwarded import Forwarded
from federation.incoming import Claim, ClockWindow, IncomingRequest
from federation.key_lookup import DocumentSource, KeyLookup, KeyStore, KeyUnavailable
from federation.keys import PublicKey
from federation.message_signatures import read_message_signatures
from federation.vocabulary import is_activity_content_type

__all__ = [
    "ClockWindow",
    "DocumentSource",
    "How",
    "IncomingRequest",
    "KeyStore",
    "VerifiedActivity",
    "VerifiedSender",
    "Verifier",
    "claimed_host",
    "restore",
]

How = Literal["http", "proof", "ld-signature", "fetched", "local"]

_KEY_ID: Final = re.compile(r'key[Ii]d\s*=\s*"([^"]*)"')
# Whoever holds this may say that something was verified: only this module.
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedSender:
    """Who signed a request. Only the verifier makes one."""

    actor: str
    key_id: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check_seal(seal)


@dataclass(frozen=True, slots=True)
class VerifiedActivity:
    """An activity that its actor vouches for. Only the verifier makes one.

    `sender` is who delivered it, `how` what convinced us, `body` the document's bytes: those
    that came, or those that the origin confirmed.
    """

    document: Document
    actor: str
    sender: str
    how: How
    body: bytes
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check_seal(seal)


def _check_seal(seal: object) -> None:
    if seal is not _SEAL:
        raise TypeError("only federation.verify says that something was verified")


def restore(body: bytes, actor: str, sender: str, how: str) -> VerifiedActivity:
    """An activity as it was stored after its verification; for rows of our own only.

    Raises `ValueError` when the row does not hold together.
    """
    document = parse(body)
    if document.ids("actor") != (actor,) or how not in get_args(How):
        raise ValueError(f"a stored activity of {actor} that does not hold together")
    known: How = how  # type: ignore[assignment]  # checked against the same list above
    return VerifiedActivity(document, actor, sender, known, body, _SEAL)


def claimed_host(request: IncomingRequest) -> str | None:
    """The host whose key a request names, before anything is verified: enough to turn away."""
    header = request.field("signature-input") or request.field("signature")
    match = _KEY_ID.search(header)
    try:
        return host_of(match[1]) if match else None
    except Untrusted:
        return None


def _everywhere(host: str) -> bool:
    return bool(host)


class Verifier:
    """Checks signatures of requests and activities.

    `fetch_allowed(host)` may refuse a fetch made to verify (limits, blocked domains). A key is
    fetched again at most once in `key_cooldown` seconds, whatever fails to verify with it.
    """

    def __init__(
        self,
        *,
        keys: KeyStore,
        fetcher: DocumentSource,
        clock: Callable[[], float] = time.time,
        fetch_allowed: Callable[[str], bool] = _everywhere,
        window: ClockWindow | None = None,
        key_cooldown: float = 60,
    ) -> None:
        self._clock = clock
        self._window = window or ClockWindow()
        self._keys = KeyLookup(keys, fetcher, clock, fetch_allowed, key_cooldown)
        self._forwarded = Forwarded(self._keys, fetcher, clock, fetch_allowed)

    async def verify_request(self, request: IncomingRequest) -> VerifiedSender:
        """Who signed a request, of any method.

        Raises `Refused`: 401 for signatures, 400 for malformed headers, 503 when the key is
        out of reach for now.
        """
        claims = self._claims(request)
        if len(claims) > 1:
            raise Refused(401, "several-signatures", "more than one signature that could count")
        key = await self._authenticate(claims[0])
        return VerifiedSender(key.owner, key.key_id, _SEAL)

    async def verify_activity(self, request: IncomingRequest) -> VerifiedActivity:
        """The activity POSTed to an inbox, once its actor is known to stand behind it.

        Raises `Refused`: 415 content type; 400/413 JSON; 401 signature, digest, clock, actor;
        403 an id of another origin; 503 when a key or an origin is out of reach for now; 202
        for the deletion of an actor that we cannot and need not verify.
        """
        if not is_activity_content_type(request.field("content-type")):
            raise Refused(415, "content-type", "not ActivityStreams")
        claims = self._claims(request)
        document = parse(request.body)
        actor = _actor_of(document)
        key = await self._signer(claims, document, actor)
        if key.owner == actor:
            return VerifiedActivity(document, actor, actor, "http", request.body, _SEAL)
        how, confirmed = await self._forwarded.check(document, actor)
        body = confirmed.dump() if how == "fetched" else request.body
        return VerifiedActivity(confirmed, actor, key.owner, how, body, _SEAL)

    async def confirm(self, document: Document) -> Document:
        """An activity inside another one, once its own actor is known to stand behind it.

        By a proof or signature that it carries, or as its origin serves it. Raises `Refused`:
        400 and 403 for odd shapes, 401 when nothing confirms it, 503 when its origin is out of
        reach.
        """
        _, confirmed = await self._forwarded.check(document, _actor_of(document))
        return confirmed

    def _claims(self, request: IncomingRequest) -> tuple[Claim, ...]:
        """What the request's signatures claim; RFC 9421 when there is a `Signature-Input`."""
        request.check_length()
        now = self._clock()
        if "signature-input" in request.fields:
            return read_message_signatures(request, self._window, now)
        if "signature" not in request.fields:
            raise Refused(401, "signature-missing", "the request is not signed")
        return (read_cavage(request, self._window, now),)

    async def _signer(self, claims: tuple[Claim, ...], document: Document, actor: str) -> PublicKey:
        """The key that signed the delivery. Among several, the one of the actor's origin."""
        if len(claims) > 1:
            claims = tuple(claim for claim in claims if same_origin(claim.key_id, actor))
        if len(claims) != 1:
            raise Refused(401, "several-signatures", "not exactly one by the actor's server")
        try:
            return await self._authenticate(claims[0])
        except KeyUnavailable as missing:
            if missing.gone and document.type == "Delete":
                raise Refused(202, "unknown-actor-deleted", missing.detail) from None
            raise

    async def _authenticate(self, claim: Claim) -> PublicKey:
        """The key that made the signature, as stored or as its origin lists it now."""
        key = await self._keys.get(claim.key_id)
        if claim.signed_by(key):
            return key
        renewed = await self._keys.renew(claim.key_id)
        if renewed is not None and claim.signed_by(renewed):
            return renewed
        raise Refused(401, "signature-invalid", f"not made by {claim.key_id}")


def _actor_of(document: Document) -> str:
    """The one actor of an activity that has a type, and an id of that actor's origin."""
    actors = document.ids("actor")
    if len(actors) != 1:
        raise Refused(400, "no-actor", f"{len(actors)} actors, not one")
    if not document.type:
        raise Refused(400, "no-type", "the activity has no type")
    if document.id is None:
        raise Refused(400, "no-id", "the activity has no id by which it could be known again")
    if not same_origin(document.id, actors[0]):
        raise Refused(403, "foreign-id", f"{document.id} is not under the origin of {actors[0]}")
    return actors[0]
