"""Object integrity proofs (FEP-8b32): Ed25519 over canonical JSON, cryptosuite eddsa-jcs-2022."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from federation.canonical import canonical_json
from federation.documents import parse_time
from federation.errors import Refused
from federation.keys import PublicKey
from federation.multikey import decode_base58, encode_base58
from federation.signing import SigningKey

SUITE: Final = "eddsa-jcs-2022"
PURPOSE: Final = "assertionMethod"
MAX_PROOFS: Final = 8


def create_proof(document: dict[str, Any], key: SigningKey, created: str) -> dict[str, Any]:
    """The proof object for `document`, to be put under its `proof`.

    `created` is an ISO 8601 moment in whole seconds: peers rewrite fractions when they check.
    """
    options = {
        "@context": document.get("@context"),
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": key.key_id,
        "proofPurpose": PURPOSE,
        "created": created,
    }
    if options["@context"] is None:
        del options["@context"]
    signature = key.sign(_signed_bytes(_without_proof(document), options))
    return {**options, "proofValue": encode_base58(signature)}


def with_proof(document: dict[str, Any], key: SigningKey, created: str) -> dict[str, Any]:
    """A copy of `document` that carries a proof by `key`."""
    return {**_without_proof(document), "proof": create_proof(document, key, created)}


def proof_keys(document: dict[str, Any]) -> tuple[str, ...]:
    """The ids of the keys whose proofs we could verify on `document`."""
    return tuple(proof["verificationMethod"] for proof in _usable_proofs(document))


def verify_proof(document: dict[str, Any], public: PublicKey, now: float) -> None:
    """Raise `Refused` 401 unless `document` carries a valid, unexpired proof by `public`.

    The proof covers every member of the document but `proof`, and `signature` where that was
    added later. Whether the owner of the key may speak for the document is the caller's
    question.
    """
    proofs = [p for p in _usable_proofs(document) if p["verificationMethod"] == public.key_id]
    if not proofs:
        raise Refused(401, "proof-missing", f"no {SUITE} proof by {public.key_id}")
    proof = proofs[0]
    _check_expiry(proof, now)
    try:
        signature = decode_base58(proof["proofValue"])
        readings = [_signed_bytes(*reading) for reading in _readings(document, proof)]
    except ValueError as error:
        raise Refused(401, "proof-malformed", str(error)) from None
    if public.algorithm != "ed25519" or not any(public.verify(r, signature) for r in readings):
        raise Refused(401, "proof-invalid", f"not made by {public.key_id}, or changed since")


def _usable_proofs(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The proofs of our suite, for our purpose, of the shape that we read."""
    proofs = document.get("proof")
    for proof in (proofs if isinstance(proofs, list) else [proofs])[:MAX_PROOFS]:
        if (
            isinstance(proof, dict)
            and proof.get("type") == "DataIntegrityProof"
            and proof.get("cryptosuite") == SUITE
            and proof.get("proofPurpose") == PURPOSE
            and isinstance(proof.get("verificationMethod"), str)
            and isinstance(proof.get("proofValue"), str)
            and "previousProof" not in proof  # chained: it covers more than the document
        ):
            yield proof


def _check_expiry(proof: dict[str, Any], now: float) -> None:
    expires = proof.get("expires")
    if expires is None:
        return
    moment = parse_time(expires) if isinstance(expires, str) else None
    if moment is None or moment <= now * 1000:
        raise Refused(401, "proof-expired", f"valid until {str(expires)[:40]}")


def _readings(
    document: dict[str, Any], proof: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Document and proof options as they may have been signed.

    A proof that names its context binds it; Fedify leaves it out and signs the document's. A
    linked-data signature (`signature`) is added by some after the proof; we read nothing in it.
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    secured = _without_proof(document)
    if "@context" in options:
        if not _starts_with(document.get("@context"), options["@context"]):
            raise ValueError("the proof was made for another context")
        secured["@context"] = options["@context"]
        possible = [options]
    else:
        inherited = {name: document[name] for name in ("@context",) if name in document}
        possible = [{**options, **inherited}, options]
    bare = {name: value for name, value in secured.items() if name != "signature"}
    for one in possible:
        yield secured, one
        if "signature" in secured:
            yield bare, one


def _starts_with(context: Any, beginning: Any) -> bool:
    longer = context if isinstance(context, list) else [context]
    shorter = beginning if isinstance(beginning, list) else [beginning]
    return longer[: len(shorter)] == shorter


def _without_proof(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def _signed_bytes(document: dict[str, Any], options: dict[str, Any]) -> bytes:
    """The two hashes that are signed; raises `ValueError` for what JCS cannot write."""
    return b"".join(hashlib.sha256(canonical_json(part)).digest() for part in (options, document))
