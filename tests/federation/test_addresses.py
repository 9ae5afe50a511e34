"""Names in one spelling, and who may be connected to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.addresses import (
    AddressGuard,
    canonical_url,
    host_of,
    locate,
    normalise_host,
    origin_of,
    same_origin,
    same_url,
)
from federation.errors import Untrusted
from federation.networks import parse_networks

PRODUCTION = AddressGuard()
DEVELOPMENT = AddressGuard(parse_networks(["127.0.0.0/8", "::1/128"]), allow_http=True)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("example.org:443", "example.org"),
        ("example.org:8443", "example.org:8443"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("example。org", "example.org"),
        ("ｅxample.org", "example.org"),
        ("127.0.0.1:8081", "127.0.0.1:8081"),
        ("[2001:DB8::0001]", "[2001:db8::1]"),
    ],
)
def test_a_host_has_one_spelling(written: str, normal: str) -> None:
    assert normalise_host(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "a..b",
        ".example.org",
        "example.org..",
        "user@example.org",
        "user:pw@example.org",
        "exam ple.org",
        "example.org\n",
        "example.org\t",
        "example.org\\evil",
        "example.org/evil",
        "example%2eorg",
        "-example.org",
        "exa_mple!.org",
        "example.org:",
        "example.org:0",
        "example.org:65536",
        "example.org:８０",
        "example.org:80:80",
        "[::1",
        "[fe80::1%25eth0]",
        "[example.org]",
        "a" * 64 + ".org",
        "a." * 130 + "org",
        "\u0430\u0300\u200d.example",
    ],
)
def test_a_malformed_host_is_refused(written: str) -> None:
    with pytest.raises(Untrusted):
        normalise_host(written)


@pytest.mark.parametrize(
    "written",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "0",
        "example.0x",
        "1.2.3.4.5",
        "１２７.1",
        "256.256.256.256",
    ],
)
def test_an_unusual_spelling_of_an_ipv4_address_is_refused(written: str) -> None:
    with pytest.raises(Untrusted):
        normalise_host(written)


def test_fullwidth_digits_are_an_address_like_any_other() -> None:
    assert normalise_host("１２７.０.０.１") == "127.0.0.1"
    with pytest.raises(Untrusted):
        PRODUCTION.check_url("https://１２７.０.０.１/")


@given(st.text(max_size=80))
def test_normalising_is_stable_or_refused(text: str) -> None:
    try:
        once = normalise_host(text)
    except Untrusted:
        return
    assert once.isascii()
    assert normalise_host(once) == once
    assert locate(f"https://{once}/").authority == once


def test_origin_and_host_ignore_case_default_port_and_path() -> None:
    assert origin_of("HTTPS://Example.org:443/a?b#c") == "https://example.org"
    assert host_of("http://example.org:80/x") == "example.org"
    assert host_of("https://example.org:80/x") == "example.org:80"
    assert canonical_url("https://Example.org?q=1#f") == "https://example.org/?q=1"
    assert canonical_url("https://example.org/é%7E") == "https://example.org/%C3%A9%7E"


def test_only_equal_scheme_host_and_port_are_one_origin() -> None:
    here = "https://example.org/users/a"
    assert same_origin(here, "https://EXAMPLE.org:443/b")
    assert same_origin(here, "https://example.org./b")
    for elsewhere in (
        "http://example.org/users/a",
        "https://example.org:444/users/a",
        "https://a.example.org/users/a",
        "https://example.org@evil.example/users/a",
        "https://example.org.evil.example/",
        "did:key:z6Mk",
        "ap://did:key:z6Mk/actor",
        "",
    ):
        assert not same_origin(here, elsewhere)
    assert not same_origin("did:key:z6Mk", "did:key:z6Mk")


def test_one_url_may_be_written_in_several_ways_but_the_path_is_exact() -> None:
    assert same_url("https://Example.org/a#main", "https://example.org:443/a")
    assert not same_url("https://example.org/a", "https://example.org/A")
    assert not same_url("https://example.org/a", "https://example.org/a?b")
    assert not same_url("urn:a", "urn:a")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "https:/example.org/",
        "https:example.org",
        "https://",
        "https:///path",
        "https://user@example.org/",
        "https://user:pw@example.org/",
        "https://example.org\\@evil.example/",
        "https://example.org\t/",
        "https://exa\nmple.org/",
        " https://example.org/",
        "https://example.org/ ",
        "https://example.org/" + "a" * 2_100,
        "https://example.org:99999/",
        "https://[::1/",
    ],
)
def test_what_is_not_a_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(Untrusted):
        DEVELOPMENT.check_url(url)


def test_production_asks_only_https_on_its_own_port_of_full_names() -> None:
    assert PRODUCTION.check_url("https://Example.org./a") == "https://example.org/a"
    for url in (
        "http://example.org/a",
        "https://example.org:8443/a",
        "https://example.org:22/a",
        "https://intranet/a",
        "https://localhost/a",
    ):
        with pytest.raises(Untrusted):
            PRODUCTION.check_url(url)


def test_development_opens_ports_and_the_named_networks_only() -> None:
    assert DEVELOPMENT.check_url("http://127.0.0.1:8081/a") == "http://127.0.0.1:8081/a"
    assert DEVELOPMENT.check_url("http://[::1]:8081/") == "http://[::1]:8081/"
    with pytest.raises(Untrusted):
        DEVELOPMENT.check_url("http://10.0.0.1:8081/a")
    with pytest.raises(Untrusted):
        AddressGuard(parse_networks(["127.0.0.0/8"])).check_url("http://127.0.0.1/a")


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "193.52.0.1",
        "100.63.255.255",
        "172.32.0.1",
        "2a01:e0a::1",
        "2606:4700::1111",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    PRODUCTION.check_address(address)


def test_the_schemes_to_try_are_https_only_outside_development() -> None:
    assert PRODUCTION.schemes_for("example.org") == ("https",)
    assert DEVELOPMENT.schemes_for("example.org") == ("https", "http")
    assert DEVELOPMENT.schemes_for("127.0.0.1:8081") == ("http", "https")
    assert DEVELOPMENT.schemes_for("node-a") == ("http", "https")


@pytest.mark.parametrize(
    "deceptive",
    ["аррӏе.com", "pаypal.com", "ɑpple.com", "ıkea.com", "gооgle.com", "ѕсоре.example"],
)
def test_names_that_look_like_others_are_punycode(deceptive: str) -> None:
    assert normalise_host(deceptive).startswith("xn--")
