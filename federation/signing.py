"""Signing what we send: both HTTP schemes, and which of them a host takes."""

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache, lru_cache
from typing import Final, Literal

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from federation.addresses import locate
from federation.cavage import signing_string
from federation.client import Answer, HttpClient
from federation.digests import content_digest_header, digest_header
from federation.message_signatures import Target, signature_base
from federation.vocabulary import ACTIVITY_JSON

Scheme = Literal["rfc9421", "cavage"]
Clock = Callable[[], float]

# What servers answer to a signature scheme that they do not know; some break down at it, which
# is believed of a host only while nothing better is known about it.
REFUSALS: Final = frozenset({400, 401, 403})
BREAKDOWNS: Final = frozenset({500, 501})

_PKCS1: Final = padding.PKCS1v15()
_LABELS: Final = {
    "rsa": {"cavage": "rsa-sha256", "rfc9421": "rsa-v1_5-sha256"},
    "ed25519": {"cavage": "hs2019", "rfc9421": "ed25519"},
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours under the id by which others find its public half."""

    key_id: str
    algorithm: Literal["rsa", "ed25519"]
    private_pem: str = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """The signature: PKCS#1 v1.5 with SHA-256, or Ed25519."""
        key = _load_private(self.private_pem)
        if isinstance(key, RSAPrivateKey):
            return key.sign(message, _PKCS1, hashes.SHA256())
        return key.sign(message)


@lru_cache(maxsize=1_024)
def _load_private(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey | Ed25519PrivateKey)
    return key


def sign_cavage(
    method: str,
    url: str,
    body: bytes | None,
    key: SigningKey,
    now: float,
    content_type: str | None = None,
) -> dict[str, str]:
    """The headers that carry a draft-cavage signature, over what Mastodon signs."""
    covered, headers, text = _prepare_cavage(method, url, body, now, content_type)
    signature = key.sign(text)
    return {**headers, "Signature": _cavage_header(key, covered, signature)}


def sign_rfc9421(
    method: str, url: str, body: bytes | None, key: SigningKey, now: float
) -> dict[str, str]:
    """The headers that carry an RFC 9421 signature, over what Mastodon and Fedify demand."""
    covered, headers, text = _prepare_rfc9421(method, url, body, key, now)
    return {**headers, **_rfc9421_headers(covered, key.sign(text))}


def _prepare_cavage(
    method: str, url: str, body: bytes | None, now: float, content_type: str | None
) -> tuple[str, dict[str, str], bytes]:
    """The covered names, the headers that they name, and the text to sign."""
    location = locate(url)
    headers = {"Host": location.authority, "Date": formatdate(now, usegmt=True)}
    if body is not None:
        headers["Digest"] = digest_header(body)
        if content_type is not None:
            headers["Content-Type"] = content_type
    values = {name.lower(): value for name, value in headers.items()}
    covered = ["(request-target)", *values]
    values["(request-target)"] = f"{method.lower()} {location.target}"
    return " ".join(covered), headers, signing_string(covered, values)


def _cavage_header(key: SigningKey, covered: str, signature: bytes) -> str:
    label = _LABELS[key.algorithm]["cavage"]
    text = b64encode(signature).decode()
    return f'keyId="{key.key_id}",algorithm="{label}",headers="{covered}",signature="{text}"'


def _prepare_rfc9421(
    method: str, url: str, body: bytes | None, key: SigningKey, now: float
) -> tuple[str, dict[str, str], bytes]:
    """The value of `@signature-params`, the other headers, and the text to sign."""
    location = locate(url)
    components, headers = ["@method", "@target-uri"], {"Date": formatdate(now, usegmt=True)}
    if body is not None:
        components.append("content-digest")
        headers["Content-Digest"] = content_digest_header(body)
    label = _LABELS[key.algorithm]["rfc9421"]
    names = " ".join(f'"{name}"' for name in components)
    covered = f'({names});created={int(now)};keyid="{key.key_id}";alg="{label}"'
    target = Target(method, location.scheme, location.authority, location.target)
    fields = {name.lower(): value for name, value in headers.items()}
    return covered, headers, signature_base(components, covered, target, fields)


def _rfc9421_headers(covered: str, signature: bytes) -> dict[str, str]:
    text = b64encode(signature).decode()
    return {"Signature-Input": f"sig1={covered}", "Signature": f"sig1=:{text}:"}


@cache
def _threads() -> ThreadPoolExecutor:
    """Where RSA signatures are made: they let go of the interpreter lock (250 µs each)."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="signing")


class RequestSigner(httpx.Auth):
    """Signs each request at the moment it leaves."""

    requires_request_body = True

    def __init__(self, key: SigningKey, scheme: Scheme, clock: Clock) -> None:
        self._key = key
        self._scheme = scheme
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign in the calling thread."""
        covered, headers, text = self._prepare(request)
        self._finish(request, covered, headers, self._key.sign(text))
        yield request

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign beside the event loop, on another core where there is one."""
        covered, headers, text = self._prepare(request)
        loop = asyncio.get_running_loop()
        signature = await loop.run_in_executor(_threads(), self._key.sign, text)
        self._finish(request, covered, headers, signature)
        yield request

    def _prepare(self, request: httpx.Request) -> tuple[str, dict[str, str], bytes]:
        method, url, now = request.method, str(request.url), self._clock()
        body = None if method in ("GET", "HEAD") else request.content
        if self._scheme == "cavage":
            return _prepare_cavage(method, url, body, now, request.headers.get("content-type"))
        return _prepare_rfc9421(method, url, body, self._key, now)

    def _finish(
        self, request: httpx.Request, covered: str, headers: dict[str, str], signature: bytes
    ) -> None:
        request.headers.update(headers)
        if self._scheme == "cavage":
            request.headers["Signature"] = _cavage_header(self._key, covered, signature)
        else:
            request.headers.update(_rfc9421_headers(covered, signature))


class DoubleKnock:
    """Sends with the scheme that a host is known to take, then once more with the other.

    RFC 9421 goes first at hosts that nothing is known of. Each method returns the answer and
    the scheme that worked, None when neither did or the answer does not tell.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def deliver(
        self,
        client: HttpClient,
        url: str,
        body: bytes,
        key: SigningKey,
        preferred: Scheme | None,
        *,
        content_type: str = ACTIVITY_JSON,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Answer, Scheme | None]:
        """POST `body` to an inbox; raises what `HttpClient.post` raises."""

        async def send(signer: RequestSigner) -> Answer:
            return await client.post(
                url, body, content_type=content_type, signer=signer, headers=headers
            )

        return await self._knock(send, key, preferred)

    async def fetch(
        self,
        client: HttpClient,
        url: str,
        key: SigningKey,
        preferred: Scheme | None,
        *,
        accept: str,
        max_bytes: int | None = None,
    ) -> tuple[Answer, Scheme | None]:
        """Signed GET of `url`; raises what `HttpClient.get` raises."""

        async def send(signer: RequestSigner) -> Answer:
            return await client.get(url, accept=accept, signer=signer, max_bytes=max_bytes)

        return await self._knock(send, key, preferred)

    async def _knock(
        self,
        send: Callable[[RequestSigner], Awaitable[Answer]],
        key: SigningKey,
        preferred: Scheme | None,
    ) -> tuple[Answer, Scheme | None]:
        first: Scheme = preferred or "rfc9421"
        second: Scheme = "cavage" if first == "rfc9421" else "rfc9421"
        answer = await send(RequestSigner(key, first, self._clock))
        refusals = REFUSALS if preferred else REFUSALS | BREAKDOWNS
        if answer.status not in refusals:
            return answer, first if answer.ok else None
        again = await send(RequestSigner(key, second, self._clock))
        if again.ok:
            return again, second
        # A host that took the first scheme before refuses for another reason, and says it there.
        return (answer if preferred else again), None
