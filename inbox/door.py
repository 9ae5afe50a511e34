"""The order in which a delivery is turned away or let in: the cheapest refusal first."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from actors.identifiers import Identifiers
from actors.memory import Memory
from actors.policy import DomainRules
from actors.problems import not_found
from actors.rush import Rush
from federation.addresses import host_of
from federation.documents import MAX_BYTES, Document
from federation.errors import Refused
from federation.incoming import IncomingRequest
from federation.policy import RateLimiter
from federation.verify import Verifier, claimed_host
from federation.vocabulary import is_activity_content_type
from inbox.receive import Outcome, Receiver
from storage.records import ActorRecord
from storage.store import Store

log = logging.getLogger(__name__)

FAILURES_PER_SECOND: Final = 1.0
FAILURES_AT_ONCE: Final = 60.0
REST_SECONDS: Final = 60.0

ReadBody = Callable[[], Awaitable[bytes]]
Build = Callable[[bytes], IncomingRequest]


class TooMany(Refused):
    """A limit was reached; `retry_after` in whole seconds."""

    def __init__(self, detail: str, wait: float) -> None:
        super().__init__(429, "rate-limited", detail)
        self.retry_after = max(1, round(wait))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A POST before its body was read: `read` gives the body, `build` the whole request."""

    address: str
    username: str | None
    read: ReadBody
    build: Build


@dataclass(slots=True)
class Door:
    """Everything between a POST to an inbox and its answer; raises `Refused` for every no.

    Content type 415, announced size 413, suspended domain 403, limits 429, unknown inbox 404
    or 410, then the body, the signature (401, 403, 503) and the row behind the 202. A wrong
    content type is 415, as HTTP means it: peers answer 406 (GoToSocial) or 401 (Mastodon), and
    none of them treats the three differently.
    """

    store: Store
    identifiers: Identifiers
    verifier: Verifier
    rules: DomainRules
    limits: RateLimiter
    receiver: Receiver
    rush: Rush
    clock: Callable[[], float]
    _failures: RateLimiter = field(init=False)
    _resting: Memory[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self._failures = RateLimiter(
            rate=FAILURES_PER_SECOND, burst=FAILURES_AT_ONCE, clock=self.clock
        )
        self._resting = Memory(self.clock, size=10_000, ttl_s=REST_SECONDS)

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Let one activity in. Logs each refusal once, with what an administrator needs."""
        self.rush.note()
        head = delivery.build(b"")
        body = b""
        try:
            host = self._check_head(head)
            await self._check_sender(delivery, host)
            inbox = await self._inbox(delivery.username)
            body = await delivery.read()
            return await self._let_in(delivery, replace(head, body=body), inbox, host)
        except Refused as refused:
            _log(refused, delivery, head, body)
            raise

    def _check_head(self, head: IncomingRequest) -> str:
        """What the headers alone tell; gives the host that the signature names, or nothing."""
        headers = dict(head.headers)
        if not is_activity_content_type(headers.get("content-type", "")):
            raise Refused(415, "content-type", "an inbox takes application/activity+json")
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > MAX_BYTES:
            raise Refused(413, "too-large", f"{length[:20]} bytes, at most {MAX_BYTES} are read")
        if "signature" not in headers:
            raise Refused(401, "signature-missing", "the request is not signed")
        return claimed_host(head) or ""

    async def _check_sender(self, delivery: Delivery, host: str) -> None:
        """Domain rules and limits, by what is claimed and by where it comes from."""
        if host:
            await self.rules.refuse_if_suspended(host)
        key = f"{delivery.address} {host}"
        if self._resting.get(key) is not None:
            raise TooMany("too many requests that could not be verified", REST_SECONDS)
        # Anyone can claim to be a host: what is claimed counts only for this address.
        wait = self.limits.check(key)
        if wait is not None:
            raise TooMany("too many deliveries at once", wait)

    async def _inbox(self, username: str | None) -> str:
        """The URL of the inbox; raises `Refused` 404 or 410 when nobody is behind it."""
        if username is None:
            return self.identifiers.shared_inbox
        owner = await find_owner(self.store, username)
        return self.identifiers.collection(owner.url, "inbox")

    async def _let_in(
        self, delivery: Delivery, request: IncomingRequest, inbox: str, host: str
    ) -> Outcome:
        try:
            verified = await self.verifier.verify_activity(request)
        except Refused as refused:
            key = f"{delivery.address} {host}"
            if refused.status in (401, 503) and self._failures.check(key) is not None:
                self._resting.put(key, 1.0)
            raise
        sender = host_of(verified.sender)
        if sender != host_of(verified.actor):
            await self.rules.refuse_if_suspended(verified.actor)
        await self.rules.refuse_if_suspended(sender)
        wait = self.limits.check(sender)
        if wait is not None:
            raise TooMany("too many deliveries of this server", wait)
        synchronisation = request.field("collection-synchronization")
        return await self.receiver.receive(verified, inbox, synchronisation)


async def find_owner(store: Store, username: str) -> ActorRecord:
    """The local actor behind a personal inbox; raises `Refused` 404, or 410 for the deleted."""
    owner = await store.query(lambda tx: tx.actors.local(username))
    if owner is None:
        raise not_found("inbox")
    if owner.state == "gone":
        raise Refused(410, "gone", "This actor was deleted.")
    return owner


def _log(refused: Refused, delivery: Delivery, head: IncomingRequest, body: bytes) -> None:
    try:
        host = claimed_host(head)
    except Refused:
        host = None
    log.info(
        "refused a delivery to %s: %d %s: %s (host %s, actor %s, from %s)",
        delivery.username or "the shared inbox",
        refused.status,
        refused.code,
        refused.detail[:500],
        host or "unknown",
        _claimed_actor(body),
        delivery.address,
    )


def _claimed_actor(body: bytes) -> str:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "unknown"
    actor = Document(value).first_id("actor") if isinstance(value, dict) else None
    return repr(actor[:200]) if actor else "unknown"
