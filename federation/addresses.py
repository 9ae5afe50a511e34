"""Names and addresses of servers: one spelling for each host, and who may be connected to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

import idna

from federation.errors import Untrusted
from federation.networks import Address, Network, is_public, parse_address, reached_address

MAX_URL_LENGTH: Final = 2_048
MAX_HOST_LENGTH: Final = 253
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

KEPT_URLS: Final = 4_096
"""Inboxes are asked for again and again: an address once let through is remembered."""

_URL: Final = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]@:/?#%]+)(?::([0-9]{1,5}))?")
# White space and controls are dropped by some URL parsers and kept by others; a backslash is a
# slash to some. What two parsers read differently is refused.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Location:
    """An http(s) URL taken apart, its host in the one spelling that we use."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, with the port unless it is the scheme's own."""
        if self.port == DEFAULT_PORTS[self.scheme]:
            return self.host
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=4_096)
def normalise_host(host: str) -> str:
    """The host in lower-case ASCII, without a trailing dot; a port stays, 443 goes.

    IPv6 literals keep their brackets. Raises `Untrusted` for user-info, empty or malformed
    labels, unusual spellings of IPv4 addresses and names outside IDNA 2008 (UTS 46).
    """
    if len(host) > MAX_HOST_LENGTH + 6 or _AMBIGUOUS.search(host):
        raise Untrusted(host[:MAX_HOST_LENGTH], "malformed host name")
    parts = _AUTHORITY.fullmatch(host)
    if parts is None:
        raise Untrusted(host, "malformed host name")
    name = _normalise_name(parts[1])
    port = int(parts[2]) if parts[2] else 443
    if not 0 < port < 65_536:
        raise Untrusted(host, "impossible port")
    return name if port == 443 else f"{name}:{port}"


@lru_cache(maxsize=4_096)
def locate(url: str) -> Location:
    """Take an absolute http(s) URL apart; raises `Untrusted` for any other or ambiguous text.

    The fragment, which never travels, is left out; characters beyond ASCII in the path are
    percent-encoded.
    """
    if len(url) > MAX_URL_LENGTH:
        raise Untrusted(url[:100] + "…", "longer than an address may be")
    parts = _URL.match(url)
    if parts is None or _AMBIGUOUS.search(url):
        raise Untrusted(url, "not an http(s) address")
    scheme = parts[1].lower()
    authority = _AUTHORITY.fullmatch(parts[2])
    if authority is None:
        raise Untrusted(url, "malformed host, or user-info, in the address")
    port = int(authority[2]) if authority[2] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise Untrusted(url, "impossible port")
    return Location(scheme, _normalise_name(authority[1]), port, _ascii_target(parts[3]))


def host_of(url: str) -> str:
    """The host of `url`, with its port unless it is the scheme's own; raises `Untrusted`."""
    return locate(url).authority


def origin_of(url: str) -> str:
    """Scheme, host and port of `url` in one spelling; raises `Untrusted`."""
    return locate(url).origin


def same_origin(first: str, second: str) -> bool:
    """Whether both are http(s) URLs of one origin; other identifiers share none."""
    try:
        return locate(first).origin == locate(second).origin
    except Untrusted:
        return False


def canonical_url(url: str) -> str:
    """`url` as we request it: host in one spelling, no default port, no fragment."""
    location = locate(url)
    return location.origin + location.target


def same_url(first: str, second: str) -> bool:
    """Whether both URLs lead to one request."""
    try:
        return canonical_url(first) == canonical_url(second)
    except Untrusted:
        return False


class AddressGuard:
    """Decides which URLs and addresses we connect to (SECURITY.md, rules 5 and 7).

    `allowed` networks are exceptions for development: with any of them set, odd ports and
    names without a dot pass as well. `allow_http` lets plain HTTP through.
    """

    def __init__(self, allowed: Sequence[Network] = (), allow_http: bool = False) -> None:
        self.allowed = tuple(allowed)
        self.allow_http = allow_http
        self._passed: dict[str, str] = {}

    @property
    def development(self) -> bool:
        """Whether private networks are open, which production never is."""
        return bool(self.allowed)

    def check_url(self, url: str) -> str:
        """The canonical form of `url`; raises `Untrusted` when it must not be requested."""
        passed = self._passed.get(url)
        if passed is None:
            passed = self._check_url(url)
            if len(self._passed) >= KEPT_URLS:
                self._passed.clear()
            self._passed[url] = passed
        return passed

    def _check_url(self, url: str) -> str:
        location = locate(url)
        if location.scheme != "https" and not self.allow_http:
            raise Untrusted(url, "plain HTTP")
        literal = parse_address(location.host.strip("[]"))
        if literal is not None:
            self.check_address(literal)
        if not self.development:
            if location.port != DEFAULT_PORTS[location.scheme]:
                raise Untrusted(url, f"port {location.port}")
            if literal is None and "." not in location.host:
                raise Untrusted(url, "a host name without a domain")
        return location.origin + location.target

    def check_address(self, address: Address | str) -> None:
        """Raise `Untrusted` when nothing may be connected to at `address`."""
        parsed = parse_address(address) if isinstance(address, str) else address
        if parsed is None:
            raise Untrusted(str(address), "not an IP address")
        reached = reached_address(parsed)
        if any(parsed in network or reached in network for network in self.allowed):
            return
        if not is_public(parsed):
            raise Untrusted(str(parsed), "not a public address")

    def schemes_for(self, host: str) -> tuple[str, ...]:
        """The schemes to try, in order, for a host known by name only (WebFinger)."""
        if not self.allow_http:
            return ("https",)
        name, _, port = host.rpartition(":")
        plain = bool(name and port.isdigit()) or "." not in host or parse_address(host) is not None
        return ("http", "https") if plain else ("https", "http")


def _normalise_name(host: str) -> str:
    """One host name or address literal, without a port."""
    if host.startswith("["):
        literal = parse_address(host[1:-1])
        if not isinstance(literal, IPv6Address):
            raise Untrusted(host, "malformed IPv6 address")
        return f"[{literal}]"
    name = (host if host.isascii() else _to_ascii(host)).lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise Untrusted(host, "malformed host name")
    # Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1; only a plain dotted
    # quad is an address here, and no domain ends in a number.
    if _NUMERIC_LABEL.fullmatch(labels[-1]) and not isinstance(parse_address(name), IPv4Address):
        raise Untrusted(host, "unusual spelling of an IPv4 address")
    return name


def _to_ascii(host: str) -> str:
    if len(host) > MAX_HOST_LENGTH:
        raise Untrusted(host[:MAX_HOST_LENGTH], "longer than a host name may be")
    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError as error:
        raise Untrusted(host, f"not a host name: {error}") from None


def _ascii_target(target: str) -> str:
    """Path and query in ASCII, existing percent-encodings untouched."""
    text = target if target.startswith("/") else "/" + target
    return text if text.isascii() else "".join(c if c.isascii() else quote(c) for c in text)
