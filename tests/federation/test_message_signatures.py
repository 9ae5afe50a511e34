"""RFC 9421: its own vectors, a second implementation, and everything that must be refused."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms
from http_message_signatures.resolvers import MappingKeyResolver
from hypothesis import given
from hypothesis import strategies as st

from federation.digests import content_digest_header
from federation.errors import Refused
from federation.incoming import ClockWindow
from federation.keys import PublicKey, SignatureScheme, public_key
from federation.message_signatures import Target, read_message_signatures, signature_base
from federation.signing import SigningKey, sign_rfc9421
from federation.verify import IncomingRequest
from tests.support import vectors
from tests.support.signing import HOST, NOW, Remote, key_pair, request, with_body, with_header

ALICE = Remote()
WINDOW = ClockWindow()
BODY = b'{"type": "Create"}'
COVERED = '"@method" "@target-uri" "content-digest"'
VECTORS = vectors.load("rfc9421/rfc9421.json")
CASES = {case["title"]: case for case in VECTORS["cases"]}
RFC_TARGET = Target("POST", "https", "example.com", "/foo?param=Value&Pet=dog")


def signed(
    covered: str = COVERED,
    parameters: str | None = None,
    *,
    target: str = "/inbox",
    method: str = "POST",
    body: bytes = BODY,
    key: SigningKey = ALICE.rsa_key,
    headers: dict[str, str] | None = None,
) -> IncomingRequest:
    """A request signed by hand, so that it can be wrong in any way."""
    fields = {"content-digest": content_digest_header(body)} if body else {}
    fields |= {"host": HOST, "content-type": "application/activity+json", **(headers or {})}
    parameters = parameters or f'created={int(NOW)};keyid="{key.key_id}"'
    components = [name.strip('"') for name in covered.split()]
    base = signature_base(
        components, f"({covered});{parameters}", Target(method, "https", HOST, target), fields
    )
    fields["signature-input"] = f"sig1=({covered});{parameters}"
    fields["signature"] = f"sig1=:{b64encode(key.sign(base)).decode()}:"
    return request(method, target, fields, body)


def valid(incoming: IncomingRequest, key: PublicKey = ALICE.rsa_public, now: float = NOW) -> bool:
    """Whether the one claim can be read and the key confirms it."""
    (claim,) = read_message_signatures(incoming, WINDOW, now)
    return claim.key_id == key.key_id and claim.signed_by(key)


def refusal(incoming: IncomingRequest, now: float = NOW) -> tuple[int, str]:
    """The status and code with which a request is refused."""
    with pytest.raises(Refused) as caught:
        read_message_signatures(incoming, WINDOW, now)
    return caught.value.status, caught.value.code


def rfc_fields() -> dict[str, str]:
    """The headers of the RFC's test request."""
    lines = VECTORS["test_request"].partition("\n\n")[0].splitlines()[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


@pytest.mark.parametrize("number", [21, 23, 25, 26])
def test_signature_bases_are_those_of_the_rfc(number: int) -> None:
    case = next(c for c in VECTORS["cases"] if f"sig-b{number}" in c["headers"]["Signature"])
    input_value = case["headers"]["Signature-Input"].partition("=")[2]
    components = [name.strip('"') for name in input_value[1 : input_value.index(")")].split()]
    base = signature_base(components, input_value, RFC_TARGET, rfc_fields())
    assert base.decode() == case["signature_base"]


@pytest.mark.parametrize(
    ("title", "key_name", "scheme"),
    [
        ("Minimal Signature Using rsa-pss-sha512", "test-key-rsa-pss", "rsa-pss-sha512"),
        ("Full Coverage using rsa-pss-sha512", "test-key-rsa-pss", "rsa-pss-sha512"),
        ("Signing a Request using ed25519", "test-key-ed25519", "ed25519"),
    ],
)
def test_signatures_of_the_rfc_verify(title: str, key_name: str, scheme: SignatureScheme) -> None:
    case = CASES[title]
    key = public_key(key_name, "owner", VECTORS["keys"][key_name]["pem"][0])
    signature = b64decode(case["headers"]["Signature"].partition("=")[2].strip(":"))
    assert key.verify(case["signature_base"].encode(), signature, scheme)
    assert not key.verify(case["signature_base"].encode() + b" ", signature, scheme)


def test_the_rfcs_fully_covered_request_is_read_and_verifies() -> None:
    case = CASES["Full Coverage using rsa-pss-sha512"]
    headers = {**rfc_fields(), **{name.lower(): v for name, v in case["headers"].items()}}
    incoming = IncomingRequest(
        "POST", RFC_TARGET.target, tuple(headers.items()), b'{"hello": "world"}', "https",
        "example.com",
    )  # fmt: skip
    (claim,) = read_message_signatures(incoming, WINDOW, 1_618_884_473)
    key = public_key("k", "owner", VECTORS["keys"]["test-key-rsa-pss"]["pem"][0])
    assert claim.messages == (case["signature_base"].encode(),)
    assert key.verify(claim.messages[0], claim.signature, "rsa-pss-sha512")


class Message:
    """A request as the other implementation wants it."""

    def __init__(self, headers: dict[str, str], method: str = "POST", path: str = "/inbox") -> None:
        self.method = method
        self.url = f"https://{HOST}{path}"
        self.headers = headers


def other_side(kind: str) -> tuple[Any, MappingKeyResolver, str]:
    """Algorithm, keys and key id for the other implementation."""
    key_id = (ALICE.rsa_key if kind == "rsa" else ALICE.ed_key).key_id
    private, public = key_pair(kind, "alice")
    keys = MappingKeyResolver(
        public_keys={key_id: load_pem_public_key(public.encode())},  # type: ignore[dict-item]
        private_keys={key_id: load_pem_private_key(private.encode(), None)},  # type: ignore[dict-item]
    )
    return algorithms.RSA_V1_5_SHA256 if kind == "rsa" else algorithms.ED25519, keys, key_id


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("path", ["/inbox", "/inbox?a=1&b=%C3%A9", "/"])
def test_another_implementation_verifies_what_we_sign(kind: str, path: str) -> None:
    algorithm, keys, _ = other_side(kind)
    key = ALICE.rsa_key if kind == "rsa" else ALICE.ed_key
    headers = sign_rfc9421("POST", f"https://{HOST}{path}", BODY, key, NOW)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=keys)
    verifier.max_clock_skew = abs(datetime.now(UTC) - datetime.fromtimestamp(NOW, UTC)) * 2
    (result,) = verifier.verify(
        Message(headers, path=path), body=BODY, require_components=("@method", "@target-uri")
    )
    assert result.body == BODY


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize(
    "covered",
    [
        ("@method", "@target-uri", "content-digest"),
        ("@method", "@authority", "@path", "@query", "content-digest", "content-type", "@scheme"),
        ("@method", "@target-uri", "@authority", "host", "date", "content-digest"),
        ("@request-target", "@query", "@method", "@path", "@authority", "content-digest"),
    ],
)
def test_we_verify_what_another_implementation_signs(kind: str, covered: tuple[str, ...]) -> None:
    algorithm, keys, key_id = other_side(kind)
    headers = {"host": HOST, "date": "today", "content-type": "application/activity+json"}
    message = Message(headers, path="/inbox?a=1")
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=keys)
    created = datetime.fromtimestamp(NOW, UTC)
    signer.sign(message, key_id=key_id, created=created, covered_component_ids=covered, body=BODY)
    incoming = request("POST", "/inbox?a=1", message.headers, BODY)
    assert valid(incoming, ALICE.rsa_public if kind == "rsa" else ALICE.ed_public)


