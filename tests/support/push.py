"""An app that gets pushes: its subscription, and how it reads what was sent to it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.wires import Sent

AUTH = b"0123456789abcdef"


def encoded(data: bytes) -> str:
    """Base64 as apps send it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes behind it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class Telephone:
    """The receiving end; `endpoint` is its address at a push service."""

    endpoint: str = "https://push.example/send/abc"
    standard: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def point(self) -> bytes:
        """The public key."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, *alerts: str, policy: str = "all") -> dict[str, Any]:
        """What the app sends to subscribe."""
        return {
            "subscription": {
                "endpoint": self.endpoint,
                "standard": self.standard,
                "keys": {"p256dh": encoded(self.point), "auth": encoded(AUTH)},
            },
            "data": {"alerts": dict.fromkeys(alerts, True), "policy": policy},
        }

    def read(self, sent: Sent) -> Any:
        """The message in a push."""
        headers = {name.lower(): value for name, value in sent.headers.items()}
        if headers["content-encoding"] == "aesgcm":
            return json.loads(self._read_older(sent.body, headers))
        salt, sender, sealed = sent.body[:16], sent.body[21:86], sent.body[86:]
        info = b"WebPush: info\0" + self.point + sender
        secret = _derived(AUTH, self._shared(sender), info, 32)
        key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")[:-1])

    def _read_older(self, sealed: bytes, headers: dict[str, str]) -> bytes:
        salt = decoded(headers["encryption"].removeprefix("salt="))
        sender = decoded(headers["crypto-key"].partition(";")[0].removeprefix("dh="))
        secret = _derived(AUTH, self._shared(sender), b"Content-Encoding: auth\0", 32)
        context = b"P-256\0\0A" + self.point + b"\0A" + sender
        key = _derived(salt, secret, b"Content-Encoding: aesgcm\0" + context, 16)
        nonce = _derived(salt, secret, b"Content-Encoding: nonce\0" + context, 12)
        return AESGCM(key).decrypt(nonce, sealed, None)[2:]

    def _shared(self, sender: bytes) -> bytes:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        return self.key.exchange(ec.ECDH(), public)
