"""Whether signatures are checked at our own public address: good ones pass, others do not."""

import asyncio
from dataclasses import replace
from typing import Final

from actors.keys import generate
from federation.errors import FederationError
from federation.signing import RequestSigner, Scheme
from federation.vocabulary import ACTIVITY_JSON
from node.findings import Finding
from node.services import Services

SCHEMES: Final[tuple[Scheme, ...]] = ("rfc9421", "cavage")
# 503: the key could not be asked for again, which happens before a signature is given up.
REFUSED: Final = (401, 503)
CHANGED: Final = (
    "The reverse proxy must pass the path, the Host header and the signature headers unchanged."
)
ANSWERED_FOR_US: Final = (
    "Something in front of the node answers in its place: caches must obey Cache-Control and Vary."
)


async def prove_signatures(services: Services) -> Finding:
    """Knock, through the public address, at a door that opens to signed requests alone.

    The door is the list of followers that FEP-8fcf shows to their own server. It must open to
    both kinds of signature of ours, and stay shut without one and to one by another key.
    """
    try:
        url = await _door(services)
        return await _knock_everywhere(services, url)
    except (FederationError, LookupError) as error:
        return Finding("signatures", False, str(error), CHANGED)


async def _knock_everywhere(services: Services, url: str) -> Finding:
    key = await services.keys.node_key()
    for scheme in SCHEMES:
        status = await _knock(services, url, RequestSigner(key, scheme, services.clock))
        if status != 200:
            text = f"HTTP {status} to a valid {scheme} signature"
            return Finding("signatures", False, text, CHANGED)
    status = await _knock(services, url, None)
    if status not in REFUSED:
        text = f"HTTP {status} without a signature, where one is demanded"
        return Finding("signatures", False, text, ANSWERED_FOR_US)
    pairs = await asyncio.to_thread(generate)
    forged = replace(key, private_pem=pairs.rsa.private_pem)
    for scheme in SCHEMES:
        status = await _knock(services, url, RequestSigner(forged, scheme, services.clock))
        if status not in REFUSED:
            text = f"HTTP {status} to a forged {scheme} signature"
            return Finding("signatures", False, text, ANSWERED_FOR_US)
    return Finding("signatures", True, "ours are verified, forged and missing ones refused")


async def _door(services: Services) -> str:
    """The address that demands a signature. Raises `LookupError` when nobody lives here."""
    async with services.store.read() as tx:
        actors = await tx.actors.all_local()
    living = [a for a in actors if a.state == "active" and a.type != "Application"]
    owner = min(living, key=lambda actor: actor.type != "Organization", default=None)
    if owner is None:
        raise LookupError("there is no account on this node")
    return services.identifiers.collection(owner.url, "followers_synchronization")


async def _knock(services: Services, url: str, signer: RequestSigner | None) -> int:
    answer = await services.client.get(url, accept=ACTIVITY_JSON, signer=signer)
    return answer.status