def test_a_signed_get_needs_no_digest() -> None:
    assert valid(signed('"@method" "@target-uri"', method="GET", body=b""))


def test_the_query_must_be_covered_when_there_is_one() -> None:
    covered = '"@method" "@authority" "@path" "content-digest"'
    assert valid(signed(covered))
    assert refusal(signed(covered, target="/inbox?a=1")) == (401, "not-covered")
    assert valid(signed(covered + ' "@query"', target="/inbox?a=1"))


@pytest.mark.parametrize(
    "covered",
    [
        '"@target-uri" "content-digest"',
        '"@method" "content-digest"',
        '"@method" "@path" "content-digest"',
        '"@method" "@authority" "content-digest"',
        '"@method" "@target-uri"',
        '"content-type"',
    ],
)
def test_a_signature_that_covers_too_little_is_refused(covered: str) -> None:
    assert refusal(signed(covered)) == (401, "not-covered")


def test_a_body_that_is_not_the_digests_is_refused() -> None:
    assert refusal(with_body(signed(), BODY + b" ")) == (401, "digest-mismatch")


def test_a_covered_digest_that_is_not_there_is_refused() -> None:
    assert refusal(with_header(signed(), "content-digest", None)) == (401, "not-present")


def test_a_body_under_a_signature_without_digest_is_refused() -> None:
    incoming = with_body(signed('"@method" "@target-uri"', body=b""), BODY)
    assert refusal(incoming) == (401, "not-covered")


