"""Web push: messages that only one app can read, sent to the service that wakes it.

RFC 8030 (the request), 8291 and 8188 (the encryption), 8292 (who we are). Subscriptions that do
not ask for the standard get the draft before it (`aesgcm`), as they do from Mastodon.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.addresses import origin_of
from federation.client import Answer, HttpClient
from federation.errors import Untrusted

CURVE: Final = ec.SECP256R1()
SALT_BYTES: Final = 16
AUTH_BYTES: Final = 16
RECORD_BYTES: Final = 4_096
# A record holds its header (86), the tag (16), a delimiter, and no push service takes more.
MAX_PAYLOAD: Final = RECORD_BYTES - 86 - 17
TTL_S: Final = 48 * 3_600
TOKEN_S: Final = 12 * 3_600
OCTETS: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Receiver:
    """An app that waits for pushes: where, and the two keys with which only it can read them."""

    endpoint: str
    public_key: bytes
    auth: bytes
    standard: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted message and the headers that go with it."""

    body: bytes
    headers: dict[str, str]


def receiver_of(endpoint: str, p256dh: str, auth: str, *, standard: bool) -> Receiver:
    """A receiver from what an app sent. Raises `ValueError` for keys that are none."""
    point, secret = _decoded(p256dh), _decoded(auth)
    if len(secret) != AUTH_BYTES or len(point) != 65:
        raise ValueError("the keys of a push subscription are a point and 16 bytes")
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    return Receiver(endpoint, point, secret, standard)


def seal(message: bytes, receiver: Receiver, vapid: ec.EllipticCurvePrivateKey) -> Sealed:
    """Encrypt for a receiver, with a key and a salt that are used once."""
    once, salt = ec.generate_private_key(CURVE), secrets.token_bytes(SALT_BYTES)
    if receiver.standard:
        body = encrypt(message, receiver, once, salt)
        return Sealed(body, {"Content-Encoding": "aes128gcm"})
    keys = f"dh={_encoded(_point(once))};p256ecdsa={_encoded(_point(vapid))}"
    return Sealed(
        encrypt_older(message, receiver, once, salt),
        {
            "Content-Encoding": "aesgcm",
            "Encryption": f"salt={_encoded(salt)}",
            "Crypto-Key": keys,
        },
    )


def encrypt(
    message: bytes, receiver: Receiver, once: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """RFC 8291: one record of `aes128gcm`, with its header. Raises `ValueError` when too long."""
    _check_length(message)
    sender = _point(once)
    info = b"WebPush: info\0" + receiver.public_key + sender
    secret = _derived(receiver.auth, _shared(once, receiver), info, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4) + len(sender).to_bytes(1) + sender
    return header + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def encrypt_older(
    message: bytes, receiver: Receiver, once: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The draft before (draft-ietf-webpush-encryption-04): its header is in the request's."""
    _check_length(message)
    sender = _point(once)
    secret = _derived(receiver.auth, _shared(once, receiver), b"Content-Encoding: auth\0", 32)
    context = b"P-256\0"
    for point in (receiver.public_key, sender):
        context += len(point).to_bytes(2) + point
    key = _derived(salt, secret, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0" + context, 12)
    return AESGCM(key).encrypt(nonce, b"\0\0" + message, None)


def authorization(
    receiver: Receiver, vapid: ec.EllipticCurvePrivateKey, subject: str, now: float
) -> str:
    """Who we are, said to one push service for half a day; `subject` is where to complain."""
    import jwt  # the first push may wait for it, every start need not

    claims = {
        "aud": origin_of(receiver.endpoint),
        "exp": int(now) + TOKEN_S,
        "sub": subject,
    }
    token = jwt.encode(claims, vapid, algorithm="ES256")
    if receiver.standard:
        return f"vapid t={token}, k={_encoded(_point(vapid))}"
    return f"WebPush {token}"


class PushSender:
    """Sends messages to apps."""

    def __init__(self, client: HttpClient, subject: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._subject = subject
        self._clock = clock

    async def send(
        self,
        message: bytes,
        receiver: Receiver,
        vapid: ec.EllipticCurvePrivateKey,
        *,
        name: str,
    ) -> Answer:
        """Send a message; of two with the same `name` the service keeps the later one.

        Any status is an answer. Raises `Untrusted` and `Unreachable`.
        """
        sealed = seal(message, receiver, vapid)
        topic = _encoded(hashlib.sha256(name.encode()).digest()[:24])
        headers = {
            **sealed.headers,
            "TTL": str(TTL_S),
            "Urgency": "normal",
            "Topic": topic,
            "Authorization": authorization(receiver, vapid, self._subject, self._clock()),
        }
        return await self._client.post(
            receiver.endpoint, sealed.body, content_type=OCTETS, headers=headers
        )


def _shared(once: ec.EllipticCurvePrivateKey, receiver: Receiver) -> bytes:
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver.public_key)
    except ValueError as error:
        raise Untrusted(receiver.endpoint, str(error)) from None
    return once.exchange(ec.ECDH(), public)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _check_length(message: bytes) -> None:
    if len(message) > MAX_PAYLOAD:
        raise ValueError(f"a push holds at most {MAX_PAYLOAD} bytes")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Base64 as apps write it: either alphabet, with padding or without."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    if len(plain) > 200 or not plain.isascii():
        raise ValueError("not a key")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
