"""Signatures after draft-cavage-http-signatures-12, as the fediverse uses them."""

import re
from base64 import b64decode
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from federation.digests import check_digest
from federation.errors import Refused
from federation.incoming import Claim, ClockWindow, IncomingRequest
from federation.keys import SignatureScheme

MAX_COVERED: Final = 32

_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([0-9]+))\s*(?:,|$)')
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_SCHEMES: Final[dict[str, SignatureScheme | None]] = {
    "": None,
    "hs2019": None,  # what the key says: every peer that sends it means RSA with SHA-256
    "rsa-sha256": "rsa-v1_5-sha256",
    "rsa-sha512": "rsa-v1_5-sha512",
    "ed25519": "ed25519",
}


def read_cavage(request: IncomingRequest, window: ClockWindow, now: float) -> Claim:
    """What the `Signature` header claims, once everything but the key has been checked.

    Demanded: `(request-target)`, `host`, `date` or `(created)`, and with a body a `digest` that
    matches it. Raises `Refused` 401 (400 for malformed headers).
    """
    request.check_length()
    parameters = parse_parameters(request.field("signature"))
    algorithm = parameters.get("algorithm", "").lower()
    if algorithm not in _SCHEMES:
        raise Refused(401, "unsupported-algorithm", algorithm[:40])
    covered = _covered(parameters)
    _check_time(request, parameters, covered, window, now)
    if request.body:
        _demand(covered, "digest")
        check_digest(_header(request, "digest"), request.body)
    return Claim(
        key_id=parameters["keyId"],
        scheme=_SCHEMES[algorithm],
        messages=_messages(request, parameters, covered),
        signature=_signature(parameters["signature"]),
    )


def parse_parameters(header: str) -> dict[str, str]:
    """The parameters of a `Signature` header; raises `Refused` when it is malformed."""
    parameters: dict[str, str] = {}
    position = 0
    while position < len(header):
        match = _PARAMETER.match(header, position)
        if match is None or match[1] in parameters:
            raise Refused(400, "signature-malformed", "the Signature header cannot be read")
        parameters[match[1]] = match[2] if match[2] is not None else match[3]
        position = match.end()
    if not parameters.get("keyId") or not parameters.get("signature"):
        raise Refused(401, "signature-malformed", "no keyId or no signature")
    return parameters


def signing_string(covered: list[str], values: dict[str, str]) -> bytes:
    """The text that is signed: one `name: value` line for each covered name."""
    return "\n".join(f"{name}: {values[name]}" for name in covered).encode("latin-1")


def _covered(parameters: dict[str, str]) -> list[str]:
    """The covered names, checked to be few, distinct, and enough."""
    covered = parameters.get("headers", "(created)").lower().split()
    if len(covered) > MAX_COVERED or len(set(covered)) != len(covered):
        raise Refused(400, "signature-malformed", "covered headers repeat or are too many")
    _demand(covered, "(request-target)")
    _demand(covered, "host")
    if "date" not in covered and "(created)" not in covered:
        raise Refused(401, "not-covered", "neither date nor (created) is signed")
    return covered


def _demand(covered: list[str], name: str) -> None:
    if name not in covered:
        raise Refused(401, "not-covered", f"{name} is not signed")


def _check_time(
    request: IncomingRequest,
    parameters: dict[str, str],
    covered: list[str],
    window: ClockWindow,
    now: float,
) -> None:
    """Every signed moment must be inside the window; an unsigned `expires` counts for nothing."""
    expires = _moment(parameters, "expires") if "(expires)" in covered else None
    if "(created)" in covered:
        window.check(_moment(parameters, "created"), expires, now)
    if "date" in covered:
        window.check(_http_date(_header(request, "date")), expires, now)


def _moment(parameters: dict[str, str], name: str) -> float:
    """A Unix time among the parameters, which only `hs2019` may carry (section 2.3)."""
    if parameters.get("algorithm", "hs2019").lower() != "hs2019":
        raise Refused(401, "signature-malformed", f"({name}) beside an older algorithm")
    text = parameters.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refused(401, "signature-malformed", f"({name}) is signed but not given")
    return float(text)


def _http_date(text: str) -> float:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Refused(401, "date-malformed", "the Date header cannot be read") from None


def _header(request: IncomingRequest, name: str) -> str:
    if name not in request.fields:
        raise Refused(401, "not-present", f"{name} is signed but missing")
    return request.field(name)


def _messages(
    request: IncomingRequest, parameters: dict[str, str], covered: list[str]
) -> tuple[bytes, ...]:
    """The signing string, and the one without the query that some servers still sign."""
    values = {name: _value(request, parameters, name) for name in covered}
    method = request.method.lower()
    messages = []
    for target in dict.fromkeys((request.target, request.target.partition("?")[0])):
        values["(request-target)"] = f"{method} {target}"
        try:
            messages.append(signing_string(covered, values))
        except UnicodeEncodeError:
            raise Refused(400, "signature-malformed", "a signed header is not text") from None
    return tuple(messages)


def _value(request: IncomingRequest, parameters: dict[str, str], name: str) -> str:
    match name:
        case "(request-target)":
            return ""
        case "(created)" | "(expires)":
            return parameters.get(name.strip("()"), "")
        case "host":
            return request.host
        case _ if _NAME.fullmatch(name):
            return _header(request, name)
    raise Refused(401, "not-covered", f"unknown {name[:40]} among the signed headers")


def _signature(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise Refused(400, "signature-malformed", "the signature is not base64") from None