@pytest.mark.parametrize(
    "parameters",
    [
        'keyid="k"',
        'created="now";keyid="k"',
        'created=1.5;keyid="k"',
        f"created={int(NOW)}",
        f"created={int(NOW)};keyid=k",
        f'created={int(NOW)};keyid=""',
        f'created={int(NOW)};keyid="k";expires="never"',
        f'created={int(NOW)};keyid="k";foo=1',
    ],
)
def test_signature_parameters_must_be_complete_and_known(parameters: str) -> None:
    assert refusal(signed(parameters=parameters)) == (401, "signature-malformed")


@pytest.mark.parametrize("name", ["hmac-sha256", "ecdsa-p256-sha256", "rsa-sha256", "none", ""])
def test_other_algorithms_are_refused(name: str) -> None:
    parameters = f'created={int(NOW)};keyid="k";alg="{name}"'
    assert refusal(signed(parameters=parameters)) == (401, "unsupported-algorithm")


def test_an_algorithm_that_is_not_the_keys_is_invalid() -> None:
    parameters = f'created={int(NOW)};keyid="{ALICE.rsa_key.key_id}";alg='
    assert valid(signed(parameters=parameters + '"rsa-v1_5-sha256"'))
    assert not valid(signed(parameters=parameters + '"ed25519"'))
    assert not valid(signed(parameters=parameters + '"rsa-pss-sha512"'))


@pytest.mark.parametrize("offset", [-3_899, 0, 3_599])
def test_clocks_may_differ_by_an_hour(offset: int) -> None:
    assert valid(signed(), now=NOW - offset)


@pytest.mark.parametrize("offset", [-48 * 3_600, -3_901, 3_601])
def test_a_moment_outside_the_window_is_refused(offset: int) -> None:
    assert refusal(signed(), now=NOW - offset) == (401, "clock-window")


def test_an_expiry_is_kept_to() -> None:
    key_id = ALICE.rsa_key.key_id
    brief = signed(parameters=f'created={int(NOW)};expires={int(NOW) + 10};keyid="{key_id}"')
    assert valid(brief, now=NOW + 3_609)
    assert refusal(brief, now=NOW + 3_611) == (401, "clock-window")


GOOD = '"@method" "@target-uri" "content-digest"'
TAIL = f';created={int(NOW)};keyid="k"'


