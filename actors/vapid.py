"""The key pair with which the node says to push services who it is (RFC 8292)."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from storage.store import Store

FACT = "vapid_key"


async def public_key(store: Store) -> str:
    """The public half as apps get it: an uncompressed point in URL-safe Base64, unpadded."""
    point = (await private_key(store)).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def private_key(store: Store) -> ec.EllipticCurvePrivateKey:
    """The pair, made when it is first asked for."""
    stored = await store.query(lambda tx: tx.ledger.fact(FACT))
    if stored is None:
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        stored = await store.write(lambda tx: tx.ledger.ensure_fact(FACT, pem))
    found = load_pem_private_key(stored.encode(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found
