"""Web push on the wire: the vectors of RFC 8291 and of the draft before it, and who we are."""

import base64
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.web_push import (
    MAX_PAYLOAD,
    Receiver,
    authorization,
    encrypt,
    encrypt_older,
    receiver_of,
    seal,
)
from tests.support.signing import NOW

POINT = PublicFormat.UncompressedPoint
ENDPOINT = "https://push.example:8443/send/abc"


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text)), ec.SECP256R1())


def test_the_example_of_rfc_8291() -> None:
    receiver = receiver_of(
        ENDPOINT,
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        standard=True,
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        receiver,
        private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert body == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_example_of_the_draft_before() -> None:
    receiver = receiver_of(
        ENDPOINT,
        "BCEkBjzL8Z3C-oi2Q7oE5t2Np-p7osjGLg93qUP0wvqRT21EEWyf0cQDQcakQMqz4hQKYOQ3il2nNZct4HgAUQU",
        "R29vIGdvbyBnJyBqb29iIQ",
        standard=False,
    )
    body = encrypt_older(
        b"I am the walrus",
        receiver,
        private("nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY"),
        raw("lngarbyKfMoi9Z75xYXmkg"),
    )
    assert body == raw("6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA")


def waiting(*, standard: bool = True) -> Receiver:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return Receiver(ENDPOINT, key.public_bytes(Encoding.X962, POINT), b"0" * 16, standard)


@pytest.mark.parametrize("standard", [True, False])
def test_a_message_is_never_sealed_twice_in_the_same_way(standard: bool) -> None:
    receiver, vapid = waiting(standard=standard), ec.generate_private_key(ec.SECP256R1())
    one, other = seal(b"Bonjour", receiver, vapid), seal(b"Bonjour", receiver, vapid)
    assert one.body != other.body
    assert one.headers["Content-Encoding"] == ("aes128gcm" if standard else "aesgcm")


@pytest.mark.parametrize("seals", [encrypt, encrypt_older])
def test_a_message_beyond_a_record_is_refused(seals: Any) -> None:
    once = ec.generate_private_key(ec.SECP256R1())
    assert len(seals(b"x" * MAX_PAYLOAD, waiting(), once, b"0" * 16)) <= 4_096
    with pytest.raises(ValueError, match="at most"):
        seals(b"x" * (MAX_PAYLOAD + 1), waiting(), once, b"0" * 16)


def test_the_push_service_learns_who_we_are() -> None:
    subject = "https://node.example"
    vapid = ec.generate_private_key(ec.SECP256R1())
    scheme, _, rest = authorization(waiting(), vapid, subject, NOW).partition(" ")
    token, _, key = rest.partition(", ")
    assert scheme == "vapid"
    point = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), raw(key.removeprefix("k="))
    )
    claims = jwt.decode(
        token.removeprefix("t="),
        point,
        algorithms=["ES256"],
        audience="https://push.example:8443",
        options={"verify_exp": False},
    )
    assert claims["sub"] == subject
    assert NOW < claims["exp"] <= NOW + 24 * 3600
    assert authorization(waiting(standard=False), vapid, subject, NOW).startswith("WebPush ")


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("x", "x"),
        ("BTBZMqHH6r4Tts7J_aSIgg", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("B" + "A" * 86, "BTBZMqHH6r4Tts7J_aSIgg"),
        ("é" * 87, "BTBZMqHH6r4Tts7J_aSIgg"),
        ("A" * 100_000, "BTBZMqHH6r4Tts7J_aSIgg"),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):
        receiver_of(ENDPOINT, p256dh, auth, standard=True)