@pytest.mark.parametrize(
    "value",
    [
        f'sig1=("@method";req "@target-uri" "content-digest"){TAIL}',
        f'sig1=("@method" "@target-uri" "content-digest";sf){TAIL}',
        f'sig1=({GOOD} "@query-param";name="a"){TAIL}',
        f'sig1=({GOOD} "@foo"){TAIL}',
        f'sig1=({GOOD} "@status"){TAIL}',
        f'sig1=({GOOD} "x-absent"){TAIL}',
        f'sig1=({GOOD} "Content-Type"){TAIL}',
        f'sig1=({GOOD} "@method"){TAIL}',
        f"sig1=({GOOD} @method){TAIL}",
        f"sig1=({GOOD} 5){TAIL}",
        f"sig1=({GOOD}){TAIL}, sig1=({GOOD}){TAIL}",
        f"sig1=({GOOD});created=1{TAIL}",
        f"sig2=({GOOD}){TAIL}",
        f"sig1=({GOOD} " + " ".join(f'"x{n}"' for n in range(40)) + f"){TAIL}",
        "sig1=5",
        "sig1",
        "sig1=()",
        "sig1=(",
        "é",
        "",
    ],
)
def test_unusual_and_malformed_inputs_are_refused(value: str) -> None:
    status, code = refusal(with_header(signed(), "signature-input", value))
    assert status in (400, 401)
    assert code != "clock-window"


@pytest.mark.parametrize(
    "value", ["", "sig1", 'sig1="AAAA"', "sig1=(:AAAA:)", "sig2=:AAAA:", "sig1=:AAAA:, sig1=:AA:"]
)
def test_malformed_signatures_are_refused(value: str) -> None:
    assert refusal(with_header(signed(), "signature", value)) == (400, "signature-malformed")


def test_a_signature_input_without_signature_is_refused() -> None:
    assert refusal(with_header(signed(), "signature", None)) == (401, "signature-malformed")


def test_a_proxys_own_signature_that_covers_less_is_passed_over() -> None:
    incoming = signed()
    proxy = f'("@method");created={int(NOW)};keyid="proxy"'
    inputs = f"{incoming.field('signature-input')}, proxy={proxy}"
    both = with_header(incoming, "signature-input", inputs)
    both = with_header(both, "signature", incoming.field("signature") + ", proxy=:AAAA:")
    assert valid(both)


def test_two_signatures_that_cover_enough_are_both_claims() -> None:
    incoming = signed()
    member = incoming.field("signature-input").partition("=")[2]
    both = with_header(incoming, "signature-input", f"a={member}, b={member}")
    both = with_header(both, "signature", "a=:AAAA:, b=:AAAA:")
    assert len(read_message_signatures(both, WINDOW, NOW)) == 2


def test_many_signatures_are_refused() -> None:
    incoming = signed()
    member = incoming.field("signature-input").partition("=")[2]
    labels = "abcdefgh"
    many = with_header(incoming, "signature-input", ", ".join(f"{x}={member}" for x in labels))
    many = with_header(many, "signature", ", ".join(f"{x}=:AAAA:" for x in labels))
    assert refusal(many) == (400, "signature-malformed")


def test_a_signature_for_another_host_or_scheme_is_invalid() -> None:
    incoming = signed()
    for scheme, host in (("https", "elsewhere.example"), ("http", HOST)):
        there = IncomingRequest("POST", "/inbox", incoming.headers, BODY, scheme, host)  # type: ignore[arg-type]
        assert not valid(there)


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_header_breaks_the_reader(inputs: str, signature: str) -> None:
    incoming = with_header(signed(), "signature-input", inputs)
    with pytest.raises(Refused):
        read_message_signatures(with_header(incoming, "signature", signature), WINDOW, NOW)


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    incoming = signed()
    name = data.draw(st.sampled_from(["signature-input", "content-digest", "body", "target"]))
    source = {"body": BODY, "target": b"/inbox"}.get(name) or incoming.field(name).encode()
    flipped = bytearray(source)
    flipped[data.draw(st.integers(0, len(source) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    if name == "body":
        changed = with_body(incoming, bytes(flipped))
    elif name == "target":
        target = flipped.decode("latin-1")
        changed = IncomingRequest("POST", target, incoming.headers, BODY, "https", HOST)
    else:
        changed = with_header(incoming, name, flipped.decode("latin-1"))
    try:
        still = valid(changed)
    except Refused:
        return
    assert not still
