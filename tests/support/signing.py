"""People on other servers, with real keys: they publish an actor and sign what they send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from federation.documents import Document
from federation.errors import FederationError, Gone
from federation.keys import PublicKey, public_key
from federation.multikey import encode_multikey
from federation.signing import Scheme, SigningKey, sign_cavage, sign_rfc9421
from federation.verify import IncomingRequest
from federation.vocabulary import ACTIVITY_JSON, ACTIVITYSTREAMS, CONTEXT

NOW = 1_795_000_000.0
HOST = "node.example"
INBOX = "/inbox"


@cache
def key_pair(kind: Literal["rsa", "ed25519"], name: str) -> tuple[str, str]:
    """Private and public PEM; the same for the same name, for as long as the tests run."""
    private = (
        rsa.generate_private_key(65_537, 2_048) if kind == "rsa" else Ed25519PrivateKey.generate()
    )
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return secret.decode(), public.decode()


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Remote:
    """Somebody elsewhere. `rsa_name` and `ed_name` choose the keys (rotation: choose others)."""

    url: str = "https://remote.example/users/alice"
    rsa_name: str = "alice"
    ed_name: str = "alice"
    key_path: str = "#main-key"

    @property
    def rsa_key(self) -> SigningKey:
        """The key of HTTP signatures."""
        return SigningKey(self.url + self.key_path, "rsa", key_pair("rsa", self.rsa_name)[0])

    @property
    def ed_key(self) -> SigningKey:
        """The key of proofs."""
        private = key_pair("ed25519", self.ed_name)[0]
        return SigningKey(self.url + "#ed25519-key", "ed25519", private)

    @property
    def rsa_public(self) -> PublicKey:
        """The public half of `rsa_key`."""
        return public_key(self.rsa_key.key_id, self.url, key_pair("rsa", self.rsa_name)[1])

    @property
    def ed_public(self) -> PublicKey:
        """The public half of `ed_key`."""
        return public_key(self.ed_key.key_id, self.url, key_pair("ed25519", self.ed_name)[1])

    def document(self, **changes: Any) -> dict[str, Any]:
        """The actor document."""
        ed_public = load_pem_public_key(self.ed_public.pem.encode())
        assert not isinstance(ed_public, rsa.RSAPublicKey)
        document = {
            "@context": CONTEXT,
            "id": self.url,
            "type": "Person",
            "preferredUsername": self.url.rpartition("/")[2],
            "inbox": self.url + "/inbox",
            "publicKey": {
                "id": self.rsa_key.key_id,
                "owner": self.url,
                "publicKeyPem": self.rsa_public.pem,
            },
            "assertionMethod": [
                {
                    "id": self.ed_key.key_id,
                    "type": "Multikey",
                    "controller": self.url,
                    "publicKeyMultibase": encode_multikey(ed_public),  # type: ignore[arg-type]
                }
            ],
        }
        return {**document, **changes}

    def activity(self, kind: str = "Create", **changes: Any) -> dict[str, Any]:
        """An activity of theirs, by default the creation of a note."""
        note = self.url + "/notes/1"
        document = {
            "@context": ACTIVITYSTREAMS,
            "id": f"{note}#{kind.lower()}",
            "type": kind,
            "actor": self.url,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "object": {
                "id": note,
                "type": "Note",
                "attributedTo": self.url,
                "content": "<p>Bonjour à tous et à toutes</p>",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
            },
        }
        return {**document, **changes}

    def post(
        self,
        activity: dict[str, Any] | bytes,
        scheme: Scheme = "cavage",
        *,
        key: SigningKey | None = None,
        now: float = NOW,
        target: str = INBOX,
    ) -> IncomingRequest:
        """The request by which they deliver an activity to us."""
        body = activity if isinstance(activity, bytes) else orjson.dumps(activity)
        url, used = f"https://{HOST}{target}", key or self.rsa_key
        if scheme == "cavage":
            signed = sign_cavage("POST", url, body, used, now, ACTIVITY_JSON)
        else:
            signed = sign_rfc9421("POST", url, body, used, now)
        return request("POST", target, {"content-type": ACTIVITY_JSON, **signed}, body)

    def get(
        self, target: str = "/users/bob", scheme: Scheme = "cavage", *, now: float = NOW
    ) -> IncomingRequest:
        """The signed GET by which they read something of ours."""
        sign = sign_cavage if scheme == "cavage" else sign_rfc9421
        signed = sign("GET", f"https://{HOST}{target}", None, self.rsa_key, now)
        return request("GET", target, signed, b"")


def request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> IncomingRequest:
    """A request as the server hands it over: `Host` and `Content-Length` are there."""
    lower = {"host": HOST, **{name.lower(): value for name, value in headers.items()}}
    if body:
        lower["content-length"] = str(len(body))
    return IncomingRequest(method, target, tuple(lower.items()), body, "https", HOST)


def with_header(
    original: IncomingRequest, name: str, value: str | None, *, again: bool = False
) -> IncomingRequest:
    """The request with one header replaced, taken away (None), or there twice (`again`)."""
    kept = tuple(item for item in original.headers if again or item[0] != name)
    added = () if value is None else ((name, value),)
    return IncomingRequest(
        original.method, original.target, kept + added, original.body, "https", HOST
    )


def with_body(original: IncomingRequest, body: bytes) -> IncomingRequest:
    """The request with another body, and a `Content-Length` that fits it."""
    changed = with_header(original, "content-length", str(len(body)))
    return IncomingRequest(changed.method, changed.target, changed.headers, body, "https", HOST)


class MemoryKeys:
    """A key store in memory that remembers what it was told."""

    def __init__(self) -> None:
        self.keys: dict[str, PublicKey] = {}
        self.actors: list[str | None] = []

    async def key(self, key_id: str) -> PublicKey | None:
        """The key, if it is known."""
        return self.keys.get(key_id)

    async def remember(self, actor: Document, keys: Sequence[PublicKey]) -> None:
        """Keep the keys."""
        self.actors.append(actor.id)
        self.keys.update({key.key_id: key for key in keys})

    async def forget(self, key_id: str) -> None:
        """Drop the key."""
        self.keys.pop(key_id, None)


class Origins:
    """What other servers serve, by URL: documents, or the errors that a fetch raises."""

    def __init__(self, *people: Remote) -> None:
        self.served: dict[str, dict[str, Any] | FederationError] = {}
        self.asked: list[str] = []
        for person in people:
            self.served[person.url] = person.document()

    async def document(self, url: str) -> Document:
        """What stands at `url`; `Gone` when nothing does."""
        self.asked.append(url)
        found = self.served.get(url, Gone(url, 404))
        if isinstance(found, FederationError):
            raise found
        return Document(found)
