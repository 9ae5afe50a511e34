"""Rule 5: one server has one name, and no name passes for another's."""

import json

import pytest

from federation.addresses import AddressGuard, normalise_host, same_origin
from federation.documents import Document
from federation.errors import FederationError, Untrusted
from federation.policy import matching_rule
from federation.webfinger import account_jrd, confirm, resolve
from tests.support.hostile import Behaviour, HostileServer, answer, loopback_client

RULES = {"blocked.example": "suspend", "xn--bcher-kva.example": "suspend"}


@pytest.mark.parametrize(
    "disguise",
    [
        "BLOCKED.example",
        "blocked.example.",
        "blocked。example",
        "ｂlocked.example",
        "sub.Blocked.example:443",
        "blocked.example:8443",
        "BÜCHER.example",
        "bu\u0308cher.example",
        "b\u00adlocked.example",
    ],
)
def test_a_disguised_name_meets_the_rule_of_its_domain(disguise: str) -> None:
    assert matching_rule(normalise_host(disguise), RULES) == "suspend"


@pytest.mark.parametrize(
    "look_alike", ["blоcked.example", "b1ocked.example", "blocked.examp1e", "blocked-example.org"]
)
def test_a_look_alike_is_another_server(look_alike: str) -> None:
    assert matching_rule(normalise_host(look_alike), RULES) is None
    assert not same_origin("https://blocked.example/", f"https://{look_alike}/")


def test_a_look_alike_shows_what_it_is() -> None:
    assert normalise_host("blоcked.example").startswith("xn--")


@pytest.mark.parametrize(
    "url",
    [
        "https://honest.example@evil.example/",
        "https://honest.example:pw@evil.example/",
        "https://evil.example\\@honest.example/",
        "https://evil.example\\.honest.example/",
        "https://honest.example%2eevil.example/",
        "https://honest.example%00.evil.example/",
        "https://honest.example:443:80/",
        "https://honest.example\n.evil.example/",
        "https://[honest.example]/",
        "https://honest.example:65536/",
    ],
)
def test_an_address_that_two_parsers_read_differently_is_refused(url: str) -> None:
    with pytest.raises(Untrusted):
        AddressGuard(allow_http=True).check_url(url)
    assert not same_origin(url, "https://honest.example/")


@pytest.mark.parametrize("port", [1, 22, 25, 80, 6379, 8443, 65_535])
def test_odd_ports_are_closed_by_default(port: int) -> None:
    with pytest.raises(Untrusted, match="port"):
        AddressGuard().check_url(f"https://honest.example:{port}/")


async def test_a_server_cannot_take_the_name_of_another() -> None:
    """The name leads to the attacker's actor only at the attacker's own host."""
    async with HostileServer() as evil, HostileServer() as honest:
        client = loopback_client()
        path = "/.well-known/webfinger"
        honest_host = f"{honest.host}:{honest.port}"
        name, actor = f"amina@{honest_host}", honest.url("/users/amina")
        honest.on(path, _jrd(name, actor))
        evil.on(path, _jrd(name, evil.url("/users/amina")))
        with pytest.raises(Untrusted, match="another actor"):
            await resolve(client, f"amina@{evil.host}:{evil.port}")
        impostor = {"id": evil.url("/users/amina"), "preferredUsername": "amina", "webfinger": name}
        with pytest.raises(FederationError):
            await confirm(client, Document(impostor))
        await client.aclose()


def _jrd(acct: str, actor_url: str) -> Behaviour:
    body = json.dumps(account_jrd(acct=acct, actor_url=actor_url)).encode()
    return answer(200, body, {"Content-Type": "application/jrd+json"})
