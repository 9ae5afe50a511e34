"""Which IP addresses lie on the public internet: the special-purpose registries of IANA."""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_IPV4: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # "this" network; Linux connects 0.0.0.0 to loopback
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent, on an address that looks public
        "169.254.0.0/16",  # link-local; the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

_UNICAST_IPV6: Final = IPv6Network("2000::/3")
_SPECIAL_IPV6: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, benchmarking, ORCHID and other protocol assignments
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")


def parse_address(text: str) -> Address | None:
    """The address that `text` spells out in full (no octal, no short forms), or None."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def parse_networks(blocks: Sequence[str]) -> tuple[Network, ...]:
    """Networks from their CIDR notation; ValueError for a malformed one."""
    return tuple(ip_network(block, strict=False) for block in blocks)


def reached_address(address: Address) -> Address:
    """The address that packets end at: the IPv4 one inside mapped, translated and 6to4 IPv6."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Whether `address` can belong to a stranger's server."""
    reached = reached_address(address)
    if isinstance(reached, IPv4Address):
        return not any(reached in block for block in _SPECIAL_IPV4)
    # Everything outside 2000::/3 (loopback, link-local, unique local, multicast,
    # IPv4-compatible, local NAT64 …) is nobody's public server.
    return reached in _UNICAST_IPV6 and not any(reached in block for block in _SPECIAL_IPV6)
