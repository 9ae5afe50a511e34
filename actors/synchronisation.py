"""Followers synchronisation (FEP-8fcf): the digest that both sides of it compare."""

import hashlib
from collections.abc import Iterable


def digest(follower_urls: Iterable[str]) -> str:
    """XOR of the SHA-256 of each follower's id, in lower-case hexadecimal."""
    result = 0
    for url in follower_urls:
        result ^= int.from_bytes(hashlib.sha256(url.encode()).digest())
    return f"{result:064x}"
